using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Oci.Layers;

/// <summary>
/// The entries of a tree as an archive holds them: parents before children and never missing, each file with several names under the first of
/// them in the archive's order, and no time after the epoch.
/// </summary>
internal sealed class LayerOrder
{
    private const string WhiteoutPrefix = ".wh.";
    private const int MaxLinks = 8;

    private static readonly Origin Parents = new Origin.Effect("parents");
    private static readonly Origin Whiteouts = new Origin.Effect("whiteouts");

    private readonly FileTree _tree;
    private readonly long _epoch;
    private readonly ImmutableArray<TreeEntry> _markers;
    private readonly Dictionary<TreePath, TreePath> _firstNames = [];

    private LayerOrder(FileTree tree, long epoch, ImmutableArray<TreePath> whiteouts)
    {
        _tree = tree;
        _epoch = epoch;
        _markers = [.. whiteouts.Select(path => TreeEntry.File(path.Parent.Append(WhiteoutPrefix + path.Name), FileContent.Empty, Whiteouts) with { ModifiedTime = epoch })];
    }

    /// <summary>The entries of <paramref name="tree"/> sorted by path.</summary>
    /// <exception cref="BothyException">The tree is not one that an archive can hold.</exception>
    public static IEnumerable<TreeEntry> ByPath(FileTree tree, long epoch)
    {
        var order = new LayerOrder(tree, epoch, whiteouts: []);
        var entries = order.WithParents();
        order.NoteNames(entries);
        return entries.Select(order.Place);
    }

    /// <summary>The entries of <paramref name="tree"/>, and the markers of what it removes of lower layers, in the runs that a layer consists of.</summary>
    /// <exception cref="BothyException">The tree is not one that a layer can hold.</exception>
    public static ImmutableArray<LayerPart> InParts(FileTree tree, long epoch, ImmutableArray<TreePath> whiteouts)
    {
        var order = new LayerOrder(tree, epoch, whiteouts);
        var runs = LayerRuns.Of(order.WithParents());
        foreach (var run in runs)
        {
            order.NoteNames(run);
        }

        return [.. runs.Select(run => LayerPart.Of(run.Select(order.Place)))];
    }

    private IReadOnlyList<TreeEntry> WithParents()
    {
        var missing = new Dictionary<TreePath, TreeEntry>();
        foreach (var entry in _tree.Entries)
        {
            if (entry.Path.Name.StartsWith(WhiteoutPrefix, StringComparison.Ordinal))
            {
                throw Cannot(entry.Path, $"in a layer, a name that begins with {WhiteoutPrefix} removes a file");
            }
        }

        foreach (var entry in _tree.Entries.Concat(_markers))
        {
            for (var parent = entry.Path.Parent; !parent.IsRoot && !missing.ContainsKey(parent); parent = parent.Parent)
            {
                if (_tree.TryGet(parent, out var found))
                {
                    // A directory vouches for its own parents.
                    if (found.Kind != EntryKind.Directory)
                    {
                        throw Cannot(entry.Path, $"'{parent}' is not a directory");
                    }

                    break;
                }

                missing.Add(parent, TreeEntry.Directory(parent, Parents) with { ModifiedTime = _epoch });
            }
        }

        return missing.Count == 0 && _markers.IsEmpty ? _tree.Entries : [.. _tree.Entries.Concat(missing.Values).Concat(_markers).OrderBy(entry => entry.Path)];
    }

    // Entries come in order, so the first name noted is the first in the archive.
    private void NoteNames(IEnumerable<TreeEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (entry.Kind == EntryKind.HardLink)
            {
                _firstNames.TryAdd(Linked(entry).Path, entry.Path);
            }
            else if (entry.Kind != EntryKind.Directory)
            {
                _firstNames.TryAdd(entry.Path, entry.Path);
            }
        }
    }

    private TreeEntry Place(TreeEntry entry)
    {
        if (entry.ModifiedTime > _epoch)
        {
            entry = entry with { ModifiedTime = _epoch };
        }

        if (entry.Kind == EntryKind.Directory)
        {
            return entry;
        }

        var file = entry.Kind == EntryKind.HardLink ? Linked(entry) : entry;
        var first = _firstNames[file.Path];
        if (first == file.Path && file.Path == entry.Path)
        {
            return entry;
        }

        file = file with { Path = entry.Path, ModifiedTime = Math.Min(file.ModifiedTime, _epoch) };
        return first == entry.Path
            ? file
            : file with
            {
                Kind = EntryKind.HardLink,
                LinkTarget = first.Value,
                Content = null,
                DeviceMajor = 0,
                DeviceMinor = 0,
                ExtendedAttributes = TreeEntry.NoAttributes,
            };
    }

    private TreeEntry Linked(TreeEntry link)
    {
        var at = link;
        for (int i = 0; i < MaxLinks; i++)
        {
            if (!TreePath.TryParse(at.LinkTarget, null, out var target) || !_tree.TryGet(target, out var file) || file.Kind == EntryKind.Directory)
            {
                throw Cannot(link.Path, $"it is a hard link to '/{at.LinkTarget}', which is no file of the image");
            }

            if (file.Kind != EntryKind.HardLink)
            {
                return file;
            }

            at = file;
        }

        throw Cannot(link.Path, "its hard links form a cycle");
    }

    private static BothyException Cannot(TreePath path, string reason) => new($"cannot put '{path}' in a layer: {reason}");
}
