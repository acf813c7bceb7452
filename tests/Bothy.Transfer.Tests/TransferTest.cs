namespace Bothy.Transfer.Tests;

/// <summary>A server, a clock that skips delays, and a client of both.</summary>
public abstract class TransferTest : IDisposable
{
    // Beyond what the clock skips: silence is real here only where a test asks for it.
    protected static readonly TimeSpan Never = TimeSpan.FromHours(1);

    protected FakeHttpServer Server { get; } = new();

    protected SkippingTimeProvider Time { get; } = new();

    protected static CancellationToken None => CancellationToken.None;

    public void Dispose()
    {
        Server.Dispose();
        GC.SuppressFinalize(this);
    }

    protected TransferClient Client(Func<TransferSettings, TransferSettings>? change = null)
    {
        var settings = new TransferSettings { IdleTimeout = Never };
        return new TransferClient(change?.Invoke(settings) ?? settings, Time);
    }

    protected static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }

    protected static async Task<BothyException> FailureOf(Task task) => await Assert.ThrowsAnyAsync<BothyException>(() => task);
}
