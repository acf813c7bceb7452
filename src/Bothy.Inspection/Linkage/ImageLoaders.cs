using System.Collections.Immutable;
using System.Text;
using Bothy.Formats.Elf;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Linkage;

/// <summary>Whose loader it is.</summary>
internal enum LoaderFamily
{
    /// <summary>None of those that are known, such as one that stands in for glibc's on musl.</summary>
    Unknown,

    /// <summary>The GNU C library's.</summary>
    Glibc,

    /// <summary>Musl's.</summary>
    Musl,
}

/// <summary>The loaders of an image: for each program the one that it asks for, for each module the one that fits.</summary>
internal sealed class ImageLoaders
{
    private const int MaxLoader = 16 << 20;
    private const int MaxDirectory = 64;

    private readonly ElfObjects _objects;
    private readonly string? _libraryPath;
    private readonly ImmutableArray<LdSoCacheEntry> _cache;
    private readonly Dictionary<(TreePath? Loader, LoaderFamily Family, int Machine, int Bits), LoaderSearch> _searches = [];
    private readonly List<(ElfObject Loader, LoaderFamily Family)> _present = [];

    public ImageLoaders(ElfObjects objects, string? libraryPath)
    {
        _objects = objects;
        _libraryPath = libraryPath;
        _cache = GlibcSearch.ReadCache(objects.Tree);
        foreach (var entry in objects.Tree.Entries.Where(static entry => entry.Kind != EntryKind.Directory && IsLoaderPlace(entry.Path)))
        {
            if (objects.At(entry.Path) is { } file && FamilyOf(file) is not LoaderFamily.Unknown and var family && !_present.Exists(one => one.Loader == file))
            {
                _present.Add((file, family));
            }
        }
    }

    /// <summary>Whether the image has a loader of that family for any processor.</summary>
    public bool Has(LoaderFamily family) => _present.Exists(one => one.Family == family);

    /// <summary>The family that a loader of that name belongs to.</summary>
    public static LoaderFamily FamilyOf(string interpreter) => interpreter.Contains("musl", StringComparison.Ordinal) ? LoaderFamily.Musl : LoaderFamily.Glibc;

    /// <summary>The family of a loader by what is in it, whatever it is called.</summary>
    public static LoaderFamily FamilyOf(ElfObject loader) =>
        // Musl's loader is its C library. Glibc's is a library of its own.
        loader.Facts.DefinedSymbols.Contains("__libc_start_main") ? LoaderFamily.Musl
        : loader.Facts.SoName?.StartsWith("ld", StringComparison.Ordinal) == true ? LoaderFamily.Glibc
        : LoaderFamily.Unknown;

    /// <summary>The file of the loader that a program asks for; null where there is none.</summary>
    public ElfObject? LoaderOf(ElfObject program) =>
        program.Facts.Interpreter is { } interpreter && _objects.Resolve(interpreter) is { } path ? _objects.At(path) : null;

    /// <summary>How libraries are found for a program that asks for a loader; the usual places where the image has none.</summary>
    public LoaderSearch For(ElfObject program) => LoaderOf(program) is { } loader && FamilyOf(loader) is not LoaderFamily.Unknown and var family
        ? Search(loader, family, program.Facts, loader.Path.Name)
        : Search(null, FamilyOf(program.Facts.Interpreter ?? ""), program.Facts, program.Facts.Interpreter is { } name ? name[(name.LastIndexOf('/') + 1)..] : "");

    /// <summary>How libraries are found for a module, which asks for no loader; null where the image has none for it.</summary>
    public LoaderSearch? ForModule(ElfObject module)
    {
        var wanted = FamilyWanted(module.Facts);
        var fitting = _present.Where(one => one.Loader.Facts.Machine == module.Facts.Machine && one.Loader.Facts.Bits == module.Facts.Bits).ToList();
        var found = fitting.Find(one => one.Family == wanted);
        found = found.Loader is null ? fitting.FirstOrDefault() : found;
        return found.Loader is null ? null : Search(found.Loader, found.Family, module.Facts, found.Loader.Path.Name);
    }

