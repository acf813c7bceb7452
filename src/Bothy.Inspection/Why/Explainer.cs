using System.Collections.Immutable;
using Bothy.Inspection.Graph;
using Bothy.Packages;

namespace Bothy.Inspection.Why;

/// <summary>Answers why something is in an image, and what it costs, from the graph of its packages.</summary>
public sealed class Explainer(PackageGraph graph, ImageOrigins origins)
{
    /// <summary>How many shortest chains of one request are listed.</summary>
    public const int MostChains = 5;

    private ImmutableHashSet<PackageId>? _all;

    private ImmutableHashSet<PackageId> All => _all ??= graph.Closure(graph.Requests);

    /// <summary>Why <paramref name="subject"/> is there.</summary>
    public WhyAnswer Explain(Subject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return new WhyAnswer(subject, graph.Source, [.. subject.Packages.Select(Explain)]);
    }

    /// <summary>What leaves without <paramref name="requests"/>.</summary>
    /// <param name="requests">The requests that are not made.</param>
    /// <param name="package">The package that was asked about.</param>
    public RemovalCost Without(IReadOnlyCollection<GraphRequest> requests, PackageId package)
    {
        var left = graph.Closure(graph.Requests.Where(request => !requests.Contains(request)));

        // What is omitted is not there to leave.
        PackageId[] leaving = [.. graph.Packages.Where(one => !one.IsOmitted && All.Contains(one.Id) && !left.Contains(one.Id)).Select(static one => one.Id)];
        return new RemovalCost(
            [.. leaving], leaving.Sum(id => origins.FilesOf(id).Count()), leaving.Sum(origins.BytesOf), !left.Contains(package));
    }

    private PackageAnswer Explain(PackageId package)
    {
        var known = graph.Packages.FirstOrDefault(one => one.Id == package);
        var requests = known is null ? [] : RequestsOf(package);
        return new PackageAnswer(
            package,
            known?.IsOmitted ?? false,
            origins.FilesOf(package).Count(),
            origins.BytesOf(package),
            origins.LayersOf(package),
            requests,
            requests.Length > 1 ? Without([.. requests.Select(static one => one.Request)], package) : null)
        {
            Slices = known?.Slices ?? [],
        };
    }

    private ImmutableArray<RequestAnswer> RequestsOf(PackageId package)
    {
        var paths = ShortestPaths.To(graph, package);
        return
        [
            .. graph.Requests
                .Select(request => (Request: request, Distance: request.Packages.Min(paths.DistanceOf)))
                .Where(static one => one.Distance is not null)
                .OrderBy(static one => one.Distance)
                .Select(one => new RequestAnswer(
                    one.Request,
                    [.. one.Request.Packages.Where(from => paths.DistanceOf(from) == one.Distance).SelectMany(paths.From).Take(MostChains)],
                    one.Request.Packages.Where(from => paths.DistanceOf(from) == one.Distance).Aggregate(0L, (sum, from) => ShortestPaths.Sum(sum, paths.CountFrom(from))),
                    Without([one.Request], package))),
        ];
    }
}
