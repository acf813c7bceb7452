using System.Globalization;
using Bothy.Formats.Elf;
using Bothy.Formats.Trees;
using Bothy.Inspection.Checks;

namespace Bothy.Inspection.Linkage;

/// <summary>What is wrong with what programs and modules load. Each fault is told once, at the file that has it, with one program that it stops.</summary>
internal sealed class LibraryFindings(ElfObjects objects, FindingList findings)
{
    private const int MaxShown = 5;

    private readonly HashSet<(TreePath By, string What)> _told = [];
    private readonly Dictionary<TreePath, string[]> _leftOver = [];

    public void AddProgram(ElfObject program, Closure closure)
    {
        AddMissing(program, closure, Severity.Error);
        AddVersions(program, closure);
        // What a missing library would have defined is not to be told as well.
        if (closure.Missing.Count == 0)
        {
            AddSymbols(program, closure);
        }

        AddProcessors(closure);
    }

    /// <summary>Something that no program loads at its start: a library for others, or a module that a program loads when it wants to.</summary>
    public void AddModule(ElfObject module, Closure closure)
    {
        var wanted = ImageLoaders.FamilyWanted(module.Facts);
        if (wanted == LoaderFamily.Glibc && closure.Search is MuslSearch)
        {
            AddWrongLibc(module, wanted);
            return;
        }

        if (wanted == LoaderFamily.Musl && closure.Search is GlibcSearch)
        {
            AddWrongLibc(module, wanted);
            return;
        }

        AddMissing(module, closure, IsCertainlyLoaded(module) ? Severity.Error : Severity.Warning);
        AddVersions(module, closure);
        AddProcessors(closure);
    }

    // Interpreters load the modules of their languages by name, and what somebody put there by hand is there to be used. A package's own
    // plugin may be for a library that the package only suggests.
    private bool IsCertainlyLoaded(ElfObject module)
    {
        string path = module.Path.Value;
        return findings.IsApplication(module.Entry)
            || path.Contains("/lib-dynload/", StringComparison.Ordinal)
            || path.Contains("/site-packages/", StringComparison.Ordinal)
            || path.Contains("/dist-packages/", StringComparison.Ordinal)
            || path.Contains("/perl", StringComparison.Ordinal)
            || module.Path.Name.EndsWith(".node", StringComparison.Ordinal)
            || module.Path.Name.StartsWith("lib", StringComparison.Ordinal);
    }

    private void AddWrongLibc(ElfObject module, LoaderFamily wanted)
    {
        var other = wanted == LoaderFamily.Musl ? LoaderFamily.Glibc : LoaderFamily.Musl;
        // Bundles for several systems hold a file for each, of which one is loaded.
        bool isOwn = findings.IsApplication(module.Entry);
        findings.Add(
            "wrong-libc",
            isOwn && !IsOneOfSeveral(module) ? Severity.Error : isOwn ? Severity.Warning : Severity.Note,
            module.Entry,
            $"was built for {LibcNames.Of(wanted)}, and this image has {LibcNames.Of(other)}: it cannot be loaded",
            LibcNames.WhatToDo(wanted));
    }

    private static bool IsOneOfSeveral(ElfObject module) =>
        module.Path.Value.Contains("musl", StringComparison.Ordinal)
        || module.Path.Value.Contains("glibc", StringComparison.Ordinal)
        || module.Path.Value.Contains("/runtimes/", StringComparison.Ordinal)
        || module.Path.Value.Contains("/prebuilds/", StringComparison.Ordinal);

    private void AddMissing(ElfObject root, Closure closure, Severity severity)
    {
        foreach (var (by, name, lookup) in closure.Missing)
        {
            if (!_told.Add((by.File.Path, name)))
            {
                continue;
            }

            string stops = by.File == root ? "" : $"; {root.Path} cannot be {(root.IsDynamicProgram ? "started" : "loaded")} without";
            var places = objects.Named(name).Where(path => objects.At(path) is not null).Order().Take(2).ToList();
            if (!root.IsDynamicProgram && places.Count > 0 && lookup.Passed is null)
            {
                // Who loads a module may have loaded what it needs, as a Java machine does for its own.
                findings.Add(
                    "missing-library",
                    findings.IsApplication(by.File.Entry) ? Severity.Warning : Severity.Note,
                    by.File.Entry,
                    $"needs {name}, which is at {places[0]}, where no loader looks: it works where that was loaded before");
                continue;
            }

            var (kind, reason, hint) = Explain(by, name, lookup, places, closure);
            findings.Add(kind, severity, by.File.Entry, reason + stops, hint);
        }
    }

