using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Bothy.Formats.Compression.Deflate;

/// <summary>
/// Compresses one chunk of a longer stream, knowing the 32 KiB before it but nothing else, into whole bytes. What comes out depends on those
/// bytes alone: tables are cleared for each chunk, all arithmetic is on integers, and a machine's byte order is hidden.
/// </summary>
/// <remarks>
/// Matches are found by hash chains over four bytes and taken unless the next position has a better one. Chains hold positions modulo
/// 64 Ki: an entry too old looks like a near one, which the comparison of the bytes themselves finds out.
/// Every constant here is part of <see cref="GzipEncodingStream.Contract"/>.
/// </remarks>
internal sealed class DeflateEncoder(DeflateEffort effort) : IChunk<DeflateEncoder>
{
    /// <summary>The bytes of a chunk, but for the last.</summary>
    public const int ChunkSize = 256 << 10;

    private const int HashBits = 15;
    private const int WindowMask = DeflateCodes.FarthestMatch - 1;
    private const int ShortestUsed = 4;
    private const int GoodEnough = 64;

    // Room for the reads of eight bytes that begin before the end.
    private const int Slack = 16;

    private readonly byte[] _input = new byte[DeflateCodes.FarthestMatch + ChunkSize + Slack];
    private readonly byte[] _output = new byte[ChunkSize + (ChunkSize >> 6) + 1024];
    private readonly ushort[] _heads = new ushort[1 << HashBits];
    private readonly ushort[] _chain = new ushort[DeflateCodes.FarthestMatch];
    private readonly DeflateBlock _block = new();
    private int _start;
    private int _end;
    private int _outputLength;

    /// <summary>The bytes of the chunk so far.</summary>
    public int Length => _end - _start;

    /// <summary>The CRC-32 of the chunk's bytes; there once <see cref="Encode"/> has run.</summary>
    public uint Crc { get; private set; }

    /// <summary>Whether the chunk has all its bytes.</summary>
    public bool IsFull => _end == _start + ChunkSize;

    /// <summary>Whether the chunk has no bytes yet.</summary>
    public bool IsEmpty => _end == _start;

    /// <summary>What <see cref="Encode"/> made.</summary>
    public ReadOnlySpan<byte> Output => _output.AsSpan(0, _outputLength);

    /// <summary>Begins a chunk that follows the one of <paramref name="previous"/>, which may be this and may still be at work; null for the first of a fragment.</summary>
    public void Begin(DeflateEncoder? previous)
    {
        int history = previous is null ? 0 : Math.Min(previous._end, DeflateCodes.FarthestMatch);
        previous?._input.AsSpan(previous._end - history, history).CopyTo(_input);
        _start = _end = history;
        _outputLength = 0;
    }

    /// <summary>Adds to the chunk what fits and gives how much that is.</summary>
    public int Add(ReadOnlySpan<byte> bytes)
    {
        int count = Math.Min(bytes.Length, _start + ChunkSize - _end);
        bytes[..count].CopyTo(_input.AsSpan(_end));
        _end += count;
        return count;
    }

