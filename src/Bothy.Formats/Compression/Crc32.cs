using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bothy.Formats.Compression;

/// <summary>
/// The CRC-32 of gzip and xz (RFC 1952 §8): sixty-four bytes at a step where the processor multiplies polynomials, eight elsewhere.
/// </summary>
/// <remarks>
/// A message is a polynomial, and its CRC is what is left of it modulo another. A block of 128 bits that stands n bits before the end can
/// therefore be replaced by the product of its halves with what x^n leaves, which has no more than 128 bits itself: blocks are
/// folded onto later ones until one is left. All is bit-reversed, as the CRC is.
/// </remarks>
internal static class Crc32
{
    private const int Block = 16;
    private const int Lanes = 4;

    private const uint Polynomial = 0xEDB88320;

    // Table k holds the remainder of a byte followed by k zero bytes; one array, so that one bounds check can be proven away.
    private static readonly uint[] Tables = MakeTables();

    private static readonly Vector128<ulong> AcrossBlock = Across(8 * Block);
    private static readonly Vector128<ulong> AcrossLanes = Across(8 * Block * Lanes);

    /// <summary>The CRC of bytes whose first part has the CRC <paramref name="crc"/> (0 for none) and whose rest is <paramref name="bytes"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<uint> tables = Tables.AsSpan(0, 8 * 256);
        crc = ~crc;
        if (Pclmulqdq.IsSupported && bytes.Length >= 2 * Lanes * Block)
        {
            int folded = bytes.Length & ~(Block - 1);
            Span<byte> left = stackalloc byte[Block];
            Fold(crc, bytes[..folded], left);
            crc = AppendRaw(tables, 0, left);
            bytes = bytes[folded..];
        }

        return ~AppendRaw(tables, crc, bytes);
    }

    // Neither inverted before nor after.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint AppendRaw(ReadOnlySpan<uint> tables, uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            ulong eight = BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ crc;
            crc = tables[(7 * 256) + (int)(byte)eight]
                ^ tables[(6 * 256) + (int)(byte)(eight >> 8)]
                ^ tables[(5 * 256) + (int)(byte)(eight >> 16)]
                ^ tables[(4 * 256) + (int)(byte)(eight >> 24)]
                ^ tables[(3 * 256) + (int)(byte)(eight >> 32)]
                ^ tables[(2 * 256) + (int)(byte)(eight >> 40)]
                ^ tables[256 + (int)(byte)(eight >> 48)]
                ^ tables[(int)(byte)(eight >> 56)];
            bytes = bytes[8..];
        }

        foreach (byte value in bytes)
        {
            crc = (crc >> 8) ^ tables[(byte)(crc ^ value)];
        }

        return crc;
    }

    // Leaves sixteen bytes whose CRC, begun with 0, is that of all the bytes begun with this one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fold(uint crc, ReadOnlySpan<byte> bytes, Span<byte> left)
    {
        ref byte at = ref MemoryMarshal.GetReference(bytes);
        ref byte end = ref Unsafe.Add(ref at, bytes.Length);
        var first = Vector128.LoadUnsafe(ref at).AsUInt64() ^ Vector128.CreateScalar((ulong)crc);
        var second = Vector128.LoadUnsafe(ref at, Block).AsUInt64();
        var third = Vector128.LoadUnsafe(ref at, 2 * Block).AsUInt64();
        var fourth = Vector128.LoadUnsafe(ref at, 3 * Block).AsUInt64();
        at = ref Unsafe.Add(ref at, Lanes * Block);
        while (Unsafe.ByteOffset(ref at, ref end) >= Lanes * Block)
        {
            first = Folded(first, AcrossLanes) ^ Vector128.LoadUnsafe(ref at).AsUInt64();
            second = Folded(second, AcrossLanes) ^ Vector128.LoadUnsafe(ref at, Block).AsUInt64();
            third = Folded(third, AcrossLanes) ^ Vector128.LoadUnsafe(ref at, 2 * Block).AsUInt64();
            fourth = Folded(fourth, AcrossLanes) ^ Vector128.LoadUnsafe(ref at, 3 * Block).AsUInt64();
            at = ref Unsafe.Add(ref at, Lanes * Block);
        }

        var all = Folded(Folded(Folded(first, AcrossBlock) ^ second, AcrossBlock) ^ third, AcrossBlock) ^ fourth;
        for (; Unsafe.IsAddressLessThan(ref at, ref end); at = ref Unsafe.Add(ref at, Block))
        {
            all = Folded(all, AcrossBlock) ^ Vector128.LoadUnsafe(ref at).AsUInt64();
        }

        all.AsByte().CopyTo(left);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Folded(Vector128<ulong> block, Vector128<ulong> across) =>
        Pclmulqdq.CarrylessMultiply(block, across, 0x00) ^ Pclmulqdq.CarrylessMultiply(block, across, 0x11);

    // The first half of a block stands 64 bits before the second. Reversed, a product of 64 bits with 32 comes out one bit too low, and the
    // remainder in the low end of its 64 bits: hence the shift, and hence 32 bits less.
    private static Vector128<ulong> Across(int bits) => Vector128.Create((ulong)PowerOfX(bits + 32) << 1, (ulong)PowerOfX(bits - 32) << 1);

    private static uint PowerOfX(int exponent)
    {
        uint power = 0x80000000;
        for (; exponent > 0; exponent--)
        {
            power = (power >> 1) ^ (Polynomial & (0 - (power & 1)));
        }

        return power;
    }

    /// <summary>The CRC of two runs of bytes in a row, of which the second has <paramref name="secondLength"/> bytes.</summary>
    public static uint Combine(uint first, uint second, long secondLength)
    {
        // Appending n bytes multiplies what came before by x to the power of 8n; the two then add up without carry. Bit 31 is the power 0.
        uint shift = 1u << 31;
        uint power = 1u << 23;
        for (; secondLength > 0; secondLength >>= 1)
        {
            if ((secondLength & 1) != 0)
            {
                shift = Multiply(shift, power);
            }

            power = Multiply(power, power);
        }

        return Multiply(shift, first) ^ second;
    }

    private static uint Multiply(uint a, uint b)
    {
        uint product = 0;
        for (; a != 0; a <<= 1)
        {
            product ^= b & (0 - (a >> 31));
            b = (b >> 1) ^ (Polynomial & (0 - (b & 1)));
        }

        return product;
    }

    private static uint[] MakeTables()
    {
        uint[] tables = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (Polynomial & (0 - (crc & 1)));
            }

            tables[i] = crc;
        }

        for (int i = 256; i < tables.Length; i++)
        {
            uint shorter = tables[i - 256];
            tables[i] = (shorter >> 8) ^ tables[(byte)shorter];
        }

        return tables;
    }
}
