namespace Bothy.Formats.Compression;

/// <summary>Gives back the first bytes that were read to see what a stream is, then the rest of it.</summary>
public sealed class PeekedStream : ForwardReadStream
{
    private readonly Stream _inner;
    private readonly byte[] _start;
    private readonly int _startLength;
    private int _startRead;

    /// <summary>Reads up to <paramref name="length"/> bytes ahead of <paramref name="inner"/>, which it owns.</summary>
    public PeekedStream(Stream inner, int length)
    {
        ArgumentNullException.ThrowIfNull(inner);
        _inner = inner;
        _start = new byte[length];
        _startLength = inner.ReadAtLeast(_start, length, throwOnEndOfStream: false);
    }

    /// <summary>The first bytes; fewer than asked for only where the stream is that short.</summary>
    public ReadOnlySpan<byte> Start => _start.AsSpan(0, _startLength);

    /// <inheritdoc />
    public override int Read(Span<byte> buffer)
    {
        if (_startRead < _startLength)
        {
            int read = Math.Min(buffer.Length, _startLength - _startRead);
            _start.AsSpan(_startRead, read).CopyTo(buffer);
            _startRead += read;
            return read;
        }

        return _inner.Read(buffer);
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
