using System.Numerics;
using System.Runtime.CompilerServices;

namespace Bothy.Formats.Compression.Zstd;

/// <summary>Writes the literals and sequences of one block after another (RFC 8878 §3.1.1.3).</summary>
internal sealed class ZstdBlockWriter
{
    // The literals as they are, and what the largest number of sequences takes at most.
    private readonly byte[] _output = new byte[ZstdFrame.LargestBlock + (ZstdMatcher.MostSequences * 11) + 2048];
    private readonly LiteralsWriter _literals = new();
    private readonly Part _literalLengths = new(SequenceCodes.LiteralLengths);
    private readonly Part _offsets = new(SequenceCodes.Offsets);
    private readonly Part _matchLengths = new(SequenceCodes.MatchLengths);

    /// <summary>The content of the block that <paramref name="matcher"/> has found the sequences of; valid until the next call.</summary>
    public ReadOnlySpan<byte> Write(ZstdMatcher matcher)
    {
        var writer = new BitWriter(_output);
        _literals.Write(ref writer, matcher.Literals);
        WriteCount(ref writer, matcher.Count);
        if (matcher.Count > 0)
        {
            SetCodes(matcher);
            WriteTables(ref writer, matcher.Count);
            WriteSequences(ref writer, matcher);
        }

        return _output.AsSpan(0, writer.Length);
    }

    private static void WriteCount(ref BitWriter writer, int count)
    {
        switch (count)
        {
            case < 128:
                writer.Write([(byte)count]);
                break;
            case < 0x7F00:
                writer.Write([(byte)((count >> 8) + 128), (byte)count]);
                break;
            default:
                writer.Write([255, (byte)(count - 0x7F00), (byte)((count - 0x7F00) >> 8)]);
                break;
        }
    }

    private void SetCodes(ZstdMatcher matcher)
    {
        _literalLengths.Begin();
        _offsets.Begin();
        _matchLengths.Begin();
        for (int i = 0; i < matcher.Count; i++)
        {
            _literalLengths.Add(i, SequenceCodes.CodeOfLiteralLength(matcher.LiteralLengths[i]));
            _offsets.Add(i, BitOperations.Log2((uint)matcher.Offsets[i]));
            _matchLengths.Add(i, SequenceCodes.CodeOfMatchLength(matcher.MatchLengths[i]));
        }
    }

    private void WriteTables(ref BitWriter writer, int count)
    {
        int modes = (_literalLengths.Choose(count) << 6) | (_offsets.Choose(count) << 4) | (_matchLengths.Choose(count) << 2);
        writer.Write([(byte)modes]);
        _literalLengths.WriteTable(ref writer);
        _offsets.WriteTable(ref writer);
        _matchLengths.WriteTable(ref writer);
    }

    // They are read from the end, so the last comes first.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WriteSequences(ref BitWriter output, ZstdMatcher matcher)
    {
        var writer = output;
        var (literalCode, offsetCode, matchCode) = (_literalLengths.Code, _offsets.Code, _matchLengths.Code);
        byte[] literalSymbols = _literalLengths.Symbols;
        byte[] offsetSymbols = _offsets.Symbols;
        byte[] matchSymbols = _matchLengths.Symbols;
        byte[] literalBits = SequenceCodes.LiteralLengths.ExtraBits;
        byte[] matchBits = SequenceCodes.MatchLengths.ExtraBits;
        int i = matcher.Count - 1;
        uint literalState = literalCode.Begin(literalSymbols[i]);
        uint offsetState = offsetCode.Begin(offsetSymbols[i]);
        uint matchState = matchCode.Begin(matchSymbols[i]);
        while (true)
        {
            // At most 16 + 16 bits, then 21, which the bits below the leading one of each number are.
            int literalCount = literalBits[literalSymbols[i]];
            int matchCount = matchBits[matchSymbols[i]];
            ulong literalExtra = (uint)matcher.LiteralLengths[i] - SequenceCodes.LiteralLengths.Bases[literalSymbols[i]];
            ulong matchExtra = (uint)matcher.MatchLengths[i] - SequenceCodes.MatchLengths.Bases[matchSymbols[i]];
            writer.Write(literalExtra | (matchExtra << literalCount), literalCount + matchCount);
            writer.Write((uint)matcher.Offsets[i] - (1u << offsetSymbols[i]), offsetSymbols[i]);
            if (--i < 0)
            {
                break;
            }

            var (bits, count) = offsetCode.Step(ref offsetState, offsetSymbols[i]);
            ulong all = bits;
            int allCount = count;
            (bits, count) = matchCode.Step(ref matchState, matchSymbols[i]);
            all |= (ulong)bits << allCount;
            allCount += count;
            (bits, count) = literalCode.Step(ref literalState, literalSymbols[i]);
            writer.Write(all | ((ulong)bits << allCount), allCount + count);
        }

        WriteState(ref writer, matchCode, matchState);
        WriteState(ref writer, offsetCode, offsetState);
        WriteState(ref writer, literalCode, literalState);
        writer.Write(1, 1);
        writer.Align();
        output = writer;
    }

    // Without its leading bit, which only tells states from what is left of them.
    private static void WriteState(ref BitWriter writer, FseCode code, uint state) => writer.Write(state - (1u << code.Log), code.Log);

    /// <summary>One part of the sequences of a block: the codes, and how they are written.</summary>
    private sealed class Part(SequenceCodes codes)
    {
        private const int Predefined = 0;
        private const int Single = 1;
        private const int Described = 2;

        private readonly FseCode _default = FseCode.Of(codes.Defaults, codes.DefaultLog);
        private readonly FseCode _own = new(codes.Bases.Length);
        private readonly byte[] _description = new byte[256];
        private readonly int[] _counts = new int[codes.Bases.Length];
        private int _descriptionLength;

        /// <summary>The code of each sequence.</summary>
        public byte[] Symbols { get; } = new byte[ZstdMatcher.MostSequences];

        /// <summary>How they are written.</summary>
        public FseCode Code { get; private set; } = null!;

        public void Begin() => Array.Clear(_counts);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(int index, int symbol)
        {
            Symbols[index] = (byte)symbol;
            _counts[symbol]++;
        }

        /// <summary>Chooses the shortest way to write the codes, and gives its number.</summary>
        public int Choose(int count)
        {
            _descriptionLength = 0;
            if (_counts[Symbols[0]] == count)
            {
                _own.SetSingle(Symbols[0]);
                Code = _own;
                _description[_descriptionLength++] = Symbols[0];
                return Single;
            }

            _own.Set(_counts, count, codes.LongestLog);
            var writer = new BitWriter(_description);
            _own.WriteDescription(ref writer);
            if (_default.Cost(_counts) <= _own.Cost(_counts) + (writer.Length * 8L * FseCode.BitParts))
            {
                Code = _default;
                return Predefined;
            }

            _descriptionLength = writer.Length;
            Code = _own;
            return Described;
        }

        public void WriteTable(ref BitWriter writer) => writer.Write(_description.AsSpan(0, _descriptionLength));
    }
}
