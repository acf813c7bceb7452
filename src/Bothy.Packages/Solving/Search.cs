using System.Collections.Immutable;

namespace Bothy.Packages.Solving;

/// <summary>
/// The search for packages that meet a list of requests. It walks from the requests along the requirements, depth first and in
/// their order, takes for each the first candidate that is not ruled out, and so prefers what the ecosystem put first; the
/// clauses below see to it that it never gives up where there is a solution: what a wrong turn teaches is kept.
/// </summary>
internal sealed class Search(IUniverse universe, ImmutableArray<Requirement> requests)
{
    private readonly Clauses _clauses = new();
    private readonly Dictionary<int, Demands> _demands = [];
    private readonly List<Fact> _facts = [];
    private readonly List<int[]> _literals = [];
    private readonly Dictionary<int, Choice> _chosen = [];
    private readonly List<Choice> _order = [];
    private readonly List<(int Package, int Requirement)> _conditional = [];

    /// <summary>Finds the selection.</summary>
    /// <exception cref="BothyException">There were more than <paramref name="mostConflicts"/> dead ends.</exception>
    public Selection Run(int mostConflicts, CancellationToken cancellationToken)
    {
        for (int i = 0; i < requests.Length; i++)
        {
            AddClause(new Fact.Requested(i), [.. requests[i].Candidates.Select(Clauses.In)]);
        }

        while (_clauses.Contradiction is null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_clauses.Conflicts > mostConflicts)
            {
                throw new BothyException($"cannot choose packages: more than {mostConflicts} combinations led nowhere")
                {
                    Hint = "Ask for fewer packages at once, or name the alternatives you want.",
                };
            }

            if (_clauses.Settle(Enter) && Walk())
            {
                return new Selection.Found([.. _order]);
            }
        }

        return new Selection.Impossible(Explanation.Of(_facts, _literals, _clauses.Contradiction));
    }

    private void Enter(int package)
    {
        if (_demands.ContainsKey(package))
        {
            return;
        }

        var demands = universe.DemandsOf(package);
        _demands.Add(package, demands);
        for (int i = 0; i < demands.Requirements.Length; i++)
        {
            var requirement = demands.Requirements[i];
            if (!requirement.Optional)
            {
                var conditions = requirement.When.Prepend(package).Distinct().Select(Clauses.Out);
                AddClause(new Fact.Needs(package, i), [.. conditions, .. requirement.Candidates.Distinct().Select(Clauses.In)]);
            }
        }

        for (int i = 0; i < demands.Exclusions.Length; i++)
        {
            foreach (int other in demands.Exclusions[i].Others)
            {
                if (other != package)
                {
                    AddClause(new Fact.Excludes(package, i, other), [Clauses.Out(package), Clauses.Out(other)]);
                }
            }
        }
    }

    private void AddClause(Fact fact, int[] literals)
    {
        // A package that needs itself needs nothing.
        if (literals.Any(literal => literals.Contains(literal ^ 1)))
        {
            return;
        }

        _facts.Add(fact);
        _literals.Add([.. literals]);
        _clauses.Add(literals, _facts.Count - 1);
    }

    // False where a conflict took decisions back: what was chosen after them is void, so the walk begins anew. It comes by the
    // same way as far as that still holds.
    private bool Walk()
    {
        _chosen.Clear();
        _order.Clear();
        _conditional.Clear();
        var open = new Stack<(int Package, int Next)>();
        var requested = new List<int>();
        for (int i = 0; i < requests.Length; i++)
        {
            if (!Meet(requests[i], null, i, out int? taken))
            {
                return false;
            }

            requested.AddRange(taken is { } package ? [package] : []);
        }

        requested.Reverse();
        requested.ForEach(package => open.Push((package, 0)));
        while (open.TryPop(out var frame))
        {
            if (!WalkOn(frame, open))
            {
                return false;
            }

            if (open.Count == 0 && !MeetConditional(open))
            {
                return false;
            }
        }

        return true;
    }

    private bool WalkOn((int Package, int Next) frame, Stack<(int Package, int Next)> open)
    {
        var requirements = _demands[frame.Package].Requirements;
        for (int i = frame.Next; i < requirements.Length; i++)
        {
            if (!requirements[i].When.IsEmpty)
            {
                _conditional.Add((frame.Package, i));
                continue;
            }

            if (!Meet(requirements[i], frame.Package, i, out int? taken))
            {
                return false;
            }

            if (taken is { } package)
            {
                open.Push((frame.Package, i + 1));
                open.Push((package, 0));
                return true;
            }
        }

        return true;
    }

    private bool MeetConditional(Stack<(int Package, int Next)> open)
    {
        foreach (var (package, i) in _conditional)
        {
            var requirement = _demands[package].Requirements[i];
            if (requirement.When.All(_chosen.ContainsKey))
            {
                if (!Meet(requirement, package, i, out int? taken))
                {
                    return false;
                }

                if (taken is { } chosen)
                {
                    open.Push((chosen, 0));
                    return true;
                }
            }
        }

        return true;
    }

    // Takes a candidate unless one is taken already. False where that met a conflict.
    private bool Meet(Requirement requirement, int? by, int index, out int? taken)
    {
        taken = null;
        foreach (int candidate in requirement.Candidates)
        {
            if (_chosen.ContainsKey(candidate))
            {
                return true;
            }
        }

        foreach (int candidate in requirement.Candidates)
        {
            if (_clauses.IsOut(candidate))
            {
                continue;
            }

            if (!_clauses.IsIn(candidate))
            {
                _clauses.Decide(Clauses.In(candidate));
                if (!_clauses.Settle(Enter))
                {
                    return false;
                }
            }

            taken = candidate;
            var choice = new Choice(candidate, by, index);
            _chosen.Add(candidate, choice);
            _order.Add(choice);
            return true;
        }

        return requirement.Optional
            ? true
            : throw new InvalidOperationException("a requirement without candidates went unnoticed");
    }
}
