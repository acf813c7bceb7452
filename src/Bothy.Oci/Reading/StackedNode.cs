using Bothy.Formats.Trees;

namespace Bothy.Oci.Reading;

/// <summary>A regular file of the stack of layers, which may have several names.</summary>
internal sealed class StackedFile(TreeEntry entry)
{
    /// <summary>The entry at the name it was unpacked to.</summary>
    public TreeEntry Entry => entry;

    /// <summary>How many names it has.</summary>
    public int Names { get; set; }
}

/// <summary>A path of the stack of layers.</summary>
internal sealed class StackedNode
{
    private static readonly StackedNode[] None = [];

    private Dictionary<string, StackedNode>? _children;

    private StackedNode(StackedNode? parent, string name)
    {
        Parent = parent;
        Name = name;
        PathLength = parent is null ? 0 : parent.PathLength + 1 + name.Length;
    }

    /// <summary>The directory it is in; null for the root.</summary>
    public StackedNode? Parent { get; }

    /// <summary>The last part of the path.</summary>
    public string Name { get; }

    /// <summary>The number of characters of the path, with a slash at its beginning.</summary>
    public int PathLength { get; }

    /// <summary>The number of the layer that it is of.</summary>
    public int Layer { get; set; }

    /// <summary>The entry; null for a directory that no layer has an entry for, and for a regular file.</summary>
    public TreeEntry? Entry { get; set; }

    /// <summary>The regular file; null for everything else.</summary>
    public StackedFile? File { get; set; }

    /// <summary>Whether it is a directory.</summary>
    public bool IsDirectory => File is null && Entry is null or { Kind: EntryKind.Directory };

    /// <summary>Whether it is a symbolic link.</summary>
    public bool IsLink => Entry is { Kind: EntryKind.SymbolicLink };

    /// <summary>What is in the directory, in no order.</summary>
    public IReadOnlyCollection<StackedNode> Children => _children is null ? None : _children.Values;

    /// <summary>An empty root.</summary>
    public static StackedNode Root() => new(null, "");

    /// <summary>What is called <paramref name="name"/> in the directory; null where there is nothing.</summary>
    public StackedNode? Child(ReadOnlySpan<char> name) =>
        _children is not null && _children.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var child) ? child : null;

    /// <summary>Makes a new path in the directory, where there is none of that name.</summary>
    public StackedNode AddChild(string name)
    {
        var child = new StackedNode(this, name);
        (_children ??= new Dictionary<string, StackedNode>(StringComparer.Ordinal)).Add(name, child);
        return child;
    }

    /// <summary>Takes the path and all below it out of its directory.</summary>
    public void Detach() => Parent?._children?.Remove(Name);

    /// <summary>The path.</summary>
    public TreePath Path() => Parent is null ? TreePath.Root : Parent.Path().Append(Name);
}
