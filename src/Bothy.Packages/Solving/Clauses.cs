namespace Bothy.Packages.Solving;

/// <summary>
/// A propositional solver that learns from its conflicts: two watched literals a clause, levels of decisions, first unique
/// implication points. It decides nothing itself. A variable is a package; the literal <c>2v</c> says that the package is in,
/// <c>2v+1</c> that it is out.
/// </summary>
internal sealed class Clauses
{
    private const int NoReason = -1;
    private const int Learned = -1;

    private readonly List<Clause> _clauses = [];
    private readonly List<int> _trail = [];
    private readonly List<int> _decisions = [];
    private readonly Queue<int> _unexamined = new();
    private Variable[] _variables = [];
    private List<int>[] _watches = [];
    private int _propagated;

    /// <summary>How many conflicts there were.</summary>
    public int Conflicts { get; private set; }

    /// <summary>The tags of the clauses that cannot hold together, ascending; null as long as no contradiction was found.</summary>
    public IReadOnlyList<int>? Contradiction { get; private set; }

    /// <summary>The literal that says <paramref name="package"/> is in.</summary>
    public static int In(int package) => 2 * package;

    /// <summary>The literal that says <paramref name="package"/> is out.</summary>
    public static int Out(int package) => (2 * package) + 1;

    /// <summary>Whether <paramref name="package"/> is in as things stand.</summary>
    public bool IsIn(int package) => package < _variables.Length && _variables[package].Value > 0;

    /// <summary>Whether <paramref name="package"/> is out as things stand.</summary>
    public bool IsOut(int package) => package < _variables.Length && _variables[package].Value < 0;

    /// <summary>
    /// Adds a clause: one of <paramref name="literals"/> must hold. Before any decision, or while one of the literals was made
    /// false since the last decision: otherwise conclusions of earlier levels would be missed after going back to them.
    /// </summary>
    public void Add(int[] literals, int tag) => _unexamined.Enqueue(Store(new Clause(literals, tag, [])));

    /// <summary>Makes <paramref name="literal"/>, about which nothing is known yet, hold.</summary>
    public void Decide(int literal)
    {
        Reserve(literal);
        _decisions.Add(_trail.Count);
        Assign(literal, NoReason);
    }

    /// <summary>
    /// Draws conclusions until there are no more. <paramref name="entered"/> is told of every package that comes in, each time
    /// that it does, and may add clauses. False where there was a conflict: something was learned and decisions were taken
    /// back, or there is a <see cref="Contradiction"/>.
    /// </summary>
    public bool Settle(Action<int>? entered)
    {
        bool smooth = true;
        int conflict;
        while ((conflict = NextConflict(entered)) >= 0)
        {
            smooth = false;
            Conflicts++;
            if (_decisions.Count == 0)
            {
                Contradiction = RestsOn(conflict);
                return false;
            }

            Learn(conflict);
        }

        return smooth;
    }

    private int NextConflict(Action<int>? entered)
    {
        while (true)
        {
            if (_unexamined.TryDequeue(out int clause))
            {
                if (!Examine(clause))
                {
                    return clause;
                }
            }
            else if (_propagated < _trail.Count)
            {
                int literal = _trail[_propagated++];
                int conflict = VisitWatchers(literal ^ 1);
                if (conflict >= 0)
                {
                    return conflict;
                }

                if ((literal & 1) == 0)
                {
                    entered?.Invoke(literal >> 1);
                }
            }
            else
            {
                return -1;
            }
        }
    }

    // Looks at a new clause: its two watches are the literals that stay open longest. False where none of its literals can hold.
    private bool Examine(int index)
    {
        int[] literals = _clauses[index].Literals;
        for (int place = 0; place < Math.Min(2, literals.Length); place++)
        {
            int best = place;
            for (int i = place + 1; i < literals.Length; i++)
            {
                best = Openness(literals[i]) > Openness(literals[best]) ? i : best;
            }

            (literals[place], literals[best]) = (literals[best], literals[place]);
            _watches[literals[place]].Add(index);
        }

        if (literals.Length == 0 || ValueOf(literals[0]) < 0)
        {
            return false;
        }

        if (ValueOf(literals[0]) == 0 && (literals.Length == 1 || ValueOf(literals[1]) < 0))
        {
            Assign(literals[0], index);
        }

        return true;
    }

    private int Openness(int literal) => ValueOf(literal) >= 0 ? int.MaxValue : _variables[literal >> 1].Level;

