using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Bothy.Formats.Compression.Xz;

/// <summary>
/// Decodes the LZMA symbols of an LZMA2 chunk into a window. The bytes of a chunk are all in memory before the first is
/// decoded, so that it stops only between symbols, for room in the window.
/// </summary>
internal sealed class LzmaDecoder
{
    // One array of models, and where in it each kind begins.
    private const int IsMatch = 0;
    private const int IsRep = IsMatch + (12 * 16);
    private const int IsRep0 = IsRep + 12;
    private const int IsRep1 = IsRep0 + 12;
    private const int IsRep2 = IsRep1 + 12;
    private const int IsRep0Long = IsRep2 + 12;
    private const int DistanceSlot = IsRep0Long + (12 * 16);
    private const int DistanceSpecial = DistanceSlot + (4 * 64);
    private const int DistanceAlign = DistanceSpecial + 115;
    private const int MatchLength = DistanceAlign + 16;
    private const int RepLength = MatchLength + LengthModels;
    private const int Literals = RepLength + LengthModels;
    private const int ModelsOfLiteral = 0x300;

    private const int LengthLow = 2;
    private const int LengthMiddle = LengthLow + (16 * 8);
    private const int LengthHigh = LengthMiddle + (16 * 8);
    private const int LengthModels = LengthHigh + 256;

    private const int MaxLiteralBits = 4;

    // Its length is fixed, at the most that LZMA2 allows, which is what keeps every index below in bounds.
    private readonly ushort[] _models = new ushort[Literals + (ModelsOfLiteral << MaxLiteralBits)];

    private uint _range;
    private uint _code;
    private uint _state;
    private uint _rep0;
    private uint _rep1;
    private uint _rep2;
    private uint _rep3;
    private uint _pending;
    private int _literalContextBits;
    private uint _literalPositionMask;
    private uint _positionMask;

    /// <summary>Whether the last chunk ended where its range coder did, and no match runs on.</summary>
    public bool IsFinished => _code == 0 && _pending == 0;

    /// <summary>Takes the properties byte: (pb · 5 + lp) · 9 + lc. False where it is none, or more than LZMA2 allows.</summary>
    public bool TrySetProperties(byte properties)
    {
        int contextBits = properties % 9;
        int positionBits = properties / 9 % 5;
        if (properties >= 9 * 5 * 5 || contextBits + positionBits > MaxLiteralBits)
        {
            return false;
        }

        _literalContextBits = contextBits;
        _literalPositionMask = (1u << positionBits) - 1;
        _positionMask = (1u << (properties / 45)) - 1;
        return true;
    }

    /// <summary>Sets all models to even.</summary>
    public void ResetState()
    {
        _models.AsSpan().Fill(RangeDecoder.Even);
        _state = 0;
        _rep0 = _rep1 = _rep2 = _rep3 = 0;
    }

    /// <summary>Begins a chunk with the range coder's first five bytes. False where the first is not 0.</summary>
    public bool TryBegin(ReadOnlySpan<byte> five)
    {
        _range = uint.MaxValue;
        _code = BinaryPrimitives.ReadUInt32BigEndian(five[1..]);
        _pending = 0;
        return five[0] == 0;
    }

    /// <summary>
    /// Decodes <paramref name="count"/> bytes, at least one, for which there is room before the window's end. <paramref name="at"/> is where in
    /// <paramref name="input"/> to read, and <paramref name="end"/> where the chunk ends; at least <see cref="RangeDecoder.LongestSymbol"/>
    /// more bytes must follow. False where the chunk is damaged.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool TryDecode(SlidingWindow window, int count, byte[] input, ref int at, int end)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, window.Capacity - window.Position);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(end, input.Length - RangeDecoder.LongestSymbol);
        ref ushort models = ref MemoryMarshal.GetArrayDataReference(_models);
        ref byte buffer = ref MemoryMarshal.GetArrayDataReference(window.Buffer);
        ref byte bytes = ref MemoryMarshal.GetArrayDataReference(input);
        nint next = at;
        uint range = _range;
        uint code = _code;
        uint state = _state;
        uint rep0 = _rep0;
        uint position = (uint)window.Position;
        uint limit = position + (uint)count;
        uint previous = window.Previous;
        // How far back is in bounds: everything since the reset, until that is more than the dictionary.
        uint beforeStart = (uint)(window.History - window.Position);
        uint farthest = (uint)window.DictionarySize;
        uint length = _pending;
        if (length > 0)
        {
            length = Copy(window, ref buffer, ref position, limit, rep0, length);
            previous = Unsafe.Add(ref buffer, position - 1);
        }

