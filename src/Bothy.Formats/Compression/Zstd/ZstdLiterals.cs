using System.Buffers.Binary;

namespace Bothy.Formats.Compression.Zstd;

/// <summary>The literals of one block after another (RFC 8878 §3.1.1.3.1), decoded into one piece.</summary>
internal sealed class ZstdLiterals(CompressedInput input)
{
    /// <summary>Bytes behind the last literal that copies may read.</summary>
    public const int Spare = 32;

    private const int Raw = 0;
    private const int Repeated = 1;
    private const int Treeless = 3;

    private readonly byte[] _own = new byte[ZstdFrame.LargestBlock + Spare];
    private readonly LiteralsCode _code = new();
    private bool _hasCode;

    /// <summary>What the literals are in.</summary>
    public byte[] Buffer { get; private set; } = [];

    /// <summary>Where they begin.</summary>
    public int Start { get; private set; }

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets the code of the frame before.</summary>
    public void BeginFrame() => _hasCode = false;

    /// <summary>Decodes the literals that begin at <paramref name="at"/> in the input's buffer, at most <paramref name="most"/>, and gives where they end.</summary>
    public int Read(int at, int end, int most)
    {
        int kind = input.Buffer[at] & 3;
        int format = (input.Buffer[at] >> 2) & 3;
        return kind is Raw or Repeated
            ? ReadPlain(at, end, most, kind, (format & 1) == 0 ? 1 : (format + 3) / 2)
            : ReadCoded(at, end, most, kind, format);
    }

    private int ReadPlain(int at, int end, int most, int kind, int headerLength)
    {
        uint header = (uint)Header(at, end, headerLength);
        Count = (int)(header >> (headerLength == 1 ? 3 : 4));
        at += headerLength;
        int stored = kind == Raw ? Count : 1;
        if (Count > most || stored > end - at)
        {
            input.Fail("the literals of a zstd block do not fit into it");
        }

        Buffer = input.Buffer;
        Start = at;
        if (kind == Repeated)
        {
            Use(Count).Fill(input.Buffer[at]);
        }

        return at + stored;
    }

    private int ReadCoded(int at, int end, int most, int kind, int format)
    {
        int headerLength = Math.Max(3, format + 2);
        int sizeBits = headerLength switch { 3 => 10, 4 => 14, _ => 18 };
        ulong header = Header(at, end, headerLength) >> 4;
        Count = (int)(header & ((1UL << sizeBits) - 1));
        at += headerLength;
        int stored = (int)(header >> sizeBits);
        if (Count > most || stored > end - at)
        {
            input.Fail("the literals of a zstd block do not fit into it");
        }

        end = at + stored;
        if (kind == Treeless ? !_hasCode : (at = _code.Read(input.Buffer, at, end)) < 0)
        {
            input.Fail("the literals of a zstd block have no Huffman code");
        }

        _hasCode = true;
        var target = Use(Count);
        if (!(format == 0 ? _code.TryDecode(input.Buffer, at, end, target) : _code.TryDecodeFour(input.Buffer, at, end, target)))
        {
            input.Fail("the literals of a zstd block are damaged");
        }

        return end;
    }

    private Span<byte> Use(int count)
    {
        Buffer = _own;
        Start = 0;
        return _own.AsSpan(0, count);
    }

    private ulong Header(int at, int end, int length)
    {
        if (length > end - at)
        {
            input.Fail("a zstd block ends in its literals");
        }

        Span<byte> eight = stackalloc byte[8];
        eight.Clear();
        input.Buffer.AsSpan(at, length).CopyTo(eight);
        return BinaryPrimitives.ReadUInt64LittleEndian(eight);
    }
}
