using System.Collections.Immutable;

namespace Bothy.Packages.Repositories;

/// <summary>The date that a release of a suite must not be older than.</summary>
/// <param name="Suite">The suite, as asked for.</param>
/// <param name="Origin">Who publishes it, as <see cref="VerifiedRelease.Origin"/>; mirrors of one archive share it.</param>
/// <param name="Date">The date.</param>
public sealed record ReleaseFloor(string Suite, string? Origin, DateTimeOffset Date);

/// <summary>How indexes are fetched.</summary>
public sealed record DebianFetchOptions
{
    /// <summary>Fetch what is not in the store, and accept nothing older than what it remembers.</summary>
    public static DebianFetchOptions Default { get; } = new();

    /// <summary>Use what the store has, and no network.</summary>
    public bool Offline { get; init; }

    /// <summary>The dates that a lock records.</summary>
    public ImmutableArray<ReleaseFloor> Floors { get; init; } = [];

    /// <summary>Accept releases older than <see cref="Floors"/> and than those already seen; said explicitly by the user.</summary>
    public bool AllowOlder { get; init; }
}
