namespace Bothy.Formats.Text;

/// <summary>Finds the name that somebody probably meant.</summary>
public static class NearName
{
    private const int LongestCompared = 200;
    private const int ShortestBeginning = 3;

    /// <summary>
    /// The candidate with the fewest typing slips (a letter too many, too few, wrong, or two swapped) away from
    /// <paramref name="word"/>, letter case counting for nothing; of equally near ones the ordinally first. Where none is near, the
    /// only one that begins with the word (<c>env</c>, <c>environment</c>); else null.
    /// </summary>
    /// <remarks>Slips by optimal string alignment, the restricted Damerau-Levenshtein distance.</remarks>
    public static string? Find(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > LongestCompared)
        {
            return null;
        }

        string? nearest = null;
        int fewest = Math.Clamp(word.Length / 3, 1, 3) + 1;
        string? longer = null;
        int longerCount = 0;
        foreach (string candidate in candidates)
        {
            if (candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase) && candidate != longer)
            {
                longer = candidate;
                longerCount++;
            }

            if (Math.Abs(candidate.Length - word.Length) > fewest)
            {
                continue;
            }

            int slips = Distance(word, candidate);
            bool nearer = slips < fewest || (slips == fewest && nearest is not null && string.CompareOrdinal(candidate, nearest) < 0);

            // A slip for every letter is another word, not a misspelling.
            if (nearer && slips < Math.Max(word.Length, candidate.Length))
            {
                (nearest, fewest) = (candidate, slips);
            }
        }

        return nearest ?? (longerCount == 1 && word.Length >= ShortestBeginning ? longer : null);
    }

    /// <summary>
    /// The candidates that contain <paramref name="word"/>, letter case counting for nothing: those that begin with it first, then the shortest, then by name; none for a word of fewer than three
    /// letters, which is in too many.
    /// </summary>
    public static IEnumerable<string> Containing(string word, IEnumerable<string> candidates) => word.Length is < ShortestBeginning or > LongestCompared
        ? []
        : candidates.Where(candidate => candidate.Contains(word, StringComparison.OrdinalIgnoreCase))
            .OrderBy(candidate => !candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .ThenBy(static candidate => candidate.Length)
            .ThenBy(static candidate => candidate, StringComparer.Ordinal);

    /// <summary>How many slips lie between <paramref name="a"/> and <paramref name="b"/>, ignoring letter case.</summary>
    internal static int Distance(string a, string b)
    {
        var (beforeLast, last, current) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (int column = 0; column <= b.Length; column++)
        {
            last[column] = column;
        }

        for (int row = 1; row <= a.Length; row++)
        {
            current[0] = row;
            for (int column = 1; column <= b.Length; column++)
            {
                int replaced = last[column - 1] + (Same(a[row - 1], b[column - 1]) ? 0 : 1);
                int slips = Math.Min(replaced, Math.Min(last[column], current[column - 1]) + 1);
                bool swapped = row > 1 && column > 1 && Same(a[row - 1], b[column - 2]) && Same(a[row - 2], b[column - 1]);
                current[column] = swapped ? Math.Min(slips, beforeLast[column - 2] + 1) : slips;
            }

            (beforeLast, last, current) = (last, current, beforeLast);
        }

        return last[b.Length];
    }

    private static bool Same(char a, char b) => char.ToLowerInvariant(a) == char.ToLowerInvariant(b);
}
