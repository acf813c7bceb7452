using Bothy.Engine.Assembly.Bases;
using Bothy.Engine.Assembly.Overlay;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Alpine;

/// <summary>
/// Lays packages over each other as apk 2 installs them. A file in two packages needs leave (<see cref="UnpackedApk.TakesOver(UnpackedApk)"/>). What is
/// there without being a package's gives way, except below <c>/etc</c>, where the package's file goes beside it. A
/// directory of several packages has the bits that all of them give it and the lowest of their owners; one that is there already, made by
/// a script or with the root, stays as it is.
/// </summary>
internal sealed class ApkOverlay(FileTree tree, ContentFilter filter, ApkOwners names, BaseFiles? files)
{
    private const string Protected = "etc/";
    private const string BesideSuffix = ".apk-new";

    private readonly Dictionary<TreePath, UnpackedApk> _owners = [];
    private readonly HashSet<TreePath> _directories = [];
    private readonly Dictionary<TreePath, TreePath> _places = [];

    /// <summary>Whether the file at <paramref name="place"/> is <paramref name="package"/>'s.</summary>
    public bool Owns(UnpackedApk package, TreePath place) => _owners.GetValueOrDefault(place) == package;

    /// <summary>Lays <paramref name="package"/> over what is there.</summary>
    /// <exception cref="BothyException">It has a file of another package without leave to replace it, or one where a directory is.</exception>
    public void Add(UnpackedApk package)
    {
        if (package.Info.InstalledSize == 0)
        {
            // apk unpacks nothing of a package that says it takes no space.
            return;
        }

        // While apk unpacks a package the files of it are not in their places, so its owners are looked up as they were before.
        var owned = package.Contents.Tree.InOrderAdded
            .Where(static entry => !entry.Path.IsRoot)
            .Select(entry => (Entry: entry, User: names.User(entry), Group: names.Group(entry)))
            .ToList();
        _places.Clear();
        foreach (var (entry, user, group) in owned)
        {
            if (!filter.Keeps(entry))
            {
                continue;
            }

            var place = PlaceOf(entry.Path, package);
            package.Placed.Add(new ApkPlacedEntry(entry, place, user, group));
            var placed = entry with { Path = place, UserId = user, GroupId = group, UserName = null, GroupName = null };
            if (entry.Kind == EntryKind.Directory)
            {
                AddDirectory(placed, package);
            }
            else
            {
                AddFile(placed, package);
            }
        }
    }

    /// <summary>Drops what the filters emptied, and gives hard links that lost their first name the bytes.</summary>
    public void Finish()
    {
        filter.Finish(tree);
        HardLinks.Mend(tree, _owners, path => tree.Follow(path, last: false) ?? path, Owned);
    }

    private void AddDirectory(TreeEntry directory, UnpackedApk package)
    {
        if (!tree.TryGet(directory.Path, out var present))
        {
            // apk reads extended attributes of directories into its database and does not set them.
            tree.Set(directory with { ExtendedAttributes = TreeEntry.NoAttributes });
            _directories.Add(directory.Path);
        }
        else if (present.Kind == EntryKind.Directory)
        {
            if (_directories.Contains(directory.Path))
            {
                Merge(present, directory);
            }
        }
        else if (present.Kind != EntryKind.SymbolicLink || tree.Find(directory.Path)?.Kind != EntryKind.Directory)
        {
            throw Conflict($"{directory.Path} is a directory in {package.Id} and none in {OwnerOf(present)}");
        }
    }

    private void Merge(TreeEntry present, TreeEntry directory)
    {
        bool lower = (directory.UserId, directory.GroupId).CompareTo((present.UserId, present.GroupId)) < 0;
        var owner = lower ? directory : present;
        int mode = present.Mode & directory.Mode;
        if (lower || mode != present.Mode)
        {
            tree.Set(present with { Mode = mode, UserId = owner.UserId, GroupId = owner.GroupId });
        }
    }

    private void AddFile(TreeEntry file, UnpackedApk package)
    {
        var entry = file.Kind == EntryKind.HardLink ? SecondName(file, package) : file;
        if (tree.TryGet(entry.Path, out var present))
        {
            if (present.Kind == EntryKind.Directory)
            {
                throw Conflict($"{entry.Path} is a directory in {OwnerOf(present)} and none in {package.Id}");
            }

            if (_owners.TryGetValue(entry.Path, out var owner))
            {
                bool takes = owner == package || (package.TakesOver(owner)
                    ?? throw Conflict($"{entry.Path} is in both {owner.Id} and {package.Id}, and neither replaces the other"));
                if (!takes)
                {
                    return;
                }
            }
            else if (AssemblyState.IsOfBase(present) && files!.OwnerOf(entry.Path) is { } below)
            {
                bool takes = package.TakesOver(below)
                    ?? throw Conflict($"{entry.Path} is in both {below}, which is in the base, and {package.Id}, and neither replaces the other");
                if (!takes)
                {
                    return;
                }
            }
            else if (entry.Path.Value.StartsWith(Protected, StringComparison.Ordinal))
            {
                _owners[entry.Path] = package;
                if (!HasContentOf(present, entry))
                {
                    tree.Set(entry with { Path = TreePath.Parse(entry.Path.Value + BesideSuffix) });
                }

                return;
            }
        }

        tree.Set(entry);
        _owners[entry.Path] = package;
    }

    private static bool HasContentOf(TreeEntry present, TreeEntry entry) =>
        present.Kind == entry.Kind && present.LinkTarget == entry.LinkTarget && present.Content?.Digest == entry.Content?.Digest;

    // All names of a file are one inode: mode, owner and attributes are those of the first.
    private TreeEntry SecondName(TreeEntry link, UnpackedApk package)
    {
        var first = PlaceOf(TreePath.Parse(link.LinkTarget!), package);
        return tree.TryGet(first, out var file)
            ? link with { LinkTarget = first.Value, Mode = file.Mode, UserId = file.UserId, GroupId = file.GroupId, ExtendedAttributes = file.ExtendedAttributes }
            : link with { LinkTarget = first.Value };
    }

    private TreePath PlaceOf(TreePath path, UnpackedApk package)
    {
        var parent = path.Parent;
        if (parent.IsRoot)
        {
            return path;
        }

        if (!_places.TryGetValue(parent, out var place))
        {
            place = tree.Follow(parent) is { } real && tree.TryGet(real, out var directory) && directory.Kind == EntryKind.Directory
                ? real
                : throw Conflict($"{package.Id} has {path}, but {parent} is no directory");
            _places[parent] = place;
        }

        return place == parent ? path : place.Append(path.Name);
    }

    private static TreeEntry Owned(TreeEntry shipped, UnpackedApk package) =>
        package.Placed.Find(placed => placed.Shipped == shipped) is { } placed
            ? shipped with { UserId = placed.UserId, GroupId = placed.GroupId, UserName = null, GroupName = null }
            : shipped;

    private string OwnerOf(TreeEntry entry) => _owners.GetValueOrDefault(entry.Path)?.Id.ToString() ?? entry.Origin.ToString()!;

    private static BothyException Conflict(string problem) => new($"cannot assemble: {problem}")
    {
        Hint = "Leave one of the two out of 'contents.packages', or name it in 'contents.omit' or the path in 'contents.exclude'.",
    };
}
