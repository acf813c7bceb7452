using System.Security.Cryptography;
using Bothy.Formats;
using Bothy.Store;

namespace Bothy.Packages.Repositories;

/// <summary>
/// The decoding of a package while it arrives. What comes of it counts only where the very bytes that were decoded, hashed as the decoder took them,
/// are those that were received and found to be the right ones. Wherever anything else happens (they are begun anew, they cannot be decoded, they are all
/// there before it is their turn) nothing is left of it, and the package is decoded from the store as if nobody had tried: so what is said about it is the same.
/// </summary>
internal sealed class ArrivalDecoding : IAsyncDisposable
{
    /// <summary>The size of a package in bytes from which this is worth a thread.</summary>
    public const int MinSize = 256 << 10;

    // What a download brings at a time.
    private const int Lookahead = 128 << 10;

    private readonly CancellationTokenSource _stop;
    private readonly Task<Decoded?> _decoding;
    private int _isDecided;

    /// <summary>Begins to decode what arrives.</summary>
    /// <param name="arriving">The bytes.</param>
    /// <param name="decode">Makes a catalogue of them that is not committed.</param>
    /// <param name="slots">When it may.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public ArrivalDecoding(GrowthReader arriving, Func<Stream, CatalogueWriter> decode, DecodingSlots slots, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _decoding = DecodeAsync(arriving, decode, slots, _stop.Token);
    }

    /// <summary>Waits for its end, once everything has arrived and has the digest <paramref name="digest"/>; where it has not begun, the store is as good a place to decode from.</summary>
    /// <returns>What came of it, to be committed before this is disposed of; null where nothing did.</returns>
    public async Task<CatalogueWriter?> FinishAsync(Digest digest)
    {
        if (Interlocked.Exchange(ref _isDecided, 1) == 0)
        {
            await _stop.CancelAsync();
        }

        return await _decoding is { } decoded && decoded.Digest == digest ? decoded.Catalogue : null;
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await ((Task)_decoding).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_decoding.IsCompletedSuccessfully)
        {
            (await _decoding)?.Catalogue.Dispose();
        }

        _stop.Dispose();
    }

    private async Task<Decoded?> DecodeAsync(GrowthReader arriving, Func<Stream, CatalogueWriter> decode, DecodingSlots slots, CancellationToken cancellationToken)
    {
        try
        {
            await arriving.AheadAsync(Lookahead, cancellationToken);
            return await slots.FollowAsync(() => Interlocked.Exchange(ref _isDecided, 1) == 0 ? Decode(arriving, decode, slots, cancellationToken) : null, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static Decoded? Decode(GrowthReader arriving, Func<Stream, CatalogueWriter> decode, DecodingSlots slots, CancellationToken cancellationToken)
    {
        using var bytes = new FollowedStream(arriving, slots, cancellationToken);
        CatalogueWriter? catalogue = null;
        try
        {
            catalogue = decode(bytes);

            // The digest is that of all the bytes, wherever the archive said that it ends.
            bytes.CopyTo(Stream.Null);
            return new Decoded(catalogue, bytes.Finish());
        }
        catch (Exception failure) when (failure is BothyException or IOException or OperationCanceledException)
        {
            catalogue?.Dispose();
            return null;
        }
    }

    private sealed record Decoded(CatalogueWriter Catalogue, Digest Digest);

    /// <summary>Hashes what is read, and works in a slot only while there is something to read.</summary>
    private sealed class FollowedStream(GrowthReader arriving, DecodingSlots slots, CancellationToken cancellationToken) : ForwardReadStream
    {
        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public Digest Finish() => Digest.FromHash(_hash.GetHashAndReset());

        public override int Read(Span<byte> buffer)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (arriving.HasCaughtUp)
            {
                slots.Yield(() => arriving.AheadAsync(Lookahead, cancellationToken).AsTask());
            }

            int count = arriving.Read(buffer);
            _hash.AppendData(buffer[..count]);
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _hash.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
