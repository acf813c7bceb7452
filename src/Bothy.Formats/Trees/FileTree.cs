using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Bothy.Formats.Trees;

/// <summary>
/// The selection of files that an image, a layer or a package is: each path once, with its entry. Paths are taken
/// literally; <see cref="Follow"/> resolves symbolic links inside the tree, never outside it.
/// </summary>
public sealed class FileTree
{
    private const int MaxLinks = 40;

    private readonly Dictionary<TreePath, TreeEntry> _entries = [];
    private readonly List<TreePath> _added = [];
    private readonly HashSet<TreePath> _changed = [];
    private TreeEntry[]? _sorted;

    /// <summary>The number of entries.</summary>
    public int Count => _entries.Count;

    /// <summary>Another tree with the same entries, to be changed without changing this one.</summary>
    public FileTree Copy()
    {
        var copy = new FileTree();
        foreach (var entry in InOrderAdded)
        {
            copy.Set(entry);
        }

        return copy;
    }

    /// <summary>All entries in the order of their paths: a directory before what is in it.</summary>
    public IReadOnlyList<TreeEntry> Entries => _sorted is not null && _changed.Count == 0 ? _sorted : Sort();

    /// <summary>All entries in the order in which their paths were added: of a tree that was read from an archive, the archive's.</summary>
    public IEnumerable<TreeEntry> InOrderAdded => _added.Distinct().Where(Contains).Select(path => _entries[path]);

    /// <summary>The entry at <paramref name="path"/> itself, links not followed.</summary>
    public bool TryGet(TreePath path, [NotNullWhen(true)] out TreeEntry? entry) => _entries.TryGetValue(path, out entry);

    /// <summary>Whether there is an entry at <paramref name="path"/>, links not followed.</summary>
    public bool Contains(TreePath path) => _entries.ContainsKey(path);

    /// <summary>Adds an entry, or takes the place of the one at its path.</summary>
    public void Set(TreeEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, entry.Path, out bool present);
        place = entry;
        if (!present)
        {
            _added.Add(entry.Path);
        }

        Change(entry.Path);
    }

    /// <summary>Removes the entry at <paramref name="path"/> alone, not what is below it.</summary>
    public bool Remove(TreePath path)
    {
        Change(path);
        return _entries.Remove(path);
    }

    /// <summary>
    /// The path that <paramref name="path"/> means once the symbolic links on its way are followed, as the kernel would with
    /// this tree as root. The last part is followed only where <paramref name="last"/> says so.
    /// Parts that do not exist stay as they are. Null where the links form a cycle.
    /// </summary>
    public TreePath? Follow(TreePath path, bool last = true)
    {
        var pending = new Stack<string>();
        Push(pending, path.Value);
        var at = new List<string>();
        int links = 0;
        while (pending.TryPop(out string? part))
        {
            if (part is "" or ".")
            {
                continue;
            }

            if (part == "..")
            {
                if (at.Count > 0)
                {
                    at.RemoveAt(at.Count - 1);
                }

                continue;
            }

            at.Add(part);
            if ((last || pending.Count > 0)
                && TreePath.TryParse(string.Join('/', at), null, out var here)
                && TryGet(here, out var entry)
                && entry.Kind == EntryKind.SymbolicLink)
            {
                if (++links > MaxLinks)
                {
                    return null;
                }

                at.RemoveAt(at.Count - 1);
                string target = entry.LinkTarget ?? "";
                if (target.StartsWith('/'))
                {
                    at.Clear();
                }

                Push(pending, target);
            }
        }

        return TreePath.TryParse(string.Join('/', at), null, out var result) ? result : null;
    }

    /// <summary>The entry that <paramref name="path"/> means once symbolic links and one hard link are followed; null where there is none.</summary>
    public TreeEntry? Find(TreePath path)
    {
        if (Follow(path) is not { } real || !TryGet(real, out var entry))
        {
            return null;
        }

        return entry.Kind == EntryKind.HardLink && TreePath.TryParse(entry.LinkTarget, null, out var first) && TryGet(first, out var file)
            ? file
            : entry;
    }

    private void Change(TreePath path)
    {
        if (_sorted is not null)
        {
            _changed.Add(path);
        }
    }

    // Whoever assembles an image changes a few entries and looks at all of them, again and again: what was sorted stays sorted, in
    // a new array, since somebody may be going through the old one.
    private TreeEntry[] Sort()
    {
        if (_sorted is null || _changed.Count > _sorted.Length / 4)
        {
            var all = _entries.Values.ToArray();
            Array.Sort(all, static (a, b) => a.Path.CompareTo(b.Path));
            _sorted = all;
        }
        else
        {
            _sorted = Merge(_sorted);
        }

        _changed.Clear();
        return _sorted;
    }

    private TreeEntry[] Merge(TreeEntry[] before)
    {
        var added = _changed.Where(_entries.ContainsKey).Order().Select(path => _entries[path]).ToArray();
        var merged = new TreeEntry[_entries.Count];
        int next = 0;
        int at = 0;
        foreach (var entry in before)
        {
            if (_changed.Contains(entry.Path))
            {
                continue;
            }

            while (next < added.Length && added[next].Path.CompareTo(entry.Path) < 0)
            {
                merged[at++] = added[next++];
            }

            merged[at++] = entry;
        }

        added.AsSpan(next).CopyTo(merged.AsSpan(at));
        return merged;
    }

    private static void Push(Stack<string> pending, string path)
    {
        string[] parts = path.Split('/');
        for (int i = parts.Length - 1; i >= 0; i--)
        {
            pending.Push(parts[i]);
        }
    }
}
