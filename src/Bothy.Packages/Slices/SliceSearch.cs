using System.Collections.Immutable;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;

namespace Bothy.Packages.Slices;

/// <summary>A slice that was looked for.</summary>
/// <param name="Slice">The slice.</param>
/// <param name="Paths">Those of its paths and patterns that were meant, in its order; empty where its name or hint was.</param>
public sealed record FoundSlice(Slice Slice, ImmutableArray<string> Paths);

/// <summary>Looks for slices by what people know of them: a package, a name, a word of the hint, a file.</summary>
public static class SliceSearch
{
    private const int NotFound = int.MaxValue;

    /// <summary>
    /// The slices that every one of <paramref name="words"/> means, the nearest first: by the name of the package or the slice, or a part of the full
    /// name, or a name that is nearly the word; by the hint; by the paths, of which a pattern is meant by whatever it matches.
    /// </summary>
    public static ImmutableArray<FoundSlice> Find(SliceRelease release, IReadOnlyCollection<string> words)
    {
        ArgumentNullException.ThrowIfNull(release);
        ArgumentNullException.ThrowIfNull(words);
        var found = new List<(int Distance, FoundSlice Slice)>();
        foreach (var slice in release.ReadablePackages().SelectMany(static package => package.Slices))
        {
            int distance = 0;
            var paths = new List<string>();
            foreach (string word in words)
            {
                int one = Distance(slice, word, paths);
                distance = one == NotFound || distance == NotFound ? NotFound : distance + one;
            }

            if (distance != NotFound)
            {
                found.Add((distance, new FoundSlice(slice, [.. paths.Distinct(StringComparer.Ordinal)])));
            }
        }

        return [.. found.OrderBy(static each => each.Distance).ThenBy(static each => each.Slice.Slice.Name).Select(static each => each.Slice)];
    }

    private static int Distance(Slice slice, string word, List<string> paths)
    {
        // With a slash it is a path and nearly nobody's name.
        int distance = word.StartsWith('/') ? NotFound : DistanceOfNames(slice, word);
        if (distance != NotFound)
        {
            return distance;
        }

        int before = paths.Count;
        paths.AddRange(slice.Contents.Select(static rule => rule.Path).Where(path => Means(word, path)));
        return paths.Count > before ? 4 : NotFound;
    }

    private static int DistanceOfNames(Slice slice, string word)
    {
        string name = slice.Name.ToString();
        return word == name || word == slice.Name.Package || word == slice.Name.Slice ? 0
            : name.Contains(word, StringComparison.OrdinalIgnoreCase) ? 1
            : NearName.Find(word, [name, slice.Name.Package, slice.Name.Slice]) is not null ? 2
            : slice.Hint?.Contains(word, StringComparison.OrdinalIgnoreCase) == true ? 3
            : NotFound;
    }

    private static bool Means(string word, string path) =>
        path.Contains(word, StringComparison.OrdinalIgnoreCase)
        || (word.StartsWith('/') && PathPattern.HasWildcard(path) && PathPattern.Matches(path, word, crossSlashes: false));
}
