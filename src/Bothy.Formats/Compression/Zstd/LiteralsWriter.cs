using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Bothy.Formats.Compression.Deflate;

namespace Bothy.Formats.Compression.Zstd;

/// <summary>Writes the literals of one block after another (RFC 8878 §3.1.1.3.1): by a Huffman code of their own where that is shorter.</summary>
internal sealed class LiteralsWriter
{
    private const int LongestCode = 11;
    private const int LongestWeightLog = 6;

    // Fewer than these are not worth a code; fewer than those not worth four streams.
    private const int FewestCoded = 64;
    private const int FewestInFour = 256;

    private readonly int[] _counts = new int[4 * 256];
    private readonly HuffmanCode _code = new(256, LongestCode);
    private readonly byte[] _weights = new byte[256];

    // A literal's code, and from bit 16 on its length.
    private readonly uint[] _codes = new uint[256];
    private readonly int[] _weightCounts = new int[LongestCode + 2];
    private readonly FseCode _weightCode = new(LongestCode + 2);
    private readonly byte[] _coded = new byte[ZstdFrame.LargestBlock + 1024];

    /// <summary>Writes the section.</summary>
    public void Write(ref BitWriter writer, ReadOnlySpan<byte> literals)
    {
        if (literals.Length >= FewestCoded && literals.IndexOfAnyExcept(literals[0]) < 0)
        {
            WritePlainHeader(ref writer, 1, literals.Length);
            writer.Write(literals[..1]);
            return;
        }

        if (literals.Length < FewestCoded || !TryEncode(literals, out int length))
        {
            WritePlainHeader(ref writer, 0, literals.Length);
            writer.Write(literals);
            return;
        }

        WriteCodedHeader(ref writer, literals.Length, length);
        writer.Write(_coded.AsSpan(0, length));
    }

    private static void WritePlainHeader(ref BitWriter writer, int kind, int count)
    {
        switch (count)
        {
            case < 1 << 5:
                writer.Write([(byte)(kind | (count << 3))]);
                break;
            case < 1 << 12:
                writer.Write([(byte)(kind | (1 << 2) | (count << 4)), (byte)(count >> 4)]);
                break;
            default:
                writer.Write([(byte)(kind | (3 << 2) | (count << 4)), (byte)(count >> 4), (byte)(count >> 12)]);
                break;
        }
    }

    private static void WriteCodedHeader(ref BitWriter writer, int count, int length)
    {
        int larger = Math.Max(count, length);
        int format = count < FewestInFour ? 0 : larger < 1 << 10 ? 1 : larger < 1 << 14 ? 2 : 3;
        int bits = format < 2 ? 10 : format == 2 ? 14 : 18;
        writer.Write(2u | ((uint)format << 2) | ((ulong)count << 4) | ((ulong)length << (4 + bits)), 4 + (2 * bits));
    }

    // To the code's description and one or four streams; false where the literals themselves are as short, or nearly.
    private bool TryEncode(ReadOnlySpan<byte> literals, out int length)
    {
        Count(literals);
        var counts = _counts.AsSpan(0, 256);
        _code.Build(counts);
        long bits = 0;
        for (int literal = 0; literal < 256; literal++)
        {
            bits += (long)counts[literal] * _code.Lengths[literal];
        }

        length = 0;
        int enough = literals.Length - (literals.Length >> 6) - 16;
        if ((bits >> 3) >= enough)
        {
            return false;
        }

        var writer = new BitWriter(_coded);
        if (!TryWriteCode(ref writer))
        {
            return false;
        }

        WriteStreams(ref writer, literals);
        length = writer.Length;
        return length < enough;
    }

    // Four tables, so that runs of a literal do not wait for each other.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Count(ReadOnlySpan<byte> literals)
    {
        Array.Clear(_counts);
        ref int counts = ref MemoryMarshal.GetArrayDataReference(_counts);
        foreach (uint four in MemoryMarshal.Cast<byte, uint>(literals))
        {
            Unsafe.Add(ref counts, (int)(four & 0xFF))++;
            Unsafe.Add(ref counts, 256 + (int)((four >> 8) & 0xFF))++;
            Unsafe.Add(ref counts, 512 + (int)((four >> 16) & 0xFF))++;
            Unsafe.Add(ref counts, 768 + (int)(four >> 24))++;
        }

        foreach (byte literal in literals[(literals.Length & ~3)..])
        {
            _counts[literal]++;
        }

        for (int literal = 0; literal < 256; literal++)
        {
            _counts[literal] += _counts[256 + literal] + _counts[512 + literal] + _counts[768 + literal];
        }
    }

    private bool TryWriteCode(ref BitWriter writer)
    {
        int last = _code.Lengths.AsSpan().LastIndexOfAnyExcept((byte)0);
        int longest = 0;
        foreach (byte length in _code.Lengths)
        {
            longest = Math.Max(longest, length);
        }

        for (int literal = 0; literal <= last; literal++)
        {
            int length = _code.Lengths[literal];
            _weights[literal] = (byte)(length == 0 ? 0 : longest + 1 - length);
        }

        AssignCodes(last, longest);
        return TryWriteWeights(ref writer, _weights.AsSpan(0, last));
    }

