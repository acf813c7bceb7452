using System.Collections.Immutable;
using Bothy.Packages.Solving;

namespace Bothy.Packages.Debian;

/// <summary>The demands of a package for the solver and, index by index, the fields and relations that they come from.</summary>
internal sealed record DebianDemands(
    Demands Demands,
    ImmutableArray<(string Field, RelationGroup Group)> Needs,
    ImmutableArray<(string Field, Relation? Relation)> Exclusions)
{
    public static DebianDemands None { get; } = new(Demands.None, [], []);

    // In apt's order: Pre-Depends before Depends.
    public static DebianDemands Of(DebianPackage package, DebianUniverse universe)
    {
        ImmutableArray<(string Field, RelationGroup Group)> needs =
        [
            .. package.PreDepends.Select(group => ("Pre-Depends", group)),
            .. package.Depends.Select(group => ("Depends", group)),
            .. universe.Request.Recommends ? package.Recommends.Select(group => ("Recommends", group)) : [],
        ];
        ImmutableArray<(string Field, Relation? Relation)> exclusions =
        [
            ("", null),
            .. package.Conflicts.Select(relation => ("Conflicts", (Relation?)relation)),
            .. package.Breaks.Select(relation => ("Breaks", (Relation?)relation)),
        ];
        var requirements = needs.Select(need => new Requirement(Candidates(need.Group, universe)) { Optional = need.Field == "Recommends" });
        return new DebianDemands(
            new Demands([.. requirements], [.. exclusions.Select(exclusion => Exclusion(exclusion.Relation, package, universe))]),
            needs,
            exclusions);
    }

    // "a | b" and a package that provides both: it is a candidate once.
    private static ImmutableArray<int> Candidates(RelationGroup group, DebianUniverse universe) =>
    [
        .. group.Alternatives
            .Where(relation => relation.AppliesTo(universe.Request.Architecture))
            .SelectMany(relation => universe.Satisfying(relation))
            .Distinct()
            .OrderBy(package => universe.IsOmitted(package) ? 0 : universe.IsFallback(package) ? 2 : 1)
            .Select(universe.NumberOf),
    ];

    // Without a relation: of one name there is only one version. A package never excludes itself, even where it provides what it
    // conflicts with: that is how "one mail server at a time" is said (Debian policy 7.6.2).
    private static Exclusion Exclusion(Relation? relation, DebianPackage package, DebianUniverse universe)
    {
        IEnumerable<DebianPackage> others = relation is null
            ? universe.Considered(package.Name)
            : universe.Satisfying(relation).Where(other => other.Name != package.Name && !universe.IsOmitted(other));
        return new Exclusion([.. others.Where(other => other != package).Select(universe.NumberOf)]);
    }
}
