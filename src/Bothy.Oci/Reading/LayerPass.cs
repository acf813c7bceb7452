using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Oci.Reading;

/// <summary>One layer on its way onto the stack: what it removes and adds, and what it thereby hides.</summary>
/// <param name="root">The stack.</param>
/// <param name="layer">The layer.</param>
/// <param name="number">Its number.</param>
/// <param name="image">What the image is, for messages.</param>
/// <param name="room">How many more paths the stack may have.</param>
internal sealed class LayerPass(StackedNode root, OpenedLayer layer, int number, string image, StackRoom room)
{
    private const int MostLinks = 40;

    private readonly List<PlacedEntry> _placed = [];
    private readonly List<HiddenEntry> _hidden = [];
    private int _links;

    /// <summary>What was hidden so far, sorted by path.</summary>
    public ImmutableArray<HiddenEntry> Hidden() => [.. _hidden.OrderBy(hidden => hidden.Entry.Path).ThenBy(hidden => hidden.Layer)];

    /// <summary>What was unpacked so far, in order.</summary>
    public ImmutableArray<PlacedEntry> Placed() => [.. _placed];

    /// <summary>Hides what lower layers have in <paramref name="directory"/>.</summary>
    public void Empty(TreePath directory)
    {
        _links = 0;
        if (Below(directory) is { IsDirectory: true } emptied)
        {
            foreach (var child in emptied.Children.ToArray())
            {
                Hide(child, HiddenBy.OpaqueDirectory);
            }
        }
    }

    /// <summary>Removes what lower layers have at <paramref name="path"/>; there may be nothing.</summary>
    public void Remove(TreePath path)
    {
        _links = 0;
        if (Below(path.Parent)?.Child(path.Name) is { } removed)
        {
            Hide(removed, HiddenBy.Whiteout);
        }
    }

    /// <summary>Unpacks an entry.</summary>
    /// <exception cref="BothyException">It cannot be.</exception>
    public void Add(TreeEntry entry)
    {
        if (entry.Path.IsRoot)
        {
            _placed.Add(new PlacedEntry(entry, root.Entry));
            (root.Entry, root.Layer) = (entry, number);
            return;
        }

        _links = 0;
        var parent = Walk(root, entry.Path.Parent.Value, entry);
        var target = entry.Kind == EntryKind.HardLink ? Target(entry) : null;
        var existing = parent.Child(entry.Path.Name);
        if (target is not null && target == existing)
        {
            return;
        }

        var before = existing?.Layer < number ? existing.File?.Entry ?? existing.Entry : null;
        if (existing is not { IsDirectory: true } || entry.Kind != EntryKind.Directory)
        {
            if (existing is not null)
            {
                Hide(existing, HiddenBy.Replacement);
            }

            existing = NewChild(parent, entry.Path.Name, entry);
        }

        existing.Layer = number;
        (existing.Entry, existing.File) = target is not null ? (target.Entry, target.File)
            : entry.Kind == EntryKind.File ? (null, new StackedFile(entry))
            : (entry, null);
        if (existing.File is { } file)
        {
            file.Names++;
        }

        var path = existing.Path();
        _placed.Add(new PlacedEntry(entry.Path == path ? entry : entry with { Path = path }, before));
    }

    private StackedNode Target(TreeEntry entry)
    {
        _links = 0;
        var path = TreePath.Parse(entry.LinkTarget!);
        var directory = Find(root, path.Parent.Value);
        return directory?.Child(path.Name) is { IsDirectory: false } target
            ? target
            : throw Refuse(entry, $"is a hard link to '{entry.LinkTarget}', which is no file at that point");
    }

    // A directory that the layer itself puts in the place of a lower link leads nowhere among the lower layers.
    private StackedNode? Below(TreePath path)
    {
        for (var prefix = path; !prefix.IsRoot; prefix = prefix.Parent)
        {
            if (layer.Tree.TryGet(prefix, out var own) && own.Kind == EntryKind.Directory && Find(root, prefix.Parent.Value)?.Child(prefix.Name) is { IsLink: true })
            {
                return null;
            }
        }

        return Find(root, path.Value);
    }

    // The directory that a path means; null where there is none.
    private StackedNode? Find(StackedNode start, string path)
    {
        var at = start;
        foreach (var range in path.AsSpan().Split('/'))
        {
            var part = path.AsSpan()[range];
            at = part is "" or "." ? at
                : part is ".." ? at.Parent ?? at
                : at.Child(part) is not { } child ? null
                : child.IsLink ? FindLink(at, child)
                : child.IsDirectory ? child
                : null;
            if (at is null)
            {
                return null;
            }
        }

        return at;
    }

    private StackedNode? FindLink(StackedNode directory, StackedNode link)
    {
        string target = link.Entry!.LinkTarget ?? "";
        return ++_links > MostLinks ? null : Find(target.StartsWith('/') ? root : directory, target);
    }

    // The same, for unpacking: what is missing is made.
    private StackedNode Walk(StackedNode start, string path, TreeEntry entry)
    {
        var at = start;
        foreach (var range in path.AsSpan().Split('/'))
        {
            var part = path.AsSpan()[range];
            if (part is "" or ".")
            {
                continue;
            }

            if (part is "..")
            {
                at = at.Parent ?? at;
                continue;
            }

            var child = at.Child(part) ?? NewChild(at, part.ToString(), entry);
            at = child.IsLink ? WalkLink(at, child, entry)
                : child.IsDirectory ? child
                : throw Refuse(entry, $"lies below '{child.Path().Value}', which is not a directory");
        }

        return at;
    }

    private StackedNode WalkLink(StackedNode directory, StackedNode link, TreeEntry entry)
    {
        if (++_links > MostLinks)
        {
            throw Refuse(entry, $"lies below '{link.Path().Value}', a symbolic link that leads nowhere but to itself");
        }

        string target = link.Entry!.LinkTarget ?? "";
        return Walk(target.StartsWith('/') ? root : directory, target, entry);
    }

    private StackedNode NewChild(StackedNode parent, string name, TreeEntry entry)
    {
        if (parent.PathLength + 1 + name.Length > TreePath.MaxLength)
        {
            throw Refuse(entry, FormattableString.Invariant($"lands at a path of more than {TreePath.MaxLength} characters"));
        }

        if (--room.Left < 0)
        {
            throw new BothyException(FormattableString.Invariant($"cannot read {image}: it has more than {room.Most} paths"));
        }

        var child = parent.AddChild(name);
        child.Layer = number;
        return child;
    }

    private void Hide(StackedNode node, HiddenBy by)
    {
        node.Detach();
        var pending = new Stack<StackedNode>([node]);
        while (pending.TryPop(out var next))
        {
            room.Left++;
            foreach (var child in next.Children)
            {
                pending.Push(child);
            }

            bool gone = next.File is { } file && --file.Names == 0;
            if (next.Layer < number && (next.File?.Entry ?? next.Entry) is { } entry)
            {
                _hidden.Add(new HiddenEntry(entry with { Path = next.Path() }, next.Layer, gone ? entry.Content!.Length : 0, by));
            }
        }
    }

    private BothyException Refuse(TreeEntry entry, string reason) =>
        new($"cannot read layer {layer.DiffId} of {image}: the entry '{entry.Path.Value}' {reason}");
}

/// <summary>How many paths a stack of layers may have.</summary>
internal sealed class StackRoom(int most)
{
    public int Most { get; } = most;

    public int Left { get; set; } = most;
}
