using System.Collections.Immutable;
using Bothy.Formats.Elf;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Hardening;

/// <summary>
/// How well one program or library is hardened. What does not apply to a file, or cannot be told of it, is null: a library is no program, a Go
/// program has no C functions to protect, and musl checks what glibc's FORTIFY does where it is compiled, without a trace.
/// </summary>
public sealed record FileHardening
{
    /// <summary>The file.</summary>
    public required TreePath Path { get; init; }

    /// <summary>The package that owns it; null for none.</summary>
    public required string? Package { get; init; }

    /// <summary>What it was compiled from.</summary>
    public required ElfLanguage Language { get; init; }

    /// <summary>Whether a program may be loaded at any address; null for a library.</summary>
    public required bool? IsPositionIndependent { get; init; }

    /// <summary>How much of its tables becomes read-only; null for a static program, which has none that a loader fills in.</summary>
    public required ElfRelro? Relro { get; init; }

    /// <summary>Whether its stack may be executed.</summary>
    public required bool HasExecutableStack { get; init; }

    /// <summary>Whether it checks for overwritten return addresses.</summary>
    public required bool? HasStackProtector { get; init; }

    /// <summary>Whether any of its calls that the C library could check are checked.</summary>
    public required bool? IsFortified { get; init; }

    /// <summary>Whether its code is changed when it is loaded.</summary>
    public required bool HasTextRelocations { get; init; }

    /// <summary>Directories of its search path in which everybody, or whoever chooses the working directory, may put libraries.</summary>
    public required ImmutableArray<string> WritableSearchPaths { get; init; }
}

/// <summary>For how many of the files that it applies to something holds.</summary>
/// <param name="Property">Such as <c>pie</c>.</param>
/// <param name="Met">For how many it holds.</param>
/// <param name="Counted">For how many it could.</param>
public sealed record HardeningShare(string Property, int Met, int Counted)
{
    /// <summary>The share in percent, rounded down; 100 where there is nothing to count.</summary>
    public int Percent => Counted == 0 ? 100 : (int)(100L * Met / Counted);
}
