using System.Collections.Immutable;
using Bothy.Inspection.Graph;
using Bothy.Packages;

namespace Bothy.Inspection.Why;

/// <summary>The shortest ways from packages of a graph to one of them, along what they bring.</summary>
internal sealed class ShortestPaths
{
    private readonly PackageId _target;
    private readonly Dictionary<PackageId, int> _distances = [];
    private readonly Dictionary<PackageId, ImmutableArray<PackageEdge>> _next = [];
    private readonly Dictionary<PackageId, long> _counts = [];

    private ShortestPaths(PackageId target) => _target = target;

    /// <summary>The ways to <paramref name="target"/>. Of several edges between two packages the first stands for all.</summary>
    public static ShortestPaths To(PackageGraph graph, PackageId target)
    {
        var paths = new ShortestPaths(target);
        paths._distances[target] = 0;
        paths._counts[target] = 1;
        for (List<PackageId> reached = [target]; reached.Count > 0;)
        {
            // All of one distance before those of the next, so that counts are complete when they are used.
            var further = new List<PackageId>();
            foreach (var edge in reached.SelectMany(graph.EdgesTo).Where(graph.Holds))
            {
                int distance = paths._distances[edge.To] + 1;
                if (paths._distances.TryAdd(edge.From, distance))
                {
                    further.Add(edge.From);
                }
            }

            foreach (var package in further)
            {
                var next = graph.EdgesFrom(package)
                    .Where(edge => graph.Holds(edge) && paths._distances.TryGetValue(edge.To, out int distance) && distance == paths._distances[package] - 1)
                    .DistinctBy(static edge => edge.To)
                    .ToImmutableArray();
                paths._next[package] = next;
                paths._counts[package] = next.Aggregate(0L, (sum, edge) => Sum(sum, paths._counts[edge.To]));
            }

            reached = further;
        }

        return paths;
    }

    /// <summary>A sum that stays at the largest number.</summary>
    public static long Sum(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;

    /// <summary>The edges from <paramref name="package"/> to the target; null where no way leads there.</summary>
    public int? DistanceOf(PackageId package) => _distances.TryGetValue(package, out int distance) ? distance : null;

    /// <summary>How many shortest ways there are.</summary>
    public long CountFrom(PackageId package) => _counts.GetValueOrDefault(package);

    /// <summary>The shortest ways, one after the other.</summary>
    public IEnumerable<ImmutableArray<PackageEdge>> From(PackageId package)
    {
        if (package == _target)
        {
            yield return [];
            yield break;
        }

        // The way as a stack of choices, so that the length of a way is no matter.
        var way = new List<(ImmutableArray<PackageEdge> Choices, int At)> { (_next[package], 0) };
        while (way.Count > 0)
        {
            var (choices, at) = way[^1];
            if (at == choices.Length)
            {
                way.RemoveAt(way.Count - 1);
                if (way.Count > 0)
                {
                    way[^1] = (way[^1].Choices, way[^1].At + 1);
                }
            }
            else if (choices[at].To == _target)
            {
                yield return [.. way.Select(static step => step.Choices[step.At])];
                way[^1] = (choices, at + 1);
            }
            else
            {
                way.Add((_next[choices[at].To], 0));
            }
        }
    }
}
