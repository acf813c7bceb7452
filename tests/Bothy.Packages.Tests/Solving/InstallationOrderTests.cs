using Bothy.Packages.Solving;

namespace Bothy.Packages.Tests.Solving;

public sealed class InstallationOrderTests
{
    [Fact]
    public void Dependencies_come_first() => Assert.Equal([3, 1, 2, 0], Order([[1, 2], [3], [3], []], []));

    [Fact]
    public void A_cycle_is_broken_where_nothing_strict_is_broken()
    {
        // 0 and 1 need each other; 0 strictly, so 1 goes first whichever is asked for first.
        Assert.Equal([1, 0], Order([[1], [0]], [[1], []]));
        Assert.Equal([0, 1], Order([[1], [0]], [[], [0]]));
    }

    [Fact]
    public void What_needs_a_cycle_comes_after_all_of_it() => Assert.Equal(2, Order([[1], [0], [1]], [[], [], [1]])[^1]);

    [Fact]
    public void A_long_chain_is_no_recursion()
    {
        const int length = 200_000;
        var order = Order([.. Enumerable.Range(0, length).Select(i => i + 1 < length ? new[] { i + 1 } : [])], []);
        Assert.Equal(Enumerable.Range(0, length).Reverse(), order);
    }

    [Fact]
    public void Every_edge_outside_of_cycles_and_every_strict_edge_is_kept()
    {
        for (int seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            const int count = 12;
            int[][] edges = [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(count)).ToArray())];

            // Strict edges among themselves are free of cycles: they lead to higher numbers.
            int[][] strict = [.. edges.Select((targets, i) => targets.Where(target => target > i).ToArray())];
            int[] place = new int[count];
            var order = Order(edges, strict);
            for (int i = 0; i < count; i++)
            {
                place[order[i]] = i;
            }

            Assert.Equal(Enumerable.Range(0, count), order.Order());
            for (int i = 0; i < count; i++)
            {
                Assert.All(strict[i], target => Assert.True(place[target] < place[i], $"seed {seed}"));
                Assert.All(edges[i].Where(target => !Reaches(edges, target, i)), target => Assert.True(place[target] < place[i], $"seed {seed}"));
            }
        }
    }

    private static bool Reaches(int[][] edges, int from, int to)
    {
        var seen = new HashSet<int> { from };
        var open = new Stack<int>(seen);
        while (open.TryPop(out int node))
        {
            foreach (int next in edges[node].Where(seen.Add))
            {
                open.Push(next);
            }
        }

        return seen.Contains(to);
    }

    private static int[] Order(int[][] edges, int[][] strict) =>
        [.. InstallationOrder.Of(edges, strict.Length == edges.Length ? strict : [.. edges.Select(_ => Array.Empty<int>())])];
}
