namespace Bothy.Packages.Alpine;

/// <summary>
/// Decides name by name whose each is, the way apk does it: forward only. A name with one candidate is decided at once. Of the
/// others that of the last one wanted goes first on which no other undecided one could still have a say; the best candidate that
/// nothing chosen so far rules out gets it. What comes out need not hold together: <see cref="ApkProblems"/> looks for what does not.
/// </summary>
internal sealed class ApkChooser(ApkUniverse universe)
{
    private readonly ApkCandidates _candidates = new(universe);
    private readonly Stack<ApkName> _immediate = [];
    private readonly List<ApkName> _pending = [];
    private readonly Queue<ApkName> _examined = new();
    private readonly Queue<ApkName> _triggered = new();
    private readonly List<ApkName> _unmet = [];
    private readonly List<ApkName> _touched = [];
    private readonly HashSet<ApkName> _doubtful = [];
    private readonly List<ApkName> _fresh = [];

    /// <summary>The packages that were chosen, in that order.</summary>
    public List<ApkNode> Chosen { get; } = [];

    public void Run(List<ApkNeed> world, CancellationToken cancellationToken)
    {
        foreach (var need in world)
        {
            if (need.Dependency.Tag is { } tag)
            {
                need.Name.PreferredTags |= universe.TagOf(tag);
                need.Name.AllowedTags |= universe.TagOf(tag);
            }
        }

        foreach (var need in world)
        {
            Note(need.Name, null, need.Dependency);
        }

        ExamineAgain([]);
        while (Next() is { } name)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var waiting = _pending.ToArray();
            Decide(name);
            ExamineAgain(waiting);
        }
    }

    private ApkName? Next()
    {
        do
        {
            while (_immediate.TryPop(out var name))
            {
                if (name.Holder is null)
                {
                    return name;
                }
            }

            if (_examined.TryDequeue(out var examined) && examined.IsPending && examined.Holder is null)
            {
                RequireCommon(examined);
            }
        }
        while (_immediate.Count > 0 || _examined.Count > 0);

        if (_triggered.TryDequeue(out var triggered))
        {
            // What only such a package could provide counts as missing all the same.
            _unmet.ForEach(name => name.IsUnmet = name.Holder is null);
            return triggered;
        }

        _pending.RemoveAll(name => name.Holder is not null || !name.IsPending);
        if (_pending.Count == 0)
        {
            return null;
        }

        for (int i = _pending.Count - 1; i >= 0; i--)
        {
            if (_candidates.IsReady(_pending[i], _pending))
            {
                return _pending[i];
            }
        }

        return _pending[0];
    }

    private void Decide(ApkName name)
    {
        name.IsPending = false;
        if (name.Holder is not null)
        {
            return;
        }

        var best = default(ApkClaim);
        foreach (var claim in universe.ClaimsOf(name))
        {
            if (!ApkCandidates.IsCandidate(claim) || (!name.IsRequired && (claim.Node.IsExcluded || _candidates.IsBad(claim.Node, again: false))))
            {
                continue;
            }

            if (best is null || ApkCandidates.IsBetter(claim, best))
            {
                best = claim;
            }
        }

        if (best is not null)
        {
            Choose(best.Node, name);
        }
        else if (name.IsRequired && universe.ClaimsOf(name).Length == 1)
        {
            _unmet.Add(name);
        }
    }

    // apk looks at what the candidates of a name need when somebody wants the name, when a package for what they need is ruled out,
    // and when a name is decided whose packages need this one; not at other times, and what it does not look at it does not see.
    private void Examine(ApkName name, bool again)
    {
        foreach (var claim in universe.ClaimsOf(name))
        {
            claim.Node.IsBad = _candidates.IsBad(claim.Node, again);
        }

        _examined.Enqueue(name);
        if (_candidates.Options(name) == 1)
        {
            _immediate.Push(name);
        }
    }

    private void ExamineAgain(ApkName[] waiting)
    {
        foreach (var name in waiting)
        {
            if (name.Holder is null && name.IsPending && (_doubtful.Contains(name) || SpeaksOfTouched(name)))
            {
                Examine(name, again: true);
            }
        }

        foreach (var name in _touched)
        {
            name.IsTouched = false;
        }

        _touched.Clear();
        _doubtful.Clear();
        foreach (var name in _fresh)
        {
            Examine(name, again: false);
        }

        _fresh.Clear();
    }

    private bool SpeaksOfTouched(ApkName name)
    {
        foreach (var claim in _touched.Count == 0 ? [] : universe.ClaimsOf(name))
        {
            foreach (var need in claim.Node.Needs)
            {
                if (need.Name.IsTouched)
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void Touch(ApkNode ruledOut)
    {
        foreach (var claim in ruledOut.Claims)
        {
            claim.Name.IsTouched = true;
            _touched.Add(claim.Name);
        }
    }

    // What every candidate needs is needed whichever gets the name; where there is but one package for it, that is taken already.
    private void RequireCommon(ApkName name)
    {
        foreach (var needed in _candidates.NeededByAll(name))
        {
            if (!needed.IsRequired && universe.ClaimsOf(needed) is [{ Node.IsExcluded: false }])
            {
                needed.IsRequired = true;
                Allow(needed, name.AllowedTags);
            }
        }
    }

    private void Choose(ApkNode node, ApkName name)
    {
        node.ChosenFor = name;
        Chosen.Add(node);
        foreach (var claim in node.Claims)
        {
            Take(claim);
        }

        foreach (var need in node.Needs)
        {
            Allow(need.Name, name.AllowedTags);
            need.Name.Preference |= name.Preference.HasFlag(ApkPreference.Inherit) ? name.Preference : default;
            Note(need.Name, node, need.Dependency);
        }

        foreach (var claim in node.Claims)
        {
            Trigger(claim.Name, name.AllowedTags);
        }
    }

    private void Take(ApkClaim claim)
    {
        var name = claim.Name;
        name.Taken.Add(claim);
        if (name.Holder is not null || name.IsUnmet)
        {
            return;
        }

        // Names whose claims nobody asked for are names that nobody has looked at.
        foreach (var other in name.Claims ?? [])
        {
            if (other.Node != claim.Node && other.Excludes(claim) && !other.Node.IsExcluded)
            {
                Touch(other.Node);
            }
        }

        name.Holder = claim.Node;
    }

    // A name that could not be decided before may have a candidate now.
    private void Allow(ApkName name, uint tags)
    {
        name.AllowedTags |= tags;
        if (name.IsRequired && name.Holder is null && !name.IsPending)
        {
            Enqueue(name);
        }
    }

    private void Note(ApkName name, ApkNode? by, ApkDependency dependency)
    {
        foreach (var claim in name.Claims ?? [])
        {
            if (claim.Node != by && !claim.Satisfies(dependency) && !claim.Node.IsExcluded)
            {
                Touch(claim.Node);
                foreach (var need in claim.Node.Needs)
                {
                    _doubtful.Add(need.Name);
                }
            }
        }

        name.Wants.Add(new ApkWant(by, dependency));
        if (dependency.Conflict || name.Holder is not null)
        {
            name.IsRequired |= !dependency.Conflict;
        }
        else if (!name.IsRequired)
        {
            name.IsRequired = true;
            Enqueue(name);
        }
        else if (name.IsPending)
        {
            _doubtful.Add(name);
        }
    }

    private void Enqueue(ApkName name)
    {
        if (universe.ClaimsOf(name).Length == 1)
        {
            _immediate.Push(name);
        }
        else if (!name.IsPending)
        {
            name.IsPending = true;
            _pending.Add(name);
            _fresh.Add(name);
        }
    }

    // A conflict among the conditions never holds where nobody has the name: that is how apk 2 takes it.
    private void Trigger(ApkName name, uint tags)
    {
        foreach (var node in universe.TriggeredBy(name))
        {
            var own = node.Claims[0].Name;
            if (!node.IsTriggered && !node.IsOmitted && Array.TrueForAll(node.Conditions, condition => condition is { IsMet: true, Name.Holder.IsOmitted: false }))
            {
                node.IsTriggered = true;
                Allow(own, tags);
                if (own.Holder is null)
                {
                    _triggered.Enqueue(own);
                }
            }
        }
    }
}
