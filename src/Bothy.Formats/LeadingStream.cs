namespace Bothy.Formats;

/// <summary>The first bytes of another stream.</summary>
public sealed class LeadingStream : ForwardReadStream
{
    private readonly Stream _inner;
    private long _left;

    /// <summary>Gives <paramref name="length"/> bytes of <paramref name="inner"/>, which has at least as many, and which it owns from now on.</summary>
    public LeadingStream(Stream inner, long length)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _inner = inner;
        _left = length;
        Length = length;
    }

    /// <inheritdoc />
    public override long Length { get; }

    /// <inheritdoc />
    /// <exception cref="EndOfStreamException">The other stream ends before.</exception>
    public override int Read(Span<byte> buffer)
    {
        buffer = buffer[..(int)Math.Min(buffer.Length, _left)];
        int read = _inner.Read(buffer);
        _left -= read;
        return read > 0 || buffer.IsEmpty ? read : throw new EndOfStreamException();
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
