using System.Collections.Immutable;
using System.Text;
using Bothy.Formats.Trees;

namespace Bothy.Formats.Elf;

/// <summary>A symbolic link by which the loader finds a library under the name that programs need.</summary>
/// <param name="Path">Where it is, or takes the place of an older link.</param>
/// <param name="Target">Its text: the name of a file in the same directory.</param>
public sealed record LibraryLink(TreePath Path, string Target);

/// <summary>What <c>ldconfig</c> would change.</summary>
/// <param name="Cache">The content of <c>/etc/ld.so.cache</c>.</param>
/// <param name="Links">The links to add or replace, in the order of their paths.</param>
/// <param name="StaleLinks">The links to nowhere that it would remove, in the same order.</param>
public sealed record LdConfigResult(ReadOnlyMemory<byte> Cache, ImmutableArray<LibraryLink> Links, ImmutableArray<TreePath> StaleLinks);

/// <summary>
/// Does for a tree what glibc's <c>ldconfig -r</c> does for a root directory, and gives the same bytes and links. Not done: the
/// hardware directories from before glibc 2.33 (<c>tls</c>, <c>haswell</c>), and libraries for other processors than the tree's own.
/// </summary>
public sealed class LdConfig
{
    private readonly FileTree _tree;
    private readonly LdConfigTarget _target;
    private readonly ILookup<TreePath, TreeEntry> _children;
    private readonly Dictionary<TreePath, ElfFacts?> _facts = [];
    private readonly List<LdSoCacheEntry> _entries = [];
    private readonly List<LibraryLink> _links = [];
    private readonly List<TreePath> _stale = [];

    private LdConfig(FileTree tree, LdConfigTarget target)
    {
        _tree = tree;
        _target = target;
        _children = tree.Entries.Where(entry => !entry.Path.IsRoot).ToLookup(entry => entry.Path.Parent);
    }

    /// <summary>The cache and links of <paramref name="tree"/>; null where it holds no glibc of a known kind.</summary>
    /// <exception cref="BothyException">A file of the tree cannot be read.</exception>
    public static LdConfigResult? Run(FileTree tree) => LdConfigTarget.Find(tree) is { } target ? Run(tree, target) : null;

    /// <summary>The cache and links of <paramref name="tree"/> as the given glibc would make them.</summary>
    /// <exception cref="BothyException">A file of the tree cannot be read.</exception>
    public static LdConfigResult Run(FileTree tree, LdConfigTarget target)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(target);
        var run = new LdConfig(tree, target);
        foreach (var (shown, real) in LdSoConf.Directories(tree, run._children, target))
        {
            run.Scan(shown, real, hardware: null);
            foreach (var variant in run.HardwareDirectories(real))
            {
                run.Scan($"{shown}/glibc-hwcaps/{variant.Name}", variant, variant.Name);
            }
        }

        return new LdConfigResult(
            LdSoCache.Write(run._entries, target.Generator),
            [.. run._links.OrderBy(link => link.Path)],
            [.. run._stale.Order()]);
    }

    private static bool IsLibraryName(string name) =>
        (name.StartsWith("lib", StringComparison.Ordinal) || name.StartsWith("ld-", StringComparison.Ordinal))
        && name.Contains(".so", StringComparison.Ordinal)
        // Left behind by dpkg in the middle of its work; glibc passes over them since 2.39.
        && !name.EndsWith(".dpkg-new", StringComparison.Ordinal)
        && !name.EndsWith(".dpkg-tmp", StringComparison.Ordinal);

    private static int CompareNames(string a, string b) =>
        LibraryNameComparer.Instance.Compare(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));

    private IEnumerable<TreePath> HardwareDirectories(TreePath directory) =>
        _tree.Follow(directory.Append("glibc-hwcaps")) is { } parent
            ? _children[parent].Where(entry => entry.Kind == EntryKind.Directory).Select(entry => entry.Path).Order()
            : [];

    private void Scan(string shown, TreePath directory, string? hardware)
    {
        var best = new SortedDictionary<string, Candidate>(StringComparer.Ordinal);
        foreach (var entry in _children[directory].OrderBy(entry => entry.Path.Name, StringComparer.Ordinal))
        {
            if (IsLibraryName(entry.Path.Name)
                && Look(entry) is { } candidate
                && (!best.TryGetValue(candidate.SoName, out var other) || candidate.IsBetterThan(other)))
            {
                best[candidate.SoName] = candidate;
            }
        }

        foreach (var (soName, library) in best)
        {
            _entries.Add(new LdSoCacheEntry(soName, $"{shown}/{(hardware is null ? soName : library.Name)}", _target.CacheFlags, hardware));
            if (hardware is null && !library.IsLink && NeedsLink(directory, library) is { } path)
            {
                _links.Add(new LibraryLink(path, library.Name));
            }
        }
    }

    private Candidate? Look(TreeEntry entry)
    {
        string name = entry.Path.Name;
        var found = _tree.Find(entry.Path);
        if (found is null && name.Contains(".so.", StringComparison.Ordinal))
        {
            _stale.Add(entry.Path);
        }

        if (found is not { Kind: EntryKind.File } || FactsOf(found) is not { } facts)
        {
            return null;
        }

        string soName = string.IsNullOrEmpty(facts.SoName) ? name : facts.SoName;
        // A link by another name than its library's is taken for a library itself, unless it is there for linkers ('libx.so').
        bool isLink = entry.Kind == EntryKind.SymbolicLink
            && (name == soName || (name.EndsWith(".so", StringComparison.Ordinal) && soName.StartsWith(name, StringComparison.Ordinal)));
        return new Candidate(name, isLink ? name : soName, isLink, found.Path);
    }

    private ElfFacts? FactsOf(TreeEntry file)
    {
        if (_facts.TryGetValue(file.Path, out var known))
        {
            return known;
        }

        ElfFacts? facts = null;
        try
        {
            facts = file.Content!.ReadElf(file.Path.ToString()) is { Type: ElfType.Shared, IsDynamic: true } read
                && read.Machine == _target.Machine
                && read.Bits == _target.Bits
                    ? read
                    : null;
        }
        catch (MalformedDataException)
        {
            // ldconfig warns about a damaged library and goes on; what needs it is for the linkage check to say.
        }

        _facts[file.Path] = facts;
        return facts;
    }

    private TreePath? NeedsLink(TreePath directory, Candidate library)
    {
        if (library.SoName == library.Name || library.SoName.Contains('/', StringComparison.Ordinal) || library.SoName is "." or "..")
        {
            return null;
        }

        var path = directory.Append(library.SoName);
        if (!_tree.TryGet(path, out var existing))
        {
            return path;
        }

        // A file that is no link is never replaced, not even by a newer library.
        return existing.Kind == EntryKind.SymbolicLink && _tree.Find(path)?.Path != library.File ? path : null;
    }

    private sealed record Candidate(string Name, string SoName, bool IsLink, TreePath File)
    {
        public bool IsBetterThan(Candidate other) =>
            IsLink == other.IsLink ? CompareNames(other.Name, Name) < 0 : !IsLink;
    }
}
