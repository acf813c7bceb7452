using System.Collections.Immutable;
using Bothy.Formats.Elf;
using Bothy.Inspection.Checks;
using Bothy.Inspection.Linkage;

namespace Bothy.Inspection.Hardening;

/// <summary>How well the programs and libraries of an image are hardened, file by file and as shares of all.</summary>
/// <param name="Files">The files, in the order of their paths.</param>
public sealed record HardeningReport(ImmutableArray<FileHardening> Files)
{
    /// <summary>The names of the properties, as policies and reports have them, in the order of <see cref="Shares"/>.</summary>
    public static ImmutableArray<string> Properties { get; } =
        ["pie", "relro", "full-relro", "nx", "stack-protector", "fortify", "no-text-relocations", "safe-search-paths"];

    /// <summary>Each property with its share.</summary>
    public ImmutableArray<HardeningShare> Shares => [.. Properties.Select(property => ShareOf(property, Files))];

    /// <summary>Looks at the files of an image. Damaged ones are left to the check of linkage.</summary>
    /// <exception cref="BothyException">A file of the tree cannot be read.</exception>
    public static HardeningReport Of(CheckSubject subject, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var objects = ElfObjects.Of(subject.Tree, cancellationToken);
        var paths = new SearchPathSafety(objects);
        return new HardeningReport([.. objects.All.Where(IsLoaded).Select(file => Of(file, subject, paths))]);
    }

    /// <summary>The share of files for which a property holds.</summary>
    public static HardeningShare ShareOf(string property, IEnumerable<FileHardening> files)
    {
        int met = 0;
        int counted = 0;
        foreach (bool holds in files.Select(file => Holds(property, file)).OfType<bool>())
        {
            met += holds ? 1 : 0;
            counted++;
        }

        return new HardeningShare(property, met, counted);
    }

    /// <summary>Whether a property holds for a file; null where it does not apply, or cannot be told.</summary>
    public static bool? Holds(string property, FileHardening file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return property switch
        {
            "pie" => file.IsPositionIndependent,
            "relro" => file.Relro is { } relro ? relro != ElfRelro.None : null,
            "full-relro" => file.Relro is { } relro ? relro == ElfRelro.Full : null,
            "nx" => !file.HasExecutableStack,
            "stack-protector" => file.HasStackProtector,
            "fortify" => file.IsFortified,
            "no-text-relocations" => !file.HasTextRelocations,
            "safe-search-paths" => file.WritableSearchPaths.IsEmpty,
            _ => null,
        };
    }

    /// <summary>What is weak, a finding for each file and property: a warning where code can be put into a process, else a note.</summary>
    public ImmutableArray<Finding> Findings()
    {
        var findings = new List<Finding>();
        foreach (var file in Files)
        {
            Add("executable-stack", Severity.Warning, file, file.HasExecutableStack, "its stack may be executed");
            Add("text-relocations", Severity.Warning, file, file.HasTextRelocations, "its code is changed when it is loaded, and is writable meanwhile");
            Add("writable-search-path", Severity.Warning, file, !file.WritableSearchPaths.IsEmpty, $"it looks for libraries in {string.Join(", ", file.WritableSearchPaths)}, where everybody may put some");
            Add("no-pie", Severity.Note, file, file.IsPositionIndependent == false, "it is loaded at the same address each time");
            Add("no-relro", Severity.Note, file, file.Relro == ElfRelro.None, "its tables of functions stay writable");
            Add("partial-relro", Severity.Note, file, file.Relro == ElfRelro.Partial, "its table of functions that are bound at first use stays writable");
            Add("no-stack-protector", Severity.Note, file, file.HasStackProtector == false, "it has no code that checks for overwritten return addresses");
            Add("no-fortify", Severity.Note, file, file.IsFortified == false, "none of its calls that the C library could check is checked");
        }

        return [.. findings];

        void Add(string kind, Severity severity, FileHardening file, bool isWeak, string reason)
        {
            if (isWeak)
            {
                findings.Add(new Finding(CheckArea.Hardening, kind, severity, file.Path, file.Package, reason));
            }
        }
    }

    private static bool IsLoaded(ElfObject file) => file.Facts.Type is ElfType.Executable || (file.Facts.Type == ElfType.Shared && file.Facts.IsDynamic);

    private static FileHardening Of(ElfObject file, CheckSubject subject, SearchPathSafety paths)
    {
        var facts = file.Facts;
        bool isProgram = facts.IsProgram && ElfObjects.IsExecutable(file.Entry);
        // What other compilers make is safe by the language, or not, and has no use for C's means; where they are there all the same, they count.
        bool isC = facts.Language == ElfLanguage.Other;
        bool isMusl = ImageLoaders.FamilyWanted(facts) == LoaderFamily.Musl || facts.Interpreter?.Contains("musl", StringComparison.Ordinal) == true;
        return new FileHardening
        {
            Path = file.Path,
            Package = subject.OwnerOf(file.Entry),
            Language = facts.Language,
            IsPositionIndependent = isProgram ? facts.IsPositionIndependentExecutable : null,
            Relro = facts.IsDynamic ? facts.Relro : null,
            HasExecutableStack = facts.HasExecutableStack,
            HasStackProtector = isC || facts.HasStackProtector == true ? facts.HasStackProtector : null,
            IsFortified = facts.Fortify switch
            {
                ElfFortify.Unknown => null,
                ElfFortify.None => isC && !isMusl ? false : null,
                _ => true,
            },
            HasTextRelocations = facts.HasTextRelocations,
            WritableSearchPaths = paths.Writable(file),
        };
    }
}