    // The longest codes come first, literals in their order: a code is the place in the decoder's table without the bits that do not matter.
    private void AssignCodes(int last, int longest)
    {
        int place = 0;
        for (int weight = 1; weight <= longest; weight++)
        {
            for (int literal = 0; literal <= last; literal++)
            {
                if (_weights[literal] == weight)
                {
                    _codes[literal] = (uint)(place >> (weight - 1)) | ((uint)(longest + 1 - weight) << 16);
                    place += 1 << (weight - 1);
                }
            }
        }
    }

    // The weight of the last literal is not written: it follows from the others.
    private bool TryWriteWeights(ref BitWriter writer, ReadOnlySpan<byte> weights)
    {
        Array.Clear(_weightCounts);
        foreach (byte weight in weights)
        {
            _weightCounts[weight]++;
        }

        Span<byte> coded = stackalloc byte[256];
        int length = int.MaxValue;
        if (weights.Length > 2 && _weightCounts.AsSpan().IndexOf(weights.Length) < 0)
        {
            _weightCode.Set(_weightCounts, weights.Length, LongestWeightLog);
            length = EncodeWeights(coded, weights);
        }

        int plain = (weights.Length + 1) / 2;
        if (length < 128 && (length < plain || weights.Length > 128))
        {
            writer.Write([(byte)length]);
            writer.Write(coded[..length]);
            return true;
        }

        if (weights.Length > 128)
        {
            return false;
        }

        writer.Write([(byte)(127 + weights.Length)]);
        for (int i = 0; i < weights.Length; i += 2)
        {
            writer.Write([(byte)((weights[i] << 4) | (i + 1 < weights.Length ? weights[i + 1] : 0))]);
        }

        return true;
    }

    // Two states take turns. From the end: the last two weights are states, and the first of all is one of the first state.
    private int EncodeWeights(Span<byte> coded, ReadOnlySpan<byte> weights)
    {
        var writer = new BitWriter(coded);
        _weightCode.WriteDescription(ref writer);
        int i = weights.Length - 1;
        uint state = _weightCode.Begin(weights[i--]);
        uint other = _weightCode.Begin(weights[i--]);
        for (; i >= 0; i--)
        {
            var (bits, count) = _weightCode.Step(ref state, weights[i]);
            writer.Write(bits, count);
            (state, other) = (other, state);
        }

        // The state of the first weight is read first, and so written last.
        uint size = 1u << _weightCode.Log;
        writer.Write(state - size, _weightCode.Log);
        writer.Write(other - size, _weightCode.Log);
        writer.Write(1, 1);
        writer.Align();
        return writer.Length;
    }

    private void WriteStreams(ref BitWriter writer, ReadOnlySpan<byte> literals)
    {
        if (literals.Length < FewestInFour)
        {
            WriteStream(ref writer, literals);
            return;
        }

        int quarter = (literals.Length + 3) / 4;
        Span<byte> lengths = _coded.AsSpan(writer.Length, 6);
        writer.Write(new byte[6]);
        for (int stream = 0; stream < 4; stream++)
        {
            int start = writer.Length;
            WriteStream(ref writer, stream < 3 ? literals.Slice(stream * quarter, quarter) : literals[(3 * quarter)..]);
            if (stream < 3)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(lengths[(2 * stream)..], (ushort)(writer.Length - start));
            }
        }
    }

    // Streams are read from the end, so the last literal comes first. Four codes have at most 44 bits.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void WriteStream(ref BitWriter output, ReadOnlySpan<byte> literals)
    {
        var writer = output;
        ref uint codes = ref MemoryMarshal.GetArrayDataReference(_codes);
        int at = literals.Length;
        for (; (at & 3) != 0; at--)
        {
            uint code = Unsafe.Add(ref codes, literals[at - 1]);
            writer.Write(code & 0xFFFF, (int)(code >> 16));
        }

        while (at > 0)
        {
            uint code = Unsafe.Add(ref codes, literals[at - 1]);
            ulong bits = code & 0xFFFF;
            int count = (int)(code >> 16);
            code = Unsafe.Add(ref codes, literals[at - 2]);
            bits |= (ulong)(code & 0xFFFF) << count;
            count += (int)(code >> 16);
            code = Unsafe.Add(ref codes, literals[at - 3]);
            bits |= (ulong)(code & 0xFFFF) << count;
            count += (int)(code >> 16);
            code = Unsafe.Add(ref codes, literals[at - 4]);
            bits |= (ulong)(code & 0xFFFF) << count;
            writer.Write(bits, count + (int)(code >> 16));
            at -= 4;
        }

        writer.Write(1, 1);
        writer.Align();
        output = writer;
    }
}
