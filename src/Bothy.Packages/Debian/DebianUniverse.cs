using System.Collections.Immutable;
using Bothy.Packages.Solving;

namespace Bothy.Packages.Debian;

/// <summary>A pool as the solver sees it, for one request: which versions are considered, and what each demands of the others.</summary>
internal sealed class DebianUniverse : IUniverse
{
    private readonly Dictionary<DebianPackage, int> _numbers = [];
    private readonly List<DebianPackage> _packages = [];
    private readonly Dictionary<int, DebianDemands> _demands = [];
    private readonly Dictionary<string, ImmutableArray<DebianPackage>> _considered = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<DebianPackage>> _asked = new(StringComparer.Ordinal);
    private readonly Dictionary<Relation, ImmutableArray<DebianPackage>> _satisfying = [];
    private readonly HashSet<string> _omitted;
    private readonly Dictionary<string, DebianPackage> _installed = new(StringComparer.Ordinal);
    private readonly ImmutableArray<string> _suites;

    /// <summary>Looks up every name of the request.</summary>
    /// <exception cref="BothyException">A name is unknown, or both asked for and omitted.</exception>
    public DebianUniverse(DebianPool pool, DebianSolverRequest request)
    {
        Pool = pool;
        Request = request;
        _omitted = new HashSet<string>(request.Omit, StringComparer.Ordinal);
        _suites = [.. request.Packages.Select(package => package.Suite).OfType<string>().Distinct(StringComparer.Ordinal)];
        var names = new DebianRequestedNames(pool, request);
        names.CheckOmitted();
        foreach (var package in request.Installed?.Packages ?? [])
        {
            _installed[package.Name] = package;
        }

        var asked = request.Packages.Select(names.Find).Select(Canonical).ToList();
        CheckOrder(asked);
        foreach (var package in asked.Zip(request.Packages).Where(pair => pair.Second.Version is not null || pair.Second.Suite is not null).Select(pair => pair.First))
        {
            _asked[package.Name] = [.. _asked.GetValueOrDefault(package.Name, []), package];
        }

        // A plain request goes along with a more exact one of the same name.
        Requests =
        [
            .. asked.Zip(request.Packages).Select(pair => new Requirement([.. pair.Second.Version is null && pair.Second.Suite is null
                ? Considered(pair.First.Name).Select(NumberOf)
                : [NumberOf(pair.First)]])),
            .. _installed.Keys.Order(StringComparer.Ordinal).Select(name => new Requirement([.. Considered(name).Select(NumberOf)])),
        ];
    }

    public DebianPool Pool { get; }

    public DebianSolverRequest Request { get; }

    /// <summary>What was asked for, in its order; behind it what is installed and cannot go.</summary>
    public ImmutableArray<Requirement> Requests { get; }

    public DebianPackage this[int number] => _packages[number];

    /// <summary>Whether <paramref name="package"/> is there already.</summary>
    public bool IsInstalled(DebianPackage package) => _installed.GetValueOrDefault(package.Name) == package;

    public bool IsOmitted(DebianPackage package) => _omitted.Contains(package.Name);

    public Demands DemandsOf(int package) => Describe(package).Demands;

    /// <summary>The demands of a package with the relations they come from.</summary>
    public DebianDemands Describe(int package)
    {
        if (!_demands.TryGetValue(package, out var demands))
        {
            demands = IsOmitted(_packages[package]) ? DebianDemands.None : DebianDemands.Of(_packages[package], this);
            _demands.Add(package, demands);
        }

        return demands;
    }

    /// <summary>
    /// The versions of a name that may be chosen: what was asked for exactly, else the candidate; and, as a last resort, what a
    /// suite that some request names has, since a package from backports may need others from there.
    /// </summary>
    public ImmutableArray<DebianPackage> Considered(string name)
    {
        if (!_considered.TryGetValue(name, out var considered))
        {
            var fallback = Pool.Versions(name).Where(IsOfNamedSuite);
            considered = _asked.TryGetValue(name, out var asked) ? asked
                : _installed.TryGetValue(name, out var installed) ? [installed, .. Later(installed)]
                : IsOmittedName(name) || _suites.IsEmpty ? Candidate(name)
                : [.. Candidate(name).Concat(fallback).Distinct()];
            _considered.Add(name, considered);
        }

        return considered;
    }