    private (string Kind, string Reason, string? Hint) Explain(LoadedObject by, string name, LibraryLookup.NotFound lookup, List<TreePath> places, Closure closure)
    {
        if (closure.Search is GlibcSearch && name.StartsWith("libc.musl-", StringComparison.Ordinal))
        {
            return ("wrong-libc", $"was built for {LibcNames.Of(LoaderFamily.Musl)}, and this image has {LibcNames.Of(LoaderFamily.Glibc)}: it needs {name}", LibcNames.WhatToDo(LoaderFamily.Musl));
        }

        if (lookup is { Passed: { } passed, Problem: { } problem })
        {
            bool isForeign = objects.At(passed) is not null;
            return (isForeign ? "wrong-architecture" : "damaged-file", $"needs {name}, and {passed} {problem}", null);
        }

        if (closure.Search.Loader is null)
        {
            return ("missing-library", $"needs {name}, and the image has no loader that would find it", null);
        }

        if (places.Count > 0)
        {
            return (
                "missing-library",
                $"needs {name}, which is at {places[0]}, where its loader does not look",
                by.File.Facts.RunPath is { } path ? $"Its RUNPATH is '{path}'; name {places[0].Parent} there, in the loader's configuration, or in LD_LIBRARY_PATH."
                    : closure.Search is MuslSearch ? $"Name {places[0].Parent} in the loader's path file, or in LD_LIBRARY_PATH."
                    : $"Name {places[0].Parent} in /etc/ld.so.conf.d and run ldconfig, or in LD_LIBRARY_PATH.");
        }

        var dangling = objects.Named(name).Order().FirstOrDefault();
        return ("missing-library", $"needs {name}, which {(dangling.IsRoot ? "is not in the image" : $"at {dangling} is a link to nowhere")}", "Add the package that has it.");
    }

    private void AddVersions(ElfObject root, Closure closure)
    {
        if (!closure.Search.ChecksVersions)
        {
            return;
        }

        foreach (var by in closure.Objects)
        {
            foreach (var need in by.File.Facts.VersionNeeds)
            {
                if (closure.Named(need.Library)?.File is { } library)
                {
                    AddVersions(root, by.File, library, need);
                }
            }
        }
    }

    private void AddVersions(ElfObject root, ElfObject by, ElfObject library, ElfVersionNeed need)
    {
        var defined = library.Facts.VersionDefinitions;
        string[] absent = [.. need.Versions.Where(version => !defined.Contains(version, StringComparer.Ordinal))];
        if (absent.Length == 0 || !_told.Add((by.Path, "versions of " + need.Library)))
        {
            return;
        }

        if (defined.IsEmpty)
        {
            findings.Add("unversioned-library", Severity.Warning, by.Entry, $"needs versions of {need.Library}, and {library.Path} has none: its loader warns at each start");
            return;
        }

        string newest = Newest(defined, absent[0]) is { } best ? $", and {library.Path} goes up to {best}" : $", and {library.Path} has no such version";
        string stops = by == root ? "" : $"; {root.Path} cannot be started without";
        findings.Add(
            "missing-version",
            Severity.Error,
            by.Entry,
            $"needs {Listed(absent)} of {need.Library}{newest}{stops}",
            absent[0].StartsWith("GLIBC", StringComparison.Ordinal)
                ? "It was built against a newer C library or compiler: build it for this release, or take the packages of a newer one."
                : $"It was built against another {need.Library}: take both from one release.");
    }

    private static string? Newest(IEnumerable<string> defined, string wanted)
    {
        int end = wanted.LastIndexOf('_') + 1;
        return defined
            .Where(version => end > 0 && version.StartsWith(wanted[..end], StringComparison.Ordinal))
            .Select(version => (Text: version, Number: Version.TryParse(version[end..], out var number) ? number : null))
            .Where(static version => version.Number is not null)
            .OrderBy(static version => version.Number)
            .LastOrDefault().Text;
    }

    private void AddSymbols(ElfObject program, Closure closure)
    {
        foreach (var loaded in closure.Objects)
        {
            string[] absent = [.. LeftOver(loaded.File, closure).Where(symbol => !closure.Defines(symbol))];
            if (absent.Length == 0 || !_told.Add((loaded.File.Path, "symbols")))
            {
                continue;
            }

            bool isProgram = loaded.File == program;
            bool atOnce = closure.Search.BindsAtOnce || loaded.File.Facts.BindsNow;
            findings.Add(
                "missing-symbol",
                isProgram || atOnce ? Severity.Error : Severity.Warning,
                loaded.File.Entry,
                $"uses {Listed(absent)}, which nothing defines that {(isProgram ? "it loads" : $"{program.Path} loads")}: it fails {(atOnce ? "at the start" : "where that is called")}",
                "One of its libraries is another version than it was built with.");
        }
    }

    // What a file leaves undefined is nearly always defined by the libraries that it needs itself, whoever loads it: looked up once for all programs.
    private string[] LeftOver(ElfObject file, Closure closure)
    {
        if (!_leftOver.TryGetValue(file.Path, out string[]? left))
        {
            var own = closure.Objects[0].File == file ? closure : Closure.Load(file, closure.Search);
            _leftOver[file.Path] = left = [.. file.Facts.UndefinedSymbols.Where(symbol => !own.Defines(symbol))];
        }

        return left;
    }

    private void AddProcessors(Closure closure)
    {
        foreach (var (by, name, library) in closure.ForSomeProcessors)
        {
            if (_told.Add((by.File.Path, "processors of " + name)))
            {
                findings.Add("newer-processor", Severity.Warning, by.File.Entry, $"needs {name}, which only newer processors find, at {library.Path}");
            }
        }
    }

    private static string Listed(string[] names) => names.Length <= MaxShown
        ? string.Join(", ", names)
        : string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", names.Take(MaxShown))} and {names.Length - MaxShown} more");
}
