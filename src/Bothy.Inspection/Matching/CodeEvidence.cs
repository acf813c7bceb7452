using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Matching;

/// <summary>Whether code of a package is in an image.</summary>
public enum CodePresence
{
    /// <summary>Nothing tells which files it has brought.</summary>
    Unknown,

    /// <summary>At least one program, library, script or module of it is there.</summary>
    Present,

    /// <summary>Its files are known, and none of those that are there can be run or loaded.</summary>
    Absent,
}

/// <summary>Which files of a package, or of all packages of one source, are really in an image.</summary>
/// <param name="Presence">The answer.</param>
/// <param name="Code">The programs, libraries, scripts and modules that are there, sorted; the first <see cref="MaxFiles"/> of them.</param>
/// <param name="CodeCount">How many there are.</param>
/// <param name="Others">The other files that are there, sorted; the first <see cref="MaxFiles"/> of them.</param>
/// <param name="OtherCount">How many there are.</param>
/// <param name="Sentence">The answer with its reason, for people.</param>
public sealed record CodeEvidence(CodePresence Presence, ImmutableArray<TreePath> Code, int CodeCount, ImmutableArray<TreePath> Others, int OtherCount, string Sentence)
{
    /// <summary>How many files are named one by one.</summary>
    public const int MaxFiles = 20;

    /// <summary>That nothing is known, and why.</summary>
    public static CodeEvidence Unknown(string sentence) => new(CodePresence.Unknown, [], 0, [], 0, sentence);
}
