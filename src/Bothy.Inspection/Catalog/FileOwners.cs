using Bothy.Formats.Trees;

namespace Bothy.Inspection.Catalog;

/// <summary>Which package each path of a tree is of.</summary>
internal sealed class FileOwners(FileTree tree)
{
    private readonly Dictionary<TreePath, InstalledPackage> _files = [];
    private readonly Dictionary<TreePath, InstalledPackage?> _directories = [];
    private readonly Dictionary<InstalledPackage, List<TreePath>> _byPackage = [];
    private readonly HashSet<InstalledPackage> _listed = [];
    private readonly Dictionary<TreePath, TreePath?> _realDirectories = [];

    /// <summary>Notes that <paramref name="package"/> lists <paramref name="listed"/>. Of a file that two packages list, the later one counts.</summary>
    public void Add(TreePath listed, InstalledPackage package)
    {
        if (RealPath(listed) is not { } path || !tree.TryGet(path, out var entry))
        {
            return;
        }

        if (entry.Kind == EntryKind.Directory)
        {
            _directories[path] = _directories.TryGetValue(path, out var other) && other != package ? null : package;
            return;
        }

        if (_files.TryGetValue(path, out var before))
        {
            if (before == package)
            {
                return;
            }

            _byPackage[before].Remove(path);
        }

        _files[path] = package;
        if (!_byPackage.TryGetValue(package, out var paths))
        {
            _byPackage[package] = paths = [];
        }

        paths.Add(path);
    }

    /// <summary>Notes that there is a list of the files of <paramref name="package"/>, however short.</summary>
    public void MarkListed(InstalledPackage package) => _listed.Add(package);

    /// <summary>Whether there is a list of the files of <paramref name="package"/>.</summary>
    public bool IsListed(InstalledPackage package) => _listed.Contains(package);

    /// <summary>The package of <paramref name="path"/>; null where nobody lists it, or several a directory.</summary>
    public InstalledPackage? Of(TreePath path) =>
        RealPath(path) is { } real ? _files.GetValueOrDefault(real) ?? _directories.GetValueOrDefault(real) : null;

    /// <summary>The files and links of <paramref name="package"/>, sorted.</summary>
    public IReadOnlyList<TreePath> FilesOf(InstalledPackage package) =>
        _byPackage.TryGetValue(package, out var paths) ? [.. paths.Order()] : [];

    // The entry itself may be a link: only the directories on the way are followed, each of them once.
    private TreePath? RealPath(TreePath path)
    {
        if (path.IsRoot)
        {
            return path;
        }

        var parent = path.Parent;
        if (!_realDirectories.TryGetValue(parent, out var real))
        {
            real = tree.Follow(parent);
            _realDirectories[parent] = real;
        }

        return real is not { } directory ? null
            : directory == parent ? path
            : TreePath.TryParse($"{directory.Value}/{path.Name}".TrimStart('/'), null, out var there) ? there
            : null;
    }
}
