using System.Collections.Immutable;
using Bothy.Packages;

namespace Bothy.Inspection.Graph;

/// <summary>Where a graph was read from; what is further down knows less.</summary>
public enum GraphSource
{
    /// <summary>What the store keeps of the build that made the image.</summary>
    BuildRecord,

    /// <summary>The lock attached to the image as a referrer.</summary>
    AttachedLock,

    /// <summary>The lock of an image file, for an image that need not be built yet.</summary>
    LockFile,

    /// <summary>The dependencies that the image's package database lists: choices are guessed, and requests not known.</summary>
    Inferred,
}

/// <summary>A package of a graph.</summary>
/// <param name="Id">Which.</param>
/// <param name="IsOmitted">Whether it only counts as installed and brings no file.</param>
public sealed record GraphPackage(PackageId Id, bool IsOmitted = false)
{
    /// <summary>The slices that are all there is of it, sorted; empty where it is whole.</summary>
    public ImmutableArray<string> Slices { get; init; } = [];
}

/// <summary>
/// Why packages are in an image: the requests, the packages, and which of them brings which others, with the alternative and the
/// provider that was chosen. Everything in it is sorted, so that equal images have equal graphs.
/// </summary>
public sealed class PackageGraph
{
    private readonly ILookup<PackageId, PackageEdge> _from;
    private readonly ILookup<PackageId, PackageEdge> _to;
    private readonly ILookup<string, GraphPackage> _named;

    /// <summary>Joins requests, packages and edges.</summary>
    /// <exception cref="ArgumentException">A request or an edge names a package that is not among <paramref name="packages"/>.</exception>
    public PackageGraph(GraphSource source, IEnumerable<GraphRequest> requests, IEnumerable<GraphPackage> packages, IEnumerable<PackageEdge> edges)
    {
        Source = source;
        Requests = [.. requests];
        Packages = [.. packages.DistinctBy(static package => package.Id).OrderBy(static package => package.Id)];
        Edges =
        [
            .. edges.Distinct()
                .OrderBy(static edge => edge.From)
                .ThenBy(static edge => edge.To)
                .ThenBy(static edge => edge.Kind)
                .ThenBy(static edge => edge.Relation, StringComparer.Ordinal)
                .ThenBy(static edge => edge.Alternative, StringComparer.Ordinal),
        ];
        var known = Packages.Select(static package => package.Id).ToHashSet();
        if (Requests.SelectMany(static request => request.Packages).Concat(Edges.SelectMany(static edge => new[] { edge.From, edge.To })).FirstOrDefault(id => !known.Contains(id)) is { } stranger)
        {
            throw new ArgumentException($"{stranger} is not a package of the graph", nameof(packages));
        }

        _from = Edges.ToLookup(static edge => edge.From);
        _to = Edges.ToLookup(static edge => edge.To);
        _named = Packages.ToLookup(static package => package.Id.Name, StringComparer.Ordinal);
    }

    /// <summary>Where it was read from.</summary>
    public GraphSource Source { get; }

    /// <summary>The reasons that are not packages, in the order of the image file or world, those of kind <see cref="RequestKind.Unneeded"/> last.</summary>
    public ImmutableArray<GraphRequest> Requests { get; }

    /// <summary>The packages by name, version and architecture.</summary>
    public ImmutableArray<GraphPackage> Packages { get; }

    /// <summary>The edges by their ends.</summary>
    public ImmutableArray<PackageEdge> Edges { get; }

    /// <summary>The packages called <paramref name="name"/>.</summary>
    public IEnumerable<GraphPackage> Named(string name) => _named[name];

    /// <summary>What <paramref name="package"/> brings.</summary>
    public IEnumerable<PackageEdge> EdgesFrom(PackageId package) => _from[package];

    /// <summary>What brings <paramref name="package"/>.</summary>
    public IEnumerable<PackageEdge> EdgesTo(PackageId package) => _to[package];

    /// <summary>
    /// The packages that <paramref name="requests"/> bring, with every choice as it was made: each relation is met by the package that
    /// was taken for it, and what came by <c>install_if</c> is there where all its conditions' packages are.
    /// </summary>
    public ImmutableHashSet<PackageId> Closure(IEnumerable<GraphRequest> requests)
    {
        ArgumentNullException.ThrowIfNull(requests);
        var closure = ImmutableHashSet.CreateBuilder<PackageId>();
        var open = new Stack<PackageId>(requests.SelectMany(static request => request.Packages));
        while (open.TryPop(out var package))
        {
            if (!closure.Add(package))
            {
                continue;
            }

            foreach (var edge in _from[package])
            {
                if (edge.Kind == EdgeKind.InstallIf ? ConditionsHold(edge, closure) : Holds(edge))
                {
                    open.Push(edge.To);
                }
            }
        }

        return closure.ToImmutable();
    }

    // Conditions are looked at when the last of their packages comes in.
    private bool ConditionsHold(PackageEdge edge, ImmutableHashSet<PackageId>.Builder closure) =>
        _to[edge.To].Where(other => other.Kind == EdgeKind.InstallIf && other.Relation == edge.Relation).All(other => closure.Contains(other.From));

    /// <summary>
    /// Whether <paramref name="edge"/> is how its relation is met. A solver that decided b for <c>a | b</c> and later got a as well records
    /// both; the relation holds b, which it brought.
    /// </summary>
    public bool Holds(PackageEdge edge)
    {
        ArgumentNullException.ThrowIfNull(edge);
        return edge.IsDecisive
            || edge.Kind == EdgeKind.InstallIf
            || !_from[edge.From].Any(other => other.IsDecisive && other.To != edge.To && other.Kind == edge.Kind && other.Relation == edge.Relation);
    }
}
