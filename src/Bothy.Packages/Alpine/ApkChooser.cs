using System.Collections.Immutable;

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

    /// <summary>The packages that were chosen, in that order.</summary>
    public List<ApkNode> Chosen { get; } = [];

    /// <summary>The names that somebody wants, in the order in which they came up.</summary>
    public List<ApkName> Required { get; } = [];

    public void Run(ImmutableArray<ApkDependency> world, CancellationToken cancellationToken)
    {
        foreach (var dependency in world)
        {
            if (dependency.Tag is { } tag)
            {
                var name = universe.Name(dependency.Name);
                name.PreferredTags |= universe.TagOf(tag);
                name.AllowedTags |= universe.TagOf(tag);
            }
        }

        foreach (var dependency in world)
        {
            Note(universe.Name(dependency.Name), null, dependency);
        }

        while (Next() is { } name)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Decide(name);
        }
    }

    /// <summary>Whether what was chosen so far rules <paramref name="node"/> out.</summary>
    public static bool IsExcluded(ApkNode node)
    {
        foreach (var claim in node.Claims)
        {
            var name = claim.Name;
            if (name.Holder is { } holder && holder != node && (claim.Version is not null || ClaimOf(holder, name).Version is not null))
            {
                return true;
            }

            foreach (var want in name.Wants)
            {
                if (want.By != node && !claim.Satisfies(want.Dependency))
                {
                    return true;
                }
            }
        }

        return false;
    }

    public static ApkClaim ClaimOf(ApkNode node, ApkName name) => Array.Find(node.Claims, claim => claim.Name == name)!;

    private ApkName? Next()
    {
        while (_immediate.TryPop(out var name))
        {
            if (name.Holder is null)
            {
                return name;
            }
        }

        _pending.RemoveAll(name => name.Holder is not null || !name.IsPending);
        if (_pending.Count == 0)
        {
            return null;
        }

        for (int i = _pending.Count - 1; i >= 0; i--)
        {
            if (Options(_pending[i]) == 1)
            {
                return _pending[i];
            }
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

    private int Options(ApkName name) => Candidates(name).Count(claim => !IsExcluded(claim.Node));

    // Whether no other name that waits could lead, through any of its candidates, to somebody who speaks of this one.
    private bool IsReady(ApkName name)
    {
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
                foreach (var next in claim.Node.Needs.Select(need => need.Name).Concat(claim.Node.Claims.Select(other => other.Name)))
                {
                    if (next == name)
                    {
                        return false;
                    }

                    if (next.Holder is null && seen.Add(next))
                    {
                        open.Push(next);
                    }
                }
            }
        }

        return true;
    }

    private void Decide(ApkName name)
    {
        name.IsPending = false;
        var best = default(ApkClaim);
        foreach (var claim in Candidates(name))
        {
            if (!name.IsRequired && (IsExcluded(claim.Node) || IsBad(claim.Node) || Contradicts(claim.Node)))
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
    }

    private IEnumerable<ApkClaim> Candidates(ApkName name) => universe.ClaimsOf(name).Where(claim =>
        claim.IsSelectable
        && (claim.Node.Tags & name.AllowedTags) != 0
        && (name.IsRequired || (claim.IsOwn && claim.Node.IsTriggered)));

    private bool IsBetter(ApkClaim claim, ApkClaim best)
    {
        bool usable = !IsExcluded(claim.Node) && !IsBad(claim.Node);
        if (usable != (!IsExcluded(best.Node) && !IsBad(best.Node)))
        {
            return usable;
        }

        bool preferred = (claim.Node.Tags & claim.Name.PreferredTags) != 0;
        if (preferred != ((best.Node.Tags & best.Name.PreferredTags) != 0))
        {
            return preferred;
        }

        int order = claim.Version is null || best.Version is null ? 0 : ApkVersion.Any(claim.Version).CompareTo(ApkVersion.Any(best.Version));
        order = order != 0 ? order : claim.Node.Package.ProviderPriority.CompareTo(best.Node.Package.ProviderPriority);

        // The claims come in the order of repositories and texts, and the first stays.
        return order > 0;
    }

    // Whether something it needs is gone: there were packages for it, and what was chosen so far rules some of them out and leaves none.
    private bool IsBad(ApkNode node)
    {
        foreach (var (name, dependency) in node.Needs)
        {
            if (dependency.Conflict)
            {
                continue;
            }

            bool excluded = false;
            bool satisfied = false;
            foreach (var claim in universe.ClaimsOf(name))
            {
                bool isExcluded = IsExcluded(claim.Node);
                excluded |= isExcluded;
                satisfied |= !isExcluded && claim.Satisfies(dependency);
            }

            if (excluded && !satisfied)
            {
                return true;
            }
        }

        return false;
    }

    private static bool Contradicts(ApkNode node) =>
        Array.Exists(node.Needs, need => need.Dependency.Conflict && need.Name.Holder is { } holder && ClaimOf(holder, need.Name).Admits(need.Dependency));

    private void Choose(ApkNode node, ApkName name)
    {
        node.ChosenFor = name;
        Chosen.Add(node);
        foreach (var claim in node.Claims)
        {
            claim.Name.Holder ??= node;
        }

        foreach (var (needed, dependency) in node.Needs)
        {
            Allow(needed, name.AllowedTags);
            Note(needed, node, dependency);
        }

        foreach (var claim in node.Claims)
        {
            Trigger(claim.Name, name.AllowedTags);
        }
    }

    // A name that could not be decided before may have a candidate now.
    private void Allow(ApkName name, uint tags)
    {
        bool more = (name.AllowedTags | tags) != name.AllowedTags;
        name.AllowedTags |= tags;
        if (more && name.IsRequired && name.Holder is null)
        {
            Enqueue(name);
        }
    }

    private void Note(ApkName name, ApkNode? by, ApkDependency dependency)
    {
        name.Wants.Add(new ApkWant(by, dependency));
        if (!dependency.Conflict && !name.IsRequired)
        {
            name.IsRequired = true;
            Required.Add(name);
            if (name.Holder is null)
            {
                Enqueue(name);
            }
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
        }
    }

    private void Trigger(ApkName name, uint tags)
    {
        foreach (var node in universe.TriggeredBy(name))
        {
            var own = node.Claims[0].Name;
            if (!node.IsTriggered && !node.IsOmitted && Array.TrueForAll(node.Conditions, Holds))
            {
                node.IsTriggered = true;
                Allow(own, tags);
                if (own.Holder is null)
                {
                    Enqueue(own);
                }
            }
        }
    }

    // A conflict among the conditions never holds where nobody has the name: that is how apk 2 takes it.
    private static bool Holds((ApkName Name, ApkDependency Dependency) condition) =>
        condition.Name.Holder is { IsOmitted: false } holder && ClaimOf(holder, condition.Name).Satisfies(condition.Dependency);
}
