using System.Collections.Immutable;
using Bothy.Packages.Alpine;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Packages.Repositories;

/// <summary>A package file to have in the store.</summary>
/// <param name="Id">Which package.</param>
/// <param name="Uris">Where it can be had, best first.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Identity">What decides whether bytes are it, wherever they come from.</param>
public sealed record PackageToFetch(PackageId Id, ImmutableArray<Uri> Uris, long Size, PackageIdentity Identity)
{
    /// <summary>Decodes it, unverified, into a catalogue that nobody sees until it is committed; null where it is only to be fetched.</summary>
    public Func<Stream, CatalogueWriter>? Decode { get; init; }
}

/// <summary>Brings package files into the store: from the store itself, from local directories, from mirrors in their order.</summary>
/// <param name="transfer">The way to the mirrors.</param>
/// <param name="store">The store.</param>
/// <param name="directories">Directories with package files (<c>--packages-from</c>), under whatever names.</param>
public sealed class PackageFetcher(TransferClient transfer, ContentStore store, ImmutableArray<string> directories)
{
    // More than the connections that one host allows, so that several mirrors are used at once.
    private const int MaxAtOnce = 12;

    private readonly ImmutableArray<PackageDirectory> _directories = [.. directories.Select(directory => new PackageDirectory(directory))];

    /// <summary>
    /// Whether there is no network, so that nobody waits for it: then of several packages that cannot be had the first is the one to report,
    /// and not the one that failed first.
    /// </summary>
    public bool IsOffline { get; init; }

    /// <summary>What packages that say how are decoded with while they arrive; null where they are only fetched.</summary>
    public DecodingSlots? Decoding { get; init; }

    /// <summary>
    /// Fetches all of <paramref name="packages"/>, several at a time, and calls <paramref name="arrived"/> for each, with its place among them and its digest,
    /// as soon as it is in the store.
    /// </summary>
    /// <exception cref="BothyException">One of them cannot be had from anywhere.</exception>
    public async Task FetchAllAsync(ImmutableArray<PackageToFetch> packages, Func<int, Digest, CancellationToken, Task> arrived, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce, CancellationToken = cancellationToken };
        var failures = new FirstFailure();
        foreach (var step in StepsOf(packages))
        {
            await Parallel.ForEachAsync(step, options, (position, token) => new ValueTask(IsOffline ? failures.TryAsync(position, () => FetchOneAsync(position, token)) : FetchOneAsync(position, token)));
        }

        failures.Throw();

