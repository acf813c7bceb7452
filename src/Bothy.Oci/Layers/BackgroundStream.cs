using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Bothy.Formats;

namespace Bothy.Oci.Layers;

/// <summary>
/// Hands what is written to another stream on a thread of its own, in order, at most a few blocks behind, so that making bytes and
/// using them overlap in bounded memory. A failure of the other stream comes out of the next write, or of <see cref="Complete"/>.
/// </summary>
internal sealed class BackgroundStream : WriteOnlyStream
{
    private const int BlocksAhead = 8;
    private const int BlockSize = 128 << 10;

    private readonly BlockingCollection<(byte[] Block, int Length, Action? Action)> _full = new(BlocksAhead);
    private readonly ConcurrentBag<byte[]> _empty = [];
    private readonly CancellationTokenSource _stop;
    private readonly Task _worker;
    private volatile ExceptionDispatchInfo? _failure;

    /// <summary>Starts the thread that writes to <paramref name="output"/>, which stays the caller's.</summary>
    public BackgroundStream(Stream output, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _worker = Task.Factory.StartNew(() => Work(output), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return;
        }

        if (!_empty.TryTake(out byte[]? block) || block.Length < buffer.Length)
        {
            block = new byte[Math.Max(buffer.Length, BlockSize)];
        }

        buffer.CopyTo(block);
        Add(block, buffer.Length, action: null);
    }

    /// <summary>Calls <paramref name="action"/> on the other thread, when everything before it has been written there.</summary>
    public void Post(Action action) => Add([], 0, action);

    /// <summary>Calls <paramref name="action"/> like <see cref="Post"/>, and waits for it.</summary>
    public void Run(Action action)
    {
        using var done = new ManualResetEventSlim();
        Post(() =>
        {
            action();
            done.Set();
        });
        try
        {
            done.Wait(_stop.Token);
        }
        catch (OperationCanceledException) when (_failure is not null)
        {
            _failure.Throw();
        }
    }

    /// <summary>Waits until everything is written.</summary>
    public void Complete()
    {
        _full.CompleteAdding();
        _worker.GetAwaiter().GetResult();
        _failure?.Throw();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // Where the writer gave up midway, what is left is thrown away, and the thread must be gone before its output is.
            _stop.Cancel();
            _full.CompleteAdding();
            _worker.GetAwaiter().GetResult();
            _full.Dispose();
            _stop.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Add(byte[] block, int length, Action? action)
    {
        try
        {
            _full.Add((block, length, action), _stop.Token);
        }
        catch (OperationCanceledException) when (_failure is not null)
        {
            _failure.Throw();
        }
    }

    private void Work(Stream output)
    {
        try
        {
            foreach (var (block, length, action) in _full.GetConsumingEnumerable(_stop.Token))
            {
                if (action is not null)
                {
                    action();
                    continue;
                }

                output.Write(block, 0, length);
                _empty.Add(block);
            }
        }
        catch (Exception failure)
        {
            // Rethrown on the writer's thread. First the reason, then the signal: the writer looks for the reason as soon as it is woken.
            _failure = ExceptionDispatchInfo.Capture(failure);
            _stop.Cancel();
        }
    }
}
