using System.Text;
using Bothy.Formats;
using Bothy.Formats.Compression;
using Bothy.Packages.Debian;
using Bothy.Packages.Indexes;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Packages.Repositories;

/// <summary>One index to be read.</summary>
/// <param name="Repository">Whose it is.</param>
/// <param name="File">The file, as the release lists it.</param>
/// <param name="TextSize">The size of its text, where the release lists it.</param>
/// <param name="ByHash">Whether the archive keeps it by its hash.</param>
/// <param name="Origin">What its packages are to know about it.</param>
internal sealed record WantedIndex(DebianRepository Repository, ReleaseFile File, long? TextSize, bool ByHash, DebianIndexOrigin Origin);

/// <summary>Fetches indexes that a trusted release lists, verifies them against it and scans them while they arrive.</summary>
internal sealed class IndexFetcher(TransferClient transfer, ContentStore store)
{
    // Debian's largest is 50 MiB of text in 12 MiB; these only keep a broken archive from filling the memory.
    private const int MaxFileSize = 512 << 20;
    private const long MaxTextSize = 2L << 30;

    // A decoder reads up to 256 KiB at a time and needs at most 192 KiB of it to give some text.
    private const int Lookahead = 192 << 10;

    /// <summary>Reads an index from the store, else from the archive.</summary>
    /// <exception cref="BothyException">It cannot be had, or is not the one that the release lists, or is no index.</exception>
    public async Task<(DebianIndex Index, VerifiedIndex Facts)> FetchAsync(WantedIndex wanted, DebianFetchOptions options, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        if (wanted.File.Size > MaxFileSize)
        {
            throw new BothyException(FormattableString.Invariant($"cannot use {wanted.Repository}: {wanted.File.Path} has {wanted.File.Size} bytes, more than {MaxFileSize}"));
        }

        return TryOpenCompact(wanted) is { } compact
            ? Present(wanted, compact, progress)
            : await FetchOnceAsync(wanted, options, progress, cancellationToken);
    }

    private static (DebianIndex, VerifiedIndex) Present(WantedIndex wanted, (DebianIndex, VerifiedIndex) index, IProgress<FetchProgress>? progress)
    {
        progress?.Report(new FetchProgress(wanted.Origin.ToString(), wanted.File.Size, wanted.File.Size));
        return index;
    }

    // Of several builds that miss an index one fetches and scans it, and the others find it there.
    private async Task<(DebianIndex, VerifiedIndex)> FetchOnceAsync(WantedIndex wanted, DebianFetchOptions options, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        using var claim = await store.ClaimAsync($"index {wanted.File.Hash}", cancellationToken);
        if ((TryOpenCompact(wanted) ?? await TryReadStoredAsync(wanted, cancellationToken)) is { } stored)
        {
            return Present(wanted, stored, progress);
        }

        if (options.Offline)
        {
            throw new BothyException($"cannot use {wanted.Repository}: {wanted.File.Path} is not in the store, and there is no network")
            {
                Hint = "Run once without --offline so that it gets into the store.",
            };
        }

        var directory = wanted.Repository.ReleaseDirectory;
        if (wanted.ByHash)
        {
            try
            {
                return await DownloadAsync(wanted, new Uri(directory, wanted.File.ByHashPath), progress, cancellationToken);
            }
            catch (NotFoundException)
            {
                // Some mirrors promise by-hash in a copied Release file and do not carry it.
            }
        }

        return await DownloadAsync(wanted, new Uri(directory, wanted.File.Path), progress, cancellationToken);
    }

    // A text of another length than the release says is for the scanner to refuse.
    private (DebianIndex, VerifiedIndex)? TryOpenCompact(WantedIndex wanted) =>
        DigestOf(wanted.File) is { } digest
        && DebianIndex.TryOpen(store, digest, wanted.Origin) is { } index
        && index.TextLength == (wanted.TextSize ?? index.TextLength)
            ? (index, Facts(wanted, digest))
            : null;

    private async Task<(DebianIndex, VerifiedIndex)?> TryReadStoredAsync(WantedIndex wanted, CancellationToken cancellationToken)
    {
        if (DigestOf(wanted.File) is not { } digest)
        {
            return null;
        }

        try
        {
            await using var stored = store.TryOpenVerified(digest);
            return stored is null ? null : await ScanAndKeepAsync(stored, wanted, digest, cancellationToken);
        }
        catch (BothyException failure) when (failure is not (StoreWriteException or DamagedItemException) && !IsIntact(digest))
        {
            // Bytes that are not the index's own explain everything else that is wrong with them.
            return null;
        }
        catch (DamagedItemException)
        {
            // It was removed, and is fetched again.
            return null;
        }
    }

    private bool IsIntact(Digest digest)
    {
        try
        {
            return store.TryRead(digest, MaxFileSize) is not null;
        }
        catch (DamagedItemException)
        {
            return false;
        }
    }

