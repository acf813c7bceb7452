using System.Collections.Immutable;
using Bothy.Packages;
using Bothy.Packages.Repositories;
using Bothy.Packages.Solving;

namespace Bothy.Engine.Locking;

/// <summary>
/// What an image file was resolved to: every package by digest with the reasons it is there, and the chain of trust that its
/// indexes were read by. A build from it solves nothing and reads no index.
/// </summary>
public sealed record LockFile
{
    /// <summary>The version of the format that is written, and the only one that is read.</summary>
    public const int FormatVersion = 1;

    /// <summary>What made the lock.</summary>
    public required LockedTool Tool { get; init; }

    /// <summary>The image file's name, without directories.</summary>
    public required string ImageFileName { get; init; }

    /// <summary>What of the image file decided the resolution.</summary>
    public required LockInputs Inputs { get; init; }

    /// <summary>What was resolved, by OCI's name of the architecture with its variant (<c>amd64</c>, <c>arm/v7</c>).</summary>
    public required ImmutableSortedDictionary<string, LockedArchitecture> Architectures { get; init; }

    /// <summary>
    /// The date that a release of <paramref name="suite"/> at <paramref name="uri"/> must not be older than, where the lock has
    /// one: going back behind it would bring back packages that were replaced.
    /// </summary>
    public DateTimeOffset? Floor(string architecture, string uri, string suite)
    {
        var dates = Architectures.TryGetValue(architecture, out var locked)
            ? locked.Repositories.Where(release => release.Suite == suite && release.Uri.TrimEnd('/') == uri.TrimEnd('/')).Select(static release => release.Date)
            : [];
        return dates.Cast<DateTimeOffset?>().Max();
    }

    /// <summary>All such dates of one architecture, as fetching takes them.</summary>
    public ImmutableArray<ReleaseFloor> Floors(string architecture) =>
        Architectures.TryGetValue(architecture, out var locked)
            ? [.. locked.Repositories.Select(static release => new ReleaseFloor(release.Suite, release.Origin, release.Date))]
            : [];
}

/// <summary>What made a lock.</summary>
/// <param name="Name"><c>bothy</c></param>
/// <param name="Version">Its version.</param>
/// <param name="Compression">The contract of its compression.</param>
public sealed record LockedTool(string Name, string Version, string Compression);

/// <summary>What was resolved for one architecture.</summary>
public sealed record LockedArchitecture
{
    /// <summary>The releases that were verified, in the order of the image file's repositories.</summary>
    public ImmutableArray<VerifiedRelease> Repositories { get; init; } = [];

    /// <summary>The packages, in installation order.</summary>
    public ImmutableArray<LockedPackage> Packages { get; init; } = [];

    /// <summary>What counts as installed and brings no file.</summary>
    public ImmutableArray<LockedOmission> Omitted { get; init; } = [];

    /// <summary>What the resolution warned of, one line each.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}

/// <summary>A package of a lock.</summary>
public sealed record LockedPackage
{
    /// <summary>Which package.</summary>
    public required PackageId Id { get; init; }

    /// <summary>The name of its source package.</summary>
    public required string Source { get; init; }

    /// <summary>The version of its source package.</summary>
    public required string SourceVersion { get; init; }

    /// <summary>Where it was; credentials in it are not written.</summary>
    public required Uri Url { get; init; }

    /// <summary>The bytes of the package file.</summary>
    public required long Size { get; init; }

    /// <summary>The digest of the package file.</summary>
    public required Digest Digest { get; init; }

    /// <summary>Why it is there; the reason that decided it first.</summary>
    public ImmutableArray<Reason> Reasons { get; init; } = [];

    /// <summary>The name of the package file: the last part of its address.</summary>
    public string FileName => Uri.UnescapeDataString(Url.Segments[^1]);
}

/// <summary>A package that counts as installed and brings no file, and what would have brought it.</summary>
public sealed record LockedOmission(PackageId Id, ImmutableArray<Reason> Reasons);
