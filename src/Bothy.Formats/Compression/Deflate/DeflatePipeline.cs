namespace Bothy.Formats.Compression.Deflate;

/// <summary>Cuts a stream into chunks of fixed size, compresses several at once, and writes them in order.</summary>
internal sealed class DeflatePipeline
{
    // The last block of the stream: fixed codes, nothing in it. So no chunk need know whether it is the last.
    private static readonly byte[] LastBlock = [0b011, 0];

    private readonly Stream _output;
    private readonly int _parallelism;

    // Those being compressed, oldest first, and those free to be filled.
    private readonly Queue<(DeflateEncoder Encoder, Task Task)> _running = new();
    private readonly Stack<DeflateEncoder> _free = new();
    private DeflateEncoder _filling = new();

    /// <summary>Creates a pipeline that keeps up to <paramref name="parallelism"/> chunks in work; with 1, the caller's thread does it.</summary>
    public DeflatePipeline(Stream output, int parallelism)
    {
        _output = output;
        _parallelism = parallelism;
        _filling.Begin(previous: null);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[_filling.Add(bytes)..];
            if (_filling.IsFull)
            {
                Encode();
            }
        }
    }

    /// <summary>Writes everything and the end of the stream.</summary>
    public void End()
    {
        if (!_filling.IsEmpty)
        {
            Encode();
        }

        while (_running.Count > 0)
        {
            WriteOldest();
        }

        _output.Write(LastBlock);
    }

    private void Encode()
    {
        var full = _filling;
        if (_parallelism == 1)
        {
            full.Encode();
            _output.Write(full.Output);
            full.Begin(full);
            return;
        }

        _running.Enqueue((full, Task.Run(full.Encode)));
        while (_running.Count >= _parallelism && (_running.Count > _parallelism || _running.Peek().Task.IsCompleted))
        {
            WriteOldest();
        }

        _filling = _free.TryPop(out var free) ? free : new DeflateEncoder();
        _filling.Begin(full);
    }

    private void WriteOldest()
    {
        var (encoder, task) = _running.Dequeue();
        task.GetAwaiter().GetResult();
        _output.Write(encoder.Output);
        _free.Push(encoder);
    }
}
