using ForwardReadStream = Bothy.Formats.ForwardReadStream;

namespace Bothy.Packages;

/// <summary>Lets decoding, which is one long computation, stop where it reads.</summary>
internal sealed class CancellableStream(Stream inner, CancellationToken cancellationToken) : ForwardReadStream
{
    public override int Read(Span<byte> buffer)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return inner.Read(buffer);
    }
}
