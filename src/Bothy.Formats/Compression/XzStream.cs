using Bothy.Formats.Compression.Xz;

namespace Bothy.Formats.Compression;

/// <summary>
/// Reads an xz file (version 1.2.0 of the format): any number of streams, with padding, of any number of blocks. Everything that the
/// format lets a reader verify is verified: the CRCs of headers, the check of each block, the sizes in headers and index, the footer.
/// A block's check comes after its bytes, so nothing read may be trusted before <c>Read</c> has returned 0.
/// </summary>
/// <remarks>
/// Known are the checks none, CRC32, CRC64 and SHA-256 and the filters LZMA2, Delta and the branch filters of x86, PowerPC, IA-64, ARM,
/// ARM-Thumb, SPARC and ARM64. Memory is that of the dictionary (at most 64 MiB, less for less data) and half a MiB.
/// </remarks>
public sealed class XzStream : ForwardReadStream
{
    private readonly DecoderStream _stream;

    /// <summary>Reads the xz file that is <paramref name="inner"/> from its current position to its end; it is read ahead.</summary>
    /// <param name="inner">The compressed bytes; need not be seekable.</param>
    /// <param name="source">What they are, for messages.</param>
    /// <param name="limit">The most bytes that may come out; one more is a <see cref="BothyException"/>.</param>
    /// <param name="leaveOpen">Whether <paramref name="inner"/> stays open when this is disposed.</param>
    public XzStream(Stream inner, string source, long limit, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        _stream = new DecoderStream(inner, input => new XzDecoder(input), source, limit, leaveOpen);
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
