using System.Globalization;

namespace Bothy.Transfer;

/// <summary>The answer to a <see cref="TransferRequest"/>, whatever its status. It holds a place in the server's queue until it is disposed.</summary>
public sealed class TransferAnswer : IDisposable
{
    private readonly HttpExchange _exchange;
    private readonly TransferContext _context;

    internal TransferAnswer(HttpExchange exchange, TransferContext context)
    {
        _exchange = exchange;
        _context = context;
    }

    /// <summary>The status code.</summary>
    public int Status => (int)_exchange.Response.StatusCode;

    /// <summary>The address that answered: another than was asked where it redirected.</summary>
    public Uri Address => _exchange.Address;

    /// <summary>How long the body is; null where that is not said.</summary>
    public long? Length => _exchange.Response.Content.Headers.ContentLength;

    /// <summary>The first value of a header; null where it is missing.</summary>
    public string? Header(string name) => Headers(name).FirstOrDefault();

    /// <summary>All values of a header.</summary>
    public IEnumerable<string> Headers(string name)
    {
        var response = _exchange.Response;
        return response.Headers.NonValidated.TryGetValues(name, out var values) || response.Content.Headers.NonValidated.TryGetValues(name, out values) ? values : [];
    }

    /// <summary>Reads on in the body; 0 at its end.</summary>
    /// <exception cref="TransientException">The connection broke, or the server was silent for too long.</exception>
    public ValueTask<int> ReadAsync(Memory<byte> buffer) => _exchange.ReadAsync(buffer);

    /// <summary>Reads the whole body.</summary>
    /// <exception cref="BothyException">It has more than <paramref name="limit"/> bytes, or breaks off.</exception>
    public Task<ReadOnlyMemory<byte>> ReadAllAsync(int limit) => _exchange.ReadAllAsync(limit);

    /// <summary>The failure that the status is, one to repeat where it may pass.</summary>
    /// <param name="message">What cannot be done and why; null for the status itself.</param>
    /// <param name="hint">What the user can do about it; null for what the status suggests.</param>
    public BothyException Failure(string? message, string? hint)
    {
        var status = TransferFailure.OfStatus(_exchange, _context.Time.GetUtcNow());
        message ??= status.Message;
        hint ??= status.Hint;
        return status is TransientException transient
            ? new TransientException(message) { Hint = hint, RetryAfter = transient.RetryAfter }
            : new BothyException(message) { Hint = hint };
    }

    /// <summary>The status and its name, such as <c>503 Service Unavailable</c>.</summary>
    public string StatusText => TransferFailure.Name(_exchange.Response.StatusCode);

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Status} from {Transfer.Address.Shown(Address)}");

    /// <inheritdoc />
    public void Dispose() => _exchange.Dispose();
}
