namespace Bothy.Packages.Repositories;

/// <summary>
/// How many packages are decoded at once: as many as processors are to work on it. Those that are decoded while they arrive take part only
/// while there is something of them to decode; one from a server that is slow, or silent, keeps nobody else from it.
/// </summary>
/// <param name="count">How many.</param>
public sealed class DecodingSlots(int count) : IDisposable
{
    private readonly SemaphoreSlim _working = new(count);

    // Each holds a thread and a decoder's memory for as long as it takes to arrive.
    private readonly SemaphoreSlim _following = new(count);

    /// <summary>Decodes one when there is a slot.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> decode, CancellationToken cancellationToken)
    {
        await _working.WaitAsync(cancellationToken);
        try
        {
            return await decode();
        }
        finally
        {
            _working.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _working.Dispose();
        _following.Dispose();
    }

    /// <summary>Decodes one that is arriving, on a thread of its own, when there is a slot.</summary>
    internal async Task<T> FollowAsync<T>(Func<T> decode, CancellationToken cancellationToken)
    {
        await _following.WaitAsync(cancellationToken);
        try
        {
            return await RunAsync(
                // It may wait for its bytes, and the threads of the pool are needed by those who bring them.
                () => Task.Factory.StartNew(decode, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default),
                cancellationToken);
        }
        finally
        {
            _following.Release();
        }
    }

    /// <summary>Gives the slot of one that is arriving to others for as long as <paramref name="more"/> takes.</summary>
    internal void Yield(Func<Task> more)
    {
        _working.Release();
        try
        {
            more().GetAwaiter().GetResult();
        }
        finally
        {
            _working.Wait(CancellationToken.None);
        }
    }
}
