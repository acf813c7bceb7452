using Bothy.Inspection.Graph;
using Bothy.Packages;
using Bothy.Packages.Solving;

namespace Bothy.Engine.Locking;

/// <summary>The reasons of a lock as a graph.</summary>
public static class LockGraph
{
    /// <summary>The graph of one architecture of a lock.</summary>
    /// <param name="locked">What was resolved.</param>
    /// <param name="inputs">What it was resolved from; requests stand in its order, those of other keys (<c>entrypoint</c>) behind them.</param>
    /// <param name="source">Where the lock comes from.</param>
    public static PackageGraph Of(LockedArchitecture locked, LockInputs inputs, GraphSource source)
    {
        ArgumentNullException.ThrowIfNull(locked);
        ArgumentNullException.ThrowIfNull(inputs);
        var reasons = locked.Packages.Select(static package => (package.Id, package.Reasons))
            .Concat(locked.Omitted.Select(static omitted => (omitted.Id, omitted.Reasons)))
            .Concat(locked.Base?.Packages.Select(static package => (package.Id, package.Reasons)) ?? [])
            .ToList();
        var packages = locked.Packages.Select(static package => new GraphPackage(package.Id) { Slices = package.Slices })
            .Concat(locked.Omitted.Select(static omitted => new GraphPackage(omitted.Id, IsOmitted: true)))
            .Concat(locked.Base?.Packages.Select(static package => new GraphPackage(package.Id)) ?? [])
            .ToList();
        var known = packages.Select(static package => package.Id).ToHashSet();
        var requests = reasons
            .SelectMany(static one => one.Reasons.OfType<Reason.Requested>().Select(reason => (reason.Request, one.Id)))
            .GroupBy(static one => one.Request, static one => one.Id, StringComparer.Ordinal)
            .OrderBy(request => inputs.Packages.IndexOf(request.Key) is var place and >= 0 ? place : int.MaxValue)
            .Select(static request => new GraphRequest(RequestKind.ImageFile, request.Key, [.. request.Distinct().Order()]));
        if (locked.Base is { Packages.IsEmpty: false } below)
        {
            requests = requests.Append(new GraphRequest(RequestKind.Base, below.Image, [.. below.Packages.Select(static package => package.Id).Order()]));
        }

        var edges = reasons.SelectMany(static one => one.Reasons.Select((reason, place) => Edge(one.Id, reason, place)))
            .OfType<PackageEdge>()
            .Where(edge => known.Contains(edge.From));
        return new PackageGraph(source, requests, packages, edges);
    }

    private static PackageEdge? Edge(PackageId package, Reason reason, int place) => reason switch
    {
        Reason.Needed needed =>
            new(needed.By, package, KindOf(needed.Field), needed.Relation, needed.Alternative, needed.Provides) { IsDecisive = place == 0 },

        // What slices of one package need of each other leads nowhere else.
        Reason.NeededSlice slice when slice.By != package =>
            new(slice.By, package, EdgeKind.Essential, $"{slice.BySlice} needs {slice.Slice}", slice.Slice, Provides: null) { IsDecisive = place == 0 },
        _ => null,
    };

    // apk says "depends" where Debian says "Depends".
    private static EdgeKind KindOf(string field) => field switch
    {
        "Pre-Depends" => EdgeKind.PreDepends,
        "Recommends" => EdgeKind.Recommends,
        "install_if" => EdgeKind.InstallIf,
        _ => EdgeKind.Depends,
    };
}
