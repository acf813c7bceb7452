using Bothy.Formats.Compression.Zstd;

namespace Bothy.Formats.Compression;

/// <summary>
/// Reads a zstd file (RFC 8878): any number of frames, with skippable ones among them. What the format lets a reader verify is
/// verified: a frame's checksum and the size of its content, where it has them. Both come at a frame's end, so nothing
/// read may be trusted before <c>Read</c> has returned 0.
/// </summary>
/// <remarks>
/// Memory is that of the window (at most 128 MiB, less for less data) and half a MiB. Frames that need a dictionary are refused.
/// </remarks>
public sealed class ZstdStream : ForwardReadStream
{
    private readonly DecoderStream _stream;

    /// <summary>Reads the zstd file that is <paramref name="inner"/> from its current position to its end; it is read ahead.</summary>
    /// <inheritdoc cref="XzStream(Stream, string, long, bool)" path="/param"/>
    public ZstdStream(Stream inner, string source, long limit, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        _stream = new DecoderStream(inner, input => new ZstdDecoder(input), source, limit, leaveOpen);
    }

    /// <inheritdoc />
    public override int Read(Span<byte> buffer) => _stream.Read(buffer);

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stream.Dispose();
        }

        base.Dispose(disposing);
    }
}
