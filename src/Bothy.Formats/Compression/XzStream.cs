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
    private readonly Stream _inner;
    private readonly string _source;
    private readonly long _limit;
    private readonly bool _leaveOpen;
    private readonly XzInput _input;
    private readonly XzDecoder _decoder;
    private ReadOnlyMemory<byte> _ready;
    private long _given;
    private bool _broken;
    private bool _disposed;

    /// <summary>Reads the xz file that is <paramref name="inner"/> from its current position to its end; it is read ahead.</summary>
    /// <param name="inner">The compressed bytes; need not be seekable.</param>
    /// <param name="source">What they are, for messages.</param>
    /// <param name="limit">The most bytes that may come out; one more is a <see cref="BothyException"/>.</param>
    /// <param name="leaveOpen">Whether <paramref name="inner"/> stays open when this is disposed.</param>
    public XzStream(Stream inner, string source, long limit, bool leaveOpen = false)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentOutOfRangeException.ThrowIfNegative(limit);
        _inner = inner;
        _source = source;
        _limit = limit;
        _leaveOpen = leaveOpen;
        _input = new XzInput(inner, source);
        _decoder = new XzDecoder(_input);
    }

    /// <inheritdoc />
    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_broken)
        {
            // Reading on behind a failure could end in a 0 that looks like a verified end.
            throw _input.Malformed("reading it failed before");
        }

        if (buffer.IsEmpty)
        {
            return 0;
        }

        if (_ready.IsEmpty)
        {
            _broken = true;
            if (_decoder.TryNext(out _ready) && (_given += _ready.Length) > _limit)
            {
                throw LimitedStream.TooLong(_source, _limit);
            }

            _broken = false;
        }

        int count = Math.Min(buffer.Length, _ready.Length);
        _ready.Span[..count].CopyTo(buffer);
        _ready = _ready[count..];
        return count;
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _ready = default;
            _decoder.Dispose();
            _input.Dispose();
            if (!_leaveOpen)
            {
                _inner.Dispose();
            }
        }

        base.Dispose(disposing);
    }
}
