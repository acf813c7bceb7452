using System.Collections.Immutable;
using Bothy.Packages.Solving;

namespace Bothy.Packages.Debian;

/// <summary>Looks for one edit of a request that makes it solvable. Each is tried before it is suggested.</summary>
internal sealed class DebianSuggestion(DebianUniverse universe, CancellationToken cancellationToken)
{
    private const int MostTrials = 20;

    private readonly DebianSolverRequest _request = universe.Request;

    /// <summary>The edit as a sentence; null where none helps.</summary>
    public string? For(ImmutableArray<Fact> facts) =>
        OtherSuites(facts).Concat(FewerOmissions(facts)).Concat(LooserRequests(facts)).Concat(FewerRequests(facts))
            .Take(MostTrials)
            .FirstOrDefault(edit => Helps(edit.Request))
            .Sentence;

    private IEnumerable<(string Sentence, DebianSolverRequest Request)> OtherSuites(ImmutableArray<Fact> facts)
    {
        foreach (var relation in Needs(facts).SelectMany(group => group.Alternatives))
        {
            foreach (var package in universe.Pool.Versions(relation.Name).Where(package => relation.Admits(package.Version)))
            {
                if (!universe.Considered(package.Name).Contains(package) && !universe.IsInstalled(package))
                {
                    string text = $"{package.Name}/{package.Origin.Codename}";
                    yield return ($"Ask for {text} as well.", _request with { Packages = _request.Packages.Add(DebianRequest.Parse(text)) });
                }
            }
        }
    }

    private IEnumerable<(string Sentence, DebianSolverRequest Request)> FewerOmissions(ImmutableArray<Fact> facts)
    {
        var named = Needs(facts).SelectMany(group => group.Alternatives).Select(relation => relation.Name).ToHashSet(StringComparer.Ordinal);
        return _request.Omit
            .Where(name => named.Contains(name))
            .Select(name => ($"Remove '{name}' from omit.", _request with { Omit = [.. _request.Omit.Where(other => other != name)] }));
    }

    private IEnumerable<(string Sentence, DebianSolverRequest Request)> LooserRequests(ImmutableArray<Fact> facts) =>
        Requested(facts)
            .Where(request => request.Version is not null || request.Suite is not null)
            .Select(request => (
                $"Ask for '{request.Name}' instead of '{request}'.",
                _request with { Packages = _request.Packages.Replace(request, DebianRequest.Parse(request.Name)) }));

    // The last first: what was added last is most likely what broke it.
    private IEnumerable<(string Sentence, DebianSolverRequest Request)> FewerRequests(ImmutableArray<Fact> facts) =>
        _request.Packages.Length < 2
            ? []
            : Requested(facts).Reverse().Select(request => ($"Remove '{request}' from packages.", _request with { Packages = _request.Packages.Remove(request) }));

    private IEnumerable<DebianRequest> Requested(ImmutableArray<Fact> facts) =>
        facts.OfType<Fact.Requested>().Where(fact => fact.Index < _request.Packages.Length).Select(fact => _request.Packages[fact.Index]);

    private IEnumerable<RelationGroup> Needs(ImmutableArray<Fact> facts) =>
        facts.OfType<Fact.Needs>().Select(fact => universe.Describe(fact.Package).Needs[fact.Index].Group);

    private bool Helps(DebianSolverRequest request)
    {
        try
        {
            var changed = new DebianUniverse(universe.Pool, request);
            return Solver.Solve(changed, changed.Requests, cancellationToken) is Selection.Found;
        }
        catch (BothyException)
        {
            // An edit that makes the request worse is none; what is wrong with the original is being reported already.
            return false;
        }
    }
}
