using System.Collections.Immutable;

namespace Bothy.Packages.Slices;

/// <summary>An archive of packages that a release names. Bothy takes packages from where the image file says; this is what the release was written against.</summary>
public sealed record SliceArchive
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is defined.</summary>
    public required SlicePlace Place { get; init; }

    /// <summary>The version of the distribution, such as <c>24.04</c> or <c>12</c>.</summary>
    public required string Version { get; init; }

    /// <summary>Its suites.</summary>
    public ImmutableArray<string> Suites { get; init; } = [];

    /// <summary>Its components.</summary>
    public ImmutableArray<string> Components { get; init; } = [];

    /// <summary>The names of the keys that may sign it.</summary>
    public ImmutableArray<string> PublicKeys { get; init; } = [];

    /// <summary>Which archive goes first, from -1000 to 1000; null where none is given.</summary>
    public int? Priority { get; init; }

    /// <summary>Which of the archives with a subscription it is, such as <c>esm-apps</c>; null for none.</summary>
    public string? Pro { get; init; }

    /// <summary>Whether it is the default of a release of format v1 that has no priorities.</summary>
    public bool IsDefault { get; init; }
}

/// <summary>A key of a release.</summary>
/// <param name="Name">What archives call it.</param>
/// <param name="Id">The last 16 hex digits of its fingerprint.</param>
/// <param name="Armor">The key.</param>
public sealed record SlicePublicKey(string Name, string Id, string Armor);

/// <summary>The dates that part a distribution's life.</summary>
/// <param name="Standard">Standard support begins.</param>
/// <param name="Expanded">Expanded support begins; null where there is none.</param>
/// <param name="Legacy">Legacy support begins; null where there is none.</param>
/// <param name="EndOfLife">Nothing is maintained from here on.</param>
public sealed record SliceMaintenance(DateOnly Standard, DateOnly? Expanded, DateOnly? Legacy, DateOnly EndOfLife);
