using System.Collections.Immutable;

namespace Bothy.Packages.Repositories;

/// <summary>What was verified about a suite: the facts of the chain of trust that a lock records.</summary>
public sealed record VerifiedRelease
{
    /// <summary>The root of the archive, without credentials.</summary>
    public required string Uri { get; init; }

    /// <summary>The suite, as asked for.</summary>
    public required string Suite { get; init; }

    /// <summary>The codename that the Release file says; null where it says none.</summary>
    public string? Codename { get; init; }

    /// <summary>The version that the Release file says, such as <c>12.5</c>; null where it says none.</summary>
    public string? Version { get; init; }

    /// <summary>Who published it, as the Release file says, such as <c>Debian</c>; null where it says none.</summary>
    public string? Origin { get; init; }

    /// <summary>When it was made. No older one is accepted where a lock records this one.</summary>
    public required DateTimeOffset Date { get; init; }

    /// <summary>When it expires; null where it never does.</summary>
    public DateTimeOffset? ValidUntil { get; init; }

    /// <summary>The digest of the signed file, <c>InRelease</c> or <c>Release</c>.</summary>
    public required Digest Digest { get; init; }

    /// <summary>The fingerprints of the primary keys whose signatures are good, in upper-case hex digits.</summary>
    public required ImmutableArray<string> KeyFingerprints { get; init; }

    /// <summary>The indexes that were read.</summary>
    public ImmutableArray<VerifiedIndex> Indexes { get; init; } = [];
}

/// <summary>An index that a Release file lists and that was read.</summary>
/// <param name="Path">Its path below the directory of the Release file.</param>
/// <param name="Digest">Its digest, compressed as it was fetched.</param>
/// <param name="Size">Its size in bytes, compressed as it was fetched.</param>
public sealed record VerifiedIndex(string Path, Digest Digest, long Size);
