using System.Collections.Immutable;

namespace Bothy.Packages.Solving;

/// <summary>The answer to a list of requests.</summary>
/// <typeparam name="TPackage">The ecosystem's package.</typeparam>
public abstract record Resolution<TPackage>
{
    private Resolution()
    {
    }

    /// <summary>A set of packages that meets every request.</summary>
    /// <param name="Packages">In installation order: each after what it depends on, except in cycles.</param>
    /// <param name="Omitted">What the packages need and the request said to leave out, by name.</param>
    /// <param name="Warnings">What is likely not meant, one line each.</param>
    public sealed record Solved(
        ImmutableArray<SolvedPackage<TPackage>> Packages,
        ImmutableArray<OmittedPackage<TPackage>> Omitted,
        ImmutableArray<string> Warnings) : Resolution<TPackage>;

    /// <summary>There is no such set.</summary>
    /// <param name="Chain">Why: lines that, read in order, contradict each other, and of which none could be left out.</param>
    /// <param name="Suggestion">An edit of the request that was tried and helps, as a full sentence; null where none was found.</param>
    public sealed record Unsolvable(ImmutableArray<string> Chain, string? Suggestion) : Resolution<TPackage>;
}

/// <summary>A package of a solution and everything that wants it, that which decided it first.</summary>
public sealed record SolvedPackage<TPackage>(TPackage Package, ImmutableArray<Reason> Reasons);

/// <summary>A package that counts as present and brings nothing, and what wants it.</summary>
public sealed record OmittedPackage<TPackage>(TPackage Package, ImmutableArray<Reason> Reasons);
