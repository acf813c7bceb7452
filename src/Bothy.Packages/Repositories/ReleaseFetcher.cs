using Bothy.Packages.Debian;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Packages.Repositories;

/// <summary>Fetches the release of a suite, trusts it or fails, and never goes back behind one that was already seen.</summary>
internal sealed class ReleaseFetcher(TransferClient transfer, ContentStore store, TimeProvider clock)
{
    private const int MaxLength = 32 << 20;

    /// <summary>The release to use for <paramref name="repository"/>, and a warning where it is not the one that the mirror serves.</summary>
    /// <exception cref="BothyException">There is none that can be trusted, or it is too old.</exception>
    public async Task<(TrustedRelease Release, string? Warning)> FetchAsync(DebianRepository repository, DebianFetchOptions options, CancellationToken cancellationToken)
    {
        var note = RepositoryNote.TryRead(store, Key(repository));
        var seen = note is null ? null : TryLoad(note);
        var (served, servedNote) = options.Offline ? (null, null) : await DownloadAsync(repository, seen is null ? null : note, cancellationToken);
        var signed = served ?? seen ?? throw new BothyException($"cannot use {repository}: its index is not in the store, and there is no network")
        {
            Hint = "Run once without --offline so that it gets into the store.",
        };

        var now = clock.GetUtcNow();
        var trusted = signed.Trust(repository, now);
        string? warning = null;
        bool changed = served is not null && seen is not null && note?.Release != servedNote?.Release;
        if (changed && Newer(seen!, trusted, repository, now) is { } newer)
        {
            if (options.AllowOlder)
            {
                warning = Rollback.Accepted(repository.ToString(), trusted.Release.Date, newer.Release.Date, "was seen before");
            }
            else
            {
                warning = Rollback.Kept(repository.ToString(), trusted.Release.Date, newer.Release.Date);
                (trusted, servedNote) = (newer, null);
            }
        }

        trusted.Release.CheckDates(now, repository.CheckValidUntil, repository.ToString());
        warning = CheckFloor(repository, trusted.Release, options) ?? warning;
        servedNote?.Write(store, Key(repository));
        return (trusted, warning);
    }

    /// <summary>What was seen when the release of <paramref name="repository"/> with the digest <paramref name="release"/> was trusted.</summary>
    public static SeenDocument Seen(DebianRepository repository, Digest release) => new(
        [new Uri(repository.ReleaseDirectory, "InRelease"), new Uri(repository.ReleaseDirectory, "Release")], release, new SeenNote.OfRepository(Key(repository)));

    private static string? CheckFloor(DebianRepository repository, DebianRelease release, DebianFetchOptions options)
    {
        var floor = options.Floors.FirstOrDefault(floor => floor.Suite == repository.Suite && floor.Origin == release.Origin);
        return Rollback.CheckFloor(repository.ToString(), release.Date, floor?.Date, options.AllowOlder);
    }

    // Credentials may change without the archive becoming another, and are nothing to write down.
    private static string Key(DebianRepository repository) => $"debian/release {repository}";

    // The keys may have changed since it was seen; then it is as good as never seen.
    private static TrustedRelease? Newer(SignedRelease seen, TrustedRelease served, DebianRepository repository, DateTimeOffset now)
    {
        try
        {
            var trusted = seen.Trust(repository, now);
            return trusted.Release.Date > served.Release.Date ? trusted : null;
        }
        catch (BothyException)
        {
            return null;
        }
    }

    private SignedRelease? TryLoad(RepositoryNote note)
    {
        try
        {
            if (store.TryRead(note.Release) is not { } release)
            {
                return null;
            }

            if (note.Signature is not { } digest)
            {
                return new SignedRelease(release, Signature: null);
            }

            return store.TryRead(digest) is { } signature ? new SignedRelease(release, signature) : null;
        }
        catch (DamagedItemException)
        {
            return null;
        }
    }

    // Null for the release where the one of the note is still current.
    private async Task<(SignedRelease? Release, RepositoryNote? Note)> DownloadAsync(DebianRepository repository, RepositoryNote? note, CancellationToken cancellationToken)
    {
        var directory = repository.ReleaseDirectory;
        var conditions = new FetchOptions { MaxBytes = MaxLength, IfModifiedSince = note?.LastModified, IfNoneMatch = note?.EntityTag };
        switch (await transfer.FetchAsync(new Uri(directory, "InRelease"), note?.Signature is null ? conditions : conditions with { IfModifiedSince = null, IfNoneMatch = null }, cancellationToken))
        {
            case FetchResult.NotModified:
                return default;
            case FetchResult.Found found:
                return Keep(found, detached: null);
            case FetchResult.NotFound missing:
                return await DownloadDetachedAsync(repository, conditions, missing, cancellationToken);
            default:
                throw new InvalidOperationException("a kind of answer that did not exist");
        }
    }

    private async Task<(SignedRelease? Release, RepositoryNote? Note)> DownloadDetachedAsync(DebianRepository repository, FetchOptions conditions, FetchResult.NotFound inRelease, CancellationToken cancellationToken)
    {
        var directory = repository.ReleaseDirectory;
        switch (await transfer.FetchAsync(new Uri(directory, "Release"), conditions, cancellationToken))
        {
            case FetchResult.NotModified:
                return default;
            case FetchResult.Found found:
                var signature = await transfer.FetchAsync(new Uri(directory, "Release.gpg"), new FetchOptions { MaxBytes = MaxLength }, cancellationToken);
                return signature is FetchResult.Found separate
                    ? Keep(found, separate.Bytes)
                    : throw new BothyException($"cannot trust {repository}: its Release file is not signed")
                    {
                        Hint = "An archive needs InRelease, or Release.gpg beside Release.",
                    };
            default:
                throw new BothyException(inRelease.Failure.Message, inRelease.Failure)
                {
                    Hint = "There is no such suite at this address: check both.",
                };
        }
    }

    private (SignedRelease Release, RepositoryNote Note) Keep(FetchResult.Found found, ReadOnlyMemory<byte>? detached)
    {
        // Kept before it is trusted: the bytes are only looked at again through Trust, and the note is written after it.
        var note = new RepositoryNote(
            store.AddBytes(found.Bytes.Span),
            detached is { } signature ? store.AddBytes(signature.Span) : null,
            found.LastModified,
            found.EntityTag);
        return (new SignedRelease(found.Bytes, detached), note);
    }
}
