using Bothy.Formats.Trees;

namespace Bothy.Inspection.Linkage;

/// <summary>The programs, libraries and modules of a tree, and what looks like them and is damaged.</summary>
internal sealed class ElfObjects
{
    private readonly Dictionary<TreePath, ElfObject?> _byPath = [];
    private ILookup<string, TreePath>? _byName;

    private ElfObjects(FileTree tree) => Tree = tree;

    public FileTree Tree { get; }

    /// <summary>In the order of their paths.</summary>
    public List<ElfObject> All { get; } = [];

    /// <summary>Files that may be started and are no ELF files.</summary>
    public List<TreeEntry> OtherPrograms { get; } = [];

    /// <summary>Files that begin as ELF files do and are none, with the reason.</summary>
    public Dictionary<TreePath, string> Damaged { get; } = [];

    /// <exception cref="BothyException">A file cannot be read.</exception>
    public static ElfObjects Of(FileTree tree, CancellationToken cancellationToken)
    {
        var objects = new ElfObjects(tree);
        foreach (var entry in tree.Entries)
        {
            if (entry is not { Kind: EntryKind.File, Content.Length: > 1 } || !(IsExecutable(entry) || IsLibraryName(entry.Path.Name)))
            {
                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (objects.Read(entry) is { } found)
            {
                objects.All.Add(found);
            }
            else if (IsExecutable(entry) && !objects.Damaged.ContainsKey(entry.Path))
            {
                objects.OtherPrograms.Add(entry);
            }
        }

        return objects;
    }

    public static bool IsExecutable(TreeEntry entry) => (entry.Mode & 0b001_001_001) != 0;

    // Programs are executable, libraries and modules are called so; opening every other file of an image would be most of the work.
    private static bool IsLibraryName(string name) => name.Contains(".so", StringComparison.Ordinal) || name.EndsWith(".node", StringComparison.Ordinal);

    /// <summary>The ELF file that <paramref name="path"/> means once links are followed; null where there is none.</summary>
    public ElfObject? At(TreePath path) => Tree.Find(path) is { Kind: EntryKind.File } entry ? Read(entry) : null;

    /// <summary>Where in the tree something has that name.</summary>
    public IEnumerable<TreePath> Named(string name) =>
        (_byName ??= Tree.Entries.Where(static entry => entry.Kind != EntryKind.Directory).ToLookup(static entry => entry.Path.Name, static entry => entry.Path, StringComparer.Ordinal))[name];

    /// <summary>
    /// The path that a text means which may have <c>.</c>, <c>..</c> and doubled slashes, symbolic links before <c>..</c> followed as the kernel
    /// does; null where it is not absolute, or leads nowhere.
    /// </summary>
    public TreePath? Resolve(string text)
    {
        if (!text.StartsWith('/') || text.Length > TreePath.MaxLength)
        {
            return null;
        }

        var at = TreePath.Root;
        foreach (string part in text.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (Tree.Follow(at) is not { } real)
                {
                    return null;
                }

                at = real.Parent;
            }
            else if (part != ".")
            {
                if (at.Value.Length + part.Length >= TreePath.MaxLength || part.Contains('\0', StringComparison.Ordinal))
                {
                    return null;
                }

                at = at.Append(part);
            }
        }

        return at;
    }

    private ElfObject? Read(TreeEntry entry)
    {
        if (_byPath.TryGetValue(entry.Path, out var known))
        {
            return known;
        }

        try
        {
            known = entry.Content!.ReadElf(entry.Path.ToString()) is { } facts ? new ElfObject(entry, facts) : null;
        }
        catch (MalformedDataException failure)
        {
            Damaged[entry.Path] = failure.Problem;
        }

        return _byPath[entry.Path] = known;
    }
}
