using System.Buffers.Binary;

namespace Bothy.Formats.Compression.Zstd;

/// <summary>The header of a frame (RFC 8878 §3.1.1.1).</summary>
/// <param name="WindowSize">The farthest that a match may refer back, in bytes.</param>
/// <param name="ContentSize">How many bytes the frame stands for, where it says so.</param>
/// <param name="HasChecksum">Whether their checksum follows the last block.</param>
internal readonly record struct ZstdFrame(long WindowSize, long? ContentSize, bool HasChecksum)
{
    public const uint Magic = 0xFD2FB528;

    /// <summary>The lowest of the sixteen magic numbers of frames that a decoder passes over (§3.1.2).</summary>
    public const uint SkippableMagic = 0x184D2A50;

    /// <summary>The mask that all of them have in common.</summary>
    public const uint SkippableMask = 0xFFFFFFF0;

    /// <summary>The most that a block of any frame may stand for.</summary>
    public const int LargestBlock = 128 << 10;

    private const int HasDictionary = 0x03;
    private const int Checksum = 0x04;
    private const int Reserved = 0x08;
    private const int SingleSegment = 0x20;

    /// <summary>The most that a block of this frame may stand for.</summary>
    public int BlockSize => (int)Math.Min(WindowSize, LargestBlock);

    /// <summary>Reads a header, behind the magic number.</summary>
    public static ZstdFrame Read(CompressedInput input)
    {
        byte descriptor = input.Take(1)[0];
        if ((descriptor & Reserved) != 0)
        {
            input.Fail("the zstd frame header has a bit that is reserved");
        }

        bool isSingle = (descriptor & SingleSegment) != 0;
        long window = isSingle ? 0 : Window(input.Take(1)[0]);
        uint dictionary = (uint)TakeNumber(input, [0, 1, 2, 4], descriptor & HasDictionary);
        if (dictionary != 0)
        {
            input.Fail(FormattableString.Invariant($"it needs the zstd dictionary {dictionary}, and none can be used here"));
        }

        int sizeFlag = descriptor >> 6;
        ulong? size = sizeFlag == 0 && !isSingle ? null : TakeNumber(input, [1, 2, 4, 8], sizeFlag) + (sizeFlag == 1 ? 256u : 0);
        if (size > long.MaxValue)
        {
            input.Fail("the zstd frame says that it stands for more bytes than any file has");
        }

        return new ZstdFrame(isSingle ? (long)size! : window, (long?)size, (descriptor & Checksum) != 0);
    }

    private static long Window(byte descriptor)
    {
        long power = 1L << (10 + (descriptor >> 3));
        return power + (power / 8 * (descriptor & 7));
    }

    private static ulong TakeNumber(CompressedInput input, ReadOnlySpan<byte> lengths, int flag)
    {
        Span<byte> eight = stackalloc byte[8];
        eight.Clear();
        input.Take(lengths[flag]).CopyTo(eight);
        return BinaryPrimitives.ReadUInt64LittleEndian(eight);
    }
}
