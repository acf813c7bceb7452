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
        try
        {
            exchange._response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, exchange._either.Token);
            return exchange;
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
        _silence.CancelAfter(_idleTimeout);
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

    public void Dispose()
    {
        _response?.Dispose();
        _either.Dispose();
        _silence.Dispose();
        _slot.Release();
    }
}

/// <summary>What every request of a client shares.</summary>
internal sealed record TransferContext(TransferSettings Settings, TimeProvider Time);
