using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bothy.Formats.Compression.Deflate;

namespace Bothy.Formats.Compression.Inflate;

/// <summary>
/// Decodes one deflate stream (RFC 1951) and stops on the byte where it ends, which the platform's inflater does not tell.
/// Output goes behind its own last 32 KiB in one buffer.
/// </summary>
internal sealed class Inflater(CompressedInput input) : IDecoder
{
    private const int Limit = DeflateCodes.FarthestMatch + (64 << 10);

    // A match may begin right before the limit, and is copied sixteen bytes at a time.
    private const int Slack = DeflateCodes.LongestMatch + 16;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(Limit + Slack);
    private readonly InflateHeader _header = new();
    private int _position;
    private ulong _bits;
    private int _bitCount;
    private int _storedLeft;
    private bool _inBlock;
    private bool _isStored;
    private bool _isLast;
    private bool _disposed;

    /// <summary>Begins a new stream.</summary>
    public void Begin()
    {
        _position = 0;
        _bits = 0;
        _bitCount = 0;
        _inBlock = false;
        _isLast = false;
    }

    /// <inheritdoc />
    public bool TryNext(out ReadOnlyMemory<byte> bytes)
    {
        if (_position >= Limit)
        {
            _buffer.AsSpan(_position - DeflateCodes.FarthestMatch, DeflateCodes.FarthestMatch).CopyTo(_buffer);
            _position = DeflateCodes.FarthestMatch;
        }

        int start = _position;
        while (_position < Limit && (_inBlock || !_isLast))
        {
            if (!_inBlock)
            {
                BeginBlock();
            }
            else if (_isStored)
            {
                CopyStored();
            }
            else
            {
                DecodeSymbols();
            }
        }

        bytes = _buffer.AsMemory(start, _position - start);
        return _position > start;
    }

    /// <summary>Takes <paramref name="count"/> bits, at most 16.</summary>
    public int Take(int count)
    {
        while (_bitCount < count)
        {
            _bits |= (ulong)input.Take(1)[0] << _bitCount;
            _bitCount += 8;
        }

        int value = (int)_bits & ((1 << count) - 1);
        _bits >>= count;
        _bitCount -= count;
        return value;
    }

    /// <summary>Takes a code and gives its entry.</summary>
    public uint Take(InflateTable table)
    {
        // Bit by bit, since the bits after the code may be those after the stream.
        ulong code = 0;
        for (int length = 1; length <= InflateTable.FirstBits; length++)
        {
            code |= (ulong)Take(1) << (length - 1);
            uint entry = table.Entries[(int)code];
            if ((entry & 0xFF) == length)
            {
                return entry;
            }
        }

        throw input.Malformed("the deflate data has a code that means nothing");
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }

    private void BeginBlock()
    {
        _isLast = Take(1) == 1;
        int kind = Take(2);
        _inBlock = true;
        _isStored = kind == 0;
        if (_isStored)
        {
            _bits = 0;
            _bitCount = 0;
            _storedLeft = Take(16);
            if (Take(16) != (_storedLeft ^ 0xFFFF))
            {
                input.Fail("a stored block of deflate contradicts its length");
            }
        }
        else if (kind == 3 || !_header.TryRead(this, isFixed: kind == 1))
        {
            input.Fail("a block of deflate does not begin like one");
        }
    }

    private void CopyStored()
    {
        int count = Math.Min(_storedLeft, Limit - _position);
        input.Take(count).CopyTo(_buffer.AsSpan(_position));
        _position += count;
        _storedLeft -= count;
        _inBlock = _storedLeft > 0;
    }

