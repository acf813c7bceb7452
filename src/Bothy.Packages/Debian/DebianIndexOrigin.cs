namespace Bothy.Packages.Debian;

/// <summary>Where an index of packages comes from, and how much it counts beside others.</summary>
public sealed record DebianIndexOrigin
{
    /// <summary>The root of the archive, with a slash at its end; <see cref="DebianPackage.Filename"/> is relative to it.</summary>
    public required Uri Archive { get; init; }

    /// <summary>The suite as its Release file names it: <c>stable</c>, <c>oldstable-security</c>. A request may name it.</summary>
    public required string Suite { get; init; }

    /// <summary>The codename: <c>bookworm</c>, <c>bookworm-backports</c>. A request may name it.</summary>
    public required string Codename { get; init; }

    /// <summary>The component: <c>main</c>.</summary>
    public required string Component { get; init; }

    /// <summary>The architecture of the index: <c>amd64</c>. Its packages have this one or <c>all</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>
    /// The priority as apt's (apt_preferences(5)): 500, 100 where the suite says <c>NotAutomatic</c> and
    /// <c>ButAutomaticUpgrades</c>, 1 with <c>NotAutomatic</c> alone.
    /// </summary>
    public int Priority { get; init; } = 500;

    /// <summary>As people write it: <c>bookworm/main amd64</c>.</summary>
    public override string ToString() => $"{Codename}/{Component} {Architecture}";
}
