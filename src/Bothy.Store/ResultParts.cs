namespace Bothy.Store;

/// <summary>
/// A derived result that is read in places, for those of which a run needs little: what is read is checked, what is not read costs
/// nothing. What was read once stays in memory. Safe for concurrent use.
/// </summary>
public sealed class ResultParts : IDisposable
{
    private readonly ResultFile _file;
    private readonly byte[]?[] _blocks;

    internal ResultParts(ResultFile file)
    {
        _file = file;
        _blocks = new byte[]?[(file.Length + ResultFile.BlockSize - 1) / ResultFile.BlockSize];
    }

    /// <summary>How many bytes are read and checked together; what lies within one such block, counted from the start, is read without being copied.</summary>
    public static int BlockSize => ResultFile.BlockSize;

    /// <summary>How many bytes there are.</summary>
    public long Length => _file.Length;

    /// <summary>The <paramref name="length"/> bytes at <paramref name="offset"/>.</summary>
    /// <exception cref="DamagedItemException">They are not those that were written, or there are none; the result was removed.</exception>
    public ReadOnlyMemory<byte> Read(long offset, int length)
    {
        if (offset < 0 || length < 0 || length > Length - offset)
        {
            throw Damaged("it refers to a place outside of itself");
        }

        int within = (int)(offset % BlockSize);
        if (length == 0 || within + length <= BlockSize)
        {
            return length == 0 ? default : Block(offset / BlockSize).AsMemory(within, length);
        }

        byte[] joined = GC.AllocateUninitializedArray<byte>(length);
        for (int done = 0; done < length;)
        {
            var part = Block((offset + done) / BlockSize).AsSpan((int)((offset + done) % BlockSize));
            part = part[..Math.Min(part.Length, length - done)];
            part.CopyTo(joined.AsSpan(done));
            done += part.Length;
        }

        return joined;
    }

    /// <summary>Removes the result, which turned out not to follow its format, and returns the exception to throw.</summary>
    public DamagedItemException Damaged(string problem) => _file.Damaged(problem);

    /// <summary>Closes the file; what was read before stays valid.</summary>
    public void Dispose() => _file.Dispose();

    private byte[] Block(long number)
    {
        ref byte[]? known = ref _blocks[number];
        if (Volatile.Read(ref known) is { } block)
        {
            return block;
        }

        block = GC.AllocateUninitializedArray<byte>((int)Math.Min(BlockSize, Length - (number * BlockSize)));
        _file.ReadBlocks(number, block);
        Volatile.Write(ref known, block);
        return block;
    }
}
