namespace Bothy.Packages.Alpine;

/// <summary>A name that packages have or provide, during one solution: who claims it, who wants it, and whose it is.</summary>
internal sealed class ApkName(string text)
{
    public string Text { get; } = text;

    /// <summary>Its place in the order of names that nothing else puts in order.</summary>
    public int Slot => (int)ApkNameOrder.SlotOf(Text);

    /// <summary>The claims to the name in the order of repositories and texts, once they are known.</summary>
    public ApkClaim[]? Claims { get; set; }

    /// <summary>The packages among whose conditions the name is, once they are known.</summary>
    public ApkNode[]? Triggers { get; set; }

    /// <summary>What was said about it by the world and by packages that were chosen, conflicts too.</summary>
    public List<ApkWant> Wants { get; } = [];

    /// <summary>The claims of packages that were chosen.</summary>
    public List<ApkClaim> Taken { get; } = [];

    /// <summary>The package that has the name in the solution.</summary>
    public ApkNode? Holder { get; set; }

    /// <summary>Whether somebody wants it.</summary>
    public bool IsRequired { get; set; }

    /// <summary>Whether it waits to be decided.</summary>
    public bool IsPending { get; set; }

    /// <summary>Whether it was decided that nobody gets it.</summary>
    public bool IsUnmet { get; set; }

    /// <summary>Whether a package for it was ruled out since that was last looked at.</summary>
    public bool IsTouched { get; set; }

    /// <summary>Whether it was passed when the packages were put in order.</summary>
    public bool IsPassed { get; set; }

    /// <summary>How an installed package of this name counts beside others.</summary>
    public ApkPreference Preference { get; set; }

    /// <summary>The tags, as bits, whose repositories are preferred: the world pinned the name to them.</summary>
    public uint PreferredTags { get; set; }

    /// <summary>The tags, as bits, from whose repositories its packages may come: what pinned it or a package that wants it.</summary>
    public uint AllowedTags { get; set; } = ApkUniverse.Untagged;

    public override string ToString() => Text;
}

/// <summary>What <paramref name="by"/>, or the world where that is null, says about a name.</summary>
internal sealed class ApkWant(ApkNode? by, ApkDependency dependency)
{
    public ApkNode? By { get; } = by;

    public ApkDependency Dependency { get; } = dependency;

    /// <summary>As apk shows it: <c>a-1[b&gt;2]</c>, <c>world[b]</c>.</summary>
    public override string ToString() => $"{By?.ToString() ?? "world"}[{Dependency}]";
}
