using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Bases;

/// <summary>What makes the files of an image of those of the image that it is built on (image-spec, layer.md, "Representing Changes").</summary>
/// <param name="Tree">The entries that differ, the directories above them, and all names of a file that has several.</param>
/// <param name="Whiteouts">What is gone, sorted; of a directory that is gone only itself.</param>
internal sealed record UpperLayer(FileTree Tree, ImmutableArray<TreePath> Whiteouts)
{
    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => Tree.Count == 0 && Whiteouts.IsEmpty;

    /// <summary>The layer that makes <paramref name="after"/> of <paramref name="before"/>.</summary>
    public static UpperLayer Between(FileTree before, FileTree after)
    {
        var changed = after.Entries
            .Where(entry => !before.TryGet(entry.Path, out var present) || !IsSame(present, entry))
            .Select(static entry => entry.Path)
            .ToHashSet();
        ImmutableArray<TreePath> gone = [.. before.Entries.Select(static entry => entry.Path).Where(path => !after.Contains(path) && IsDirectory(after, path.Parent))];

        // A layer's hard link leads to a file of that layer.
        foreach (var names in after.Entries.Where(static entry => entry.Kind == EntryKind.HardLink).GroupBy(static link => TreePath.Parse(link.LinkTarget!), static link => link.Path))
        {
            TreePath[] all = [names.Key, .. names];
            if (Array.Exists(all, changed.Contains))
            {
                changed.UnionWith(all);
            }
        }

        var tree = new FileTree();
        foreach (var path in changed.Concat(gone).Order())
        {
            for (var parent = path.Parent; !parent.IsRoot && !tree.Contains(parent) && after.TryGet(parent, out var directory); parent = parent.Parent)
            {
                tree.Set(directory);
            }

            if (after.TryGet(path, out var entry))
            {
                tree.Set(entry);
            }
        }

        return new UpperLayer(tree, gone);
    }

    /// <summary>Whether two entries at one path are the same file, whenever they were written and wherever they come from.</summary>
    public static bool IsSame(TreeEntry one, TreeEntry other) =>
        one.Kind == other.Kind
        && one.Mode == other.Mode
        && one.UserId == other.UserId
        && one.GroupId == other.GroupId
        && one.LinkTarget == other.LinkTarget
        && one.DeviceMajor == other.DeviceMajor
        && one.DeviceMinor == other.DeviceMinor
        && one.Content?.Digest == other.Content?.Digest
        && one.ExtendedAttributes.Keys.SequenceEqual(other.ExtendedAttributes.Keys, StringComparer.Ordinal)
        && one.ExtendedAttributes.All(attribute => attribute.Value.Span.SequenceEqual(other.ExtendedAttributes[attribute.Key].Span));

    private static bool IsDirectory(FileTree tree, TreePath path) => path.IsRoot || (tree.TryGet(path, out var entry) && entry.Kind == EntryKind.Directory);
}
