using System.Collections.Immutable;

namespace Bothy.Packages.Repositories;

/// <summary>The time that an index must not be older than.</summary>
/// <param name="Uri">The repository, as <see cref="AlpineIndex.Uri"/>.</param>
/// <param name="Architecture">The architecture, by apk's name.</param>
/// <param name="Time">The time.</param>
public sealed record IndexFloor(string Uri, string Architecture, DateTimeOffset Time);

/// <summary>How indexes of apk repositories are fetched.</summary>
public sealed record AlpineFetchOptions
{
    /// <summary>Fetch what is not in the store, accept nothing older than what it remembers, and nothing without a good signature.</summary>
    public static AlpineFetchOptions Default { get; } = new();

    /// <summary>Use what the store has, and no network. Repositories that are local files are read all the same.</summary>
    public bool Offline { get; init; }

    /// <summary>The times that a lock records.</summary>
    public ImmutableArray<IndexFloor> Floors { get; init; } = [];

    /// <summary>Accept indexes older than <see cref="Floors"/> and than those already seen; said explicitly by the user.</summary>
    public bool AllowOlder { get; init; }

    /// <summary>Take indexes without a good signature, each with a warning; said explicitly by the user (<c>--allow-untrusted</c>).</summary>
    public bool AllowUntrusted { get; init; }
}