        while (position < limit)
        {
            if (next > end)
            {
                return false;
            }

            uint positionState = position & _positionMask;
            if (!RangeDecoder.Bit(ref Unsafe.Add(ref models, IsMatch + (state << 4) + positionState), ref range, ref code, ref bytes, ref next))
            {
                uint context = ((position & _literalPositionMask) << _literalContextBits) + (previous >> (8 - _literalContextBits));
                ref ushort literal = ref Unsafe.Add(ref models, Literals + (ModelsOfLiteral * context));
                uint symbol = 1;
                if (state < 7)
                {
                    // Too many of these bits are guessed wrongly: with branches all of LZMA takes 8 % longer.
                    RangeDecoder.RandomBit(ref Unsafe.Add(ref literal, 1), ref symbol, ref range, ref code, ref bytes, ref next);
                    RangeDecoder.RandomBit(ref Unsafe.Add(ref literal, symbol), ref symbol, ref range, ref code, ref bytes, ref next);
                    RangeDecoder.RandomBit(ref Unsafe.Add(ref literal, symbol), ref symbol, ref range, ref code, ref bytes, ref next);
                    RangeDecoder.RandomBit(ref Unsafe.Add(ref literal, symbol), ref symbol, ref range, ref code, ref bytes, ref next);
                    RangeDecoder.RandomBit(ref Unsafe.Add(ref literal, symbol), ref symbol, ref range, ref code, ref bytes, ref next);
                    RangeDecoder.RandomBit(ref Unsafe.Add(ref literal, symbol), ref symbol, ref range, ref code, ref bytes, ref next);
                    RangeDecoder.RandomBit(ref Unsafe.Add(ref literal, symbol), ref symbol, ref range, ref code, ref bytes, ref next);
                    RangeDecoder.RandomBit(ref Unsafe.Add(ref literal, symbol), ref symbol, ref range, ref code, ref bytes, ref next);
                    state = state < 4 ? 0 : state - 3;
                }
                else
                {
                    // After a match the byte at its distance is known not to follow, and its bits choose the models.
                    uint source = position > rep0 ? position - rep0 - 1 : position - rep0 - 1 + (uint)window.Capacity;
                    uint expected = Unsafe.Add(ref buffer, source);
                    uint offset = 0x100;
                    for (int bit = 0; bit < 8; bit++)
                    {
                        expected <<= 1;
                        uint expectedBit = expected & offset;
                        uint zero = RangeDecoder.RandomBit(ref Unsafe.Add(ref literal, offset + expectedBit + symbol), ref symbol, ref range, ref code, ref bytes, ref next);
                        offset &= expectedBit ^ zero;
                    }

                    state = state < 10 ? state - 3 : state - 6;
                }

                previous = symbol & 0xFF;
                Unsafe.Add(ref buffer, position) = (byte)symbol;
                position++;
                continue;
            }

            int lengths;
            if (!RangeDecoder.Bit(ref Unsafe.Add(ref models, IsRep + state), ref range, ref code, ref bytes, ref next))
            {
                _rep3 = _rep2;
                _rep2 = _rep1;
                _rep1 = rep0;
                state = state < 7 ? 7u : 10u;
                lengths = MatchLength;
            }
            else
            {
                if (!RangeDecoder.Bit(ref Unsafe.Add(ref models, IsRep0 + state), ref range, ref code, ref bytes, ref next))
                {
                    if (!RangeDecoder.Bit(ref Unsafe.Add(ref models, IsRep0Long + (state << 4) + positionState), ref range, ref code, ref bytes, ref next))
                    {
                        state = state < 7 ? 9u : 11u;
                        length = 1;
                        goto CopyMatch;
                    }
                }
                else if (!RangeDecoder.Bit(ref Unsafe.Add(ref models, IsRep1 + state), ref range, ref code, ref bytes, ref next))
                {
                    (rep0, _rep1) = (_rep1, rep0);
                }
                else if (!RangeDecoder.Bit(ref Unsafe.Add(ref models, IsRep2 + state), ref range, ref code, ref bytes, ref next))
                {
                    (rep0, _rep1, _rep2) = (_rep2, rep0, _rep1);
                }
                else
                {
                    (rep0, _rep1, _rep2, _rep3) = (_rep3, rep0, _rep1, _rep2);
                }

                state = state < 7 ? 8u : 11u;
                lengths = RepLength;
            }

            ref ushort lengthModels = ref Unsafe.Add(ref models, lengths);
            if (!RangeDecoder.Bit(ref lengthModels, ref range, ref code, ref bytes, ref next))
            {
                length = 2 + RangeDecoder.Tree3(ref Unsafe.Add(ref lengthModels, LengthLow + (positionState << 3)), ref range, ref code, ref bytes, ref next);
            }
            else if (!RangeDecoder.Bit(ref Unsafe.Add(ref lengthModels, 1), ref range, ref code, ref bytes, ref next))
            {
                length = 10 + RangeDecoder.Tree3(ref Unsafe.Add(ref lengthModels, LengthMiddle + (positionState << 3)), ref range, ref code, ref bytes, ref next);
            }
            else
            {
                uint symbol = 1;
                ref ushort high = ref Unsafe.Add(ref lengthModels, LengthHigh);
                for (int bit = 0; bit < 8; bit++)
                {
                    RangeDecoder.TreeBit(ref Unsafe.Add(ref high, symbol), ref symbol, ref range, ref code, ref bytes, ref next);
                }

                length = 18 + symbol - 256;
            }

            if (lengths == MatchLength)
            {
                ref ushort slots = ref Unsafe.Add(ref models, DistanceSlot + (Math.Min(length - 2, 3) << 6));
                uint slot = 1;
                RangeDecoder.TreeBit(ref Unsafe.Add(ref slots, 1), ref slot, ref range, ref code, ref bytes, ref next);
                RangeDecoder.TreeBit(ref Unsafe.Add(ref slots, slot), ref slot, ref range, ref code, ref bytes, ref next);
                RangeDecoder.TreeBit(ref Unsafe.Add(ref slots, slot), ref slot, ref range, ref code, ref bytes, ref next);
                RangeDecoder.TreeBit(ref Unsafe.Add(ref slots, slot), ref slot, ref range, ref code, ref bytes, ref next);
                RangeDecoder.TreeBit(ref Unsafe.Add(ref slots, slot), ref slot, ref range, ref code, ref bytes, ref next);
                RangeDecoder.TreeBit(ref Unsafe.Add(ref slots, slot), ref slot, ref range, ref code, ref bytes, ref next);
                slot -= 64;
                rep0 = slot;
                if (slot >= 4)
                {
                    int bits = (int)(slot >> 1) - 1;
                    rep0 = (2 | (slot & 1)) << bits;
                    if (slot < 14)
                    {
                        rep0 += RangeDecoder.ReverseTree(ref Unsafe.Add(ref models, DistanceSpecial + rep0 - slot), bits, ref range, ref code, ref bytes, ref next);
                    }
                    else
                    {
                        rep0 += RangeDecoder.Direct(bits - 4, ref range, ref code, ref bytes, ref next) << 4;
                        rep0 += RangeDecoder.ReverseTree(ref Unsafe.Add(ref models, DistanceAlign), 4, ref range, ref code, ref bytes, ref next);
                    }
                }
            }

        CopyMatch:
            if (rep0 >= beforeStart + position || rep0 >= farthest)
            {
                return false;
            }

            length = Copy(window, ref buffer, ref position, limit, rep0, length);
            previous = Unsafe.Add(ref buffer, position - 1);
        }

