using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bothy.Formats.Compression.Zstd;

/// <summary>
/// Finds the sequences of one block after another. Two tables hold the last position of each hash of eight bytes and of five; of the
/// matches that they and the last distance give the first that is good enough is taken.
/// </summary>
internal sealed class ZstdMatcher
{
    /// <summary>Room for the sequences of a block: each stands for four bytes at least.</summary>
    public const int MostSequences = (ZstdFrame.LargestBlock / ShortestUsed) + 1;

    private const int ShortestUsed = 4;
    private const int LongBits = 17;
    private const int ShortBits = 16;

    // Up to here a match of the short table may be of four bytes.
    private const int Near = 1 << 14;

    // Bytes at the end of a block in which no match begins.
    private const int Margin = 8;

    private readonly int[] _longHeads = new int[1 << LongBits];
    private readonly int[] _shortHeads = new int[1 << ShortBits];
    private readonly byte[] _literals = new byte[ZstdFrame.LargestBlock];
    private byte[] _input = [];
    private int _literalCount;

    /// <summary>The distances that the decoder knows, the last first; 0 for one that it may not know.</summary>
    public (int First, int Second, int Third) Recent { get; set; }

    /// <summary>How many sequences the block has.</summary>
    public int Count { get; private set; }

    /// <summary>How many literals come before the match of each sequence.</summary>
    public int[] LiteralLengths { get; } = new int[MostSequences];

    /// <summary>How long each match is.</summary>
    public int[] MatchLengths { get; } = new int[MostSequences];

    /// <summary>What stands for the distance of each: 1 to 3 for a recent one, else the distance and 3.</summary>
    public int[] Offsets { get; } = new int[MostSequences];

    /// <summary>The literals of all sequences, and those behind the last.</summary>
    public ReadOnlySpan<byte> Literals => _literals.AsSpan(0, _literalCount);

    /// <summary>Begins a chunk that starts in <paramref name="input"/> behind <paramref name="history"/> bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Begin(byte[] input, int history)
    {
        _input = input;
        Recent = history == 0 ? (1, 4, 8) : default;
        Array.Clear(_longHeads);
        Array.Clear(_shortHeads);
        ref byte data = ref MemoryMarshal.GetArrayDataReference(input);
        for (int at = 1; at < history; at += 3)
        {
            ulong eight = Load64(ref data, at);
            _longHeads[LongHash(eight)] = at;
            _shortHeads[ShortHash(eight)] = at;
        }
    }

    /// <summary>Passes over a block that is all the same byte.</summary>
    public void Skip(int start, int length) => _longHeads[LongHash(Load64(ref MemoryMarshal.GetArrayDataReference(_input), start))] = start + length - Margin;

