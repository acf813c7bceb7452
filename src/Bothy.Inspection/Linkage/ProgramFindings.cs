using Bothy.Formats.Elf;
using Bothy.Formats.Trees;
using Bothy.Inspection.Checks;

namespace Bothy.Inspection.Linkage;

/// <summary>What is wrong with programs, libraries and modules.</summary>
internal sealed class ProgramFindings(CheckSubject subject, ElfObjects objects, ImageLoaders loaders, FindingList findings)
{
    private readonly HashSet<TreePath> _loaded = [];
    private readonly LibraryFindings _libraries = new(objects, findings);

    public void Add(CancellationToken cancellationToken)
    {
        foreach (var program in objects.All.Where(static file => file.IsDynamicProgram))
        {
            cancellationToken.ThrowIfCancellationRequested();
            AddProgram(program);
        }

        foreach (var other in objects.All.Where(static file => !file.IsDynamicProgram))
        {
            cancellationToken.ThrowIfCancellationRequested();
            AddOther(other);
        }
    }

    private void AddProgram(ElfObject program)
    {
        AddTruncated(program);
        var loader = loaders.LoaderOf(program);
        if (!Processors.Runs(subject.Platform, program.Facts))
        {
            AddWrongProcessor(program);
            return;
        }

        if (loader is null)
        {
            AddMissingLoader(program);
            return;
        }

        if (loader.Facts.Machine != program.Facts.Machine || loader.Facts.Bits != program.Facts.Bits)
        {
            string reason = $"is for {Processor(program)}, and its loader {program.Facts.Interpreter} is for {Processor(loader)}";
            findings.Add("wrong-architecture", Severity.Error, program.Entry, reason);
            return;
        }

        var family = ImageLoaders.FamilyOf(loader);
        var named = ImageLoaders.FamilyOf(program.Facts.Interpreter!);
        if (family == LoaderFamily.Unknown || family != named)
        {
            findings.Add(
                "foreign-loader", Severity.Note, program.Entry, $"was built for {LibcNames.Of(named)}, and what is at {program.Facts.Interpreter} only stands in for its loader: whether it runs was not checked");
            foreach (var loaded in Closure.Load(program, loaders.For(program)).Objects)
            {
                _loaded.Add(loaded.File.Path);
            }

            return;
        }

        var closure = Closure.Load(program, loaders.For(program));
        foreach (var loaded in closure.Objects)
        {
            if (_loaded.Add(loaded.File.Path) && loaded.File != program)
            {
                AddTruncated(loaded.File);
            }
        }

        _libraries.AddProgram(program, closure);
    }

    private void AddOther(ElfObject file)
    {
        bool isProgram = file.Facts.Type == ElfType.Executable || (file.Facts.IsProgram && ElfObjects.IsExecutable(file.Entry));
        if (_loaded.Contains(file.Path) || (!isProgram && (!file.Facts.IsDynamic || file.Facts.Type != ElfType.Shared)))
        {
            return;
        }

        if (!Processors.Runs(subject.Platform, file.Facts))
        {
            if (isProgram && ElfObjects.IsExecutable(file.Entry))
            {
                AddWrongProcessor(file);
            }

            return;
        }

        if (isProgram)
        {
            AddTruncated(file);
        }
        else if (loaders.ForModule(file) is { } search)
        {
            AddTruncated(file);
            _libraries.AddModule(file, Closure.Load(file, search));
        }
    }

    private void AddTruncated(ElfObject file)
    {
        if (file.Facts.IsTruncated)
        {
            findings.Add("damaged-file", Severity.Error, file.Entry, "is damaged: it ends before what is to be loaded of it");
        }
    }

    // Emulators, boot loaders and cross compilers bring programs of other processors and do not start them.
    private void AddWrongProcessor(ElfObject program)
    {
        bool isOwn = findings.IsApplication(program.Entry);
        findings.Add(
            "wrong-architecture",
            isOwn ? Severity.Error : Severity.Note,
            program.Entry,
            $"is for {Processor(program)}, and the image for {subject.Platform}",
            isOwn ? $"Build the program for {subject.Platform}." : null);
    }

    private void AddMissingLoader(ElfObject program)
    {
        string interpreter = program.Facts.Interpreter!;
        var wanted = ImageLoaders.FamilyOf(interpreter);
        var other = wanted == LoaderFamily.Musl ? LoaderFamily.Glibc : LoaderFamily.Musl;
        if (!loaders.Has(wanted) && loaders.Has(other))
        {
            findings.Add(
                "wrong-libc",
                Severity.Error,
                program.Entry,
                $"was built for {LibcNames.Of(wanted)}, and this image has {LibcNames.Of(other)}: its loader {interpreter} is not there, and it cannot start ('not found')",
                LibcNames.WhatToDo(wanted));
            return;
        }

        // A package may bring the programs of a second architecture for whoever has its libraries.
        bool isForeign = !findings.IsApplication(program.Entry) && program.Facts.Machine == ElfMachine.X86 && subject.Platform.Architecture != "386";
        findings.Add(
            "missing-loader",
            isForeign ? Severity.Warning : Severity.Error,
            program.Entry,
            $"its loader {interpreter} is not in the image, and it cannot start ('not found')",
            wanted == LoaderFamily.Musl ? "Add the package musl, or build the program statically." : "Add the C library (the package libc6 or glibc), or build the program statically.");
    }

    private static string Processor(ElfObject file) => ElfMachine.NameOf(file.Facts.Machine, file.Facts.Bits);
}
