using System.Collections.Immutable;

namespace Bothy.Packages.Slices;

/// <summary>
/// A release of slices, or a selection of them, that cannot be used. The message has a line for each mistake, <c>file:line:column: what is wrong</c>,
/// all that are known at once.
/// </summary>
public sealed class SliceReleaseException : BothyException
{
    private const int MostShown = 50;

    /// <summary>Creates the failure from at least one mistake.</summary>
    public SliceReleaseException(ImmutableArray<SliceFinding> findings)
        : base(Describe(findings)) => Findings = findings;

    /// <summary>The mistakes, in the order of their places.</summary>
    public ImmutableArray<SliceFinding> Findings { get; }

    private static string Describe(ImmutableArray<SliceFinding> findings)
    {
        var lines = findings.Take(MostShown).Select(static finding => finding.ToString());
        return string.Join('\n', findings.Length <= MostShown
            ? lines
            : lines.Append(FormattableString.Invariant($"… and {findings.Length - MostShown} more")));
    }
}
