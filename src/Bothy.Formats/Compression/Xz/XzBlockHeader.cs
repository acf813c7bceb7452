using System.Buffers.Binary;
using System.Collections.Immutable;

namespace Bothy.Formats.Compression.Xz;

/// <summary>A filter of a block, as its header names it.</summary>
internal readonly record struct XzFilter(long Id, ImmutableArray<byte> Properties);

/// <summary>The header of a block (xz format §3.1), its own CRC verified.</summary>
internal sealed record XzBlockHeader(int Size, long? CompressedSize, long? UncompressedSize, ImmutableArray<XzFilter> Filters)
{
    private const int HasCompressedSize = 0x40;
    private const int HasUncompressedSize = 0x80;
    private const int Reserved = 0x3C;

    /// <summary>Reads the header that begins at the input's next byte, which is not zero.</summary>
    public static XzBlockHeader Take(CompressedInput input)
    {
        int size = (input.Peek(1)[0] + 1) * 4;
        long end = input.Offset + size - sizeof(uint);
        var whole = input.Peek(size);
        if (Crc32.Append(0, whole[..^4]) != BinaryPrimitives.ReadUInt32LittleEndian(whole[^4..]))
        {
            input.Fail("the CRC of a block header is wrong");
        }

        input.Skip(1);
        int flags = input.Take(1)[0];
        if ((flags & Reserved) != 0)
        {
            input.Fail("a block header has flags that are reserved");
        }

        long? compressedSize = (flags & HasCompressedSize) != 0 ? input.TakeNumber() : null;
        long? uncompressedSize = (flags & HasUncompressedSize) != 0 ? input.TakeNumber() : null;
        var filters = ImmutableArray.CreateBuilder<XzFilter>();
        for (int i = 0; i <= (flags & 3); i++)
        {
            filters.Add(TakeFilter(input, end));
        }

        TakePadding(input, end);
        input.Skip(sizeof(uint));
        return new XzBlockHeader(size, compressedSize, uncompressedSize, filters.ToImmutable());
    }

    private static XzFilter TakeFilter(CompressedInput input, long end)
    {
        long id = input.TakeNumber();
        long size = input.TakeNumber();
        if (size > end - input.Offset)
        {
            input.Fail("a block header is too short for its filters");
        }

        return new XzFilter(id, [.. input.Take((int)size)]);
    }

    private static void TakePadding(CompressedInput input, long end)
    {
        if (input.Offset > end)
        {
            input.Fail("a block header is too short for its filters");
        }

        while (input.Offset < end)
        {
            if (input.Take(1)[0] != 0)
            {
                input.Fail("the padding of a block header is not zero");
            }
        }
    }
}