    /// <summary>Which C library a file was built for, by what it needs; unknown where it does not tell.</summary>
    public static LoaderFamily FamilyWanted(ElfFacts facts) =>
        facts.Needed.Any(static name => name == "libc.so.6") || facts.VersionNeeds.Any(static need => need.Versions.Any(IsGlibcVersion)) ? LoaderFamily.Glibc
        : facts.Needed.Any(static name => name.StartsWith("libc.musl-", StringComparison.Ordinal)) ? LoaderFamily.Musl
        : LoaderFamily.Unknown;

    private static bool IsGlibcVersion(string version) => version.StartsWith("GLIBC_", StringComparison.Ordinal);

    private static bool IsLoaderPlace(TreePath path) =>
        path.Name.StartsWith("ld", StringComparison.Ordinal)
        && path.Name.Contains(".so", StringComparison.Ordinal)
        && path.Value.StartsWith(path.Value.StartsWith("usr/", StringComparison.Ordinal) ? "usr/lib" : "lib", StringComparison.Ordinal);

    private LoaderSearch Search(ElfObject? loader, LoaderFamily family, ElfFacts facts, string name)
    {
        var key = (loader?.Path, family, facts.Machine, facts.Bits);
        if (!_searches.TryGetValue(key, out var search))
        {
            _searches[key] = search = family == LoaderFamily.Musl
                ? new MuslSearch(_objects, facts.Machine, facts.Bits, name) { Loader = loader, LibraryPath = _libraryPath }
                : new GlibcSearch(_objects, facts.Machine, facts.Bits, SystemDirectories(loader, facts), _cache) { Loader = loader, LibraryPath = _libraryPath };
        }

        return search;
    }

    private static ImmutableArray<string> SystemDirectories(ElfObject? loader, ElfFacts facts)
    {
        string? triplet = facts.Machine switch
        {
            ElfMachine.X8664 => facts.Bits == 64 ? "x86_64-linux-gnu" : "x86_64-linux-gnux32",
            ElfMachine.X86 => "i386-linux-gnu",
            ElfMachine.AArch64 => "aarch64-linux-gnu",
            ElfMachine.Arm => "arm-linux-gnueabihf",
            ElfMachine.Ppc64 => "powerpc64le-linux-gnu",
            ElfMachine.S390 => "s390x-linux-gnu",
            ElfMachine.RiscV => "riscv64-linux-gnu",
            _ => null,
        };
        var own = loader is null ? [] : BuiltIn(loader.Entry.Content!.ReadAll(MaxLoader));
        return !own.IsEmpty ? own
            : triplet is null ? ["/lib64", "/usr/lib64", "/lib", "/usr/lib"]
            : [$"/lib/{triplet}", $"/usr/lib/{triplet}", "/lib64", "/usr/lib64", "/lib", "/usr/lib"];
    }

    // A loader holds its directories one behind the other, each with a slash and a NUL at its end. Distributions build in their own.
    private static ImmutableArray<string> BuiltIn(ReadOnlySpan<byte> loader)
    {
        ImmutableArray<string> best = [];
        var run = ImmutableArray.CreateBuilder<string>();
        int at = 0;
        while (at < loader.Length)
        {
            if (DirectoryAt(loader[at..]) is { } directory)
            {
                run.Add(directory.TrimEnd('/'));
                at += directory.Length + 1;
                continue;
            }

            best = run.Count > best.Length ? run.ToImmutable() : best;
            run.Clear();
            int next = loader[at..].IndexOf("\0/"u8);
            at = next < 0 ? loader.Length : at + next + 1;
        }

        return run.Count > best.Length ? run.ToImmutable() : best;
    }

    private static string? DirectoryAt(ReadOnlySpan<byte> bytes)
    {
        int end = bytes[..Math.Min(bytes.Length, MaxDirectory)].IndexOf((byte)0);
        return end > 2 && bytes[0] == '/' && bytes[end - 1] == '/' && bytes[..end].IndexOf("lib"u8) >= 0 && !bytes[..end].ContainsAnyExceptInRange((byte)'!', (byte)'~')
            ? Encoding.ASCII.GetString(bytes[..end])
            : null;
    }
}
