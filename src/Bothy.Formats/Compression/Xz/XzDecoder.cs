using System.Buffers.Binary;

namespace Bothy.Formats.Compression.Xz;

/// <summary>Walks through the streams of an xz file and gives the bytes of their blocks.</summary>
internal sealed class XzDecoder(CompressedInput input) : IDecoder
{
    private const int HeaderSize = 12;

    private readonly XzRecords _met = new();
    private readonly XzRecords _listed = new();
    private XzCheck? _check;
    private XzBlock? _block;
    private byte _checkId;
    private bool _begun;

    private static ReadOnlySpan<byte> HeaderMagic => [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0];

    private static ReadOnlySpan<byte> FooterMagic => "YZ"u8;

    /// <inheritdoc />
    public bool TryNext(out ReadOnlyMemory<byte> bytes)
    {
        while (true)
        {
            if (_block is not null)
            {
                if (_block.TryNext(_met, out bytes))
                {
                    return true;
                }

                _block.Dispose();
                _block = null;
            }

            bytes = default;
            if (_check is null && !TryBeginStream())
            {
                return false;
            }

            if (input.Peek(1)[0] != 0)
            {
                _block = new XzBlock(input, _check!);
            }
            else
            {
                EndStream();
            }
        }
    }

    public void Dispose()
    {
        _block?.Dispose();
        _check?.Dispose();
        _met.Dispose();
        _listed.Dispose();
    }

    private bool TryBeginStream()
    {
        if (_begun && !TrySkipToStream())
        {
            return false;
        }

        _begun = true;
        var header = input.Peek(HeaderSize);
        if (!header.StartsWith(HeaderMagic))
        {
            input.Fail("it does not begin like an xz stream");
        }

        if (Crc32.Append(0, header[6..8]) != BinaryPrimitives.ReadUInt32LittleEndian(header[8..]))
        {
            input.Fail("the CRC of the stream header is wrong");
        }

        _checkId = header[7];
        if (header[6] != 0 || _checkId > 15)
        {
            input.Fail("the stream header has flags that are reserved");
        }

        _check = XzCheck.Create(_checkId) ?? throw input.Malformed(FormattableString.Invariant($"its integrity check, number {_checkId}, is not known"));
        input.Skip(HeaderSize);
        return true;
    }

    // Padding between streams comes in fours, as do streams, so that every offset in the file stays a multiple of four.
    private bool TrySkipToStream()
    {
        while (input.TryFill(1))
        {
            if (input.Peek(4).ContainsAnyExcept((byte)0))
            {
                return true;
            }

            input.Skip(4);
        }

        return false;
    }

    private void EndStream()
    {
        long start = input.Offset;
        input.BeginCrc();
        input.Skip(1);
        if (input.TakeNumber() is var count && count != _met.Count)
        {
            input.Fail(FormattableString.Invariant($"the index lists {count} blocks, and there are {_met.Count}"));
        }

        for (long i = 0; i < count; i++)
        {
            _listed.Add(input.TakeNumber(), input.TakeNumber());
        }

        if (!_met.EndsLike(_listed))
        {
            input.Fail("the index does not list the sizes of the blocks");
        }

        input.SkipPadding(start);
        if (input.EndCrc() != BinaryPrimitives.ReadUInt32LittleEndian(input.Take(sizeof(uint))))
        {
            input.Fail("the CRC of the index is wrong");
        }

        TakeFooter(input.Offset - start);
        _check!.Dispose();
        _check = null;
    }

    private void TakeFooter(long indexSize)
    {
        var footer = input.Peek(HeaderSize);
        if (!footer.EndsWith(FooterMagic) || Crc32.Append(0, footer[4..10]) != BinaryPrimitives.ReadUInt32LittleEndian(footer))
        {
            input.Fail("the CRC of the stream footer is wrong");
        }

        if ((BinaryPrimitives.ReadUInt32LittleEndian(footer[4..]) + 1L) * 4 != indexSize || footer[8] != 0 || footer[9] != _checkId)
        {
            input.Fail("the stream footer contradicts the index or the header");
        }

        input.Skip(HeaderSize);
    }
}
