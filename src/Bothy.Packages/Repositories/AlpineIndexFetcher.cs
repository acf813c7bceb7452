using System.Runtime.InteropServices;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Packages.Repositories;

/// <summary>Fetches the index of an apk repository, trusts it or fails, and never goes back behind one that was already seen.</summary>
internal sealed class AlpineIndexFetcher(TransferClient transfer, ContentStore store)
{
    // Alpine's largest is 2 MB.
    private const int MaxLength = 64 << 20;

    /// <summary>The index to use for <paramref name="repository"/>, and a warning for everything about it that the user should know.</summary>
    /// <exception cref="BothyException">There is none that can be trusted, or it is too old.</exception>
    public async Task<(AlpineIndex Index, string[] Warnings)> FetchAsync(AlpineRepository repository, string architecture, AlpineFetchOptions options, CancellationToken cancellationToken)
    {
        var wanted = new WantedApkIndex(repository, architecture, options.AllowUntrusted);
        var note = RepositoryNote.TryRead(store, wanted.Key);

        // Of several builds that have never seen it one fetches it; those that have ask whether it changed, which need not wait for each other.
        using var claim = note is null && !options.Offline ? await store.ClaimAsync($"index {wanted.Key}", cancellationToken) : null;
        note ??= RepositoryNote.TryRead(store, wanted.Key);

        // What is there to be read anew is not asked whether it is still what was seen.
        var seen = note is null || wanted.Address.IsFile ? null : TryLoad(note.Release);
        var (served, servedNote) = options.Offline && !wanted.Address.IsFile
            ? default
            : await DownloadAsync(wanted, seen is null ? null : note, cancellationToken);
        var bytes = served ?? seen ?? throw new BothyException($"cannot use {wanted}: its index is not in the store, and there is no network")
        {
            Hint = "Run once without --offline so that it gets into the store.",
        };

        var index = wanted.Trust(bytes, servedNote?.Release ?? note!.Release);
        var warnings = new List<string>();
        if (served is not null && note is not null && note.Release != index.Digest && Newer(wanted, note.Release, index) is { } newer)
        {
            if (options.AllowOlder)
            {
                warnings.Add(Rollback.Accepted(wanted.ToString(), index.Time, newer.Time, "was seen before"));
            }
            else
            {
                warnings.Add(Rollback.Kept(wanted.ToString(), index.Time, newer.Time));
                (index, servedNote) = (newer, null);
            }
        }

        var floor = options.Floors.FirstOrDefault(floor => floor.Uri == index.Uri && floor.Architecture == architecture);
        if (Rollback.CheckFloor(wanted.ToString(), index.Time, floor?.Time, options.AllowOlder) is { } older)
        {
            warnings.Add(older);
        }

        if (index.IsUntrusted)
        {
            warnings.Add($"{wanted}: UNTRUSTED: {index.Problem}; whoever can change what the mirror serves decides what is installed, and --allow-untrusted lets them");
        }

        servedNote?.Write(store, wanted.Key);
        return (index, [.. warnings]);
    }

    // The keys may have changed since it was seen; then it is as good as never seen.
    private AlpineIndex? Newer(WantedApkIndex wanted, Digest digest, AlpineIndex served)
    {
        try
        {
            var index = TryLoad(digest) is { } seen ? wanted.Trust(seen, digest) : null;
            return index is not null && index.Time > served.Time && (served.IsUntrusted || !index.IsUntrusted) ? index : null;
        }
        catch (BothyException)
        {
            return null;
        }
    }

    private byte[]? TryLoad(Digest digest)
    {
        try
        {
            return store.TryRead(digest, MaxLength);
        }
        catch (DamagedItemException)
        {
            return null;
        }
    }

    // Null where the one of the note is still current.
    private async Task<(byte[]? Bytes, RepositoryNote? Note)> DownloadAsync(WantedApkIndex wanted, RepositoryNote? note, CancellationToken cancellationToken)
    {
        // A file that was put in another's place can be older than it; looking costs nothing.
        bool ask = !wanted.Address.IsFile;
        var options = new FetchOptions { MaxBytes = MaxLength, IfModifiedSince = ask ? note?.LastModified : null, IfNoneMatch = ask ? note?.EntityTag : null };
        var answer = await transfer.FetchAsync(wanted.Address, options, cancellationToken);
        if (answer is FetchResult.NotFound && wanted.Repository.AdbIndexUri(wanted.Architecture) is { } address)
        {
            var other = await transfer.FetchAsync(address, options, cancellationToken);
            answer = other is FetchResult.NotFound ? answer : other;
        }

        switch (answer)
        {
            case FetchResult.NotModified:
                return default;
            case FetchResult.Found found:
                // Kept before it is trusted: the bytes are only looked at again through Trust, and the note is written after it.
                byte[] bytes = MemoryMarshal.TryGetArray(found.Bytes, out var whole) && whole.Count == whole.Array!.Length ? whole.Array : found.Bytes.ToArray();
                return (bytes, new RepositoryNote(store.AddBytes(bytes), Signature: null, found.LastModified, found.EntityTag));
            case FetchResult.NotFound missing:
                throw new BothyException(missing.Failure.Message, missing.Failure)
                {
                    Hint = $"There is no repository at this address, or it has nothing for {wanted.Architecture}: check both.",
                };
            default:
                throw new InvalidOperationException("a kind of answer that did not exist");
        }
    }
}
