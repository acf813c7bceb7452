namespace Bothy.Packages.Alpine;

/// <summary>Looks for one edit of a world that makes it solvable. Each is tried before it is suggested.</summary>
internal sealed class ApkSuggestion(ApkPool pool, ApkSolverRequest request, ApkAttempt failed, CancellationToken cancellationToken)
{
    private const int MostTrials = 30;
    private const int MostNearNames = 5;

    /// <summary>The edit as a sentence; null where none helps.</summary>
    public string? Find() =>
        OtherNames().Concat(Tags()).Concat(Providers()).Concat(FewerOmissions()).Concat(LooserBounds()).Concat(FewerWishes())
            .Take(MostTrials)
            .FirstOrDefault(edit => new ApkAttempt(pool, edit.Request, cancellationToken).Problems.IsEmpty)
            .Sentence;

    private IEnumerable<ApkName> Lacking() => failed.Order.OfType<ApkName>();

    private IEnumerable<(string Sentence, ApkSolverRequest Request)> OtherNames() =>
        from dependency in request.World
        where !dependency.Conflict && Lacking().Any(name => name.Text == dependency.Name && failed.Universe.ClaimsOf(name).Length == 0)
        from near in pool.NearNames(dependency.Name, MostNearNames)
        let other = dependency with { Name = near }
        select ($"Ask for '{other}' instead of '{dependency}'.", With(dependency, other));

    private IEnumerable<(string Sentence, ApkSolverRequest Request)> Tags() =>
        from name in Lacking()
        from claim in failed.Universe.ClaimsOf(name)
        from tag in failed.Universe.TagsOf(claim.Node)
        let known = request.World.FirstOrDefault(dependency => dependency.Name == claim.Node.Package.Name)
        select known.Name is null
            ? ($"Ask for '{claim.Node.Package.Name}@{tag}' as well.", request with { World = request.World.Add(ApkDependency.Parse($"{claim.Node.Package.Name}@{tag}")) })
            : ($"Ask for '{known with { Tag = tag }}' instead of '{known}'.", With(known, known with { Tag = tag }));

    private IEnumerable<(string Sentence, ApkSolverRequest Request)> Providers() =>
        from name in Lacking()
        from provider in failed.Universe.ClaimsOf(name).Select(claim => claim.Node.Package.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
        where request.World.All(dependency => dependency.Name != provider)
        select ($"Ask for '{provider}' as well.", request with { World = request.World.Add(ApkDependency.Parse(provider)) });

    private IEnumerable<(string Sentence, ApkSolverRequest Request)> FewerOmissions() =>
        request.Omit.Select(name => ($"Remove '{name}' from omit.", request with { Omit = [.. request.Omit.Where(other => other != name)] }));

    private IEnumerable<(string Sentence, ApkSolverRequest Request)> LooserBounds() =>
        from dependency in request.World
        where !dependency.Conflict && dependency.Operator != ApkOperator.Any
        let looser = dependency with { Operator = ApkOperator.Any, Bound = "" }
        select ($"Ask for '{looser}' instead of '{dependency}'.", With(dependency, looser));

    // Conflicts first, then the last: what was added last is most likely what broke it.
    private IEnumerable<(string Sentence, ApkSolverRequest Request)> FewerWishes() =>
        request.World.Length < 2
            ? []
            : request.World.Reverse().OrderBy(dependency => dependency.Conflict ? 0 : 1)
                .Select(dependency => ($"Remove '{dependency}' from packages.", request with { World = request.World.Remove(dependency) }));

    private ApkSolverRequest With(ApkDependency old, ApkDependency replacement) =>
        request with { World = request.World.Replace(old, replacement) };
}