    /// <summary>Finds the sequences of the block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Find(int start, int length)
    {
        Count = 0;
        _literalCount = 0;
        ref byte data = ref MemoryMarshal.GetArrayDataReference(_input);
        ref int longHeads = ref MemoryMarshal.GetArrayDataReference(_longHeads);
        ref int shortHeads = ref MemoryMarshal.GetArrayDataReference(_shortHeads);
        var (first, second, third) = Recent;
        int end = start + length;
        int last = end - Margin;
        int literalsStart = start;
        int at = start;
        while (at < last)
        {
            ulong eight = Load64(ref data, at);
            ref int longHead = ref Unsafe.Add(ref longHeads, LongHash(eight));
            ref int shortHead = ref Unsafe.Add(ref shortHeads, ShortHash(eight));
            int longAt = longHead;
            int shortAt = shortHead;
            longHead = at;
            shortHead = at;

            int matchAt;
            int matchLength;
            if (first > 0 && Load32(ref data, at + 1 - first) == (uint)(eight >> 8))
            {
                at++;
                matchAt = at - first;
                matchLength = Extend(ref data, at + 4, matchAt + 4, end) + 4;
                Add(ref data, literalsStart, at, matchLength, offset: 1);
            }
            else
            {
                if (longAt > 0 && Load64(ref data, longAt) == eight)
                {
                    matchAt = longAt;
                    matchLength = Extend(ref data, at + 8, matchAt + 8, end) + 8;
                }
                else if (shortAt > 0 && Load32(ref data, shortAt) == (uint)eight)
                {
                    matchAt = shortAt;
                    matchLength = Extend(ref data, at + 4, matchAt + 4, end) + 4;

                    // A longer one may begin at the next byte.
                    ulong next = Load64(ref data, at + 1);
                    ref int nextHead = ref Unsafe.Add(ref longHeads, LongHash(next));
                    int nextAt = nextHead;
                    nextHead = at + 1;
                    if (nextAt > 0 && Load64(ref data, nextAt) == next)
                    {
                        int nextLength = Extend(ref data, at + 9, nextAt + 8, end) + 8;
                        if (nextLength > matchLength)
                        {
                            at++;
                            matchAt = nextAt;
                            matchLength = nextLength;
                        }
                    }
                    else if (matchLength == 4 && at - matchAt > Near)
                    {
                        at++;
                        continue;
                    }
                }
                else
                {
                    // Where nothing has matched for a while nothing is likely to, and looking less often costs little.
                    at += 1 + ((at - literalsStart) >> 8);
                    continue;
                }

                while (at > literalsStart && matchAt > 0 && Unsafe.Add(ref data, at - 1) == Unsafe.Add(ref data, matchAt - 1))
                {
                    at--;
                    matchAt--;
                    matchLength++;
                }

                third = second;
                second = first;
                first = at - matchAt;
                Add(ref data, literalsStart, at, matchLength, first + 3);
            }

            int inserted = at + 1;
            at += matchLength;
            literalsStart = at;
            if (at >= last)
            {
                break;
            }

            // A few positions of the match, for later ones to find.
            Insert(ref data, ref longHeads, ref shortHeads, inserted + 1);
            Insert(ref data, ref longHeads, ref shortHeads, at - 2);
            Unsafe.Add(ref shortHeads, ShortHash(Load64(ref data, at - 1))) = at - 1;

            // Without a literal between, the second distance is the nearest.
            while (at < last && second > 0 && Load32(ref data, at) == Load32(ref data, at - second))
            {
                Insert(ref data, ref longHeads, ref shortHeads, at);
                (first, second) = (second, first);
                matchLength = Extend(ref data, at + 4, at + 4 - first, end) + 4;
                Add(ref data, at, at, matchLength, offset: 1);
                at += matchLength;
                literalsStart = at;
            }
        }

        Recent = (first, second, third);
        AddLiterals(ref data, literalsStart, end - literalsStart);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(ref byte data, int literalsStart, int at, int matchLength, int offset)
    {
        LiteralLengths[Count] = at - literalsStart;
        MatchLengths[Count] = matchLength;
        Offsets[Count++] = offset;
        AddLiterals(ref data, literalsStart, at - literalsStart);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddLiterals(ref byte data, int start, int length)
    {
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref data, start), length).CopyTo(_literals.AsSpan(_literalCount));
        _literalCount += length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Insert(ref byte data, ref int longHeads, ref int shortHeads, int at)
    {
        ulong eight = Load64(ref data, at);
        Unsafe.Add(ref longHeads, LongHash(eight)) = at;
        Unsafe.Add(ref shortHeads, ShortHash(eight)) = at;
    }

    /// <summary>How many bytes are the same at both places, before the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Extend(ref byte data, int at, int matchAt, int end)
    {
        int start = at;
        while (at < end)
        {
            ulong difference = Load64(ref data, at) ^ Load64(ref data, matchAt);
            if (difference != 0)
            {
                return Math.Min(at + (BitOperations.TrailingZeroCount(difference) >> 3), end) - start;
            }

            at += 8;
            matchAt += 8;
        }

        return end - start;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int LongHash(ulong eight) => (int)(unchecked(eight * 0x9E3779B97F4A7C15) >> (64 - LongBits));

    // The five lowest bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ShortHash(ulong eight) => (int)(unchecked((eight << 24) * 0x9E3779B97F4A7C15) >> (64 - ShortBits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Load32(ref byte data, int at)
    {
        uint value = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref data, at));
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Load64(ref byte data, int at)
    {
        ulong value = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref data, at));
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }
}
