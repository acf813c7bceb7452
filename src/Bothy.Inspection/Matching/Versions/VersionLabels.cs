namespace Bothy.Inspection.Matching.Versions;

/// <summary>What semantic versions and those made after them have in common: numbers of any length, and labels behind a dash (Semantic Versioning 2.0.0, 9 and 11).</summary>
internal static class VersionLabels
{
    /// <summary>Whether <paramref name="text"/> is digits and nothing else, at least one.</summary>
    public static bool IsNumber(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange('0', '9');

    /// <summary>Compares two numbers of any length: no integer type holds every date and hash that versions do.</summary>
    public static int CompareNumbers(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        a = a.TrimStart('0');
        b = b.TrimStart('0');
        return a.Length != b.Length ? a.Length - b.Length : a.SequenceCompareTo(b);
    }

    /// <summary>Whether these are labels: letters, digits and dashes, separated by dots, none empty.</summary>
    public static bool AreLabels(string text)
    {
        foreach (string label in text.Split('.'))
        {
            if (label.Length == 0 || !label.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Compares the labels of two versions that are equal before them; without any is later than with some.</summary>
    public static int Compare(string a, string b, StringComparison comparison)
    {
        if (a.Length == 0 || b.Length == 0)
        {
            return (a.Length == 0).CompareTo(b.Length == 0);
        }

        string[] left = a.Split('.');
        string[] right = b.Split('.');
        for (int i = 0; i < left.Length && i < right.Length; i++)
        {
            bool isNumber = IsNumber(left[i]);
            int order = isNumber != IsNumber(right[i]) ? (isNumber ? -1 : 1)
                : isNumber ? CompareNumbers(left[i], right[i])
                : string.Compare(left[i], right[i], comparison);
            if (order != 0)
            {
                return order;
            }
        }

        return left.Length - right.Length;
    }
}
