using System.Collections.Immutable;
using Bothy.Formats.Elf;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Linkage;

/// <summary>
/// Glibc's rules (ld.so(8)): <c>DT_RPATH</c> of the file and of those that loaded it, where the file has no <c>DT_RUNPATH</c>;
/// <c>LD_LIBRARY_PATH</c>; <c>DT_RUNPATH</c> of the file alone; the cache; the directories built into the loader. A library for another
/// processor is passed over; something that is no library ends the search.
/// </summary>
internal sealed class GlibcSearch : LoaderSearch
{
    private const int MaxCache = 32 << 20;
    private const string Hardware = "glibc-hwcaps";

    private readonly ImmutableArray<TreePath> _system;
    private readonly string _lib;
    private readonly string _platform;
    private readonly ILookup<string, LdSoCacheEntry> _cache;

    public GlibcSearch(ElfObjects objects, int machine, int bits, ImmutableArray<string> systemDirectories, ImmutableArray<LdSoCacheEntry> cache)
        : base(objects, machine, bits)
    {
        _system = [.. systemDirectories.Select(objects.Resolve).OfType<TreePath>()];
        _lib = systemDirectories.FirstOrDefault(static directory => directory.StartsWith("/lib", StringComparison.Ordinal))?.Trim('/') ?? "lib";
        _platform = machine switch
        {
            ElfMachine.X8664 => "x86_64",
            ElfMachine.AArch64 => "aarch64",
            ElfMachine.X86 => "i686",
            ElfMachine.Arm => "v7l",
            _ => "",
        };
        _cache = cache.ToLookup(static entry => entry.SoName, StringComparer.Ordinal);
    }

    public override bool ChecksVersions => true;

    public override bool BindsAtOnce => false;

    /// <summary>The cache of a tree; empty where it has none, or none that a loader takes.</summary>
    public static ImmutableArray<LdSoCacheEntry> ReadCache(FileTree tree)
    {
        if (tree.Find(TreePath.Parse("etc/ld.so.cache")) is not { Content: { Length: <= MaxCache } content })
        {
            return [];
        }

        try
        {
            return LdSoCacheReader.Read(content.ReadAll(MaxCache), "/etc/ld.so.cache");
        }
        catch (MalformedDataException)
        {
            return [];
        }
    }

    public override bool IsName(LoadedObject loaded, string name) => loaded.Names.Contains(name) || loaded.File.Facts.SoName == name;

    public override LibraryLookup Find(string name, LoadedObject by)
    {
        if (name.Contains('/', StringComparison.Ordinal))
        {
            return Directories(name, by, _lib, _platform).Select(TryOpen).FirstOrDefault() ?? new LibraryLookup.NotFound(null, null);
        }

        LibraryLookup.NotFound? passed = null;
        var own = by.File.Facts.RunPath is null ? Inherited(by) : [];
        foreach (var directory in own.Concat(ByEnvironment(by)).Concat(RunPath(by)))
        {
            if (Open(directory, name, ref passed) is { } found)
            {
                return found;
            }
        }

        return FindCommon(name) switch
        {
            LibraryLookup.NotFound { Passed: null } when passed is not null => passed,
            var common => common,
        };
    }

    protected override LibraryLookup SearchCommon(string name)
    {
        LibraryLookup.NotFound? passed = null;
        LibraryLookup? some = null;
        foreach (var entry in _cache[name])
        {
            if (Objects.Resolve(entry.Path) is not { } path || TryOpen(path) is not { } found)
            {
                continue;
            }

            if (found is LibraryLookup.Found { } fits)
            {
                if (entry.Hardware is null)
                {
                    return fits;
                }

                some ??= fits with { IsForSomeProcessors = true };
            }
            else
            {
                passed ??= (LibraryLookup.NotFound)found;
            }
        }

        foreach (var directory in _system)
        {
            if (Open(directory, name, ref passed) is { } found)
            {
                return found;
            }
        }

        return some ?? passed ?? new LibraryLookup.NotFound(null, null);
    }

    private IEnumerable<TreePath> Inherited(LoadedObject by)
    {
        for (var at = by; at is not null; at = at.By)
        {
            if (at.File.Facts is { RPath: { } path, RunPath: null })
            {
                foreach (var directory in Directories(path, at, _lib, _platform, ':'))
                {
                    yield return directory;
                }
            }
        }
    }

    // Programs that gain rights by being started do not let the environment say where their libraries come from.
    private IEnumerable<TreePath> ByEnvironment(LoadedObject by)
    {
        var program = by;
        while (program.By is { } next)
        {
            program = next;
        }

        return LibraryPath is null || (program.File.Entry.Mode & 0b110_000_000_000) != 0 ? [] : Directories(LibraryPath, program, _lib, _platform, ':', ';');
    }

    private IEnumerable<TreePath> RunPath(LoadedObject by) =>
        by.File.Facts.RunPath is { } path ? Directories(path, by, _lib, _platform, ':') : [];

    private LibraryLookup? Open(TreePath directory, string name, ref LibraryLookup.NotFound? passed)
    {
        switch (TryOpen(directory.Append(name)))
        {
            case LibraryLookup.Found found:
                return found;
            case LibraryLookup.NotFound stumbled:
                passed ??= stumbled;
                // What is for another processor is passed over.
                return Objects.At(stumbled.Passed!.Value) is null ? stumbled : null;
        }

        var hardware = directory.Append(Hardware);
        if (Objects.Tree.Find(hardware) is not { Kind: EntryKind.Directory, Path: var real })
        {
            return null;
        }

        return Objects.Named(name)
            .Where(path => path.Parent.Parent == real)
            .Select(TryOpen)
            .OfType<LibraryLookup.Found>()
            .Select(static found => found with { IsForSomeProcessors = true })
            .FirstOrDefault();
    }
}
