using Bothy.Formats;

namespace Bothy.Oci.Reading;

/// <summary>Tells somebody how much was read of another stream, which it owns, each time it is <paramref name="step"/> bytes more, and at the end.</summary>
internal sealed class CountedReadStream(Stream inner, long step, Action<long> report) : ForwardReadStream
{
    private long _untold;

    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        _untold += read;
        if (_untold >= step || (read == 0 && _untold > 0))
        {
            report(_untold);
            _untold = 0;
        }

        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
