using Bothy.Formats.Elf;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Linkage;

/// <summary>How one loader of an image finds libraries.</summary>
internal abstract class LoaderSearch(ElfObjects objects, int machine, int bits)
{
    private readonly Dictionary<string, LibraryLookup> _common = new(StringComparer.Ordinal);

    /// <summary>The loader's own file, which counts as a library that is loaded; null where the image has none.</summary>
    public ElfObject? Loader { get; init; }

    /// <summary>What the image sets <c>LD_LIBRARY_PATH</c> to.</summary>
    public string? LibraryPath { get; init; }

    /// <summary>Whether it refuses a program when a version of a symbol is absent.</summary>
    public abstract bool ChecksVersions { get; }

    /// <summary>Whether it binds all symbols before it starts a program, whatever the file says.</summary>
    public abstract bool BindsAtOnce { get; }

    protected ElfObjects Objects => objects;

    /// <summary>What a file that is loaded gets for a name that it needs.</summary>
    public abstract LibraryLookup Find(string name, LoadedObject by);

    /// <summary>Whether <paramref name="name"/> is that of a library that is loaded already.</summary>
    public abstract bool IsName(LoadedObject loaded, string name);

    /// <summary>What is found where the loader looks for everybody's libraries; looked up once.</summary>
    protected LibraryLookup FindCommon(string name)
    {
        if (!_common.TryGetValue(name, out var found))
        {
            _common[name] = found = SearchCommon(name);
        }

        return found;
    }

    protected abstract LibraryLookup SearchCommon(string name);

    protected bool Fits(ElfFacts facts) => facts.Machine == machine && facts.Bits == bits && facts.Type == ElfType.Shared;

    protected string Mismatch(ElfFacts facts) => facts.Type == ElfType.Shared
        ? $"is for {ElfMachine.NameOf(facts.Machine, facts.Bits)}, not {ElfMachine.NameOf(machine, bits)}"
        : "is no shared library";

    /// <summary>Looks at <paramref name="path"/>: a library that fits, a reason to stop or go on, or null for nothing there.</summary>
    protected LibraryLookup? TryOpen(TreePath path)
    {
        if (Objects.Tree.Find(path) is not { } entry)
        {
            return Objects.Tree.Contains(path) && Objects.Tree.Follow(path) is null ? new LibraryLookup.NotFound(path, "is a link that leads back to itself") : null;
        }

        if (entry.Kind == EntryKind.Directory)
        {
            return null;
        }

        if (Objects.At(entry.Path) is { } found)
        {
            return Fits(found.Facts) ? new LibraryLookup.Found(found, path) : new LibraryLookup.NotFound(path, Mismatch(found.Facts));
        }

        return new LibraryLookup.NotFound(path, Objects.Damaged.TryGetValue(entry.Path, out string? problem) ? $"is damaged: {problem}" : "is no ELF file");
    }

    /// <summary>The directories of a search path, with what stands for the directory of <paramref name="owner"/> put in.</summary>
    protected IEnumerable<TreePath> Directories(string path, LoadedObject owner, string? lib, string? platform, params char[] separators)
    {
        foreach (string part in path.Split(separators, StringSplitOptions.RemoveEmptyEntries))
        {
            string text = Put(part, "ORIGIN", owner.Origin.IsRoot ? "" : owner.Origin.ToString());
            text = lib is null ? text : Put(text, "LIB", lib);
            text = platform is null ? text : Put(text, "PLATFORM", platform);
            if (Objects.Resolve(text) is { } directory)
            {
                yield return directory;
            }
        }
    }

    private static string Put(string text, string name, string value) => text
        .Replace("${" + name + "}", value, StringComparison.Ordinal)
        .Replace("$" + name, value, StringComparison.Ordinal);
}
