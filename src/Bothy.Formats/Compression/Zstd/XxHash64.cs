using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Bothy.Formats.Compression.Zstd;

/// <summary>The 64-bit xxHash with seed 0, of which zstd keeps the lower half as a frame's checksum (RFC 8878 §3.1.1).</summary>
internal struct XxHash64
{
    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63;
    private const ulong Prime5 = 0x27D4EB2F165667C5;
    private const int StripeSize = 32;

    private Stripe _begun;
    private ulong _lane1;
    private ulong _lane2;
    private ulong _lane3;
    private ulong _lane4;
    private long _length;

    /// <summary>Begins anew.</summary>
    public void Begin()
    {
        _lane1 = unchecked(Prime1 + Prime2);
        _lane2 = Prime2;
        _lane3 = 0;
        _lane4 = unchecked(0 - Prime1);
        _length = 0;
    }

    /// <summary>Takes in the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        int begun = (int)(_length % StripeSize);
        _length += bytes.Length;
        if (begun > 0)
        {
            Span<byte> stripe = _begun;
            int count = Math.Min(StripeSize - begun, bytes.Length);
            bytes[..count].CopyTo(stripe[begun..]);
            bytes = bytes[count..];
            if (begun + count < StripeSize)
            {
                return;
            }

            AppendStripes(stripe);
        }

        int whole = bytes.Length / StripeSize * StripeSize;
        AppendStripes(bytes[..whole]);
        bytes[whole..].CopyTo(_begun);
    }

    /// <summary>The hash of what was taken in.</summary>
    public readonly ulong End()
    {
        unchecked
        {
            ulong hash = Prime5;
            if (_length >= StripeSize)
            {
                hash = BitOperations.RotateLeft(_lane1, 1) + BitOperations.RotateLeft(_lane2, 7)
                    + BitOperations.RotateLeft(_lane3, 12) + BitOperations.RotateLeft(_lane4, 18);
                hash = Merge(Merge(Merge(Merge(hash, _lane1), _lane2), _lane3), _lane4);
            }

            hash += (ulong)_length;
            ReadOnlySpan<byte> rest = ((ReadOnlySpan<byte>)_begun)[..(int)(_length % StripeSize)];
            for (; rest.Length >= 8; rest = rest[8..])
            {
                hash ^= Round(0, BinaryPrimitives.ReadUInt64LittleEndian(rest));
                hash = (BitOperations.RotateLeft(hash, 27) * Prime1) + Prime4;
            }

            if (rest.Length >= 4)
            {
                hash ^= BinaryPrimitives.ReadUInt32LittleEndian(rest) * Prime1;
                hash = (BitOperations.RotateLeft(hash, 23) * Prime2) + Prime3;
                rest = rest[4..];
            }

            foreach (byte value in rest)
            {
                hash ^= value * Prime5;
                hash = BitOperations.RotateLeft(hash, 11) * Prime1;
            }

            hash = (hash ^ (hash >> 33)) * Prime2;
            hash = (hash ^ (hash >> 29)) * Prime3;
            return hash ^ (hash >> 32);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AppendStripes(ReadOnlySpan<byte> bytes)
    {
        var (lane1, lane2, lane3, lane4) = (_lane1, _lane2, _lane3, _lane4);
        for (; bytes.Length >= StripeSize; bytes = bytes[StripeSize..])
        {
            lane1 = Round(lane1, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            lane2 = Round(lane2, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
            lane3 = Round(lane3, BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]));
            lane4 = Round(lane4, BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]));
        }

        (_lane1, _lane2, _lane3, _lane4) = (lane1, lane2, lane3, lane4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Round(ulong lane, ulong eight) => unchecked(BitOperations.RotateLeft(lane + (eight * Prime2), 31) * Prime1);

    private static ulong Merge(ulong hash, ulong lane) => unchecked(((hash ^ Round(0, lane)) * Prime1) + Prime4);

    [InlineArray(StripeSize)]
    private struct Stripe
    {
        private byte _first;
    }
}
