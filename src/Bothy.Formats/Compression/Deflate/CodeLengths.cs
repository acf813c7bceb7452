namespace Bothy.Formats.Compression.Deflate;

/// <summary>The header of a dynamic block: the lengths of both codes, runs shortened, in a code of their own (RFC 1951 §3.2.7).</summary>
internal sealed class CodeLengths
{
    private const int CopyPrevious = 16;
    private const int Zeros = 17;
    private const int ManyZeros = 18;

    private readonly byte[] _all = new byte[DeflateCodes.LiteralSymbols + DeflateCodes.DistanceSymbols];
    // A symbol, and from bit 8 on its extra bits.
    private readonly int[] _symbols = new int[DeflateCodes.LiteralSymbols + DeflateCodes.DistanceSymbols];
    private readonly int[] _frequencies = new int[19];
    private readonly HuffmanCode _code = new(19, longest: 7);
    private int _count;
    private int _literalCount;
    private int _distanceCount;
    private int _codeCount;

    // The order in which the lengths of this code itself come, those likely to be absent last.
    private static ReadOnlySpan<byte> Order => [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    /// <summary>Takes the lengths and gives the bits that the header will have.</summary>
    public long Build(ReadOnlySpan<byte> literals, ReadOnlySpan<byte> distances)
    {
        _literalCount = Math.Max(DeflateCodes.FirstLength, literals.LastIndexOfAnyExcept((byte)0) + 1);
        _distanceCount = Math.Max(1, distances.LastIndexOfAnyExcept((byte)0) + 1);
        literals[.._literalCount].CopyTo(_all);
        distances[.._distanceCount].CopyTo(_all.AsSpan(_literalCount));
        Array.Clear(_frequencies);
        _count = 0;
        ShortenRuns(_all.AsSpan(0, _literalCount + _distanceCount));
        _code.Build(_frequencies);
        _codeCount = 19;
        while (_codeCount > 4 && _code.Lengths[Order[_codeCount - 1]] == 0)
        {
            _codeCount--;
        }

        long bits = 3 + 5 + 5 + 4 + (3 * _codeCount);
        for (int symbol = 0; symbol < _frequencies.Length; symbol++)
        {
            bits += (long)_frequencies[symbol] * (_code.Lengths[symbol] + ExtraBits(symbol));
        }

        return bits;
    }

    /// <summary>Writes the header that was built last, without the block's type.</summary>
    public void WriteTo(ref BitWriter writer)
    {
        writer.Write((uint)(_literalCount - DeflateCodes.FirstLength), 5);
        writer.Write((uint)(_distanceCount - 1), 5);
        writer.Write((uint)(_codeCount - 4), 4);
        foreach (byte symbol in Order[.._codeCount])
        {
            writer.Write(_code.Lengths[symbol], 3);
        }

        foreach (int entry in _symbols.AsSpan(0, _count))
        {
            int symbol = entry & 0xFF;
            writer.Write(_code.Codes[symbol], _code.Lengths[symbol]);
            writer.Write((uint)(entry >> 8), ExtraBits(symbol));
        }
    }

    private void ShortenRuns(ReadOnlySpan<byte> lengths)
    {
        int previous = -1;
        while (!lengths.IsEmpty)
        {
            byte length = lengths[0];
            int run = lengths.IndexOfAnyExcept(length);
            run = run < 0 ? lengths.Length : run;
            if (length == 0 && run >= 3)
            {
                run = Math.Min(run, 138);
                Add(run < 11 ? Zeros : ManyZeros, run < 11 ? run - 3 : run - 11);
            }
            else if (length == previous && run >= 3)
            {
                run = Math.Min(run, 6);
                Add(CopyPrevious, run - 3);
            }
            else
            {
                run = 1;
                Add(length, 0);
            }

            previous = length;
            lengths = lengths[run..];
        }
    }

    private void Add(int symbol, int extra)
    {
        _symbols[_count++] = symbol | (extra << 8);
        _frequencies[symbol]++;
    }

    private static int ExtraBits(int symbol) => symbol switch
    {
        CopyPrevious => 2,
        Zeros => 3,
        ManyZeros => 7,
        _ => 0,
    };
}
