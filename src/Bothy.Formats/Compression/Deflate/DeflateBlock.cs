using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Bothy.Formats.Compression.Deflate;

/// <summary>The literals and matches of one block while it is collected, and then its bits.</summary>
internal sealed class DeflateBlock
{
    // Literals and matches; and those that may be added to a block that is full already, by a position that was begun.
    private const int Capacity = 8000;
    private const int Spare = 64;

    private const int MostStored = 0xFFFF;
    private const uint IsMatch = 1u << 31;

    // A literal is its value; a match is IsMatch, the length less 3 from bit 16 on, and the distance less 1.
    private readonly uint[] _tokens = new uint[Capacity + Spare];
    private readonly int[] _literalFrequencies = new int[DeflateCodes.LiteralSymbols];
    private readonly int[] _distanceFrequencies = new int[DeflateCodes.DistanceSymbols];
    private readonly HuffmanCode _literals = new(DeflateCodes.LiteralSymbols, longest: 15);
    private readonly HuffmanCode _distances = new(DeflateCodes.DistanceSymbols, longest: 15);
    private readonly CodeLengths _header = new();

    // For literals, and from 256 on for lengths less 3: the code with its extra bits, and from bit 24 on how many bits that is.
    private readonly uint[] _packed = new uint[512];

    private int _count;

    /// <summary>Whether it is time to write the block.</summary>
    public bool IsFull => _count >= Capacity;

    /// <summary>Whether there is nothing to write.</summary>
    public bool IsEmpty => _count == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddLiteral(byte value)
    {
        _tokens[_count++] = value;
        _literalFrequencies[value]++;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddMatch(int length, int distance)
    {
        _tokens[_count++] = IsMatch | ((uint)(length - 3) << 16) | (uint)(distance - 1);
        _literalFrequencies[DeflateCodes.FirstLength + DeflateCodes.SymbolOfLength[length - 3]]++;
        _distanceFrequencies[DeflateCodes.SymbolOfDistance(distance - 1)]++;
    }

    /// <summary>Writes the block, which stands for <paramref name="original"/>, in the shortest of the three ways, not as the last, and starts over.</summary>
    public void WriteTo(ref BitWriter writer, ReadOnlySpan<byte> original)
    {
        _literalFrequencies[DeflateCodes.EndOfBlock] = 1;
        _literals.Build(_literalFrequencies);
        _distances.Build(_distanceFrequencies);
        long dynamicBits = _header.Build(_literals.Lengths, _distances.Lengths) + BitsOfTokens(_literals, _distances);
        long fixedBits = BitsOfTokens(DeflateCodes.FixedLiterals, DeflateCodes.FixedDistances);
        if (Math.Min(dynamicBits, fixedBits) >= (original.Length + (original.Length / MostStored * 5) + 5) * 8L)
        {
            WriteStored(ref writer, original);
        }
        else if (fixedBits <= dynamicBits)
        {
            writer.Write(0b01 << 1, 3);
            WriteTokens(ref writer, DeflateCodes.FixedLiterals, DeflateCodes.FixedDistances);
        }
        else
        {
            writer.Write(0b10 << 1, 3);
            _header.WriteTo(ref writer);
            WriteTokens(ref writer, _literals, _distances);
        }

        _count = 0;
        Array.Clear(_literalFrequencies);
        Array.Clear(_distanceFrequencies);
    }

    /// <summary>Writes <paramref name="bytes"/> as they are; none makes an empty block, which ends on a whole byte.</summary>
    public static void WriteStored(ref BitWriter writer, ReadOnlySpan<byte> bytes)
    {
        Span<byte> length = stackalloc byte[4];
        do
        {
            var piece = bytes[..Math.Min(bytes.Length, MostStored)];
            writer.Write(0, 3);
            writer.Align();
            BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)piece.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(length[2..], (ushort)~piece.Length);
            writer.Write(length);
            writer.Write(piece);
            bytes = bytes[piece.Length..];
        }
        while (!bytes.IsEmpty);
    }

    private long BitsOfTokens(HuffmanCode literals, HuffmanCode distances)
    {
        long bits = 0;
        for (int symbol = 0; symbol < _literalFrequencies.Length; symbol++)
        {
            int extra = symbol < DeflateCodes.FirstLength ? 0 : DeflateCodes.ExtraBitsOfLength(symbol - DeflateCodes.FirstLength);
            bits += (long)_literalFrequencies[symbol] * (literals.Lengths[symbol] + extra);
        }

        for (int symbol = 0; symbol < _distanceFrequencies.Length; symbol++)
        {
            bits += (long)_distanceFrequencies[symbol] * (distances.Lengths[symbol] + DeflateCodes.ExtraBitsOfDistance(symbol));
        }

        return bits;
    }

    private void Pack(HuffmanCode literals)
    {
        for (int literal = 0; literal < 256; literal++)
        {
            _packed[literal] = literals.Codes[literal] | ((uint)literals.Lengths[literal] << 24);
        }

        var symbols = DeflateCodes.SymbolOfLength;
        for (int length = 0; length < symbols.Length; length++)
        {
            int symbol = symbols[length];
            int codeLength = literals.Lengths[DeflateCodes.FirstLength + symbol];
            uint extra = (uint)(length - DeflateCodes.BaseOfLength(symbol));
            _packed[256 + length] = literals.Codes[DeflateCodes.FirstLength + symbol]
                | (extra << codeLength)
                | ((uint)(codeLength + DeflateCodes.ExtraBitsOfLength(symbol)) << 24);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WriteTokens(ref BitWriter writer, HuffmanCode literals, HuffmanCode distances)
    {
        Pack(literals);
        var local = writer;
        uint[] packed = _packed;
        foreach (uint token in _tokens.AsSpan(0, _count))
        {
            if (token < IsMatch)
            {
                uint literal = packed[(byte)token];
                local.Write(literal & 0xFFFFFF, (int)(literal >> 24));
                continue;
            }

            uint length = packed[256 + (int)((token >> 16) & 0xFF)];
            int distance = (int)(token & 0x7FFF);
            int symbol = DeflateCodes.SymbolOfDistance(distance);
            int extra = DeflateCodes.ExtraBitsOfDistance(symbol);
            int codeLength = distances.Lengths[symbol];
            // At most 20 + 28 bits.
            ulong bits = distances.Codes[symbol] | ((ulong)(uint)(distance & ((1 << extra) - 1)) << codeLength);
            int lengthBits = (int)(length >> 24);
            local.Write((length & 0xFFFFFF) | (bits << lengthBits), lengthBits + codeLength + extra);
        }

        local.Write(literals.Codes[DeflateCodes.EndOfBlock], literals.Lengths[DeflateCodes.EndOfBlock]);
        writer = local;
    }
}
