using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Bothy.Formats.Compression;

/// <summary>
/// The CRC-32 of gzip and xz (RFC 1952 §8): sixty-four bytes at a step where the processor multiplies polynomials, eight elsewhere.
/// </summary>
internal static class Crc32
{
    private const uint Polynomial = 0xEDB88320;

    // Table k holds the remainder of a byte followed by k zero bytes; one array, so that one bounds check can be proven away.
    private static readonly uint[] Tables = MakeTables();

    private static readonly CrcFolding Folding = new(Across);

    /// <summary>The CRC of bytes whose first part has the CRC <paramref name="crc"/> (0 for none) and whose rest is <paramref name="bytes"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<uint> tables = Tables.AsSpan(0, 8 * 256);
        crc = ~crc;
        if (CrcFolding.IsWorthIt(bytes.Length))
        {
            Span<byte> left = stackalloc byte[CrcFolding.Block];
            bytes = Folding.Fold(crc, bytes, left);
            crc = AppendRaw(tables, 0, left);
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

    // A product of 64 bits with 32 comes out one bit too low, and the remainder in the low end of its 64 bits: hence the shift, and hence 32 bits less.
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
