using System.Collections.Immutable;

namespace Bothy.Packages.Solving;

/// <summary>
/// Chooses packages. The same universe and requests give the same answer everywhere; where there is a solution one is found, and
/// where there is none the answer says why.
/// </summary>
public static class Solver
{
    // Real distributions need a few dozen. Each takes well under a millisecond.
    private const int MostConflicts = 5_000;

    /// <summary>Chooses packages of <paramref name="universe"/> such that every one of <paramref name="requests"/> is met.</summary>
    /// <exception cref="BothyException">The search was given up: it is one of the rare cases that take forever.</exception>
    public static Selection Solve(IUniverse universe, ImmutableArray<Requirement> requests, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(universe);
        return new Search(universe, requests).Run(MostConflicts, cancellationToken);
    }
}
