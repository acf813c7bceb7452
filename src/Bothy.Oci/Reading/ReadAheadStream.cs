using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using Bothy.Formats;

namespace Bothy.Oci.Reading;

/// <summary>
/// Reads another stream on a thread of its own, at most a few blocks ahead, so that decompressing bytes and using them overlap in bounded memory. A failure of
/// the other stream comes out of the read that follows the last good byte.
/// </summary>
internal sealed class ReadAheadStream : ForwardReadStream
{
    private const int BlocksAhead = 8;
    private const int BlockSize = 256 << 10;

    private readonly BlockingCollection<(byte[] Block, int Length)> _full = new(BlocksAhead);
    private readonly ConcurrentBag<byte[]> _empty = [];
    private readonly CancellationTokenSource _stop;
    private readonly Task _worker;
    private ExceptionDispatchInfo? _failure;
    private (byte[] Block, int Length) _current = ([], 0);
    private int _at;

    /// <summary>Starts the thread that reads <paramref name="inner"/>, which stays the caller's; leave it alone until this is disposed of.</summary>
    public ReadAheadStream(Stream inner, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _worker = Task.Factory.StartNew(() => Work(inner), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || (_at == _current.Length && !TryTake()))
        {
            return 0;
        }

        int count = Math.Min(buffer.Length, _current.Length - _at);
        _current.Block.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Cancel();
            _worker.GetAwaiter().GetResult();
            _full.Dispose();
            _stop.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool TryTake()
    {
        if (_current.Length > 0)
        {
            _empty.Add(_current.Block);
        }

        (_current, _at) = (([], 0), 0);
        if (_full.TryTake(out _current, Timeout.Infinite))
        {
            return true;
        }

        _failure?.Throw();
        return false;
    }

    private void Work(Stream inner)
    {
        try
        {
            while (true)
            {
                byte[] block = _empty.TryTake(out byte[]? used) ? used : GC.AllocateUninitializedArray<byte>(BlockSize);
                int length = inner.ReadAtLeast(block, block.Length, throwOnEndOfStream: false);
                if (length == 0)
                {
                    break;
                }

                _full.Add((block, length), _stop.Token);
            }
        }
        catch (Exception failure)
        {
            // Rethrown on the reader's thread.
            _failure = ExceptionDispatchInfo.Capture(failure);
        }

        _full.CompleteAdding();
    }
}
