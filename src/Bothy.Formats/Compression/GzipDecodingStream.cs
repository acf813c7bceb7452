using System.IO.Compression;

namespace Bothy.Formats.Compression;

/// <summary>gzip through the platform's inflater, with its failures in our words.</summary>
internal sealed class GzipDecodingStream(PeekedStream inner, string source) : ForwardReadStream
{
    private readonly GZipStream _gzip = new(inner, CompressionMode.Decompress);

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return _gzip.Read(buffer);
        }
        catch (InvalidDataException)
        {
            throw new MalformedDataException(source, inner.Given, "the gzip data is damaged or cut short");
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gzip.Dispose();
        }

        base.Dispose(disposing);
    }
}
