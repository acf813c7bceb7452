using Bothy.Formats.Compression.Inflate;

namespace Bothy.Formats.Compression;

/// <summary>Opens compressed bytes without being told how they are compressed.</summary>
public static class Decompression
{
    /// <summary>How many bytes of a stream tell how it is compressed.</summary>
    public const int LongestMagic = 6;

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
        return IsGzip(peeked.Start) ? new DecoderStream(peeked, input => new GzipDecoder(input), source, limit, leaveOpen: false)
            : IsXz(peeked.Start) ? new XzStream(peeked, source, limit)
            : IsZstd(peeked.Start) ? new ZstdStream(peeked, source, limit)
            : new LimitedStream(peeked, source, limit);
    }

    /// <summary>Whether bytes that begin with <paramref name="start"/> are read as gzip, xz or zstd.</summary>
    public static bool IsCompressed(ReadOnlySpan<byte> start) => IsGzip(start) || IsXz(start) || IsZstd(start);

    /// <summary>Whether bytes that begin with <paramref name="start"/> are read as gzip.</summary>
    public static bool IsGzip(ReadOnlySpan<byte> start) => start is [0x1F, 0x8B, ..];

    /// <summary>Whether bytes that begin with <paramref name="start"/> are read as zstd.</summary>
    public static bool IsZstd(ReadOnlySpan<byte> start) => start is [0x28, 0xB5, 0x2F, 0xFD, ..] or [>= 0x50 and <= 0x5F, 0x2A, 0x4D, 0x18, ..];

    private static bool IsXz(ReadOnlySpan<byte> start) => start is [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0];

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
