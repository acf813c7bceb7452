namespace Bothy.Formats.Compression;

/// <summary>A piece of fixed size of what is compressed, compressed on its own but for knowing some of what comes before it.</summary>
/// <typeparam name="TSelf">Itself.</typeparam>
internal interface IChunk<TSelf>
    where TSelf : class
{
    /// <summary>Whether the chunk has all its bytes.</summary>
    bool IsFull { get; }

    /// <summary>Whether the chunk has no bytes yet.</summary>
    bool IsEmpty { get; }

    /// <summary>What <see cref="Encode"/> made.</summary>
    ReadOnlySpan<byte> Output { get; }

    /// <summary>Begins a chunk that follows <paramref name="previous"/>, which may be this and may still be at work; null where nothing comes before it.</summary>
    void Begin(TSelf? previous);

    /// <summary>Adds to the chunk what fits and gives how much that is.</summary>
    int Add(ReadOnlySpan<byte> bytes);

    /// <summary>Compresses the chunk.</summary>
    void Encode();
}

/// <summary>Cuts a stream into chunks, compresses several at once, and writes them in order. What has to happen between two writes waits in the same line.</summary>
/// <param name="output">Where they go.</param>
/// <param name="parallelism">How many chunks may be in work; with 1, the caller's thread does it.</param>
/// <param name="create">Makes a chunk.</param>
/// <param name="written">Called when a chunk is on the output; null for nobody.</param>
internal sealed class ChunkPipeline<TChunk>(Stream output, int parallelism, Func<TChunk> create, Action<TChunk>? written = null)
    where TChunk : class, IChunk<TChunk>
{
    // What is to be written, oldest first: chunks at work or done, and what has to wait for them. And the chunks free to be filled.
    private readonly Queue<(Task Work, Action Write)> _pending = new();
    private readonly Stack<TChunk> _free = new();
    private TChunk? _filling;
    private int _working;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            _filling ??= Next(previous: null);
            bytes = bytes[_filling.Add(bytes)..];
            if (_filling.IsFull)
            {
                Encode(_filling);
            }
        }
    }

    /// <summary>Ends the run of chunks that know each other.</summary>
    public void EndRun()
    {
        if (_filling is { IsEmpty: false } last)
        {
            Encode(last);
        }

        _filling?.Begin(previous: null);
    }

    /// <summary>Calls <paramref name="action"/> once every chunk that was ended is on the output.</summary>
    public void Post(Action action)
    {
        _pending.Enqueue((Task.CompletedTask, action));
        WriteFinished();
    }

    /// <summary>Waits until everything is on the output.</summary>
    public void Drain()
    {
        while (_pending.Count > 0)
        {
            WriteOldest();
        }
    }

    private void Encode(TChunk full)
    {
        if (parallelism == 1)
        {
            full.Encode();
            WriteOut(full);
            full.Begin(full);
            return;
        }

        _working++;
        _pending.Enqueue((Task.Run(full.Encode), () =>
        {
            _working--;
            WriteOut(full);
            _free.Push(full);
        }));
        WriteFinished();
        _filling = Next(full);
    }

    private void WriteOut(TChunk done)
    {
        output.Write(done.Output);
        written?.Invoke(done);
    }

    private TChunk Next(TChunk? previous)
    {
        var next = _free.TryPop(out var free) ? free : create();
        next.Begin(previous);
        return next;
    }

    private void WriteFinished()
    {
        while (_pending.TryPeek(out var oldest) && (_working > parallelism || oldest.Work.IsCompleted))
        {
            WriteOldest();
        }
    }

    private void WriteOldest()
    {
        var (work, write) = _pending.Dequeue();
        work.GetAwaiter().GetResult();
        write();
    }
}
