using System.Collections.Immutable;
using Bothy.Cli.Commands;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;

namespace Bothy.Cli.Rendering;

/// <summary>Which entries of an image are asked for.</summary>
/// <param name="Patterns">One of these has to match; none means all.</param>
/// <param name="Depth">How deep their paths may be; null for any depth.</param>
internal sealed record TreeSelection(ImmutableArray<PathPattern> Patterns, int? Depth)
{
    public bool Matches(TreePath path) => Patterns.IsEmpty || Patterns.Any(pattern => pattern.Matches(path));

    public bool Shows(TreePath path) => Depth is not { } depth || Level(path) <= depth;

    private static int Level(TreePath path) => path.IsRoot ? 0 : path.Value.Count(c => c == '/') + 1;
}

/// <summary>Entries under a heading.</summary>
/// <param name="Name">The heading.</param>
/// <param name="Files">How many files are under it, shown or not.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Entries">Those shown.</param>
internal sealed record TreeGroup(string Name, int Files, long Bytes, ImmutableArray<TreeEntry> Entries)
{
    /// <summary>The directory, of a group by directory.</summary>
    public TreePath? Directory { get; init; }

    /// <summary>The package, of a group by package.</summary>
    public InstalledPackage? Package { get; init; }

    /// <summary>The layer's number, of a group by layer.</summary>
    public int? Layer { get; init; }
}

/// <summary>The entries of an image that were asked for, gathered under headings.</summary>
internal sealed class TreeListing
{
    private readonly Dictionary<TreePath, (int Files, long Bytes)> _below = [];

    public TreeListing(ImageContents contents, TreeSelection selection, TreeGrouping by)
    {
        Contents = contents;
        TreeEntry[] matching = [.. contents.Tree.Entries.Where(entry => selection.Matches(entry.Path))];
        foreach (var entry in matching)
        {
            for (var path = entry.Path; entry.Content is not null && !path.IsRoot; )
            {
                path = path.Parent;
                var (files, bytes) = _below.GetValueOrDefault(path);
                _below[path] = (files + 1, bytes + entry.Content.Length);
            }
        }

        Groups = by switch
        {
            TreeGrouping.Package => [.. ByPackage(matching, selection)],
            TreeGrouping.Layer => [.. ByLayer(matching, selection)],
            _ => [.. ByDirectory(matching, selection)],
        };
        Files = matching.Count(entry => entry.Content is not null);
        Bytes = matching.Sum(entry => entry.Content?.Length ?? 0);
    }

    public ImageContents Contents { get; }

    public ImmutableArray<TreeGroup> Groups { get; }

    /// <summary>How many files match.</summary>
    public int Files { get; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; }

    /// <summary>The bytes of a file, or of all that match below a directory; null for what has none.</summary>
    public long? SizeOf(TreeEntry entry) => entry.Kind == EntryKind.Directory ? _below.GetValueOrDefault(entry.Path).Bytes : entry.Content?.Length;

    private IEnumerable<TreeGroup> ByDirectory(TreeEntry[] matching, TreeSelection selection)
    {
        var byParent = matching.Where(entry => !entry.Path.IsRoot).GroupBy(entry => entry.Path.Parent).OrderBy(group => group.Key);
        foreach (var group in byParent)
        {
            ImmutableArray<TreeEntry> shown = [.. group.Where(entry => selection.Shows(entry.Path))];
            var (files, bytes) = _below.GetValueOrDefault(group.Key);
            if (!shown.IsEmpty || (group.Key.IsRoot && selection.Depth == 0))
            {
                yield return new TreeGroup(VisibleText.Of(group.Key.ToString()), files, bytes, shown) { Directory = group.Key };
            }
        }
    }

    private IEnumerable<TreeGroup> ByPackage(TreeEntry[] matching, TreeSelection selection)
    {
        var groups = matching.Where(entry => entry.Kind != EntryKind.Directory).ToLookup(entry => Contents.OwnerOf(entry.Path));
        foreach (var package in Contents.Packages.Where(groups.Contains))
        {
            yield return Group(VisibleText.Of(Heading(package)), groups[package], selection) with { Package = package };
        }

        if (groups.Contains(null))
        {
            yield return Group("of no package", groups[null], selection);
        }
    }

    private static string Heading(InstalledPackage package) =>
        package.Slices.IsEmpty ? package.ToString() : $"{package}, in part ({string.Join(", ", package.Slices)})";

    private IEnumerable<TreeGroup> ByLayer(TreeEntry[] matching, TreeSelection selection)
    {
        var groups = matching.ToLookup(entry => Contents.LayerOf(entry.Path) ?? 0);
        for (int i = 0; i < Contents.Image!.Layers.Length; i++)
        {
            yield return Group(LayersReport.NameOf(Contents.Image.Layers[i], i), groups[i], selection) with { Layer = i };
        }
    }

    private static TreeGroup Group(string name, IEnumerable<TreeEntry> entries, TreeSelection selection)
    {
        TreeEntry[] all = [.. entries];
        return new TreeGroup(
            name,
            all.Count(entry => entry.Content is not null),
            all.Sum(entry => entry.Content?.Length ?? 0),
            selection.Depth == 0 ? [] : [.. all.Where(entry => selection.Shows(entry.Path))]);
    }
}
