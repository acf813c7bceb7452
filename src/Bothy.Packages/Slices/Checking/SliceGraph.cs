using System.Collections.Immutable;

namespace Bothy.Packages.Slices.Checking;

/// <summary>Slices and what they need on one architecture.</summary>
internal sealed class SliceGraph(IReadOnlyDictionary<SliceName, Slice> slices, string architecture)
{
    /// <summary>
    /// The slices, each after all that it needs, of those that could come next the ordinally first; what is in a circle, or needs one, is left out.
    /// What a slice needs and is not among the slices does not count.
    /// </summary>
    public ImmutableArray<Slice> InOrder()
    {
        var open = new Dictionary<SliceName, int>();
        var neededBy = new Dictionary<SliceName, List<SliceName>>();
        var ready = new SortedSet<SliceName>();
        foreach (var (name, slice) in slices)
        {
            int count = 0;
            foreach (var needed in Needs(slice))
            {
                count++;
                if (!neededBy.TryGetValue(needed.Name, out var list))
                {
                    neededBy.Add(needed.Name, list = []);
                }

                list.Add(name);
            }

            open.Add(name, count);
            if (count == 0)
            {
                ready.Add(name);
            }
        }

        var ordered = ImmutableArray.CreateBuilder<Slice>(slices.Count);
        while (ready.Count > 0)
        {
            var next = ready.Min;
            ready.Remove(next);
            ordered.Add(slices[next]);
            foreach (var name in neededBy.GetValueOrDefault(next) ?? [])
            {
                if (--open[name] == 0)
                {
                    ready.Add(name);
                }
            }
        }

        return ordered.ToImmutable();
    }

    /// <summary>Circles of slices that need each other: one for each group of slices that cannot be put in an order.</summary>
    public IEnumerable<SliceFinding> Circles()
    {
        var done = InOrder().Select(static slice => slice.Name).ToHashSet();
        foreach (var name in slices.Keys.Where(name => !done.Contains(name)).Order())
        {
            // Whoever is left needs somebody who is left: following the first such need has to come back somewhere.
            var way = new List<EssentialSlice>();
            var seen = new Dictionary<SliceName, int>();
            var at = name;
            while (!done.Contains(at) && seen.TryAdd(at, way.Count))
            {
                var next = Needs(slices[at]).FirstOrDefault(needed => !done.Contains(needed.Name));
                if (next is null)
                {
                    break;
                }

                way.Add(next);
                at = next.Name;
            }

            if (seen.TryGetValue(at, out int first) && first < way.Count)
            {
                yield return Circle(way[first..]);
            }

            done.UnionWith(seen.Keys);
        }
    }

    private IEnumerable<EssentialSlice> Needs(Slice slice) =>
        slice.Essential.Where(needed => needed.IsFor(architecture) && slices.ContainsKey(needed.Name));

    private static SliceFinding Circle(List<EssentialSlice> way)
    {
        // A circle has no beginning: it is told from its ordinally first slice on, whoever led to it.
        var members = way.Select(static needed => needed.Name).ToList();
        var first = members.Min();
        int at = (members.IndexOf(first) + 1) % way.Count;
        var turned = way[at..].Concat(way[..at]).ToList();
        string chain = string.Join(" → ", turned.Select(static needed => needed.Name).Prepend(first));
        return new SliceFinding(turned[0].Place, SliceMistake.Cycle, $"slices need each other in a circle: {chain}");
    }
}
