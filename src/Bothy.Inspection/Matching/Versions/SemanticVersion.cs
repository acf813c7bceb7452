using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Bothy.Inspection.Matching.Versions;

/// <summary>A version by Semantic Versioning 2.0.0. What stands behind a plus says how it was built, and has no part in the order.</summary>
internal sealed class SemanticVersion
{
    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    private readonly string[] _numbers;
    private readonly string _labels;

    private SemanticVersion(string[] numbers, string labels)
    {
        _numbers = numbers;
        _labels = labels;
    }

    /// <summary>Reads three numbers, labels and build. npm takes a <c>v</c> or an equals sign before it, and so does this.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out SemanticVersion? version)
    {
        text = text.Trim();
        version = Read(text.StartsWith('v') || text.StartsWith('=') ? text[1..].TrimStart('v') : text);
        return version is not null;
    }

    /// <summary>Reads a version of a module, or of Go itself: <c>v1.2.3</c>, <c>v0.0.0-20210101000000-abcdefabcdef</c>, <c>v2.0.0+incompatible</c>, <c>go1.21rc2</c>.</summary>
    public static bool TryParseGo(string text, [NotNullWhen(true)] out SemanticVersion? version)
    {
        string plain = text.StartsWith("go", StringComparison.Ordinal) ? text[2..] : text.StartsWith('v') ? text[1..] : text;
        version = Read(plain) ?? ReadRelease(plain);
        return version is not null;
    }

    /// <summary>Less than 0 where this is earlier than <paramref name="other"/>, more than 0 where it is later.</summary>
    public int Order(SemanticVersion other)
    {
        for (int i = 0; i < _numbers.Length; i++)
        {
            int order = VersionLabels.CompareNumbers(_numbers[i], other._numbers[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return VersionLabels.Compare(_labels, other._labels, StringComparison.Ordinal);
    }

    private static SemanticVersion? Read(string text)
    {
        int plus = text.IndexOf('+', StringComparison.Ordinal);
        string rest = plus < 0 ? text : text[..plus];
        int dash = rest.IndexOf('-', StringComparison.Ordinal);
        string labels = dash < 0 ? "" : rest[(dash + 1)..];
        string[] numbers = (dash < 0 ? rest : rest[..dash]).Split('.');
        bool wellFormed = numbers.Length == 3
            && numbers.All(static number => VersionLabels.IsNumber(number) && !HasLeadingZero(number))
            && (plus < 0 || VersionLabels.AreLabels(text[(plus + 1)..]))
            && (dash < 0 || (VersionLabels.AreLabels(labels) && !labels.Split('.').Any(static label => VersionLabels.IsNumber(label) && HasLeadingZero(label))));
        return wellFormed ? new SemanticVersion(numbers, labels) : null;
    }

    // Go's own releases have no patch before the first, and no dash: 1.21rc2 is 1.21.0-rc.2 to those who write advisories.
    private static SemanticVersion? ReadRelease(string text)
    {
        int letters = text.AsSpan().IndexOfAnyExcept(NumberCharacters);
        string labels = "";
        if (letters >= 0)
        {
            int digits = letters + Math.Max(0, text.AsSpan(letters).IndexOfAnyInRange('0', '9'));
            string word = text[letters..digits];
            string number = text[digits..];
            if (word is not ("rc" or "beta" or "alpha") || !VersionLabels.IsNumber(number))
            {
                return null;
            }

            labels = $"{word}.{number}";
        }

        string[] numbers = (letters < 0 ? text : text[..letters]).Split('.');
        return numbers.Length is 2 or 3 && numbers.All(static number => VersionLabels.IsNumber(number) && !HasLeadingZero(number))
            ? new SemanticVersion([.. numbers, .. Enumerable.Repeat("0", 3 - numbers.Length)], labels)
            : null;
    }

    private static bool HasLeadingZero(string number) => number.Length > 1 && number[0] == '0';
}
