using System.Collections.Immutable;
using Bothy.Formats.Elf;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Linkage;

/// <summary>A library that a file needs and that the tree does not have.</summary>
/// <param name="File">The program or library that needs it.</param>
/// <param name="Library">The name it is needed by (<c>DT_NEEDED</c>).</param>
public sealed record MissingLibrary(TreeEntry File, string Library);

/// <summary>Looks for libraries as the loader would (ld.so(8)), in a tree instead of a running system.</summary>
public sealed class MissingLibraries
{
    private static readonly string[] LoaderDirectories = ["lib", "usr/lib", "lib64", "usr/lib64"];

    private readonly FileTree _tree;
    private readonly Dictionary<string, List<TreePath>> _byName = new(StringComparer.Ordinal);
    private readonly HashSet<TreePath> _defaults = [];

    private MissingLibraries(FileTree tree)
    {
        _tree = tree;
        foreach (var entry in tree.Entries.Where(static entry => entry.Kind is EntryKind.File or EntryKind.SymbolicLink or EntryKind.HardLink))
        {
            string name = entry.Path.Name;
            if (name.Contains(".so", StringComparison.Ordinal))
            {
                var places = _byName.TryGetValue(name, out var known) ? known : _byName[name] = [];
                places.Add(entry.Path.Parent);
            }
        }

        foreach (string directory in LoaderDirectories.Concat(ConfiguredDirectories()))
        {
            if (TreePath.TryParse(directory, null, out var path) && tree.Follow(path) is { } real)
            {
                _defaults.Add(real);
            }
        }
    }

    /// <summary>
    /// The libraries that dynamic ELF files of <paramref name="tree"/> need and that are in none of the directories in which the loader
    /// looks for them, in the order of the files. Damaged files are passed over.
    /// </summary>
    /// <exception cref="BothyException">A file of the tree cannot be read.</exception>
    public static ImmutableArray<MissingLibrary> Find(FileTree tree, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var search = new MissingLibraries(tree);
        var missing = ImmutableArray.CreateBuilder<MissingLibrary>();
        foreach (var entry in tree.Entries.Where(MayBeElf))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Read(entry) is not { } facts)
            {
                continue;
            }

            foreach (string library in facts.Needed.Where(library => !search.Has(library, entry, facts)))
            {
                missing.Add(new MissingLibrary(entry, library));
            }
        }

        return missing.ToImmutable();
    }

    // Programs are executable, libraries are called so; opening every other file of an image would be most of the work.
    private static bool MayBeElf(TreeEntry entry) =>
        entry is { Kind: EntryKind.File, Content.Length: >= 64 }
        && ((entry.Mode & 0b001_001_001) != 0 || entry.Path.Name.Contains(".so", StringComparison.Ordinal));

    private static ElfFacts? Read(TreeEntry entry)
    {
        try
        {
            return entry.Content!.ReadElf(entry.Path.ToString()) is { IsDynamic: true } facts ? facts : null;
        }
        catch (MalformedDataException)
        {
            return null;
        }
    }

    private bool Has(string library, TreeEntry file, ElfFacts facts)
    {
        if (library.Contains('/', StringComparison.Ordinal))
        {
            return TreePath.TryParseRooted(library, out var absolute) && _tree.Find(absolute) is not null;
        }

        if (!_byName.TryGetValue(library, out var places))
        {
            return false;
        }

        // A library may be found by the path of whoever loads its user, which is not known here: one beside the file that
        // needs it, as extension modules and bundled programs have them, counts as found.
        return places.Any(place => _defaults.Contains(place) || IsMultiarch(place) || place == file.Path.Parent)
            || Directories(facts, file.Path.Parent).Any(places.Contains);
    }

    // Debian's loader looks in /lib/TRIPLET and /usr/lib/TRIPLET without being told.
    private static bool IsMultiarch(TreePath place) =>
        place.Value.StartsWith("usr/lib/", StringComparison.Ordinal) && place.Name.Contains("-linux-", StringComparison.Ordinal) && place.Parent.Value is "usr/lib"
        || (place.Value.StartsWith("lib/", StringComparison.Ordinal) && place.Name.Contains("-linux-", StringComparison.Ordinal) && place.Parent.Value is "lib");

    private IEnumerable<TreePath> Directories(ElfFacts facts, TreePath directory)
    {
        foreach (string part in $"{facts.RPath}:{facts.RunPath}".Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            string path = part
                .Replace("${ORIGIN}", "$ORIGIN", StringComparison.Ordinal)
                .Replace("$ORIGIN", directory.ToString(), StringComparison.Ordinal);
            if (Normalise(path) is { } normal && _tree.Follow(normal) is { } real)
            {
                yield return real;
            }
        }
    }

    private static TreePath? Normalise(string path)
    {
        var parts = new List<string>();
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                parts.RemoveRange(Math.Max(0, parts.Count - 1), Math.Min(1, parts.Count));
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return path.StartsWith('/') && TreePath.TryParse(string.Join('/', parts), null, out var result) ? result : null;
    }

    private IEnumerable<string> ConfiguredDirectories() => _tree.Entries
        .Where(static entry => entry.Path.Value == "etc/ld.so.conf" || entry.Path.Parent.Value == "etc/ld.so.conf.d")
        .Where(static entry => entry.Content is { Length: < 1 << 20 })
        .SelectMany(static entry => System.Text.Encoding.UTF8.GetString(entry.Content!.ReadAll()).Split('\n', StringSplitOptions.TrimEntries))
        .Where(static line => line.StartsWith('/'))
        .Select(static line => line.TrimStart('/').TrimEnd('/'));
}
