using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bothy.Formats.Compression.Zstd;

/// <summary>The Huffman code of literals (RFC 8878 §4.2): one table over as many bits as the longest code has.</summary>
internal sealed class LiteralsCode
{
    private const int LongestCode = 11;
    private const int LongestWeightLog = 6;

    // Symbols whose codes surely lie in the bits that one load gives.
    private const int AtOnce = BackwardBits.Sure / LongestCode;

    // The length of the code, and from bit 8 on the symbol.
    private readonly ushort[] _entries = new ushort[1 << LongestCode];
    private readonly byte[] _weights = new byte[256];
    private readonly short[] _probabilities = new short[LongestCode + 2];
    private readonly byte[] _states = new byte[1 << LongestWeightLog];
    private readonly ushort[] _transitions = new ushort[1 << LongestWeightLog];
    private int _bits;

    /// <summary>Reads the description of a code at <paramref name="at"/> and gives where it ends, or -1 where it is none.</summary>
    public int Read(byte[] data, int at, int end)
    {
        if (at >= end)
        {
            return -1;
        }

        int header = data[at++];
        bool isPlain = header >= 128;
        int count = isPlain ? header - 127 : 0;
        int length = isPlain ? (count + 1) / 2 : header;
        if (length > end - at)
        {
            return -1;
        }

        if (isPlain)
        {
            for (int i = 0; i < count; i++)
            {
                _weights[i] = (byte)((i & 1) == 0 ? data[at + (i / 2)] >> 4 : data[at + (i / 2)] & 15);
            }
        }
        else
        {
            count = ReadWeights(data, at, at + length);
        }

        return count > 0 && TryBuild(count) ? at + length : -1;
    }

    /// <summary>Decodes one stream that has to hold exactly what <paramref name="target"/> takes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryDecode(byte[] data, int start, int end, Span<byte> target)
    {
        int place = BackwardBits.Begin(data, start, end);
        if (place < 0)
        {
            return false;
        }

        ref byte source = ref MemoryMarshal.GetArrayDataReference(data);
        ref byte output = ref MemoryMarshal.GetReference(target);
        int done = 0;
        while (Rounds(target.Length - done, place - (start * 8)) is var rounds and > 0)
        {
            for (; rounds > 0; rounds--)
            {
                place = Decode(ref source, ref Entries, 64 - _bits, place, ref Unsafe.Add(ref output, done));
                done += AtOnce;
            }
        }

        return TryDecodeRest(ref source, place, start * 8, target[done..]);
    }

