using System.Collections.Immutable;
using Bothy.Packages.Solving;

namespace Bothy.Packages.Debian;

/// <summary>What the solver chose, on its way to packages in installation order with all their reasons.</summary>
internal sealed class DebianSolution
{
    private readonly DebianUniverse _universe;
    private readonly ImmutableArray<Choice> _choices;
    private readonly Dictionary<int, List<Reason>> _reasons = [];
    private readonly Dictionary<int, List<int>> _needs = [];
    private readonly Dictionary<int, List<int>> _preDepends = [];

    public DebianSolution(DebianUniverse universe, ImmutableArray<Choice> choices)
    {
        _universe = universe;
        _choices = choices;
        foreach (var choice in choices)
        {
            _reasons.Add(choice.Package, [choice.By is { } by ? ReasonOf(by, choice.Requirement, choice.Package) : Asked(choice.Requirement)]);
            _needs.Add(choice.Package, []);
            _preDepends.Add(choice.Package, []);
        }

        CollectRequests();
        foreach (var choice in choices)
        {
            CollectNeeds(choice.Package);
        }

        // That something of its name was there is the reason of a package only where there is no other.
        foreach (var choice in choices.Where(choice => choice.By is null && choice.Requirement >= universe.Request.Packages.Length && _reasons[choice.Package].Count > 1))
        {
            _reasons[choice.Package].RemoveAt(0);
        }
    }

    public Resolution<DebianPackage> ToResolution()
    {
        var wanted = _choices.Where(choice => !_universe.IsOmitted(_universe[choice.Package])).Select(choice => choice.Package).ToList();
        var place = wanted.Select((package, i) => (package, i)).ToDictionary(pair => pair.package, pair => pair.i);
        var order = InstallationOrder.Of(
            [.. wanted.Select(package => Places(_needs[package], place))],
            [.. wanted.Select(package => Places(_preDepends[package], place))]);
        var omitted = _choices
            .Where(choice => !place.ContainsKey(choice.Package))
            .Select(choice => new OmittedPackage<DebianPackage>(_universe[choice.Package], [.. _reasons[choice.Package]]))
            .OrderBy(omission => omission.Package.Name, StringComparer.Ordinal)
            .ToImmutableArray();
        var idle = _universe.Request.Omit
            .Except(omitted.Select(omission => omission.Package.Name), StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .Select(name => $"'{name}' need not be omitted: nothing asks for it");
        return new Resolution<DebianPackage>.Solved(
            [.. order.Select(at => new SolvedPackage<DebianPackage>(_universe[wanted[at]], [.. _reasons[wanted[at]]]))],
            omitted,
            [.. idle]);
    }

    private static List<int> Places(List<int> packages, Dictionary<int, int> place) =>
        [.. packages.Where(place.ContainsKey).Select(package => place[package])];

    private void CollectRequests()
    {
        for (int i = 0; i < _universe.Request.Packages.Length; i++)
        {
            foreach (int candidate in _universe.Requests[i].Candidates.Where(_reasons.ContainsKey))
            {
                Add(candidate, Asked(i));
            }
        }
    }

    private void CollectNeeds(int package)
    {
        var demands = _universe.Describe(package);
        for (int i = 0; i < demands.Needs.Length; i++)
        {
            // Of several that would do, the one that the requirement would take first is the one it is for.
            int taken = demands.Demands.Requirements[i].Candidates.FirstOrDefault(_reasons.ContainsKey, -1);
            if (taken < 0 || taken == package)
            {
                continue;
            }

            Add(taken, ReasonOf(package, i, taken));
            _needs[package].Add(taken);
            if (demands.Needs[i].Field == "Pre-Depends")
            {
                _preDepends[package].Add(taken);
            }
        }
    }

    private void Add(int package, Reason reason)
    {
        if (!_reasons[package].Contains(reason))
        {
            _reasons[package].Add(reason);
        }
    }

    // What is installed and gives way only because it does not go with others is asked for by nobody but itself.
    private Reason.Requested Asked(int request) => new(request < _universe.Request.Packages.Length
        ? _universe.Request.Packages[request].Text
        : _universe[_universe.Requests[request].Candidates[0]].Name);

    private Reason.Needed ReasonOf(int by, int requirement, int package)
    {
        var (field, group) = _universe.Describe(by).Needs[requirement];
        var taken = _universe[package];
        var relation = group.Alternatives.First(alternative => _universe.Satisfying(alternative).Contains(taken));
        return new Reason.Needed(
            _universe[by].Id, field, group.ToString(), relation.ToString(), relation.Name == taken.Name ? null : relation.Name);
    }
}
