namespace Bothy.Formats.Compression.Xz;

/// <summary>
/// The dictionary of LZMA2, which is also where the output is made: a ring that grows up to the dictionary's size only
/// as bytes come, since a header may promise 64 MiB for a file of a few bytes.
/// </summary>
internal sealed class SlidingWindow : IDisposable
{
    /// <summary>
    /// Bytes that a copy may write beyond its end: behind the ring's last byte they are spare, elsewhere they are not history,
    /// since a ring that wraps is this much longer than the dictionary.
    /// </summary>
    public const int Slack = 64;

    private const int FirstCapacity = 1 << 20;

    private readonly int _largest;

    /// <summary>Creates the window of a block that refers back at most <paramref name="dictionarySize"/> bytes and, where known, is <paramref name="uncompressedSize"/> long.</summary>
    public SlidingWindow(int dictionarySize, long? uncompressedSize)
    {
        // A match cannot refer back farther than the block is long; the ring need not, and then must not, be longer either.
        DictionarySize = (int)Math.Min(dictionarySize, uncompressedSize ?? long.MaxValue);
        // A multiple of 16, so that positions in the ring and in the stream agree in the bits that LZMA's models look at.
        _largest = (int)((Math.Min(uncompressedSize ?? int.MaxValue, (long)dictionarySize + Slack) + 15) & ~15L);
        Capacity = uncompressedSize is null ? Math.Min(_largest, FirstCapacity) : _largest;
        Buffer = WindowBuffers.Rent(Capacity + Slack);
    }

    /// <summary>The farthest a match may refer back.</summary>
    public int DictionarySize { get; }

    /// <summary>The ring, and <see cref="Slack"/> more bytes.</summary>
    public byte[] Buffer { get; private set; }

    /// <summary>The length of the ring.</summary>
    public int Capacity { get; private set; }

    /// <summary>Where the next byte goes.</summary>
    public int Position { get; set; }

    /// <summary>How many bytes a match may refer back to now.</summary>
    public int History { get; private set; }

    /// <summary>The byte before the next one; 0 at the start.</summary>
    public byte Previous => History == 0 ? (byte)0 : Buffer[Position == 0 ? Capacity - 1 : Position - 1];

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        Position = 0;
        History = 0;
    }

    /// <summary>Makes room for at least one byte and gives how many fit before the ring's end.</summary>
    public int Room()
    {
        if (Position == Capacity)
        {
            if (Capacity < _largest)
            {
                Grow();
            }
            else
            {
                Position = 0;
            }
        }

        return Capacity - Position;
    }

    /// <summary>Takes <paramref name="count"/> bytes, already written, into the history.</summary>
    public void Advance(int count)
    {
        Position += count;
        History = Math.Min(History + count, DictionarySize);
    }

    public void Dispose()
    {
        WindowBuffers.Return(Buffer);
        Buffer = [];
    }

    private void Grow()
    {
        int capacity = (int)Math.Min(_largest, Capacity * 2L);
        byte[] larger = WindowBuffers.Rent(capacity + Slack);
        Buffer.AsSpan(0, Position).CopyTo(larger);
        WindowBuffers.Return(Buffer);
        Buffer = larger;
        Capacity = capacity;
    }
}
