namespace Bothy.Formats.Compression.Zstd;

/// <summary>
/// What a frame's matches refer back to, which is also where the output is made: a ring in which each block lies in one piece. It grows
/// up to the size that the frame asks for only as bytes come, since a header may promise 128 MiB for a file of a few bytes.
/// </summary>
internal sealed class ZstdWindow : IDisposable
{
    /// <summary>Bytes behind the largest block that copies may write to.</summary>
    public const int Slack = 64;

    private const int FirstCapacity = 1 << 20;

    private int _largest;
    private int _capacity;

    /// <summary>The ring, and <see cref="Slack"/> more bytes.</summary>
    public byte[] Buffer { get; private set; } = [];

    /// <summary>The farthest a match may refer back.</summary>
    public int Size { get; private set; }

    /// <summary>The most bytes that a block may stand for.</summary>
    public int LargestBlock { get; private set; }

    /// <summary>Where the next byte goes.</summary>
    public int Position { get; set; }

    /// <summary>Where the bytes of the last lap around the ring end, those at <see cref="Position"/> and behind it being still there; 0 in the first.</summary>
    public int LapEnd { get; private set; }

    /// <summary>Begins a frame whose matches refer back at most <paramref name="size"/> bytes and which, where known, stands for <paramref name="contentSize"/>.</summary>
    public void Begin(int size, int largestBlock, long? contentSize)
    {
        Size = size;
        LargestBlock = largestBlock;
        Position = 0;
        LapEnd = 0;

        // A whole window of the last lap has to be left while a block is written over the bytes before it.
        long ring = size + (2L * largestBlock) + Slack;
        _largest = (int)Math.Max(largestBlock, Math.Min(ring, contentSize is { } content ? content + largestBlock : long.MaxValue));
        Reserve(Math.Min(_largest, FirstCapacity));
    }

    /// <summary>Makes room for a block.</summary>
    public void BeginBlock()
    {
        if (Position + LargestBlock > _capacity && _capacity < _largest)
        {
            Reserve((int)Math.Min(_largest, _capacity * 2L));
        }

        if (Position + LargestBlock > _capacity)
        {
            LapEnd = Position;
            Position = 0;
        }
    }

    /// <summary>
    /// Copies a match that begins before the start of the ring; false where it begins before the frame. <see cref="Position"/> is not
    /// looked at, and there must be room.
    /// </summary>
    public bool TryCopyFromLastLap(int position, int distance, int length)
    {
        int from = position - distance + LapEnd;
        if (LapEnd == 0 || distance > Size || from < position + length)
        {
            return false;
        }

        int before = Math.Min(length, LapEnd - from);
        Buffer.AsSpan(from, before).CopyTo(Buffer.AsSpan(position));
        for (int i = before; i < length; i++)
        {
            Buffer[position + i] = Buffer[position + i - distance];
        }

        return true;
    }

    public void Dispose()
    {
        WindowBuffers.Return(Buffer);
        Buffer = [];
        _capacity = 0;
    }

    private void Reserve(int capacity)
    {
        _capacity = capacity;
        if (capacity + Slack <= Buffer.Length)
        {
            return;
        }

        byte[] larger = WindowBuffers.Rent(capacity + Slack);
        Buffer.AsSpan(0, Position).CopyTo(larger);
        WindowBuffers.Return(Buffer);
        Buffer = larger;
    }
}
