using System.Collections.Immutable;
using Bothy.Engine.Assembly.Debian;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Packages;

namespace Bothy.Engine.Assembly.Bases;

/// <summary>
/// An image to build on, as assembling sees it: what it has, which of its packages stay, and which give way to the versions that are laid over them.
/// Assembling goes on where its builder stopped; what came out differently is the layer on top.
/// </summary>
internal sealed class BaseFiles
{
    private readonly ImageContents _contents;
    private readonly HashSet<InstalledPackage> _replaced;

    /// <summary>The image <paramref name="contents"/>, over which packages of the names of <paramref name="coming"/> are laid.</summary>
    public BaseFiles(ImageContents contents, IEnumerable<PackageId> coming)
    {
        _contents = contents;
        var byName = coming.ToLookup(static id => id.Name, StringComparer.Ordinal);
        Replaced = [.. contents.Packages.Where(package => byName[package.Name].Any(id => IsSameSlot(id.Architecture, package.Architecture)))];
        Kept = [.. contents.Packages.Except(Replaced)];
        _replaced = [.. Replaced];
    }

    /// <summary>The files as they are in its layers.</summary>
    public FileTree Original => _contents.Tree;

    /// <summary>Its packages that stay.</summary>
    public ImmutableArray<InstalledPackage> Kept { get; }

    /// <summary>Its packages that another version takes the place of.</summary>
    public ImmutableArray<InstalledPackage> Replaced { get; }

    /// <summary>How many files the image file's <c>exclude</c> takes out of it, and their bytes, which stay in its layers.</summary>
    public (int Files, long Bytes) Hidden { get; private set; }

    /// <summary>Whether it has a record of installed packages.</summary>
    public bool HasDatabase => !_contents.Packages.IsEmpty;

    /// <summary>Whether that record is dpkg's own, so that dpkg can go on from it.</summary>
    public bool HasFullDatabase => Original.Find(DpkgRecord.Status) is { Content.Length: > 0 };

    /// <summary>Refuses to leave its record of packages as it is where that would not be true any more.</summary>
    /// <exception cref="BothyException">A package of it is replaced.</exception>
    public void CheckRecord()
    {
        if (Replaced.FirstOrDefault() is { } replaced)
        {
            throw new BothyException($"cannot assemble: the base records {replaced}, which another version takes the place of, and 'contents.database' is none")
            {
                Hint = "Leave out 'contents.database', so that the record is gone on with.",
            };
        }
    }

    /// <summary>Whether a package of that name stays.</summary>
    public bool Has(string package) => Kept.Any(one => one.Name == package);

    /// <summary>The version of <paramref name="package"/> that it has and that goes; null where it has none.</summary>
    public InstalledPackage? Earlier(PackageId package) =>
        Replaced.FirstOrDefault(one => one.Name == package.Name && IsSameSlot(one.Architecture, package.Architecture));

    /// <summary>The package that stays and has the file at <paramref name="path"/>; null where there is none.</summary>
    public InstalledPackage? OwnerOf(TreePath path) => _contents.OwnerOf(path) is { } owner && !_replaced.Contains(owner) ? owner : null;

    /// <summary>The files to begin with: all but those of packages that go, unless <paramref name="waits"/> says of one that it is for the new version to decide about.</summary>
    public FileTree Begin(ContentFilter filter, Func<InstalledPackage, TreeEntry, bool> waits)
    {
        var tree = new FileTree();
        foreach (var entry in Original.InOrderAdded)
        {
            bool isDirectory = entry.Kind == EntryKind.Directory;
            if (filter.Excludes(entry.Path))
            {
                Hidden = isDirectory ? Hidden : (Hidden.Files + 1, Hidden.Bytes + (entry.Content?.Length ?? 0));
                continue;
            }

            if (!isDirectory && _contents.OwnerOf(entry.Path) is { } owner && _replaced.Contains(owner) && !waits(owner, entry))
            {
                continue;
            }

            // Runtimes unpack layers by the numbers of owners, whatever names stand beside them.
            tree.Set(entry.UserName is null && entry.GroupName is null ? entry : entry with { UserName = null, GroupName = null });
        }

        MendLinks(tree);
        return tree;
    }

    /// <summary>
    /// Ends an assembly: directories of packages that went are gone where nothing is in them, and what came out as it was in the image is that again.
    /// </summary>
    /// <param name="tree">The files.</param>
    /// <param name="shipped">The directories that the packages laid over it have.</param>
    public void Finish(FileTree tree, IReadOnlySet<TreePath> shipped)
    {
        MendLinks(tree);
        RemoveEmptied(tree, shipped);
        foreach (var entry in tree.Entries.ToArray())
        {
            if (Original.TryGet(entry.Path, out var before) && entry != before && UpperLayer.IsSame(before, entry))
            {
                tree.Set(entry.Origin is Origin.Package ? entry with { ModifiedTime = before.ModifiedTime } : before);
            }
        }
    }

    // A file's further names stay when the first is gone, or is another file now.
    private void MendLinks(FileTree tree)
    {
        var firsts = new Dictionary<string, TreePath>(StringComparer.Ordinal);
        foreach (var link in tree.Entries.Where(static entry => entry.Kind == EntryKind.HardLink && entry.Origin is Origin.Layer).ToList())
        {
            string target = link.LinkTarget!;
            if (!Original.TryGet(TreePath.Parse(target), out var file) || (tree.TryGet(file.Path, out var present) && present.Kind == EntryKind.File && present.Origin is Origin.Layer))
            {
                continue;
            }

            if (firsts.TryGetValue(target, out var first))
            {
                tree.Set(link with { LinkTarget = first.Value });
            }
            else
            {
                firsts[target] = link.Path;
                tree.Set(link with { Kind = EntryKind.File, LinkTarget = null, Content = file.Content });
            }
        }
    }

    private void RemoveEmptied(FileTree tree, IReadOnlySet<TreePath> shipped)
    {
        if (Replaced.IsEmpty)
        {
            return;
        }

        var children = tree.Entries.CountBy(static entry => entry.Path.Parent).ToDictionary();
        foreach (var directory in tree.Entries.Where(static entry => entry.Kind == EntryKind.Directory && entry.Origin is Origin.Layer).Reverse().ToList())
        {
            if (children.GetValueOrDefault(directory.Path) > 0 || shipped.Contains(directory.Path) || _contents.OwnerOf(directory.Path) is not { } owner || !_replaced.Contains(owner))
            {
                continue;
            }

            tree.Remove(directory.Path);
            children[directory.Path.Parent]--;
        }
    }

    // What is for every architecture and what is for one take each other's place.
    private static bool IsSameSlot(string one, string other) => one == other || one is "all" or "noarch" or "" || other is "all" or "noarch" or "";
}
