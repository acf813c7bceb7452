using Bothy.Formats.Tar;
using Bothy.Formats.Trees;
using Bothy.Oci.Layers;

namespace Bothy.Oci.Reading;

/// <summary>
/// Judges the entries of a layer's archive one after the other, as a runtime would unpack them: which are markers (image-spec, layer.md, "Whiteouts"), which
/// come again, and which do not count in the end. What would leave the image is refused.
/// </summary>
/// <param name="source">What the layer is, for messages.</param>
internal sealed class LayerShape(string source)
{
    private const string WhiteoutPrefix = ".wh.";
    private const string OpaqueMarker = ".wh..wh..opq";

    // AUFS kept its own files under this prefix; archives of its time hold them.
    private const string MetadataPrefix = ".wh..wh.";

    private readonly Dictionary<TreePath, Seen> _seen = [];
    private readonly HashSet<TreePath> _parents = [];
    private readonly SortedSet<TreePath> _whiteouts = [];
    private readonly SortedSet<TreePath> _opaque = [];
    private readonly SortedSet<TreePath> _duplicates = [];
    private TreePath _last;
    private int _count;
    private bool _replaces;

    /// <summary>Accepts an entry; the path and the link's target where it is to be kept, null where it was a marker.</summary>
    /// <exception cref="MalformedDataException">No runtime can unpack it, or must not; the message names it.</exception>
    public (TreePath Path, string? LinkTarget)? Add(TarEntry entry)
    {
        var path = Clean(entry.Name, entry);
        if (IsMarker(entry, path))
        {
            return null;
        }

        string? target = entry.Kind == EntryKind.HardLink ? Clean(entry.LinkName!, entry).Value : entry.LinkName;
        Remember(entry, path);
        return (path, target);
    }

    /// <summary>What the archive said beside its entries.</summary>
    public LayerNotes Finish(long uncompressedSize)
    {
        // Its index is the last entry, where it is one at all: most writers put it behind the end of the archive.
        bool isEStargz = _last.Value == EStargz.TocName;
        var dropped = new SortedSet<TreePath>(_replaces ? _seen.Where(seen => IsDropped(seen.Key, seen.Value.At)).Select(seen => seen.Key) : []);
        return new LayerNotes(uncompressedSize, isEStargz, [.. _whiteouts], [.. _opaque], [.. _duplicates.Except(dropped)], [.. dropped]);
    }

    // Names are taken as Go's path.Clean takes them, which every runtime uses: from the root, without empty parts and dots.
    private TreePath Clean(string name, TarEntry entry)
    {
        if (TreePath.TryParse(name, null, out var path))
        {
            return path;
        }

        string[] parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Contains("..", StringComparer.Ordinal))
        {
            throw Refuse(entry, ReferenceEquals(name, entry.LinkName) ? $"is a hard link to '{name}', which leaves the image" : "leaves the image");
        }

        return TreePath.TryParse(string.Join('/', parts.Where(part => part != ".")), null, out path) ? path : throw Refuse(entry, "has a name that is not a path");
    }

    private bool IsMarker(TarEntry entry, TreePath path)
    {
        if (!path.Value.Contains(WhiteoutPrefix, StringComparison.Ordinal))
        {
            return false;
        }

        if (path.Parent.Value.Split('/').Any(static part => part.StartsWith(WhiteoutPrefix, StringComparison.Ordinal)))
        {
            return path.Parent.Value.Split('/').Any(static part => part.StartsWith(MetadataPrefix, StringComparison.Ordinal))
                ? true
                : throw Refuse(entry, "lies below a whiteout");
        }

        string name = path.Name;
        if (!name.StartsWith(WhiteoutPrefix, StringComparison.Ordinal))
        {
            return false;
        }

        if (name == OpaqueMarker)
        {
            _opaque.Add(path.Parent);
        }
        else if (!name.StartsWith(MetadataPrefix, StringComparison.Ordinal))
        {
            string removed = name[WhiteoutPrefix.Length..];
            _whiteouts.Add(removed is "" or "." or ".." ? throw Refuse(entry, "is a whiteout of nothing") : path.Parent.Append(removed));
        }

        return true;
    }

    private void Remember(TarEntry entry, TreePath path)
    {
        bool isDirectory = entry.Kind == EntryKind.Directory;
        if (path.IsRoot && !isDirectory)
        {
            throw Refuse(entry, "takes the place of the root");
        }

        int at = ++_count;
        if (_seen.TryGetValue(path, out var before))
        {
            // Tools that walk a tree twice write its directories twice.
            if (!isDirectory || !before.IsDirectory)
            {
                _duplicates.Add(path);
                _replaces |= before.IsDirectory != isDirectory;
            }
        }

        _replaces |= !isDirectory && _parents.Contains(path);
        _seen[path] = new Seen(entry.Kind, at, isDirectory ? before.NotDirectoryAt : at);
        _last = path;
        CheckParents(entry, path);
    }

    private void CheckParents(TarEntry entry, TreePath path)
    {
        for (var parent = path.Parent; !parent.IsRoot; parent = parent.Parent)
        {
            if (_seen.TryGetValue(parent, out var seen) && seen.Kind is not (EntryKind.Directory or EntryKind.SymbolicLink))
            {
                throw Refuse(entry, $"lies below '{parent.Value}', which is not a directory");
            }

            if (!_parents.Add(parent))
            {
                return;
            }
        }
    }

    // It was there before something that is not a directory took the place of a directory it is in.
    private bool IsDropped(TreePath path, int at)
    {
        for (var parent = path.Parent; !parent.IsRoot; parent = parent.Parent)
        {
            if (_seen.TryGetValue(parent, out var seen) && seen.NotDirectoryAt > at)
            {
                return true;
            }
        }

        return false;
    }

    private MalformedDataException Refuse(TarEntry entry, string reason) => new(source, entry.Offset, $"the entry '{entry.Name}' {reason}");

    private readonly record struct Seen(EntryKind Kind, int At, int NotDirectoryAt)
    {
        public bool IsDirectory => Kind == EntryKind.Directory;
    }
}
