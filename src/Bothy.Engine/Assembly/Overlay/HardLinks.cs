using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Overlay;

/// <summary>Second names of files, once packages have been laid over each other.</summary>
internal static class HardLinks
{
    /// <summary>
    /// Gives hard links whose first name was filtered, replaced or diverted by another package the bytes under a name of their own: the first
    /// that is left becomes the file, further ones lead to it.
    /// <paramref name="place"/> says where a path of a package is in the tree, <paramref name="own"/> gives a package's file the owner it has there.
    /// </summary>
    public static void Mend<TPackage>(FileTree tree, IReadOnlyDictionary<TreePath, TPackage> owners, Func<TreePath, TreePath> place, Func<TreeEntry, TPackage, TreeEntry> own)
        where TPackage : UnpackedPackage
    {
        var files = new Dictionary<(TPackage Owner, TreePath First), TreePath>();
        foreach (var link in tree.Entries.Where(static entry => entry.Kind == EntryKind.HardLink).ToList())
        {
            if (!TreePath.TryParse(link.LinkTarget, null, out var first)
                || !owners.TryGetValue(link.Path, out var owner)
                || (tree.TryGet(first, out var file) && file.Kind == EntryKind.File && owners.GetValueOrDefault(first) == owner))
            {
                continue;
            }

            if (files.TryGetValue((owner, first), out var another))
            {
                tree.Set(link with { LinkTarget = another.Value });
                continue;
            }

            var shipped = owner.Contents.Tree.Entries
                .FirstOrDefault(entry => entry.Kind == EntryKind.File && place(entry.Path) == first);
            if (shipped is not null)
            {
                tree.Set(own(shipped, owner) with { Path = link.Path });
                files[(owner, first)] = link.Path;
            }
        }
    }
}
