using Bothy.Formats.Trees;

namespace Bothy.Oci.Layers;

/// <summary>
/// Divides the entries of a layer into the runs that are compressed on their own, in the order of the archive: all directories, so that no
/// file comes before its parents; the files of each large package; those of small packages, several together; local files likewise, the
/// large ones by themselves; and what comes from neither. A package or a local file that changes so changes one run, and the directories.
/// </summary>
/// <remarks>
/// Runs too small cost size, since each starts without a window: at 256 KiB it is 0.7 %. Small packages come after the large ones
/// because a run that grows past the limit moves those after it, until a boundary falls where it was.
/// All of this is part of <see cref="LayerWriter.Contract"/>.
/// </remarks>
internal static class LayerRuns
{
    private const long Enough = 256 << 10;
    private const long TarBlock = 512;

    /// <summary>The runs of <paramref name="entries"/>, which are sorted by path; none is empty.</summary>
    public static IReadOnlyList<IReadOnlyList<TreeEntry>> Of(IEnumerable<TreeEntry> entries)
    {
        var directories = new List<TreeEntry>();
        var packages = new Dictionary<Origin.Package, List<TreeEntry>>();
        var local = new List<TreeEntry>();
        var rest = new List<TreeEntry>();
        foreach (var entry in entries)
        {
            var run = entry.Kind == EntryKind.Directory ? directories : entry.Origin switch
            {
                Origin.Package package => RunOf(package, packages),
                Origin.LocalFile => local,
                _ => rest,
            };
            run.Add(entry);
        }

        var inOrder = packages
            .Select(package => (Origin: package.Key, Entries: package.Value, Size: package.Value.Sum(SizeOf)))
            .OrderBy(package => package.Origin.Name, StringComparer.Ordinal)
            .ThenBy(package => package.Origin.Architecture, StringComparer.Ordinal)
            .ThenBy(package => package.Origin.Version, StringComparer.Ordinal)
            .ToLookup(package => package.Size >= Enough);
        IEnumerable<IReadOnlyList<TreeEntry>> runs =
        [
            directories,
            .. inOrder[true].Select(package => package.Entries),
            .. Joined(inOrder[false].Select(package => (package.Entries, package.Size))),
            .. local.Where(static file => SizeOf(file) >= Enough).Select(static file => new List<TreeEntry> { file }),
            .. Joined(local.Select(static file => (new List<TreeEntry> { file }, SizeOf(file))).Where(static file => file.Item2 < Enough)),
            rest,
        ];
        return [.. runs.Where(run => run.Count > 0)];
    }

    private static List<TreeEntry> RunOf(Origin.Package package, Dictionary<Origin.Package, List<TreeEntry>> packages)
    {
        if (!packages.TryGetValue(package, out var run))
        {
            packages.Add(package, run = []);
        }

        return run;
    }

    private static IEnumerable<List<TreeEntry>> Joined(IEnumerable<(List<TreeEntry> Entries, long Size)> packages)
    {
        var run = new List<TreeEntry>();
        long size = 0;
        foreach (var (entries, more) in packages)
        {
            run.AddRange(entries);
            if ((size += more) >= Enough)
            {
                yield return run;
                (run, size) = ([], 0);
            }
        }

        yield return run;
    }

    // What it takes in the archive, but for names that do not fit into a header.
    private static long SizeOf(TreeEntry entry) => TarBlock + (((entry.Content?.Length ?? 0) + TarBlock - 1) / TarBlock * TarBlock);
}
