using System.Collections.Immutable;

namespace Bothy.Packages.Solving;

/// <summary>The solver's answer in the ecosystem's numbers.</summary>
public abstract record Selection
{
    private Selection()
    {
    }

    /// <summary>A set of packages that meets every request and every demand, in the order in which they were chosen.</summary>
    public sealed record Found(ImmutableArray<Choice> Choices) : Selection;

    /// <summary>There is none: <paramref name="Facts"/> contradict each other, any of them left out they do not. In reading order.</summary>
    public sealed record Impossible(ImmutableArray<Fact> Facts) : Selection;
}

/// <summary>A chosen package and the requirement that decided it.</summary>
/// <param name="Package">The package.</param>
/// <param name="By">The package that has the requirement; null where it is a request.</param>
/// <param name="Requirement">The index of the requirement among those of <paramref name="By"/>, or of the request.</param>
public readonly record struct Choice(int Package, int? By, int Requirement);
