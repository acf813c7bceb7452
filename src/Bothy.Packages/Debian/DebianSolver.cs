using Bothy.Packages.Solving;

namespace Bothy.Packages.Debian;

/// <summary>
/// Chooses Debian packages as apt would in an empty root without essential packages: nothing that nobody asked for. It differs
/// from apt where apt gives up although there is a solution.
/// </summary>
public static class DebianSolver
{
    /// <summary>Chooses packages from <paramref name="pool"/> for <paramref name="request"/>.</summary>
    /// <exception cref="BothyException">A name is unknown, or a request contradicts itself.</exception>
    /// <exception cref="MalformedDataException">The stanza of a package that was looked at is wrong.</exception>
    public static Resolution<DebianPackage> Solve(DebianPool pool, DebianSolverRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(request);
        var universe = new DebianUniverse(pool, request);
        return Solver.Solve(universe, universe.Requests, cancellationToken) switch
        {
            Selection.Found found => new DebianSolution(universe, found.Choices).ToResolution(),
            Selection.Impossible impossible => new Resolution<DebianPackage>.Unsolvable(
                new DebianExplanation(universe).Lines(impossible.Facts),
                new DebianSuggestion(universe, cancellationToken).For(impossible.Facts)),
            _ => throw new InvalidOperationException("the solver gave an answer of no known kind"),
        };
    }
}