    /// <summary>Decodes four streams, each but the last of a quarter of the literals, behind the lengths of three of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryDecodeFour(byte[] data, int start, int end, Span<byte> target)
    {
        int quarter = (target.Length + 3) / 4;
        if (end - start < 10 || quarter * 3 > target.Length)
        {
            return false;
        }

        int start1 = start + 6;
        int start2 = start1 + BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(start));
        int start3 = start2 + BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(start + 2));
        int start4 = start3 + BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(start + 4));
        if (start4 >= end)
        {
            return false;
        }

        int place1 = BackwardBits.Begin(data, start1, start2);
        int place2 = BackwardBits.Begin(data, start2, start3);
        int place3 = BackwardBits.Begin(data, start3, start4);
        int place4 = BackwardBits.Begin(data, start4, end);
        if ((place1 | place2 | place3 | place4) < 0)
        {
            return false;
        }

        ref byte source = ref MemoryMarshal.GetArrayDataReference(data);
        ref byte output = ref MemoryMarshal.GetReference(target);
        ref ushort entries = ref Entries;
        int shift = 64 - _bits;
        int done = 0;
        int last = target.Length - (3 * quarter);
        while (true)
        {
            int fewest = Math.Min(
                Math.Min(place1 - (start1 * 8), place2 - (start2 * 8)),
                Math.Min(place3 - (start3 * 8), place4 - (start4 * 8)));
            int rounds = Rounds(last - done, fewest);
            if (rounds == 0)
            {
                break;
            }

            // Four codes at a time that do not wait for each other: that is what the format has four streams for.
            for (; rounds > 0; rounds--)
            {
                ref byte next = ref Unsafe.Add(ref output, done);
                place1 = Decode(ref source, ref entries, shift, place1, ref next);
                place2 = Decode(ref source, ref entries, shift, place2, ref Unsafe.Add(ref next, quarter));
                place3 = Decode(ref source, ref entries, shift, place3, ref Unsafe.Add(ref next, 2 * quarter));
                place4 = Decode(ref source, ref entries, shift, place4, ref Unsafe.Add(ref next, 3 * quarter));
                done += AtOnce;
            }
        }

        return TryDecodeRest(ref source, place1, start1 * 8, target[done..quarter])
            && TryDecodeRest(ref source, place2, start2 * 8, target[(quarter + done)..(2 * quarter)])
            && TryDecodeRest(ref source, place3, start3 * 8, target[((2 * quarter) + done)..(3 * quarter)])
            && TryDecodeRest(ref source, place4, start4 * 8, target[((3 * quarter) + done)..]);
    }

    private ref ushort Entries => ref MemoryMarshal.GetArrayDataReference(_entries);

    // How often as many symbols as fit into a load can be decoded without looking for either end.
    private static int Rounds(int symbols, int bits) => Math.Min(symbols / AtOnce, bits / (AtOnce * LongestCode));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Decode(ref byte source, ref ushort entries, int shift, int place, ref byte target)
    {
        ulong bits = BackwardBits.Top(ref source, place);
        uint first = Unsafe.Add(ref entries, (nint)(bits >> shift));
        bits <<= (int)first;
        uint second = Unsafe.Add(ref entries, (nint)(bits >> shift));
        bits <<= (int)second;
        uint third = Unsafe.Add(ref entries, (nint)(bits >> shift));
        bits <<= (int)third;
        uint fourth = Unsafe.Add(ref entries, (nint)(bits >> shift));
        bits <<= (int)fourth;
        uint fifth = Unsafe.Add(ref entries, (nint)(bits >> shift));
        target = (byte)(first >> 8);
        Unsafe.Add(ref target, 1) = (byte)(second >> 8);
        Unsafe.Add(ref target, 2) = (byte)(third >> 8);
        Unsafe.Add(ref target, 3) = (byte)(fourth >> 8);
        Unsafe.Add(ref target, 4) = (byte)(fifth >> 8);
        return place - (int)((first + second + third + fourth + fifth) & 0xFF);
    }

    // One by one to the end, where nothing may be left.
    private bool TryDecodeRest(ref byte source, int place, int start, Span<byte> target)
    {
        foreach (ref byte next in target)
        {
            uint entry = _entries[(int)(BackwardBits.Top(ref source, place) >> (64 - _bits))];
            next = (byte)(entry >> 8);
            place -= (int)(entry & 0xFF);
            if (place < start)
            {
                return false;
            }
        }

        return place == start;
    }

    // Two states take turns (§4.2.1.2); when the bits of one run out, the other gives the last symbol.
    private int ReadWeights(byte[] data, int start, int end)
    {
        int described = Fse.ReadDescription(data.AsSpan(start..end), LongestWeightLog, _probabilities, out int log);
        int place = described < 0 ? -1 : BackwardBits.Begin(data, start + described, end);
        start = (start + described) * 8;
        if (place - (2 * log) < start)
        {
            return -1;
        }

        FillTransitions(log);
        ref byte source = ref MemoryMarshal.GetArrayDataReference(data);
        uint state = Take(ref source, ref place, log);
        uint other = Take(ref source, ref place, log);
        for (int count = 0; count < _weights.Length - 2;)
        {
            _weights[count++] = _states[state];
            uint transition = _transitions[state];
            int bits = (int)(transition >> 8);
            if (bits > place - start)
            {
                _weights[count++] = _states[other];
                return count;
            }

            (state, other) = (other, (transition & 0xFF) + Take(ref source, ref place, bits));
        }

        return -1;
    }

    private static uint Take(ref byte source, ref int place, int count)
    {
        uint bits = BackwardBits.First(BackwardBits.Top(ref source, place), count);
        place -= count;
        return bits;
    }

    // The state that bits are added to, and from bit 8 on how many.
    private void FillTransitions(int log)
    {
        Fse.Spread(_probabilities, log, _states);
        Span<int> next = stackalloc int[_probabilities.Length];
        for (int symbol = 0; symbol < next.Length; symbol++)
        {
            next[symbol] = Math.Abs((int)_probabilities[symbol]);
        }

        for (int state = 0; state < 1 << log; state++)
        {
            int number = next[_states[state]]++;
            int bits = log - BitOperations.Log2((uint)number);
            _transitions[state] = (ushort)(((number << bits) - (1 << log)) | (bits << 8));
        }
    }

    // The last weight is the one that fills the tree up.
    private bool TryBuild(int count)
    {
        Span<int> number = stackalloc int[LongestCode + 2];
        int sum = 0;
        foreach (byte weight in _weights.AsSpan(0, count))
        {
            if (weight > LongestCode)
            {
                return false;
            }

            number[weight]++;
            sum += (1 << weight) >> 1;
        }

        int bits = sum == 0 ? int.MaxValue : BitOperations.Log2((uint)sum) + 1;
        if (bits > LongestCode || !BitOperations.IsPow2((1 << bits) - sum))
        {
            return false;
        }

        int last = BitOperations.Log2((uint)((1 << bits) - sum)) + 1;
        _weights[count++] = (byte)last;
        number[last]++;
        _bits = bits;

        // A tree has its longest codes in pairs.
        return number[1] >= 2 && Fill(count, number);
    }

    private bool Fill(int count, Span<int> number)
    {
        int at = 0;
        for (int weight = 1; weight <= _bits; weight++)
        {
            int run = number[weight] << (weight - 1);
            number[weight] = at;
            at += run;
        }

        for (int symbol = 0; symbol < count; symbol++)
        {
            int weight = _weights[symbol];
            if (weight > 0)
            {
                int run = 1 << (weight - 1);
                _entries.AsSpan(number[weight], run).Fill((ushort)((symbol << 8) | (_bits + 1 - weight)));
                number[weight] += run;
            }
        }

        return true;
    }
}