    private int VisitWatchers(int falsified)
    {
        var watchers = _watches[falsified];
        int kept = 0;
        int conflict = -1;
        for (int i = 0; i < watchers.Count; i++)
        {
            int index = watchers[i];
            if (conflict < 0 && MoveWatch(index, falsified))
            {
                continue;
            }

            watchers[kept++] = index;
            if (conflict >= 0)
            {
                continue;
            }

            int other = _clauses[index].Literals[0];
            if (ValueOf(other) < 0)
            {
                conflict = index;
            }
            else if (ValueOf(other) == 0)
            {
                Assign(other, index);
            }
        }

        watchers.RemoveRange(kept, watchers.Count - kept);
        return conflict;
    }

    // True where the clause now watches another literal. The other watch stands first afterwards; a clause of one has only that.
    private bool MoveWatch(int index, int falsified)
    {
        int[] literals = _clauses[index].Literals;
        if (literals.Length == 1)
        {
            return false;
        }

        if (literals[0] == falsified)
        {
            (literals[0], literals[1]) = (literals[1], literals[0]);
        }

        if (ValueOf(literals[0]) > 0)
        {
            return false;
        }

        for (int i = 2; i < literals.Length; i++)
        {
            if (ValueOf(literals[i]) >= 0)
            {
                (literals[1], literals[i]) = (literals[i], literals[1]);
                _watches[literals[1]].Add(index);
                return true;
            }
        }

        return false;
    }

    private void Learn(int conflict)
    {
        var learned = new List<int> { 0 };
        var restsOn = new List<int>();
        var seen = new HashSet<int>();
        int open = 0;
        int at = _trail.Count;
        int clause = conflict;
        while (true)
        {
            restsOn.Add(clause);
            foreach (int literal in _clauses[clause].Literals)
            {
                int level = _variables[literal >> 1].Level;
                if (ValueOf(literal) < 0 && level > 0 && seen.Add(literal >> 1))
                {
                    open += level == _decisions.Count ? 1 : 0;
                    if (level < _decisions.Count)
                    {
                        learned.Add(literal);
                    }
                }
            }

            do
            {
                at--;
            }
            while (!seen.Contains(_trail[at] >> 1) || _variables[_trail[at] >> 1].Level < _decisions.Count);

            if (--open == 0)
            {
                break;
            }

            clause = _variables[_trail[at] >> 1].Reason;
        }

        learned[0] = _trail[at] ^ 1;
        int back = learned.Skip(1).Select(literal => _variables[literal >> 1].Level).DefaultIfEmpty(0).Max();
        GoBack(back);
        int index = Store(new Clause([.. learned], Learned, [.. restsOn]));
        Examine(index);
    }

    private void GoBack(int level)
    {
        int keep = _decisions[level];
        for (int i = keep; i < _trail.Count; i++)
        {
            _variables[_trail[i] >> 1] = default;
        }

        _trail.RemoveRange(keep, _trail.Count - keep);
        _decisions.RemoveRange(level, _decisions.Count - level);
        _propagated = keep;
    }

    private List<int> RestsOn(int conflict)
    {
        var tags = new SortedSet<int>();
        var seen = new HashSet<int> { conflict };
        var open = new Stack<int>(seen);
        while (open.TryPop(out int index))
        {
            var clause = _clauses[index];
            if (clause.Tag != Learned)
            {
                tags.Add(clause.Tag);
            }

            // Literals that are false without any decision were left out when learning; why they are false belongs here.
            var reasons = clause.Literals
                .Where(literal => ValueOf(literal) < 0)
                .Select(literal => _variables[literal >> 1].Reason)
                .Where(reason => reason != NoReason);
            foreach (int next in clause.RestsOn.Concat(reasons))
            {
                if (seen.Add(next))
                {
                    open.Push(next);
                }
            }
        }

        return [.. tags];
    }

    private int Store(Clause clause)
    {
        foreach (int literal in clause.Literals)
        {
            Reserve(literal);
        }

        _clauses.Add(clause);
        return _clauses.Count - 1;
    }

    private void Assign(int literal, int reason)
    {
        _variables[literal >> 1] = new Variable((literal & 1) == 0 ? 1 : -1, _decisions.Count, reason);
        _trail.Add(literal);
    }

    private int ValueOf(int literal) => (literal & 1) == 0 ? _variables[literal >> 1].Value : -_variables[literal >> 1].Value;

    private void Reserve(int literal)
    {
        int before = _variables.Length;
        if ((literal >> 1) < before)
        {
            return;
        }

        Array.Resize(ref _variables, Math.Max(256, 2 * ((literal >> 1) + 1)));
        Array.Resize(ref _watches, 2 * _variables.Length);
        for (int i = 2 * before; i < _watches.Length; i++)
        {
            _watches[i] = [];
        }
    }

    private readonly record struct Clause(int[] Literals, int Tag, int[] RestsOn);

    private readonly record struct Variable(int Value, int Level, int Reason);
}
