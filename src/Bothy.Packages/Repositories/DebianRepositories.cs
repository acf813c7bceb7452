using System.Collections.Immutable;
using Bothy.Packages.Debian;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Packages.Repositories;

/// <summary>The indexes of some repositories, and what was verified on the way to them.</summary>
/// <param name="Indexes">The indexes, in the order of the repositories and their components.</param>
/// <param name="Releases">The releases, in the order of the repositories, each suite of an archive once.</param>
/// <param name="Warnings">What the user should know, a sentence fragment each.</param>
public sealed record DebianIndexes(ImmutableArray<DebianIndex> Indexes, ImmutableArray<VerifiedRelease> Releases, ImmutableArray<string> Warnings)
{
    /// <summary>The documents that were trusted.</summary>
    public ImmutableArray<SeenDocument> Seen { get; init; } = [];

    /// <summary>When they have to be judged anew; null for never.</summary>
    public DateTimeOffset? Until { get; init; }
}

/// <summary>
/// Fetches the indexes of Debian repositories, all at the same time, and trusts nothing that is not signed: keys → signature of
/// the release → strongest hash of the index. A break anywhere is an exception that names the link.
/// </summary>
public sealed class DebianRepositories
{
    private readonly ReleaseFetcher _releases;
    private readonly IndexFetcher _indexes;

    /// <summary>Creates the fetcher. What was fetched once is found in <paramref name="store"/> again.</summary>
    public DebianRepositories(TransferClient transfer, ContentStore store, TimeProvider clock)
    {
        _releases = new ReleaseFetcher(transfer, store, clock);
        _indexes = new IndexFetcher(transfer, store);
    }

    /// <summary>Fetches what <paramref name="repositories"/> offer for <paramref name="architecture"/>.</summary>
    /// <exception cref="BothyException">One of them cannot be had or cannot be trusted, or has nothing for the architecture.</exception>
    public async Task<DebianIndexes> FetchIndexesAsync(
        IEnumerable<DebianRepository> repositories,
        string architecture,
        DebianFetchOptions options,
        IProgress<FetchProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repositories);
        ArgumentNullException.ThrowIfNull(architecture);
        ArgumentNullException.ThrowIfNull(options);
        var suites = repositories
            .Where(repository => repository.Architectures.IsEmpty || repository.Architectures.Contains(architecture, StringComparer.Ordinal))
            .GroupBy(repository => (repository.Uri, repository.Suite, repository.Keys, repository.CheckValidUntil))
            .Select(same => same.First() with { Components = [.. same.SelectMany(repository => repository.Components).Distinct(StringComparer.Ordinal)] });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var fetched = await Together.AllAsync([.. suites.Select(suite => FetchSuiteAsync(suite, architecture, options, progress, stop.Token))], stop);
        return new DebianIndexes(
            [.. fetched.SelectMany(suite => suite.Indexes)],
            [.. fetched.SelectMany(suite => suite.Releases)],
            [.. fetched.SelectMany(suite => suite.Warnings)])
        {
            Seen = [.. fetched.SelectMany(suite => suite.Seen)],
            Until = fetched.Min(suite => suite.Until),
        };
    }

    private async Task<DebianIndexes> FetchSuiteAsync(DebianRepository repository, string architecture, DebianFetchOptions options, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        var (trusted, warning) = await _releases.FetchAsync(repository, options, cancellationToken);
        var wanted = IndexChoice.Choose(repository, trusted.Release, architecture);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var fetched = await Together.AllAsync([.. wanted.Select(index => _indexes.FetchAsync(index, options, progress, stop.Token))], stop);
        var release = new VerifiedRelease
        {
            Uri = DebianRepository.ShownUri(repository.Uri),
            Suite = repository.Suite,
            Codename = trusted.Release.Codename,
            Version = trusted.Release.Version,
            Origin = trusted.Release.Origin,
            Date = trusted.Release.Date,
            ValidUntil = trusted.Release.ValidUntil,
            Digest = Digest.Of(trusted.Signed.Release.Span),
            KeyFingerprints = trusted.KeyFingerprints,
            Indexes = [.. fetched.Select(index => index.Facts)],
        };
        return new DebianIndexes([.. fetched.Select(index => index.Index)], [release], warning is null ? [] : [warning])
        {
            Seen = [ReleaseFetcher.Seen(repository, release.Digest)],
            Until = trusted.Until is { } until && !(repository.CheckValidUntil && release.ValidUntil < until) ? until : repository.CheckValidUntil ? release.ValidUntil : null,
        };
    }
}
