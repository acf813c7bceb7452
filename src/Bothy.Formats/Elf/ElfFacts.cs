using System.Collections.Immutable;

namespace Bothy.Formats.Elf;

/// <summary>What <c>e_type</c> says.</summary>
public enum ElfType
{
    /// <summary>None of the others.</summary>
    Other = 0,

    /// <summary>An object file, to be linked.</summary>
    Relocatable = 1,

    /// <summary>An executable at a fixed address.</summary>
    Executable = 2,

    /// <summary>A shared library or a position independent executable.</summary>
    Shared = 3,

    /// <summary>A core dump.</summary>
    Core = 4,
}

/// <summary>How much of the tables that the loader fills in is read-only afterwards.</summary>
public enum ElfRelro
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>All but the table of functions that are bound at first use.</summary>
    Partial,

    /// <summary>All: everything is bound at the start.</summary>
    Full,
}

/// <summary>The versions that a file needs of one library.</summary>
/// <param name="Library">The library, by the name that it is needed by.</param>
/// <param name="Versions">Without which the loader refuses the file.</param>
public sealed record ElfVersionNeed(string Library, ImmutableArray<string> Versions)
{
    /// <summary>Those of which the loader only warns where they are absent (<c>VER_FLG_WEAK</c>).</summary>
    public ImmutableArray<string> WeakVersions { get; init; } = [];
}

/// <summary>How many of the calls that the C library can check at run time (<c>_FORTIFY_SOURCE</c>) are to its checking functions.</summary>
public enum ElfFortify
{
    /// <summary>It calls none that could be checked, or what it calls cannot be told.</summary>
    Unknown,

    /// <summary>None.</summary>
    None,

    /// <summary>Some; compilers leave out the check where they can prove that nothing can go wrong.</summary>
    Some,

    /// <summary>All.</summary>
    All,
}

/// <summary>The language that a file was compiled from, as far as compilers say so in it.</summary>
public enum ElfLanguage
{
    /// <summary>C, C++, or one that leaves no trace.</summary>
    Other,

    /// <summary>Go.</summary>
    Go,

    /// <summary>Rust.</summary>
    Rust,
}

/// <summary>The note by which a file says on what it runs at the earliest (<c>NT_GNU_ABI_TAG</c>).</summary>
/// <param name="OperatingSystem">0 is Linux.</param>
/// <param name="Major">The first number of the oldest kernel.</param>
/// <param name="Minor">The second.</param>
/// <param name="Patch">The third.</param>
public sealed record ElfAbiNote(uint OperatingSystem, uint Major, uint Minor, uint Patch);

/// <summary>What the loader, and people, want to know of an ELF file, from its program headers alone: section headers may be stripped.</summary>
public sealed record ElfFacts
{
    /// <summary>32 or 64.</summary>
    public required int Bits { get; init; }

    /// <summary>Whether its numbers are big-endian.</summary>
    public required bool IsBigEndian { get; init; }

    /// <summary>The number of the processor (<c>e_machine</c>); see <see cref="ElfMachine"/>.</summary>
    public required int Machine { get; init; }

    /// <summary>What kind of file it is.</summary>
    public required ElfType Type { get; init; }

    /// <summary>The flags of the processor (<c>e_flags</c>).</summary>
    public required uint Flags { get; init; }

    /// <summary>The loader it asks for; null for a library or a static program.</summary>
    public string? Interpreter { get; init; }

    /// <summary>The name that others need it by (<c>DT_SONAME</c>).</summary>
    public string? SoName { get; init; }

    /// <summary>The libraries it needs, in the order the loader loads them.</summary>
    public ImmutableArray<string> Needed { get; init; } = [];

    /// <summary>The old search path (<c>DT_RPATH</c>), as it is written: colons between directories.</summary>
    public string? RPath { get; init; }

    /// <summary>The search path (<c>DT_RUNPATH</c>), as it is written.</summary>
    public string? RunPath { get; init; }

    /// <summary>The symbol versions it needs, a library each, in the order of the file.</summary>
    public ImmutableArray<ElfVersionNeed> VersionNeeds { get; init; } = [];

    /// <summary>The symbol versions it defines, without the one that names the file itself.</summary>
    public ImmutableArray<string> VersionDefinitions { get; init; } = [];

    /// <summary>On what it runs at the earliest; null where it does not say.</summary>
    public ElfAbiNote? AbiNote { get; init; }

    /// <summary>Whether it is linked dynamically at all.</summary>
    public bool IsDynamic { get; init; }

    /// <summary>Whether it is a program that may be loaded at any address.</summary>
    public bool IsPositionIndependentExecutable { get; init; }

    /// <summary>How much of its tables becomes read-only.</summary>
    public ElfRelro Relro { get; init; }

    /// <summary>Whether all symbols are bound when it is loaded.</summary>
    public bool BindsNow { get; init; }

    /// <summary>Whether it is a program: at a fixed address, or position independent.</summary>
    public bool IsProgram => Type == ElfType.Executable || IsPositionIndependentExecutable;

    /// <summary>
    /// The symbols that it does not define and cannot do without, without their versions, in the order of its table. Those of a library may be
    /// defined by its users.
    /// </summary>
    public ImmutableArray<string> UndefinedSymbols { get; init; } = [];

    /// <summary>The symbols that it defines for others.</summary>
    public ElfSymbolSet DefinedSymbols { get; init; } = ElfSymbolSet.Empty;

    /// <summary>Whether it has code that checks for overwritten return addresses; null where it has no symbols to tell by.</summary>
    public bool? HasStackProtector { get; init; }

    /// <summary>How many of its calls into the C library are checked.</summary>
    public ElfFortify Fortify { get; init; }

    /// <summary>What it was compiled from.</summary>
    public ElfLanguage Language { get; init; }

    /// <summary>Whether its code is changed when it is loaded (<c>DT_TEXTREL</c>), and so is writable for a while and not shared.</summary>
    public bool HasTextRelocations { get; init; }

    /// <summary>Whether the file ends before what is to be loaded of it.</summary>
    public bool IsTruncated { get; init; }

    /// <summary>Whether its stack may be executed; also true where it does not say, as kernels then assume for the oldest processors.</summary>
    public bool HasExecutableStack { get; init; }
}

/// <summary>The numbers of processors (<c>e_machine</c>) that distributions build for.</summary>
public static class ElfMachine
{
    /// <summary>32-bit x86.</summary>
    public const int X86 = 3;

    /// <summary>64-bit little-endian and big-endian POWER.</summary>
    public const int Ppc64 = 21;

    /// <summary>IBM Z.</summary>
    public const int S390 = 22;

    /// <summary>32-bit Arm.</summary>
    public const int Arm = 40;

    /// <summary>64-bit x86; also x32.</summary>
    public const int X8664 = 62;

    /// <summary>64-bit Arm.</summary>
    public const int AArch64 = 183;

    /// <summary>RISC-V.</summary>
    public const int RiscV = 243;

    /// <summary>What people call the processor.</summary>
    public static string NameOf(int machine, int bits) => machine switch
    {
        X86 => "32-bit x86",
        X8664 => bits == 64 ? "x86-64" : "x32",
        AArch64 => "64-bit Arm",
        Arm => "32-bit Arm",
        Ppc64 => "64-bit POWER",
        S390 => "IBM Z",
        RiscV => FormattableString.Invariant($"{bits}-bit RISC-V"),
        _ => FormattableString.Invariant($"another processor (number {machine})"),
    };
}
