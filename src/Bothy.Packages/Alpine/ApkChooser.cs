namespace Bothy.Packages.Alpine;

/// <summary>
/// Decides name by name whose each is, the way apk does it: forward only. A name with one candidate is decided at once. Of the
/// others that of the last one wanted goes first on which no other undecided one could still have a say; the best candidate that
/// nothing chosen so far rules out gets it. What comes out need not hold together: <see cref="ApkProblems"/> looks for what does not.
/// </summary>
internal sealed class ApkChooser(ApkUniverse universe)
{
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
            if (IsReady(_pending[i]))
            {
                return _pending[i];
            }
        }

        return _pending[0];
    }

    private int Options(ApkName name)
    {
        int options = 0;
        foreach (var claim in universe.ClaimsOf(name))
        {
            options += IsCandidate(claim) && !claim.Node.IsExcluded ? 1 : 0;
        }

        return options;
    }

    // Whether no other name that waits could lead, through any of its candidates, to somebody who speaks of this one.
    private bool IsReady(ApkName name)
    {
        bool found = false;
        var seen = new HashSet<ApkName> { name };
        var open = new Stack<ApkName>();
        foreach (var other in _pending)
        {
            if (seen.Add(other))
            {
                open.Push(other);
            }
        }

        while (open.TryPop(out var parent))
        {
            foreach (var claim in universe.ClaimsOf(parent))
            {
                foreach (var need in claim.Node.Needs)
                {
                    Follow(need.Name);
                }

                // A name that is only provided waits for those of the packages that provide it.
                foreach (var other in claim.IsOwn ? claim.Node.Claims : [])
                {
                    Follow(other.Name);
                }
            }

            if (found)
            {
                return false;
            }
        }

        return true;

        void Follow(ApkName next)
        {
            found |= next == name;
            if (next.Holder is null && seen.Add(next))
            {
                open.Push(next);
            }
        }
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
            if (!IsCandidate(claim) || (!name.IsRequired && (claim.Node.IsExcluded || IsBad(claim.Node, again: false))))
            {
                continue;
            }

            if (best is null || IsBetter(claim, best))
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

    private static bool IsCandidate(ApkClaim claim) =>
        claim.IsSelectable
        && ((claim.Node.IsAvailable && (claim.Node.Tags & claim.Name.AllowedTags) != 0) || claim.Name.Preference.HasFlag(ApkPreference.Latest))
        && (claim.Name.IsRequired || (claim.IsOwn && claim.Node.IsTriggered));

    private static bool IsBetter(ApkClaim claim, ApkClaim best)
    {
        var (node, other) = (claim.Node, best.Node);
        var preference = claim.Name.Preference;
        int order = claim.Version is null || best.Version is null ? 0 : ApkVersion.Any(claim.Version).CompareTo(ApkVersion.Any(best.Version));
        if (order != 0 && preference.HasFlag(ApkPreference.Latest))
        {
            return order > 0;
        }

        uint tags = claim.Name.PreferredTags == 0 ? ApkUniverse.Untagged : claim.Name.PreferredTags;
        bool available = preference.HasFlag(ApkPreference.Available);
        foreach (int rank in (ReadOnlySpan<int>)
            [
                Rank(IsUsable(node), IsUsable(other)),
                Rank((node.Tags & tags) != 0, (other.Tags & tags) != 0),
                available ? Rank(node.IsInRepository, other.IsInRepository) : 0,
                available || preference.HasFlag(ApkPreference.Upgrade) ? 0 : Rank(node.IsInstalled, other.IsInstalled),
                order,
                Rank(node.IsInstalled, other.IsInstalled),
                node.Package.ProviderPriority.CompareTo(other.Package.ProviderPriority),
            ])
        {
            if (rank != 0)
            {
                return rank > 0;
            }
        }

        // The claims come in the order of repositories and texts, and the first stays.
        return false;
    }

    private static int Rank(bool mine, bool others) => mine.CompareTo(others);

    private static bool IsUsable(ApkNode node) => !node.IsExcluded && !node.IsBad;

    // apk looks at what the candidates of a name need when somebody wants the name, when a package for what they need is ruled out,
    // and when a name is decided whose packages need this one; not at other times, and what it does not look at it does not see.
    private void Examine(ApkName name, bool again)
    {
        foreach (var claim in universe.ClaimsOf(name))
        {
            claim.Node.IsBad = IsBad(claim.Node, again);
        }

        _examined.Enqueue(name);
        if (Options(name) == 1)
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
        HashSet<ApkName>? common = null;
        foreach (var claim in universe.ClaimsOf(name))
        {
            if (IsCandidate(claim) && !claim.Node.IsExcluded)
            {
                var needed = claim.Node.Needs.Where(need => !need.Dependency.Conflict).Select(need => need.Name);
                if (common is null)
                {
                    common = [.. needed];
                }
                else
                {
                    common.IntersectWith(needed);
                }
            }
        }

        foreach (var needed in common ?? [])
        {
            if (!needed.IsRequired && universe.ClaimsOf(needed) is [{ Node.IsExcluded: false }])
            {
                needed.IsRequired = true;
                Allow(needed, name.AllowedTags);
            }
        }
    }

    // Whether something it needs is gone: nobody else is left who could satisfy it.
    private bool IsBad(ApkNode node, bool again)
    {
        foreach (var need in node.Needs)
        {
            if (need.Name.Holder is null ? !need.Dependency.Conflict && IsRuledOut(need, again) : !need.IsMet)
            {
                return true;
            }
        }

        return false;
    }

    private bool IsRuledOut(ApkNeed need, bool again)
    {
        bool excluded = again;
        foreach (var claim in universe.ClaimsOf(need.Name))
        {
            bool isExcluded = claim.Node.IsExcluded;
            excluded |= isExcluded;
            if (!isExcluded && claim.Satisfies(need.Dependency))
            {
                return false;
            }
        }

        return excluded;
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
