namespace Bothy.Testing;

/// <summary>
/// A clock whose short timers, up to <paramref name="upTo"/>, go off at once and move it forward, and whose longer ones never go off:
/// delays are skipped and recorded, timeouts do not happen.
/// </summary>
public sealed class SkippingTimeProvider(DateTimeOffset start, TimeSpan upTo) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<TimeSpan> _delays = [];

    /// <summary>A clock that starts in 2026 and skips up to ten minutes.</summary>
    public SkippingTimeProvider()
        : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), TimeSpan.FromMinutes(10))
    {
    }

    /// <summary>What was skipped, in order.</summary>
    public IReadOnlyList<TimeSpan> Delays
    {
        get
        {
            lock (_lock)
            {
                return [.. _delays];
            }
        }
    }

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => start + TimeSpan.FromTicks(Delays.Sum(delay => delay.Ticks));

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SkippedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class SkippedTimer(SkippingTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private volatile bool _disposed;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime >= TimeSpan.Zero && dueTime <= clock.Limit)
            {
                lock (clock._lock)
                {
                    clock._delays.Add(dueTime);
                }

                ThreadPool.QueueUserWorkItem(_ =>
                {
                    if (!_disposed)
                    {
                        callback(state);
                    }
                });
            }

            return !_disposed;
        }

        public void Dispose() => _disposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private TimeSpan Limit => upTo;
}
