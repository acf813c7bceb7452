using System.Buffers.Binary;

namespace Bothy.Formats.Compression.Xz;

/// <summary>Builds the decoder of a block from its header's chain of filters.</summary>
internal static class FilterChain
{
    /// <summary>The largest dictionary that is given memory, that of <c>xz -9</c>.</summary>
    public const int LargestDictionary = 64 << 20;

    private const int Delta = 0x03;
    private const int Lzma2 = 0x21;

    /// <summary>The decoder of a block whose header was just read from <paramref name="input"/>.</summary>
    /// <exception cref="MalformedDataException">There is no such chain of filters, or it needs too much memory.</exception>
    public static IDecoder Open(CompressedInput input, XzBlockHeader header)
    {
        if (header.Filters[^1] is not { Id: Lzma2, Properties: [var dictionary] } || dictionary > 40)
        {
            throw input.Malformed(FormattableString.Invariant($"the last filter is 0x{header.Filters[^1].Id:x}, or not well-formed; only LZMA2 is known there"));
        }

        // Checked before memory is taken.
        var filters = header.Filters.Reverse().Skip(1).Select(filter => CreateFilter(input, filter)).ToList();
        long size = dictionary == 40 ? uint.MaxValue : (2L | (dictionary & 1)) << ((dictionary / 2) + 11);
        if (Math.Min(size, header.UncompressedSize ?? long.MaxValue) > LargestDictionary)
        {
            throw input.Malformed(FormattableString.Invariant($"it needs a dictionary of {size >> 20} MiB, and the limit is {LargestDictionary >> 20}"));
        }

        IDecoder decoder = new Lzma2Decoder(input, (int)Math.Min(size, LargestDictionary), header.UncompressedSize);
        foreach (var filter in filters)
        {
            decoder = new FilteredBlock(decoder, filter);
        }

        return decoder;
    }

    private static BlockFilter CreateFilter(CompressedInput input, XzFilter filter)
    {
        if (filter is { Id: Delta, Properties: [var distance] })
        {
            return new DeltaFilter(distance + 1);
        }

        uint start = filter.Properties.Length switch
        {
            0 => 0,
            sizeof(uint) => BinaryPrimitives.ReadUInt32LittleEndian(filter.Properties.AsSpan()),
            _ => throw input.Malformed(FormattableString.Invariant($"the properties of filter 0x{filter.Id:x} are not well-formed")),
        };
        var branches = BranchFilter.Create(filter.Id, start)
            ?? throw input.Malformed(FormattableString.Invariant($"filter 0x{filter.Id:x} is not known"));
        return start % branches.Alignment == 0
            ? branches
            : throw input.Malformed(FormattableString.Invariant($"filter 0x{filter.Id:x} starts at an offset that is not aligned"));
    }
}
