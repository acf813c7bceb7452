namespace Bothy.Packages.Solving;

/// <summary>Finds the names that somebody may have meant.</summary>
public static class NearNames
{
    private const int MostEdits = 2;

    /// <summary>
    /// Up to <paramref name="most"/> of <paramref name="names"/> that are at most two edits (a letter more, less, other, or two
    /// swapped) from <paramref name="name"/>, or begin with it; the nearest first, then by name.
    /// </summary>
    public static IReadOnlyList<string> Of(string name, IEnumerable<string> names, int most)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(names);

        // In a short name two edits make anything of anything.
        int edits = name.Length <= 3 ? 1 : MostEdits;
        return [.. names
            .Distinct(StringComparer.Ordinal)
            .Select(other => (Name: other, Distance: Distance(name, other, edits)))
            .Where(near => near.Distance <= edits || near.Name.StartsWith(name, StringComparison.Ordinal))
            .OrderBy(near => near.Distance)
            .ThenBy(near => near.Name.Length)
            .ThenBy(near => near.Name, StringComparer.Ordinal)
            .Take(most)
            .Select(near => near.Name)];
    }

    // The restricted Damerau-Levenshtein distance, or edits + 1 where it is more.
    private static int Distance(string a, string b, int edits)
    {
        if (Math.Abs(a.Length - b.Length) > edits)
        {
            return edits + 1;
        }

        int[] beforeLast = new int[b.Length + 1];
        int[] last = [.. Enumerable.Range(0, b.Length + 1)];
        int[] row = new int[b.Length + 1];
        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int other = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(last[j] + 1, row[j - 1] + 1), last[j - 1] + other);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
                }
            }

            if (row.Min() > edits)
            {
                return edits + 1;
            }

            (beforeLast, last, row) = (last, row, beforeLast);
        }

        return Math.Min(last[b.Length], edits + 1);
    }
}