        RangeDecoder.Normalize(ref range, ref code, ref bytes, ref next);
        _range = range;
        _code = code;
        _state = state;
        _rep0 = rep0;
        _pending = length;
        at = (int)next;
        window.Advance(count);
        return next <= end;
    }

    /// <summary>Copies a match, as far as there is room, and gives what is left of it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Copy(SlidingWindow window, ref byte buffer, ref uint position, uint limit, uint rep0, uint length)
    {
        uint distance = rep0 + 1;
        uint count = Math.Min(length, limit - position);
        if (distance >= 16 && distance <= position)
        {
            // Sixteen bytes at a step, past the end of the match but never past the window's slack.
            ref byte target = ref Unsafe.Add(ref buffer, position);
            ref byte source = ref Unsafe.Subtract(ref target, (nint)distance);
            uint done = 0;
            do
            {
                Vector128.LoadUnsafe(ref source, done).StoreUnsafe(ref target, done);
                done += 16;
            }
            while (done < count);
        }
        else
        {
            CopySlowly(window, position, distance, count);
        }

        position += count;
        return length - count;
    }

    // Matches that overlap themselves closely, or begin before the ring's start.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CopySlowly(SlidingWindow window, uint position, uint distance, uint count)
    {
        byte[] buffer = window.Buffer;
        int source = (int)(position - distance);
        if (source >= 0)
        {
            var target = buffer.AsSpan((int)position, (int)count);
            if (distance == 1)
            {
                target.Fill(buffer[source]);
                return;
            }

            var from = buffer.AsSpan(source, (int)count);
            for (int i = 0; i < target.Length; i++)
            {
                target[i] = from[i];
            }

            return;
        }

        source += window.Capacity;
        for (int i = 0; i < count; i++)
        {
            buffer[(int)position + i] = buffer[source];
            source = source + 1 == window.Capacity ? 0 : source + 1;
        }
    }
}
