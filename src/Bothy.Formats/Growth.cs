using System.Diagnostics.CodeAnalysis;

namespace Bothy.Formats;

/// <summary>
/// How far something has come that is written at its end while others read it from its start: whoever has caught up waits here.
/// Safe for concurrent use by one writer and many readers.
/// </summary>
/// <param name="full">The length that it will have, where it is known: nobody waits for more.</param>
public sealed class Growth(long? full)
{
    private readonly Lock _changed = new();
    private TaskCompletionSource? _waiting;
    private long _length;
    private bool _restarted;
    private bool _ended;

    /// <summary>How many bytes are there.</summary>
    public long Length
    {
        get
        {
            lock (_changed)
            {
                return _length;
            }
        }
    }

    /// <summary>Whether what was there had to be thrown away: then those who had begun to read it fail.</summary>
    public bool WasRestarted
    {
        get
        {
            lock (_changed)
            {
                return _restarted;
            }
        }
    }

    /// <summary>Says that <paramref name="count"/> more bytes are there.</summary>
    public void Advance(long count)
    {
        lock (_changed)
        {
            _length += count;
            Signal();
        }
    }

    /// <summary>Says that all bytes are about to be thrown away.</summary>
    public void Restart()
    {
        lock (_changed)
        {
            _length = 0;
            _restarted = true;
            Signal();
        }
    }

    /// <summary>Says that no more will come.</summary>
    public void End()
    {
        lock (_changed)
        {
            _ended = true;
            Signal();
        }
    }

    /// <summary>Reads from the start.</summary>
    /// <param name="read">Reads bytes that are there, at a place; fewer than asked for where it likes, none never.</param>
    public GrowthReader OpenRead(GrowthSource read) => new(this, read);

    internal bool HasToWait(long length, [NotNullWhen(true)] out Task? more)
    {
        lock (_changed)
        {
            more = null;
            if (_length < length && _length != full && !_ended && !_restarted)
            {
                _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                more = _waiting.Task;
            }

            return more is not null;
        }
    }

    // Called with the lock held. The continuation must not run here: it would read with the lock, on the writer's time.
    private void Signal()
    {
        _waiting?.SetResult();
        _waiting = null;
    }
}

/// <summary>Reads bytes at <paramref name="position"/>, and returns how many.</summary>
public delegate int GrowthSource(Span<byte> buffer, long position);

/// <summary>
/// Reads from the start what grows at its end. Decoders read without awaiting: <see cref="AheadAsync"/> sees to it that they find what they
/// need, so that a thread is held only where a decoder asks for more than that.
/// </summary>
public sealed class GrowthReader : ForwardReadStream
{
    private readonly Growth _growth;
    private readonly GrowthSource _read;
    private long _position;

    internal GrowthReader(Growth growth, GrowthSource read)
    {
        _growth = growth;
        _read = read;
    }

    /// <summary>Whether the next read would have to wait.</summary>
    public bool HasCaughtUp => _growth.HasToWait(_position + 1, out _);

    /// <summary>Waits until <paramref name="count"/> bytes can be read at once, or no more will come.</summary>
    public async ValueTask AheadAsync(int count, CancellationToken cancellationToken)
    {
        while (_growth.HasToWait(_position + count, out var more))
        {
            await more.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    /// <exception cref="IOException">What was read has been thrown away.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (_growth.HasToWait(_position + 1, out var more))
        {
            more.Wait();
        }

        int there = (int)Math.Clamp(_growth.Length - _position, 0, buffer.Length);
        int count = there == 0 ? 0 : _read(buffer[..there], _position);

        // Asked last: the bytes may have been thrown away, and others written in their place, while they were read.
        if (_growth.WasRestarted)
        {
            throw new IOException("the bytes that were read have been thrown away");
        }

        _position += count;
        return count;
    }
}
