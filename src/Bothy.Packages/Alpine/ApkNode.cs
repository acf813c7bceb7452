namespace Bothy.Packages.Alpine;

/// <summary>A package during one solution.</summary>
internal sealed class ApkNode(ApkPackage package)
{
    public ApkPackage Package { get; } = package;

    /// <summary>The tags, as bits, of the repositories that have it.</summary>
    public uint Tags { get; set; }

    /// <summary>The names it has: its own, then what it provides.</summary>
    public ApkClaim[] Claims { get; set; } = [];

    /// <summary>The names it speaks of, with what it says.</summary>
    public required ApkNeed[] Needs { get; init; }

    /// <summary>What must hold for it to come by itself; empty where it never does.</summary>
    public required ApkNeed[] Conditions { get; init; }

    /// <summary>Whether it counts as present and brings nothing.</summary>
    public required bool IsOmitted { get; init; }

    /// <summary>The name for which it was chosen; null where it is not in the solution.</summary>
    public ApkName? ChosenFor { get; set; }

    /// <summary>Whether something it needs was found to be gone when that was last looked at.</summary>
    public bool IsBad { get; set; }

    /// <summary>Whether all its conditions hold.</summary>
    public bool IsTriggered { get; set; }

    /// <summary>Whether it was passed when the packages were put in order.</summary>
    public bool IsPassed { get; set; }

    /// <summary>Whether it is in the installed database.</summary>
    public bool IsInstalled { get; set; }

    /// <summary>Whether some repository that can be reached has it.</summary>
    public bool IsInRepository { get; set; }

    /// <summary>Whether it can be had at all.</summary>
    public bool IsAvailable => IsInstalled || IsInRepository;

    /// <summary>Whether what was chosen so far rules it out.</summary>
    public bool IsExcluded
    {
        get
        {
            foreach (var claim in Claims)
            {
                if (claim.Name.Holder is { } holder && holder != this && (claim.Version is not null || holder.ClaimTo(claim.Name).Version is not null))
                {
                    return true;
                }

                foreach (var want in claim.Name.Wants)
                {
                    if (want.By != this && !claim.Satisfies(want.Dependency))
                    {
                        return true;
                    }
                }
            }

            return false;
        }
    }

    /// <summary>The first claim to <paramref name="name"/>, to which it has one.</summary>
    public ApkClaim ClaimTo(ApkName name)
    {
        foreach (var claim in Claims)
        {
            if (claim.Name == name)
            {
                return claim;
            }
        }

        throw new InvalidOperationException($"{this} has no claim to {name}");
    }

    public override string ToString() => Package.ToString();
}

/// <summary>What a package says about a name.</summary>
internal sealed class ApkNeed(ApkName name, ApkDependency dependency)
{
    public ApkName Name { get; } = name;

    public ApkDependency Dependency { get; } = dependency;

    /// <summary>Whether the package that has the name is what is wanted, or none of what is not. Of names that nobody has, neither holds.</summary>
    public bool IsMet => Name.Holder is { } holder && holder.ClaimTo(Name).Satisfies(Dependency);
}

/// <summary>
/// That <paramref name="node"/> has a name or provides it. <paramref name="version"/> makes the claim exclusive; it is null where
/// the name is provided without one.
/// </summary>
internal sealed class ApkClaim(ApkName name, ApkNode node, string? version, bool isOwn)
{
    public ApkName Name { get; } = name;

    public ApkNode Node { get; } = node;

    public string? Version { get; } = version;

    /// <summary>Whether it is the package's own name.</summary>
    public bool IsOwn { get; } = isOwn;

    /// <summary>Whether apk takes the package for the name by itself: a name provided without a version needs a priority.</summary>
    public bool IsSelectable => Node.Package.Problem is null && (Version is not null || Node.Package.ProviderPriority > 0);

    public bool Satisfies(in ApkDependency dependency) => Admits(dependency) != dependency.Conflict;

    /// <summary>Whether the claim is what <paramref name="dependency"/> speaks of, be it wanted or not.</summary>
    public bool Admits(in ApkDependency dependency) => dependency.Operator switch
    {
        ApkOperator.Any => true,
        ApkOperator.Checksum => IsOwn && dependency.Admits(Node.Package),
        _ => Version is not null && dependency.Admits(ApkVersion.Any(Version)),
    };

    /// <summary>Whether only one of this and <paramref name="other"/> can be: the name is exclusive to one of them.</summary>
    public bool Excludes(ApkClaim other) => Version is not null || other.Version is not null;

    /// <summary>As apk shows it: <c>a-1</c> of the package's own name, <c>a-1[b=2]</c> of others.</summary>
    public override string ToString() => IsOwn ? Node.ToString() : $"{Node}[{Name}{(Version is null ? "" : "=" + Version)}]";
}
