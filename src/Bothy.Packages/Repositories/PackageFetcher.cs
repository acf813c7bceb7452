using System.Collections.Concurrent;
using System.Collections.Immutable;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Packages.Repositories;

/// <summary>A package file to have in the store.</summary>
/// <param name="Id">Which package.</param>
/// <param name="Uris">Where it can be had, best first.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Digest">Its digest: what decides, wherever it comes from.</param>
public sealed record PackageToFetch(PackageId Id, ImmutableArray<Uri> Uris, long Size, Digest Digest);

/// <summary>Brings package files into the store: from the store itself, from local directories, from mirrors in their order.</summary>
/// <param name="transfer">The way to the mirrors.</param>
/// <param name="store">The store.</param>
/// <param name="directories">Directories with package files (<c>--packages-from</c>), under whatever names.</param>
public sealed class PackageFetcher(TransferClient transfer, ContentStore store, ImmutableArray<string> directories)
{
    // More than the connections that one host allows, so that several mirrors are used at once.
    private const int MaxAtOnce = 12;

    private readonly ConcurrentDictionary<string, Digest> _hashed = new(StringComparer.Ordinal);

    /// <summary>Fetches all of <paramref name="packages"/>, several at a time, and calls <paramref name="arrived"/> for each as soon as it is in the store.</summary>
    /// <exception cref="BothyException">One of them cannot be had from anywhere.</exception>
    public Task FetchAllAsync(IEnumerable<PackageToFetch> packages, Func<PackageToFetch, CancellationToken, Task> arrived, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxAtOnce, CancellationToken = cancellationToken };
        return Parallel.ForEachAsync(packages, options, async (package, token) =>
        {
            await FetchAsync(package, progress, token);
            await arrived(package, token);
        });
    }

    /// <summary>Sees to it that <paramref name="package"/> is in the store; what was received of it before is not asked for again.</summary>
    /// <exception cref="StoreWriteException">The store cannot be written; no further source is tried.</exception>
    /// <exception cref="BothyException">It cannot be had from anywhere.</exception>
    public async Task FetchAsync(PackageToFetch package, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(package);
        if (store.Contains(package.Digest) || await TryTakeAsync(package, cancellationToken))
        {
            progress?.Report(new FetchProgress(package.Id.ToString(), package.Size, package.Size));
            return;
        }

        BothyException? first = null;
        foreach (var uri in package.Uris)
        {
            try
            {
                await DownloadAsync(package, uri, progress, cancellationToken);
                return;
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

    private async Task DownloadAsync(PackageToFetch package, Uri uri, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        if (!await TryDownloadAsync(package, uri, progress, cancellationToken))
        {
            await TryDownloadAsync(package, uri, progress, cancellationToken);
        }
    }

    // False where what an earlier attempt had left may be what is wrong; it is gone now, and the next begins at the start.
    private async Task<bool> TryDownloadAsync(PackageToFetch package, Uri uri, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        using var reception = store.BeginReception(package.Digest, package.Size);
        var reporting = progress is null ? null : new Reporting(package, progress);
        await transfer.DownloadAsync(uri, reception.Destination, new DownloadOptions { ExpectedSize = package.Size }, reporting, cancellationToken);
        try
        {
            reception.Commit();
            return true;
        }
        catch (RefusedContentException) when (reception.ResumedFrom > 0)
        {
            return false;
        }
        catch (RefusedContentException refused)
        {
            throw new BothyException($"cannot fetch {DebianRepository.ShownUri(uri)}: {refused.Reason} where {package.Digest} is expected", refused) { Hint = refused.Hint };
        }
    }

    // By the usual name first; a directory of thousands of packages is not hashed for the sake of one.
    private async Task<bool> TryTakeAsync(PackageToFetch package, CancellationToken cancellationToken)
    {
        foreach (string directory in directories)
        {
            var candidates = new DirectoryInfo(directory).Exists
                ? new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.Length == package.Size)
                : throw new BothyException($"cannot take packages from {directory}: there is no such directory");
            var names = NamesOf(package);
            foreach (var file in candidates.OrderByDescending(file => names.Contains(file.Name, StringComparer.Ordinal)).ThenBy(file => file.FullName, StringComparer.Ordinal))
            {
                if (await DigestOfAsync(file.FullName, cancellationToken) == package.Digest)
                {
                    await TakeAsync(package, file.FullName, cancellationToken);
                    return true;
                }
            }
        }

        return false;
    }

    private static string[] NamesOf(PackageToFetch package) =>
        [.. package.Uris.Select(uri => Uri.UnescapeDataString(uri.Segments[^1])), package.Digest.Hex];

    private async Task<Digest> DigestOfAsync(string path, CancellationToken cancellationToken)
    {
        if (!_hashed.TryGetValue(path, out var digest))
        {
            await using var file = File.OpenRead(path);
            digest = Digest.FromHash(await System.Security.Cryptography.SHA256.HashDataAsync(file, cancellationToken));
            _hashed[path] = digest;
        }

        return digest;
    }

    private async Task TakeAsync(PackageToFetch package, string path, CancellationToken cancellationToken)
    {
        using var reception = store.BeginReception(package.Digest, package.Size);
        await using var file = File.OpenRead(path);
        reception.Destination.SetLength(0);
        await file.CopyToAsync(reception.Destination, cancellationToken);
        reception.Commit();
    }

    private sealed class Reporting(PackageToFetch package, IProgress<FetchProgress> progress) : IProgress<long>
    {
        private readonly string _what = package.Id.ToString();

        public void Report(long value) => progress.Report(new FetchProgress(_what, value, package.Size));
    }
}