    private async Task<(DebianIndex, VerifiedIndex)> DownloadAsync(WantedIndex wanted, Uri address, IProgress<FetchProgress>? progress, CancellationToken cancellationToken)
    {
        var file = wanted.File;
        using var arriving = new ArrivingBytes((int)file.Size, file.AlgorithmName);
        await using var keeper = file.Digest is { } expected ? KeeperOf(wanted, expected) : null;
        var scanning = ScanWhileArrivingAsync(arriving, wanted, keeper, cancellationToken);
        try
        {
            var reporting = progress is null ? null : new Reporting(wanted, progress);
            await transfer.DownloadAsync(address, arriving, new DownloadOptions { ExpectedSize = file.Size }, reporting, cancellationToken);
            var digest = await Task.Run(() => Keep(wanted, arriving), cancellationToken);
            if (arriving.WasRestarted)
            {
                return await ScanAndKeepAsync(arriving.OpenWhole(), wanted, digest, cancellationToken);
            }

            var index = await scanning;
            await (keeper?.CommitAsync() ?? Task.CompletedTask);
            return (index, Facts(wanted, digest));
        }
        catch
        {
            arriving.Complete();
            await ((Task)scanning).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private static Task<DebianIndex> ScanWhileArrivingAsync(ArrivingBytes arriving, WantedIndex wanted, IndexKeeper? keeper, CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            var compressed = arriving.OpenRead();
            await compressed.AheadAsync(Lookahead, cancellationToken);
            await using var text = new ArrivingText(compressed, Decompress(compressed, wanted));
            return await ScanTextAsync(text, wanted, keeper, cancellationToken);
        },
        cancellationToken);

    private async Task<(DebianIndex, VerifiedIndex)> ScanAndKeepAsync(Stream compressed, WantedIndex wanted, Digest digest, CancellationToken cancellationToken)
    {
        await using var keeper = KeeperOf(wanted, digest);
        await using var text = Decompress(compressed, wanted);
        var index = await ScanTextAsync(text, wanted, keeper, cancellationToken);
        await keeper.CommitAsync();
        return (index, Facts(wanted, digest));
    }

    private static Stream Decompress(Stream compressed, WantedIndex wanted) =>
        Decompression.OpenRead(compressed, $"{wanted.File.Path} of {wanted.Repository}", wanted.TextSize ?? MaxTextSize);

    private static async Task<DebianIndex> ScanTextAsync(Stream text, WantedIndex wanted, IndexKeeper? keeper, CancellationToken cancellationToken)
    {
        await using var counted = new CountedText(text, $"{wanted.File.Path} of {wanted.Repository}");
        var index = await DebianIndex.ReadAsync(counted, wanted.Origin, keeper, cancellationToken);
        counted.CheckEnd(wanted.TextSize);
        return index;
    }

    private static VerifiedIndex Facts(WantedIndex wanted, Digest digest) => new(wanted.File.Path, digest, wanted.File.Size);

    // The store knows bytes by SHA-256 only; for a release that lists only SHA-512 a note leads from one to the other.
    private Digest? DigestOf(ReleaseFile file) =>
        file.Digest
        ?? (store.Notes.TryRead(NoteOf(file)) is { } note && Digest.TryParse(Encoding.ASCII.GetString(note), null, out var digest) ? digest : null);

    private Digest Keep(WantedIndex wanted, ArrivingBytes bytes)
    {
        var file = wanted.File;
        string hash = bytes.Complete();
        if (hash != file.Hash)
        {
            throw new BothyException($"cannot trust {wanted.Repository}: {file.Path} is not the file that its Release file lists: its {file.Algorithm} is {hash} where {file.Hash} is expected")
            {
                Hint = "The mirror is in the middle of an update, or somebody changed the file; try again, or use another mirror.",
            };
        }

        var digest = store.AddBytes(bytes.Bytes.Span);
        if (file.Digest is null)
        {
            store.Notes.Write(NoteOf(file), Encoding.ASCII.GetBytes(digest.ToString()));
        }

        return digest;
    }

    private IndexKeeper KeeperOf(WantedIndex wanted, Digest digest) => new(store, DebianIndex.KindFor(wanted.Origin), digest);

    private static string NoteOf(ReleaseFile file) => $"debian/{file.Algorithm} {file.Hash}";

    private sealed class Reporting(WantedIndex wanted, IProgress<FetchProgress> progress) : IProgress<long>
    {
        private readonly string _what = wanted.Origin.ToString();

        public void Report(long value) => progress.Report(new FetchProgress(_what, value, wanted.File.Size));
    }

    /// <summary>Text that is decompressed while its bytes arrive: waiting for the network holds no thread.</summary>
    private sealed class ArrivingText(GrowthReader arriving, Stream text) : ForwardReadStream
    {
        public override int Read(Span<byte> buffer) => text.Read(buffer);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await arriving.AheadAsync(Lookahead, cancellationToken);
            return text.Read(buffer.Span);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                text.Dispose();
            }

            base.Dispose(disposing);
        }
    }

    /// <summary>Text that must be as long at the end as the release says; that it is no longer is the decompression's limit.</summary>
    private sealed class CountedText(Stream text, string source) : ForwardReadStream
    {
        private long _count;

        public override int Read(Span<byte> buffer) => Count(text.Read(buffer));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Count(await text.ReadAsync(buffer, cancellationToken));

        public void CheckEnd(long? size)
        {
            if (_count != (size ?? _count))
            {
                throw new MalformedDataException(source, _count, FormattableString.Invariant($"its text has {_count} bytes where the Release file says {size}"));
            }
        }

        private int Count(int read)
        {
            _count += read;
            return read;
        }
    }
}