        async Task FetchOneAsync(int position, CancellationToken token)
        {
            var digest = await FetchAsync(packages[position], progress, token);
            if (!failures.HasFailed)
            {
                await arrived(position, digest, token);
            }
        }
    }

    /// <summary>
    /// Sees to it that <paramref name="package"/> is in the store, and returns the digest it has there; what was received of it before is not asked for again.
    /// </summary>
    /// <exception cref="StoreWriteException">The store cannot be written; no further source is tried.</exception>
    /// <exception cref="BothyException">It cannot be had from anywhere.</exception>
    public async Task<Digest> FetchAsync(PackageToFetch package, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(package);
        var arrival = new PackageArrival(store, package.Identity);
        return arrival.TryFind() is { } present
            ? Present(package, present, progress)
            : await FetchOnceAsync(package, arrival, progress, cancellationToken);
    }

    private static Digest Present(PackageToFetch package, Digest digest, IProgress<FetchProgress>? progress)
    {
        progress?.Report(new FetchProgress(package.Id.ToString(), package.Size, package.Size));
        return digest;
    }

    // Of several builds that miss a package one fetches it, and the others find it there.
    private async Task<Digest> FetchOnceAsync(PackageToFetch package, PackageArrival arrival, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        using var claim = await store.ClaimAsync($"package {package.Identity}", cancellationToken);
        if ((arrival.TryFind() ?? await TryTakeAsync(package, arrival, cancellationToken)) is { } present)
        {
            return Present(package, present, progress);
        }

        BothyException? first = null;
        foreach (var uri in package.Uris)
        {
            try
            {
                return await DownloadAsync(package, arrival, uri, progress, cancellationToken);
            }
            catch (BothyException failure) when (failure is not StoreWriteException)
            {
                first ??= failure;
            }
        }

        throw first is null
            ? new BothyException($"cannot fetch {package.Id}: it is not in the store, and no address of it is known")
            : new BothyException($"cannot fetch {package.Id}: {Reason(first)}", first) { Hint = first.Hint };
    }

    // 'cannot fetch a: cannot fetch b: reason' says it twice.
    private static string Reason(BothyException failure) =>
        failure.Message.StartsWith("cannot fetch ", StringComparison.Ordinal) ? failure.Message["cannot fetch ".Length..] : failure.Message;

    // Where what an earlier attempt had left may be what is wrong, it is gone now, and the next begins at the start.
    private async Task<Digest> DownloadAsync(PackageToFetch package, PackageArrival arrival, Uri uri, IProgress<FetchProgress>? progress, CancellationToken cancellationToken) =>
        await TryDownloadAsync(package, arrival, uri, progress, cancellationToken)
        ?? await TryDownloadAsync(package, arrival, uri, progress, cancellationToken)
        ?? throw new InvalidOperationException("an attempt from the start was continued");

    private async Task<Digest?> TryDownloadAsync(PackageToFetch package, PackageArrival arrival, Uri uri, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        using var reception = arrival.Begin(package.Size);
        await using var decoding = BeginDecoding(package, reception, uri, cancellationToken);
        var reporting = progress is null ? null : new Reporting(package, progress);
        await transfer.DownloadAsync(uri, reception.Destination, new DownloadOptions { ExpectedSize = package.Size }, reporting, cancellationToken);
        Digest digest;
        try
        {
            digest = arrival.Check(reception);
        }
        catch (RefusedContentException) when (reception.ResumedFrom > 0)
        {
            return null;
        }
        catch (RefusedContentException refused)
        {
            throw new BothyException($"cannot fetch {DebianRepository.ShownUri(uri)}: {refused.Reason}{Expected(package.Identity)}", refused) { Hint = refused.Hint };
        }

        var decoded = decoding is null ? null : await decoding.FinishAsync(digest);
        arrival.Commit(reception);
        decoded?.Commit(digest).Dispose();
        return digest;
    }

    // What is on this machine has arrived before a decoder would have begun.
    private ArrivalDecoding? BeginDecoding(PackageToFetch package, Reception reception, Uri uri, CancellationToken cancellationToken) =>
        Decoding is { } slots && package.Decode is { } decode && package.Size >= ArrivalDecoding.MinSize && uri.Scheme is ("http" or "https")
            ? new ArrivalDecoding(reception.OpenRead(), decode, slots, cancellationToken)
            : null;

    // apk's reasons say themselves which link of the chain is broken, and where.
    private static string Expected(PackageIdentity identity) => identity is PackageIdentity.OfFile file ? $" where {file.Digest} is expected" : "";

    // The largest first: a large one begun last would be decoded alone at the end. Without network, before all others, those that nothing is to be seen of:
    // the rest is not worth decoding where one of them is missing.
    private IEnumerable<int>[] StepsOf(ImmutableArray<PackageToFetch> packages)
    {
        var isDoubtful = Enumerable.Range(0, packages.Length)
            .OrderByDescending(position => packages[position].Size)
            .ToLookup(position => IsOffline && !IsInSight(packages[position]));
        return [isDoubtful[true], isDoubtful[false]];
    }

    private bool IsInSight(PackageToFetch package) =>
        new PackageArrival(store, package.Identity).TryFind() is not null || _directories.Any(directory => directory.Candidates(package).Any());

    // What has the usual name is most probably it, and is read once: its way into the store tells.
    private async Task<Digest?> TryTakeAsync(PackageToFetch package, PackageArrival arrival, CancellationToken cancellationToken)
    {
        foreach (var directory in _directories)
        {
            foreach (var (path, isNamed) in directory.Candidates(package))
            {
                if ((isNamed || await IsItAsync(directory, path, package.Identity, cancellationToken)) && await TryTakeAsync(package, arrival, path, cancellationToken) is { } taken)
                {
                    return taken;
                }
            }
        }

        return null;
    }

    private static async Task<bool> IsItAsync(PackageDirectory directory, string path, PackageIdentity identity, CancellationToken cancellationToken) => identity switch
    {
        PackageIdentity.OfFile known => await directory.DigestOfAsync(path, cancellationToken) == known.Digest,
        PackageIdentity.OfApk known => await PackageDirectory.TryReadAsync(path, file => Task.FromResult(ApkFile.Open(file, file.Length, path).Problem(known.Checksum) is null)),
        _ => throw new InvalidOperationException("a kind of identity that did not exist"),
    };

    private static Task<Digest?> TryTakeAsync(PackageToFetch package, PackageArrival arrival, string path, CancellationToken cancellationToken) => PackageDirectory.TryReadAsync(path, async file =>
    {
        using var reception = arrival.Begin(package.Size);
        reception.Destination.SetLength(0);
        await file.CopyToAsync(reception.Destination, cancellationToken);
        try
        {
            var digest = arrival.Check(reception);
            arrival.Commit(reception);
            return (Digest?)digest;
        }
        catch (RefusedContentException)
        {
            return null;
        }
    });

    private sealed class Reporting(PackageToFetch package, IProgress<FetchProgress> progress) : IProgress<long>
    {
        private readonly string _what = package.Id.ToString();

        public void Report(long value) => progress.Report(new FetchProgress(_what, value, package.Size));
    }
}