    /// <summary>Compresses the chunk to blocks of which none is marked as the last, ending on a whole byte.</summary>
    public void Encode()
    {
        Array.Clear(_heads);
        Array.Clear(_chain);
        InsertHistory();
        var writer = new BitWriter(_output);
        EncodeBlocks(ref writer);
        DeflateBlock.WriteStored(ref writer, []);
        _outputLength = writer.Length;
        Crc = Crc32.Append(0, _input.AsSpan(_start, Length));
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void InsertHistory()
    {
        ref byte data = ref MemoryMarshal.GetArrayDataReference(_input);
        ref ushort heads = ref MemoryMarshal.GetArrayDataReference(_heads);
        ref ushort chain = ref MemoryMarshal.GetArrayDataReference(_chain);
        for (int at = 0; at < Math.Min(_start, _end - ShortestUsed + 1); at++)
        {
            Insert(ref data, ref heads, ref chain, at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void EncodeBlocks(ref BitWriter writer)
    {
        ref byte data = ref MemoryMarshal.GetArrayDataReference(_input);
        ref ushort heads = ref MemoryMarshal.GetArrayDataReference(_heads);
        ref ushort chain = ref MemoryMarshal.GetArrayDataReference(_chain);
        var (depth, lazyDepth) = effort;
        int end = _end;
        int at = _start;
        int blockStart = at;
        int literals = 0;
        while (at < end)
        {
            if (_block.IsFull)
            {
                _block.WriteTo(ref writer, _input.AsSpan(blockStart, at - blockStart));
                blockStart = at;
            }

            int length = ShortestUsed - 1;
            int distance = 0;
            if (end - at >= ShortestUsed)
            {
                length = Longest(ref data, ref heads, ref chain, at, end, length, depth, ref distance);
            }

            if (distance == 0)
            {
                // Where nothing has matched for a while nothing is likely to, and looking less often costs little.
                int step = Math.Min(Math.Min(1 + (literals >> 8), 16), end - at);
                literals += step;
                for (; step > 0; step--)
                {
                    _block.AddLiteral(Unsafe.Add(ref data, at++));
                }

                continue;
            }

            int inserted = at + 1;
            while (length < GoodEnough && end - at > length + 1)
            {
                int laterDistance = 0;
                int later = Longest(ref data, ref heads, ref chain, at + 1, end, length, lazyDepth, ref laterDistance);
                inserted++;
                if (laterDistance == 0
                    || (4 * (later - length)) + BitOperations.Log2((uint)distance) - BitOperations.Log2((uint)laterDistance) <= 2)
                {
                    break;
                }

                _block.AddLiteral(Unsafe.Add(ref data, at++));
                length = later;
                distance = laterDistance;
            }

            literals = 0;
            _block.AddMatch(length, distance);
            at += length;
            int last = Math.Min(at, end - ShortestUsed + 1);
            for (; inserted < last; inserted++)
            {
                Insert(ref data, ref heads, ref chain, inserted);
            }
        }

        if (!_block.IsEmpty)
        {
            _block.WriteTo(ref writer, _input.AsSpan(blockStart, at - blockStart));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Insert(ref byte data, ref ushort heads, ref ushort chain, int at)
    {
        ref ushort head = ref Unsafe.Add(ref heads, Hash(Load32(ref data, at)));
        Unsafe.Add(ref chain, at & WindowMask) = head;
        head = (ushort)at;
    }

    /// <summary>
    /// Inserts a position and looks for a match there that is longer than <paramref name="best"/>, which is less than the bytes left. Gives its length
    /// and sets its distance; else gives <paramref name="best"/> and leaves the distance.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Longest(ref byte data, ref ushort heads, ref ushort chain, int at, int end, int best, int depth, ref int distance)
    {
        uint start = Load32(ref data, at);
        ref ushort head = ref Unsafe.Add(ref heads, Hash(start));
        int back = (ushort)(at - head);
        Unsafe.Add(ref chain, at & WindowMask) = head;
        head = (ushort)at;
        int farthest = Math.Min(at, DeflateCodes.FarthestMatch);
        int longest = Math.Min(end - at, DeflateCodes.LongestMatch);
        uint tail = Load32(ref data, at + best - 3);
        while (back != 0 && back <= farthest)
        {
            int candidate = at - back;
            if (Load32(ref data, candidate + best - 3) == tail && Load32(ref data, candidate) == start)
            {
                int length = Extend(ref data, at, candidate, longest);
                if (length > best)
                {
                    best = length;
                    distance = back;
                    if (length >= GoodEnough || length == longest)
                    {
                        break;
                    }

                    tail = Load32(ref data, at + best - 3);
                }
            }

            if (--depth == 0)
            {
                break;
            }

            int next = (ushort)(at - Unsafe.Add(ref chain, candidate & WindowMask));
            if (next <= back)
            {
                break;
            }

            back = next;
        }

        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Extend(ref byte data, int at, int candidate, int longest)
    {
        int length = ShortestUsed;
        while (length < longest)
        {
            ulong difference = Load64(ref data, at + length) ^ Load64(ref data, candidate + length);
            if (difference != 0)
            {
                return Math.Min(length + (BitOperations.TrailingZeroCount(difference) >> 3), longest);
            }

            length += 8;
        }

        return longest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Hash(uint four) => (int)((four * 0x9E3779B1) >> (32 - HashBits));

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
