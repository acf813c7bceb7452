using System.Collections.Immutable;
using Bothy.Packages.Solving;

namespace Bothy.Packages.Debian;

/// <summary>Puts a contradiction into words.</summary>
internal sealed class DebianExplanation(DebianUniverse universe)
{
    /// <summary>One line a fact.</summary>
    public ImmutableArray<string> Lines(ImmutableArray<Fact> facts) => [.. facts.Select(Line)];

    private static string NameOf(DebianPackage package) => $"{package.Name} {package.Version}";

    private string Line(Fact fact) => fact switch
    {
        Fact.Requested requested when requested.Index >= universe.Request.Packages.Length =>
            $"{NameOf(universe[universe.Requests[requested.Index].Candidates[0]])} is installed",
        Fact.Requested requested => Line(universe.Request.Packages[requested.Index], universe.Requests[requested.Index]),
        Fact.Needs needs => Line(universe[needs.Package], universe.Describe(needs.Package).Needs[needs.Index].Group),
        Fact.Excludes excludes => Line(universe[excludes.Package], universe.Describe(excludes.Package).Exclusions[excludes.Index], universe[excludes.Other]),
        _ => throw new InvalidOperationException("the solver stated a fact of no known kind"),
    };

    private string Line(DebianRequest request, Requirement requirement) =>
        request.Name == universe[requirement.Candidates[0]].Name
            ? $"'{request}' is asked for"
            : $"'{request}' is asked for, which {NameOf(universe[requirement.Candidates[0]])} provides";

    private string Line(DebianPackage package, RelationGroup group)
    {
        string needs = $"{NameOf(package)} needs {group}";
        var open = group.Alternatives.Where(relation => !universe.Satisfying(relation).IsEmpty).ToList();
        return open.Count == 0 ? $"{needs}; {string.Join("; ", group.Alternatives.Select(Situation))}" : needs;
    }

    private static string Line(DebianPackage package, (string Field, Relation? Relation) exclusion, DebianPackage other) => exclusion switch
    {
        (_, null) => $"{package.Name} can be installed in one version only: {package.Version} or {other.Version}",
        var (field, relation) when relation.Name == other.Name => $"{NameOf(package)} {Verb(field)} {relation}, and that is {NameOf(other)}",
        var (field, relation) => $"{NameOf(package)} {Verb(field)} {relation}, which {NameOf(other)} provides",
    };

    private static string Verb(string field) => field == "Breaks" ? "breaks" : "conflicts with";

    // Why nothing satisfies a relation.
    private string Situation(Relation relation)
    {
        var versions = universe.Pool.Versions(relation.Name);
        if (relation.Qualifier is { } qualifier && versions.Any(package => relation.Admits(package.Version)))
        {
            return $"{relation.Name} does not let itself be used as {relation.Name}:{qualifier}";
        }

        var elsewhere = versions.FirstOrDefault(package => relation.Admits(package.Version));
        if (elsewhere is not null)
        {
            return $"only {elsewhere.Origin.Codename} has {NameOf(elsewhere)}, and it is not the candidate";
        }

        return versions switch
        {
            [] when universe.Pool.Providers(relation.Name).IsEmpty => $"no package is called {relation.Name} or provides it",
            [] => $"no package provides {relation}",
            [var only] => $"{NameOf(only)} is the only one",
            _ => $"of {relation.Name} there are only {string.Join(" and ", versions.Select(package => package.Version.Text))}",
        };
    }
}
