using System.Collections.Immutable;

namespace Bothy.Packages.Solving;

/// <summary>
/// Cuts a contradiction down to facts of which none can be left out, and puts them in an order that can be read: from the
/// requests along what they need to where it breaks.
/// </summary>
internal sealed class Explanation
{
    // For all trials together. What is left after them is still a contradiction, only perhaps not the shortest.
    private const int MostConflicts = 2_000;
    private const int MostTrials = 2_000;

    private readonly List<Fact> _facts;
    private readonly List<int[]> _literals;
    private int _conflicts;
    private int _trials;

    private Explanation(List<Fact> facts, List<int[]> literals)
    {
        _facts = facts;
        _literals = literals;
    }

    /// <summary>Of facts and their clauses, of which those at <paramref name="core"/> cannot hold together.</summary>
    public static ImmutableArray<Fact> Of(List<Fact> facts, List<int[]> literals, IReadOnlyList<int> core)
    {
        var explanation = new Explanation(facts, literals);

        // What remains depends on what is tried first. The shortest of all is a hard problem; the shorter of two is a good answer.
        var forward = explanation.Shrink(core, core);
        var backward = explanation.Shrink(core, [.. core.Reverse()]);
        return explanation.InReadingOrder(forward.Count <= backward.Count ? forward : backward);
    }

    private IReadOnlyList<int> Shrink(IReadOnlyList<int> core, IReadOnlyList<int> order)
    {
        foreach (int candidate in order)
        {
            if (_trials < MostTrials && core.Contains(candidate))
            {
                core = Contradiction([.. core.Where(tag => tag != candidate)]) ?? core;
            }
        }

        return core;
    }

    // A contradiction within the clauses; null where they can hold together, or where finding out would take too long.
    private IReadOnlyList<int>? Contradiction(int[] tags)
    {
        var clauses = new Clauses();
        foreach (int tag in tags)
        {
            clauses.Add([.. _literals[tag]], tag);
        }

        int[] packages = [.. tags.SelectMany(tag => _literals[tag]).Select(literal => literal >> 1).Distinct().Order()];
        clauses.Settle(null);
        while (clauses.Contradiction is null && _trials < MostTrials && _conflicts + clauses.Conflicts < MostConflicts)
        {
            int undecided = Array.FindIndex(packages, package => !clauses.IsIn(package) && !clauses.IsOut(package));
            if (undecided < 0)
            {
                break;
            }

            clauses.Decide(Clauses.Out(packages[undecided]));
            clauses.Settle(null);
        }

        _trials++;
        _conflicts += clauses.Conflicts;
        return clauses.Contradiction;
    }

    // Depth first from each request: what a package needs follows it at once. Exclusions come last, where the chains meet.
    private ImmutableArray<Fact> InReadingOrder(IReadOnlyList<int> core)
    {
        var ordered = ImmutableArray.CreateBuilder<Fact>(core.Count);
        var left = new SortedSet<int>(core);
        foreach (int request in core.Where(tag => _facts[tag] is Fact.Requested))
        {
            var open = new Stack<int>([request]);
            while (open.TryPop(out int tag))
            {
                if (left.Remove(tag))
                {
                    ordered.Add(_facts[tag]);
                    var reached = _literals[tag].Where(literal => (literal & 1) == 0).Select(literal => literal >> 1).ToHashSet();
                    foreach (int next in left.Where(other => _facts[other] is Fact.Needs needs && reached.Contains(needs.Package)).Reverse())
                    {
                        open.Push(next);
                    }
                }
            }
        }

        ordered.AddRange(left.Select(tag => _facts[tag]));
        return ordered.MoveToImmutable();
    }
}
