using Bothy.Formats.Compression.Deflate;

namespace Bothy.Formats.Compression.Inflate;

/// <summary>The two codes of a block of deflate, fixed or read from its header (RFC 1951 §3.2.6 and 3.2.7).</summary>
internal sealed class InflateHeader
{
    private const int MostLiterals = 288;
    private const int MostDistances = 32;
    private const int CopyPrevious = 16;
    private const int Zeros = 17;
    private const int CodeSymbols = 19;

    private readonly byte[] _lengths = new byte[MostLiterals + MostDistances];
    private readonly InflateTable _code = new();

    private static ReadOnlySpan<byte> Order => [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    /// <summary>The code of literals and lengths.</summary>
    public InflateTable Literals { get; } = new();

    /// <summary>The code of distances.</summary>
    public InflateTable Distances { get; } = new();

    /// <summary>Makes the codes of the block that begins. False where its header is damaged.</summary>
    public bool TryRead(Inflater inflater, bool isFixed)
    {
        int literals = MostLiterals;
        int distances = MostDistances;
        if (isFixed)
        {
            _lengths.AsSpan(0, 144).Fill(8);
            _lengths.AsSpan(144, 112).Fill(9);
            _lengths.AsSpan(256, 24).Fill(7);
            _lengths.AsSpan(280, 8).Fill(8);
            _lengths.AsSpan(MostLiterals).Fill(5);
        }
        else
        {
            literals = 257 + inflater.Take(5);
            distances = 1 + inflater.Take(5);
            if (literals > DeflateCodes.LiteralSymbols || distances > DeflateCodes.DistanceSymbols || !TryReadLengths(inflater, literals + distances))
            {
                return false;
            }
        }

        // Without a code for the end a block could not end.
        return _lengths[DeflateCodes.EndOfBlock] != 0
            && Literals.TryBuild(_lengths.AsSpan(0, literals), EntryOfLiteral)
            && Distances.TryBuild(_lengths.AsSpan(literals, distances), EntryOfDistance);
    }

    private bool TryReadLengths(Inflater inflater, int count)
    {
        Span<byte> codeLengths = stackalloc byte[CodeSymbols];
        codeLengths.Clear();
        int given = 4 + inflater.Take(4);
        foreach (byte symbol in Order[..given])
        {
            codeLengths[symbol] = (byte)inflater.Take(3);
        }

        if (!_code.TryBuild(codeLengths, static symbol => (uint)symbol << 16))
        {
            return false;
        }

        int at = 0;
        while (at < count)
        {
            int symbol = (int)(inflater.Take(_code) >> 16);
            if (symbol < CopyPrevious)
            {
                _lengths[at++] = (byte)symbol;
                continue;
            }

            if (symbol == CopyPrevious && at == 0)
            {
                return false;
            }

            byte repeated = symbol == CopyPrevious ? _lengths[at - 1] : (byte)0;
            int run = symbol == CopyPrevious ? 3 + inflater.Take(2) : symbol == Zeros ? 3 + inflater.Take(3) : 11 + inflater.Take(7);
            if (run > count - at)
            {
                return false;
            }

            _lengths.AsSpan(at, run).Fill(repeated);
            at += run;
        }

        return true;
    }

    private static uint EntryOfLiteral(int symbol) => symbol switch
    {
        < DeflateCodes.EndOfBlock => ((uint)symbol << 16) | InflateTable.IsLiteral,
        DeflateCodes.EndOfBlock => InflateTable.IsEnd,
        < DeflateCodes.LiteralSymbols => Entry(
            DeflateCodes.ShortestMatch + DeflateCodes.BaseOfLength(symbol - DeflateCodes.FirstLength),
            DeflateCodes.ExtraBitsOfLength(symbol - DeflateCodes.FirstLength)),
        _ => InflateTable.IsMeaningless, // the fixed codes have symbols too many
    };

    private static uint EntryOfDistance(int symbol) => symbol < DeflateCodes.DistanceSymbols
        ? Entry(1 + DeflateCodes.BaseOfDistance(symbol), DeflateCodes.ExtraBitsOfDistance(symbol))
        : InflateTable.IsMeaningless;

    private static uint Entry(int first, int extraBits) => ((uint)first << 16) | ((uint)extraBits << 8);
}
