using System.Collections.Immutable;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Packages.Repositories;

/// <summary>The indexes of some repositories, and what was noticed on the way to them.</summary>
/// <param name="Indexes">The indexes, in the order of the repositories.</param>
/// <param name="Warnings">What the user should know, a sentence fragment each.</param>
public sealed record AlpineIndexes(ImmutableArray<AlpineIndex> Indexes, ImmutableArray<string> Warnings)
{
    /// <summary>The documents that were trusted.</summary>
    public ImmutableArray<SeenDocument> Seen { get; init; } = [];
}

/// <summary>
/// Fetches the indexes of apk repositories, all at the same time, and trusts nothing that no key of the repository's keyring signed
/// unless the user said so. Never goes back behind an index that was already seen.
/// </summary>
public sealed class AlpineRepositories
{
    private readonly AlpineIndexFetcher _indexes;

    /// <summary>Creates the fetcher. What was fetched once is found in <paramref name="store"/> again.</summary>
    public AlpineRepositories(TransferClient transfer, ContentStore store) => _indexes = new AlpineIndexFetcher(transfer, store);

    /// <summary>Fetches the indexes of <paramref name="repositories"/> for <paramref name="architecture"/>, apk's name.</summary>
    /// <exception cref="BothyException">One of them cannot be had or cannot be trusted, or has nothing for the architecture.</exception>
    public async Task<AlpineIndexes> FetchIndexesAsync(
        IEnumerable<AlpineRepository> repositories,
        string architecture,
        AlpineFetchOptions options,
        IProgress<FetchProgress>? progress,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(repositories);
        ArgumentException.ThrowIfNullOrEmpty(architecture);
        ArgumentNullException.ThrowIfNull(options);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var fetched = await Together.AllAsync([.. repositories.Select(repository => FetchAsync(repository, architecture, options, progress, stop.Token))], stop);
        return new AlpineIndexes([.. fetched.Select(one => one.Index)], [.. fetched.SelectMany(one => one.Warnings)])
        {
            Seen = [.. fetched.Select(one => WantedApkIndex.Seen(one.Index, options.AllowUntrusted))],
        };
    }

    private async Task<(AlpineIndex Index, string[] Warnings)> FetchAsync(AlpineRepository repository, string architecture, AlpineFetchOptions options, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        var (index, warnings) = await _indexes.FetchAsync(repository, architecture, options, cancellationToken);
        progress?.Report(new FetchProgress($"{repository} {architecture}", index.Size, index.Size));
        return (index, warnings);
    }
}
