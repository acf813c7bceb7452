using System.Collections.Immutable;

namespace Bothy.Packages.Solving;

/// <summary>
/// Puts packages after what they depend on. A cycle has no such order: within one only the strict edges count (Debian's
/// Pre-Depends), and the rest follows the order in which the packages were given.
/// </summary>
public static class InstallationOrder
{
    /// <summary>Orders packages 0 … n-1, given what each depends on and, of that, what strictly.</summary>
    /// <returns>The packages, dependencies first.</returns>
    public static ImmutableArray<int> Of(IReadOnlyList<IReadOnlyList<int>> dependencies, IReadOnlyList<IReadOnlyList<int>> strict)
    {
        ArgumentNullException.ThrowIfNull(dependencies);
        ArgumentNullException.ThrowIfNull(strict);
        var order = ImmutableArray.CreateBuilder<int>(dependencies.Count);
        foreach (var cycle in Cycles(dependencies))
        {
            if (cycle.Count == 1)
            {
                order.Add(cycle[0]);
                continue;
            }

            // Members come as a depth-first walk leaves them, which breaks a cycle at few places; the strict edges are then put right.
            int[] place = new int[dependencies.Count];
            Array.Fill(place, -1);
            for (int i = 0; i < cycle.Count; i++)
            {
                place[cycle[i]] = i;
            }

            var within = cycle.Select(member => (IReadOnlyList<int>)[.. strict[member].Select(other => place[other]).Where(at => at >= 0)]).ToList();
            order.AddRange(Cycles(within).SelectMany(members => members).Select(at => cycle[at]));
        }

        return order.MoveToImmutable();
    }

    // Tarjan's strongly connected components, without recursion: chains of dependencies can be long. Members in post-order.
    private static List<List<int>> Cycles(IReadOnlyList<IReadOnlyList<int>> edges)
    {
        var cycles = new List<List<int>>();
        int[] number = new int[edges.Count];
        int[] low = new int[edges.Count];
        int[] left = new int[edges.Count];
        bool[] onStack = new bool[edges.Count];
        var stack = new Stack<int>();
        var walk = new Stack<(int Node, int Next)>();
        int numbered = 0;
        int leaving = 0;
        for (int root = 0; root < edges.Count; root++)
        {
            if (number[root] == 0)
            {
                walk.Push((root, 0));
            }

            while (walk.TryPop(out var frame))
            {
                var (node, next) = frame;
                if (next == 0)
                {
                    number[node] = low[node] = ++numbered;
                    stack.Push(node);
                    onStack[node] = true;
                }
                else
                {
                    low[node] = onStack[edges[node][next - 1]] ? Math.Min(low[node], low[edges[node][next - 1]]) : low[node];
                }

                while (next < edges[node].Count && number[edges[node][next]] != 0)
                {
                    int other = edges[node][next++];
                    low[node] = onStack[other] ? Math.Min(low[node], number[other]) : low[node];
                }

                if (next < edges[node].Count)
                {
                    walk.Push((node, next + 1));
                    walk.Push((edges[node][next], 0));
                    continue;
                }

                left[node] = ++leaving;
                if (low[node] == number[node])
                {
                    cycles.Add(Unstack(stack, onStack, node, left));
                }
            }
        }

        return cycles;
    }

    private static List<int> Unstack(Stack<int> stack, bool[] onStack, int root, int[] left)
    {
        var members = new List<int>();
        int member;
        do
        {
            member = stack.Pop();
            onStack[member] = false;
            members.Add(member);
        }
        while (member != root);

        members.Sort((a, b) => left[a].CompareTo(left[b]));
        return members;
    }
}
