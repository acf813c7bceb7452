using System.Collections.Immutable;

namespace Bothy.Packages.Solving;

/// <summary>
/// The packages of one ecosystem as the solver sees them: numbers from 0, each standing for one version of one package. What
/// names, versions and relations mean is the ecosystem's affair; it is asked for a package's demands when the package is first
/// considered, so that only the packages near a solution are ever looked at.
/// </summary>
public interface IUniverse
{
    /// <summary>What must hold where <paramref name="package"/> is in. Always the same answer for the same package.</summary>
    Demands DemandsOf(int package);
}

/// <summary>What must hold where a package is in: <paramref name="Requirements"/> in the order in which they are to be met, and whom it excludes.</summary>
public sealed record Demands(ImmutableArray<Requirement> Requirements, ImmutableArray<Exclusion> Exclusions)
{
    /// <summary>Nothing.</summary>
    public static Demands None { get; } = new([], []);
}

/// <summary>One of <paramref name="Candidates"/> must be in; the preferred is the first. None at all cannot be met.</summary>
public sealed record Requirement(ImmutableArray<int> Candidates)
{
    /// <summary>Packages that must be in as well for the requirement to hold; a package with such a requirement is only one of its conditions.</summary>
    public ImmutableArray<int> When { get; init; } = [];

    /// <summary>Whether it is met only where that is possible, and given up otherwise.</summary>
    public bool Optional { get; init; }
}

/// <summary>None of <paramref name="Others"/> may be in.</summary>
public sealed record Exclusion(ImmutableArray<int> Others);
