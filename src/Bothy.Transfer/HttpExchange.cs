namespace Bothy.Transfer;

/// <summary>
/// One answer being read: the response, the place in the host's queue that it holds, and a watch on silence.
/// </summary>
internal sealed class HttpExchange : IDisposable
{
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _either;
    private readonly TimeSpan _idleTimeout;
    private readonly SemaphoreSlim _slot;
    private HttpResponseMessage? _response;

    private HttpExchange(Uri address, SemaphoreSlim slot, TimeSpan idleTimeout, TimeProvider time, CancellationToken caller)
    {
        Address = address;
        _slot = slot;
        _idleTimeout = idleTimeout;
        _caller = caller;
        _silence = new CancellationTokenSource(idleTimeout, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(caller, _silence.Token);
    }

    /// <summary>The address that answered.</summary>
    public Uri Address { get; }

    public HttpResponseMessage Response => _response!;

    /// <summary>Sends one request, without following redirects. The slot is held until the exchange is disposed.</summary>
    public static async Task<HttpExchange> SendAsync(HttpClient client, HttpRequestMessage request, SemaphoreSlim slot, TransferContext context, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!;
        await slot.WaitAsync(cancellationToken);
        var exchange = new HttpExchange(address, slot, context.Settings.IdleTimeout, context.Time, cancellationToken);
        var upload = request.Content as UploadContent;
        if (upload is not null)
        {
            upload.Alive = exchange.Heard;
        }

        try
        {
            exchange._response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, exchange._either.Token);
            return exchange;
        }
        catch (Exception) when (upload?.Failure is not null)
        {
            exchange.Dispose();
            throw upload.Failure;
        }
        catch (HttpRequestException failure)
        {
            exchange.Dispose();
            throw TransferFailure.OfRequest(address, failure, context.Settings.Proxy.For(address));
        }
        catch (OperationCanceledException failure)
        {
            bool silent = exchange._silence.IsCancellationRequested;
            exchange.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw silent
                ? TransferFailure.Silent(address, context.Settings.IdleTimeout)
                : TransferFailure.Transient(address, "connection timed out", "Check that the server is up and that http_proxy, https_proxy and no_proxy are right.", failure);
        }
        catch
        {
            exchange.Dispose();
            throw;
        }
    }

    /// <summary>Reads on in the body; 0 at its end.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer)
    {
        Heard();
        try
        {
            var body = await Response.Content.ReadAsStreamAsync(_either.Token);
            return await body.ReadAsync(buffer, _either.Token);
        }
        catch (OperationCanceledException) when (!_caller.IsCancellationRequested)
        {
            throw TransferFailure.Silent(Address, _idleTimeout);
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            throw TransferFailure.Cut(Address, failure);
        }
    }

    /// <summary>Reads the whole body, of at most <paramref name="limit"/> bytes.</summary>
    public async Task<ReadOnlyMemory<byte>> ReadAllAsync(int limit)
    {
        long? length = Response.Content.Headers.ContentLength;
        byte[] bytes = new byte[Math.Min(length ?? (64 << 10), limit)];
        for (int filled = 0; length is null || length <= limit;)
        {
            // The platform sees to it that a body has the length its header says.
            if (filled == length)
            {
                return bytes;
            }

            if (filled == bytes.Length)
            {
                Array.Resize(ref bytes, (int)Math.Min(Math.Max(filled * 2L, 4096), limit + 1L));
            }

            int count = await ReadAsync(bytes.AsMemory(filled));
            filled += count;
            if (count == 0)
            {
                return bytes.AsMemory(0, filled);
            }

            if (filled > limit)
            {
                break;
            }
        }

        throw TransferFailure.Permanent(Address, FormattableString.Invariant($"it has more than the {limit} bytes allowed"));
    }

    public void Dispose()
    {
        _response?.Dispose();
        _either.Dispose();
        _silence.Dispose();
        _slot.Release();
    }

    // Something moved: the watch on silence begins anew.
    private void Heard() => _silence.CancelAfter(_idleTimeout);
}

/// <summary>What every request of a client shares.</summary>
internal sealed record TransferContext(TransferSettings Settings, TimeProvider Time);
