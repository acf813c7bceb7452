using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Bothy.Transfer;

/// <summary>
/// One file on its way into a stream, over as many attempts as it takes. What earlier attempts brought is kept, and only the
/// rest is asked for; the entity tag or date of the first answer makes sure that it is the rest of the same file. Where
/// the first bytes come from an earlier process there is none, and whoever knows the digest has to check it.
/// </summary>
internal sealed class Download(HttpTransport transport, TransferContext context, Uri address, Stream destination, DownloadOptions options)
{
    private const int BufferSize = 128 << 10;

    private RangeConditionHeaderValue? _validator;

    public IProgress<long>? Progress { get; init; }

    /// <summary>How much of the file is in the destination.</summary>
    public long Received => destination.Length;

    public async Task AttemptAsync(CancellationToken cancellationToken)
    {
        if (Received > Limit)
        {
            destination.SetLength(0);
        }

        if (Received > 0 && Received == options.ExpectedSize)
        {
            return;
        }

        if (!await TryAttemptAsync(cancellationToken))
        {
            _validator = null;
            destination.SetLength(0);
            await TryAttemptAsync(cancellationToken);
        }
    }

    private long Limit => options.ExpectedSize ?? options.MaxBytes;

    // False where the server has no rest of this length, so that the whole has to be asked for.
    private async Task<bool> TryAttemptAsync(CancellationToken cancellationToken)
    {
        long from = Received;
        using var exchange = await transport.GetAsync(address, headers => Prepare(headers, from), cancellationToken);
        var response = exchange.Response;
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                CheckSize(response.Content.Headers.ContentLength);
                destination.SetLength(0);
                break;
            case HttpStatusCode.PartialContent when from > 0:
                CheckRange(response.Content.Headers.ContentRange, from);
                break;
            case HttpStatusCode.RequestedRangeNotSatisfiable when from > 0:
                return options.ExpectedSize is null && response.Content.Headers.ContentRange?.Length == from;
            case HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable:
                throw TransferFailure.Permanent(address, "the server sent a part where the whole was asked for");
            default:
                throw TransferFailure.OfStatus(address, response, context.Time.GetUtcNow());
        }

        _validator = Validator(response);
        await ReceiveAsync(exchange, cancellationToken);
        return true;
    }

    private void Prepare(HttpRequestHeaders headers, long from)
    {
        if (from > 0)
        {
            headers.Range = new RangeHeaderValue(from, null);
            headers.IfRange = _validator;
        }
    }

    private async Task ReceiveAsync(HttpExchange exchange, CancellationToken cancellationToken)
    {
        destination.Position = Received;
        byte[] buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
        while (true)
        {
            int count = await exchange.ReadAsync(buffer);
            if (count == 0)
            {
                break;
            }

            if (Received + count > Limit)
            {
                throw TooLong();
            }

            await destination.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            Progress?.Report(Received);
        }

        if (options.ExpectedSize is { } expected && Received < expected)
        {
            throw TransferFailure.Cut(address);
        }
    }

    private void CheckSize(long? length)
    {
        if (length is null)
        {
            return;
        }

        if (options.ExpectedSize is { } expected && length != expected)
        {
            throw TransferFailure.Permanent(
                address,
                string.Create(CultureInfo.InvariantCulture, $"it has {length} bytes where {expected} are expected"),
                TransferFailure.OtherSizeHint);
        }

        if (length > Limit)
        {
            throw TooLong();
        }
    }

    private void CheckRange(ContentRangeHeaderValue? range, long from)
    {
        if (range?.From != from || range.Unit != "bytes")
        {
            throw TransferFailure.Permanent(address, string.Create(CultureInfo.InvariantCulture, $"the server sent the part '{range}' where the one from byte {from} was asked for"));
        }

        CheckSize(range.Length);
    }

    private BothyException TooLong() =>
        TransferFailure.Permanent(address, string.Create(CultureInfo.InvariantCulture, $"it has more than the {Limit} bytes {(options.ExpectedSize is null ? "allowed" : "expected")}"));

    // A weak tag says "equivalent", which is not enough to join two parts (RFC 9110, 13.1.5); a date is as good as the server's clock.
    private static RangeConditionHeaderValue? Validator(HttpResponseMessage response) =>
        response.Headers.ETag is { IsWeak: false } tag ? new(tag)
        : response.Content.Headers.LastModified is { } date ? new(date)
        : null;
}
