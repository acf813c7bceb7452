using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Bothy.Transfer;

/// <summary>The body of a request on its way out: exactly as long as announced, and a sign of life with every block.</summary>
internal sealed class UploadContent : HttpContent
{
    private const int BlockSize = 128 << 10;

    private readonly TransferBody _body;
    private readonly Uri _address;

    public UploadContent(TransferBody body, Uri address)
    {
        _body = body;
        _address = address;
        Headers.ContentType = MediaTypeHeaderValue.Parse(body.MediaType);
    }

    /// <summary>Called whenever the connection took something.</summary>
    public Action Alive { get; set; } = () => { };

    /// <summary>What went wrong on our side of the connection; null where it is the other one.</summary>
    public BothyException? Failure { get; private set; }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        try
        {
            await using var source = await _body.Open(cancellationToken);
            await CopyAsync(source, stream, cancellationToken);
        }
        catch (BothyException failure)
        {
            // The platform may wrap what is thrown here into its own words about the connection.
            Failure = failure;
            throw;
        }
    }

    private async Task CopyAsync(Stream source, Stream connection, CancellationToken cancellationToken)
    {
        byte[] block = GC.AllocateUninitializedArray<byte>((int)Math.Min(BlockSize, _body.Length + 1));
        long sent = 0;
        for (int count; (count = await source.ReadAsync(block, cancellationToken)) > 0;)
        {
            sent += count;
            if (sent > _body.Length)
            {
                throw OtherLength();
            }

            await connection.WriteAsync(block.AsMemory(0, count), cancellationToken);
            Alive();
            _body.Progress?.Report(sent);
        }

        if (sent < _body.Length)
        {
            throw OtherLength();
        }
    }

    private BothyException OtherLength() => new(
        string.Create(CultureInfo.InvariantCulture, $"cannot send to {Address.Shown(_address)}: the content is not the {_body.Length} bytes announced"));
}
