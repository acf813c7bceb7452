using Bothy.Formats.Tar;
using Bothy.Formats.Trees;

namespace Bothy.Packages;

/// <summary>
/// Judges the entries of a package one after the other: each path once and inside the package, nothing below what is not a
/// directory, hard links only to files that came before.
/// </summary>
/// <param name="source">What the package is, for messages.</param>
/// <param name="allowDevices">Whether device nodes are among what such packages ship.</param>
internal sealed class PackageTreeShape(string source, bool allowDevices)
{
    private readonly Dictionary<TreePath, EntryKind> _kinds = [];

    // Directories that are there because something is in them, with or without an entry of their own.
    private readonly HashSet<TreePath> _parents = [];

    /// <summary>Accepts an entry and returns its path.</summary>
    /// <exception cref="MalformedDataException">The entry must not be unpacked; the message names it.</exception>
    public TreePath Add(TarEntry entry)
    {
        var path = PathOf(entry);
        if (path.IsRoot)
        {
            return entry.Kind == EntryKind.Directory ? path : throw Refuse(entry, "takes the place of the root");
        }

        if (!_kinds.TryAdd(path, entry.Kind))
        {
            throw Refuse(entry, "comes twice");
        }

        if (entry.Kind != EntryKind.Directory && _parents.Contains(path))
        {
            throw Refuse(entry, "takes the place of a directory with entries");
        }

        CheckKind(entry);
        CheckParents(entry, path);
        return path;
    }

    private TreePath PathOf(TarEntry entry)
    {
        // Databases of packages are text.
        bool isText = TarText.IsUnicode(entry.Name);
        if (isText && TreePath.TryParse(entry.Name, null, out var path))
        {
            return path;
        }

        throw Refuse(entry, !isText ? "has a name that is not Unicode text"
            : entry.Name.StartsWith('/') ? "has an absolute name"
            : entry.Name.Split('/').Contains("..", StringComparer.Ordinal) ? "leaves the package"
            : "has a name that is not a path");
    }

    private void CheckKind(TarEntry entry)
    {
        switch (entry.Kind)
        {
            case EntryKind.CharacterDevice or EntryKind.BlockDevice when !allowDevices:
                throw Refuse(entry, "is a device, which no package ships");
            case EntryKind.HardLink when !TreePath.TryParse(entry.LinkName, null, out var first) || !_kinds.TryGetValue(first, out var kind) || kind != EntryKind.File:
                throw Refuse(entry, $"is a hard link to '{entry.LinkName}', which is no file that came before it");
            default:
                break;
        }
    }

    private void CheckParents(TarEntry entry, TreePath path)
    {
        // A parent that is known has parents that are known.
        for (var parent = path.Parent; !parent.IsRoot && _parents.Add(parent); parent = parent.Parent)
        {
            if (_kinds.TryGetValue(parent, out var kind) && kind != EntryKind.Directory)
            {
                throw Refuse(entry, $"lies below '{parent.Value}', which is not a directory");
            }
        }
    }

    private MalformedDataException Refuse(TarEntry entry, string reason) => new(source, entry.Offset, $"the entry '{entry.Name}' {reason}");
}
