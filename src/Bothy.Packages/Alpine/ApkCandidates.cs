namespace Bothy.Packages.Alpine;

/// <summary>What can be said of a name's candidates as things stand, without deciding anything.</summary>
internal sealed class ApkCandidates(ApkUniverse universe)
{
    /// <summary>How many are left.</summary>
    public int Options(ApkName name)
    {
        int options = 0;
        foreach (var claim in universe.ClaimsOf(name))
        {
            options += IsCandidate(claim) && !claim.Node.IsExcluded ? 1 : 0;
        }

        return options;
    }

    /// <summary>Whether it may get its name at all.</summary>
    public static bool IsCandidate(ApkClaim claim) =>
        claim.IsSelectable
        && ((claim.Node.IsAvailable && (claim.Node.Tags & claim.Name.AllowedTags) != 0) || claim.Name.Preference.HasFlag(ApkPreference.Latest))
        && (claim.Name.IsRequired || (claim.IsOwn && claim.Node.IsTriggered));

    /// <summary>Whether it goes before <paramref name="best"/>.</summary>
    public static bool IsBetter(ApkClaim claim, ApkClaim best)
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

    /// <summary>What every one of them needs.</summary>
    public HashSet<ApkName> NeededByAll(ApkName name)
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

        return common ?? [];
    }

    /// <summary>Whether something it needs is gone: nobody else is left who could satisfy it.</summary>
    public bool IsBad(ApkNode node, bool again)
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

    /// <summary>Whether no other name of <paramref name="pending"/> could lead, through any of its candidates, to somebody who speaks of this one.</summary>
    public bool IsReady(ApkName name, List<ApkName> pending)
    {
        bool found = false;
        var seen = new HashSet<ApkName> { name };
        var open = new Stack<ApkName>();
        foreach (var other in pending)
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
}
