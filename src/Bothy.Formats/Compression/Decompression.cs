using Bothy.Formats.Compression.Inflate;

namespace Bothy.Formats.Compression;

/// <summary>Opens compressed bytes without being told how they are compressed.</summary>
public static class Decompression
{
    private const int LongestMagic = 6;

    /// <summary>
    /// Reads <paramref name="compressed"/>, which need not be seekable, as gzip (RFC 1952, any number of members), xz or zstd where it
    /// begins like one, and as it is otherwise. The result owns <paramref name="compressed"/>.
    /// Reading fails with <see cref="MalformedDataException"/> where the bytes are damaged or cut short, at the latest before
    /// the end is reported, so nothing may be trusted before <c>Read</c> has returned 0.
    /// </summary>
    /// <param name="compressed">The bytes; read from their current position.</param>
    /// <param name="source">What they are, for messages.</param>
    /// <param name="limit">The most bytes that may come out; one more is a <see cref="BothyException"/>.</param>
    /// <exception cref="BothyException">The bytes cannot be decompressed at all.</exception>
    public static Stream OpenRead(Stream compressed, string source, long limit)
    {
        ArgumentNullException.ThrowIfNull(compressed);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        var peeked = new PeekedStream(compressed, LongestMagic);
        return peeked.Start switch
        {
            [0x1F, 0x8B, ..] => new DecoderStream(peeked, input => new GzipDecoder(input), source, limit, leaveOpen: false),
            [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0] => new XzStream(peeked, source, limit),
            [0x28, 0xB5, 0x2F, 0xFD, ..] or [>= 0x50 and <= 0x5F, 0x2A, 0x4D, 0x18, ..] => new ZstdStream(peeked, source, limit),
            _ => new LimitedStream(peeked, source, limit),
        };
    }

    /// <summary>
    /// Reads <paramref name="compressed"/>, which stays the caller's, as one deflate stream (RFC 1951) without any frame, which no byte may
    /// follow. Nothing but its own codes says that such a stream is whole: verify what comes out of it.
    /// </summary>
    /// <param name="compressed">The bytes; read from their current position.</param>
    /// <param name="source">What they are, for messages.</param>
    /// <param name="limit">The most bytes that may come out; one more is a <see cref="BothyException"/>.</param>
    public static Stream OpenDeflate(Stream compressed, string source, long limit)
    {
        ArgumentNullException.ThrowIfNull(compressed);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        return new DecoderStream(compressed, input => new BareDeflateDecoder(input), source, limit, leaveOpen: true);
    }
}