    /// <summary>The considered packages that satisfy <paramref name="relation"/>, the preferred first, each once.</summary>
    public ImmutableArray<DebianPackage> Satisfying(Relation relation)
    {
        if (!_satisfying.TryGetValue(relation, out var satisfying))
        {
            satisfying = [.. FindSatisfying(relation)];
            _satisfying.Add(relation, satisfying);
        }

        return satisfying;
    }

    public int NumberOf(DebianPackage package)
    {
        if (!_numbers.TryGetValue(package, out int number))
        {
            number = _packages.Count;
            _numbers.Add(package, number);
            _packages.Add(package);
        }

        return number;
    }

    /// <summary>Whether <paramref name="package"/> is only considered because some request named its suite.</summary>
    public bool IsFallback(DebianPackage package) => Considered(package.Name)[0] != package && !_asked.ContainsKey(package.Name);

    // An unversioned Provides satisfies no versioned relation (Debian policy 7.5).
    private static bool Provides(Relation provided, Relation wanted) =>
        provided.Name == wanted.Name
        && (wanted.Operator == RelationOperator.Any || (provided.Operator == RelationOperator.Equal && wanted.Admits(provided.Version)));

    private IEnumerable<DebianPackage> FindSatisfying(Relation relation)
    {
        var real = Considered(relation.Name).Where(package => relation.Admits(package.Version));
        var providers = Pool.Providers(relation.Name)
            .Where(package => package.Provides.Any(provided => Provides(provided, relation)))
            .Select(Canonical)
            .Where(package => Considered(package.Name).Contains(package));
        return real.Concat(providers)
            .Where(package => IsOfArchitecture(relation, package))
            .Distinct()
            .Order(new DebianPreference(this, relation.Name));
    }

    private ImmutableArray<DebianPackage> Candidate(string name) => Pool.Candidate(name) is { } candidate ? [candidate] : [];

    // What could take its place where its version does not do.
    private IEnumerable<DebianPackage> Later(DebianPackage installed) => Pool.Versions(installed.Name)
        .Where(package => package != installed && package.Origin.Priority >= 0 && package.Version.CompareTo(installed.Version) > 0)
        .Take(1)
        .Concat(Pool.Versions(installed.Name).Where(package => package != installed && package.Version.CompareTo(installed.Version) > 0 && IsOfNamedSuite(package)))
        .Distinct();

    private void CheckOrder(List<DebianPackage> asked)
    {
        if (asked.Find(package => _installed.TryGetValue(package.Name, out var there) && package.Version.CompareTo(there.Version) < 0) is { } earlier)
        {
            throw new BothyException($"cannot take {earlier.Name} {earlier.Version}: {_installed[earlier.Name].Version} is installed, which is later")
            {
                Hint = "What is installed stays, or gives way to a later version.",
            };
        }
    }

    private bool IsOmittedName(string name) => _omitted.Contains(name);

    private bool IsOfNamedSuite(DebianPackage package) =>
        Pool.Listings(package.Name).Any(listing => listing.Version == package.Version
            && (_suites.Contains(listing.Origin.Suite, StringComparer.Ordinal) || _suites.Contains(listing.Origin.Codename, StringComparer.Ordinal)));

    // One version may be listed by several suites; only one of the listings stands for it.
    private DebianPackage Canonical(DebianPackage listing) =>
        Pool.Versions(listing.Name).First(package => package.Version == listing.Version && package.Architecture == listing.Architecture);

    // One architecture at a time, so "any" asks only whether the package lets itself be used by others at all.
    private bool IsOfArchitecture(Relation relation, DebianPackage package) => relation.Qualifier switch
    {
        null or "native" => true,
        "any" => package.MultiArch == DebianMultiArch.Allowed,
        var architecture => architecture == Request.Architecture,
    };
}