    // Whole bytes that were looked at but not used are given back at the end, so that the input is where the stream is.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void DecodeSymbols()
    {
        bool more = input.TryFill(1024);
        int end = input.End;
        // Before the input's end whole symbols are there; at it, decoding runs up to 8 bytes into the spare ones and is then refused.
        int safe = more ? end - 16 : end + 8;
        ref byte source = ref MemoryMarshal.GetArrayDataReference(input.Buffer);
        ref byte target = ref MemoryMarshal.GetArrayDataReference(_buffer);
        ref uint literals = ref MemoryMarshal.GetArrayDataReference(_header.Literals.Entries);
        ref uint distances = ref MemoryMarshal.GetArrayDataReference(_header.Distances.Entries);
        int at = input.At;
        int position = _position;
        ulong bits = _bits;
        int count = _bitCount;
        bool damaged = false;
        while (position < Limit && at <= safe)
        {
            Refill(ref source, ref at, ref bits, ref count);
            uint entry = Find(ref literals, bits);
            if ((entry & InflateTable.IsLiteral) != 0)
            {
                // A second literal fits into the same bits; a match is sure to only in fresh ones.
                Drop(entry, ref bits, ref count);
                Unsafe.Add(ref target, position++) = (byte)(entry >> 16);
                entry = Find(ref literals, bits);
                if ((entry & InflateTable.IsLiteral) != 0)
                {
                    Drop(entry, ref bits, ref count);
                    Unsafe.Add(ref target, position++) = (byte)(entry >> 16);
                    continue;
                }

                Refill(ref source, ref at, ref bits, ref count);
            }

            Drop(entry, ref bits, ref count);
            if ((entry & (InflateTable.IsEnd | InflateTable.IsMeaningless)) != 0)
            {
                damaged = (entry & InflateTable.IsEnd) == 0;
                _inBlock = damaged;
                break;
            }

            int length = Value(entry, ref bits, ref count);
            entry = Find(ref distances, bits);
            Drop(entry, ref bits, ref count);
            int distance = Value(entry, ref bits, ref count);
            if ((entry & InflateTable.IsMeaningless) != 0 || distance > position)
            {
                damaged = true;
                break;
            }

            Copy(ref target, position, distance, length);
            position += length;
        }

        at -= count >> 3;
        _bitCount = count & 7;
        _bits = bits & ((1UL << _bitCount) - 1);
        _position = position;
        if (damaged || at > end)
        {
            input.Fail(at > end ? "the data is cut short" : "the deflate data is damaged");
        }

        input.Skip(at - input.At);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Refill(ref byte source, ref int at, ref ulong bits, ref int count)
    {
        ulong eight = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, at));
        bits |= (BitConverter.IsLittleEndian ? eight : BinaryPrimitives.ReverseEndianness(eight)) << count;
        at += (63 - count) >> 3;
        count |= 56;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Find(ref uint entries, ulong bits)
    {
        uint entry = Unsafe.Add(ref entries, (int)bits & ((1 << InflateTable.FirstBits) - 1));
        return (entry & InflateTable.IsTable) == 0
            ? entry
            : Unsafe.Add(ref entries, (int)(entry >> 16) + ((int)(bits >> InflateTable.FirstBits) & ((1 << InflateTable.NextBits) - 1)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Drop(uint entry, ref ulong bits, ref int count)
    {
        bits >>= (int)(entry & 0x3F);
        count -= (int)(entry & 0x3F);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Value(uint entry, ref ulong bits, ref int count)
    {
        int extra = (int)(entry >> 8) & 0xF;
        int value = (int)(entry >> 16) + ((int)bits & ((1 << extra) - 1));
        bits >>= extra;
        count -= extra;
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(ref byte buffer, int position, int distance, int length)
    {
        ref byte target = ref Unsafe.Add(ref buffer, position);
        ref byte source = ref Unsafe.Add(ref buffer, position - distance);
        if (distance >= 16)
        {
            nuint done = 0;
            do
            {
                Vector128.LoadUnsafe(ref source, done).StoreUnsafe(ref target, done);
                done += 16;
            }
            while (done < (nuint)length);
        }
        else if (distance == 1)
        {
            MemoryMarshal.CreateSpan(ref target, length).Fill(source);
        }
        else
        {
            for (int i = 0; i < length; i++)
            {
                Unsafe.Add(ref target, i) = Unsafe.Add(ref source, i);
            }
        }
    }
}
