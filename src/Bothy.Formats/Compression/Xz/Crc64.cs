using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Bothy.Formats.Compression.Xz;

/// <summary>The CRC-64 of xz (ECMA-182, reflected): sixty-four bytes at a step where the processor multiplies polynomials, eight elsewhere.</summary>
internal static class Crc64
{
    private const ulong Polynomial = 0xC96C5795D7870F42;

    // Table k holds the remainder of a byte followed by k zero bytes; one array, so that one bounds check can be proven away.
    private static readonly ulong[] Tables = MakeTables();

    private static readonly CrcFolding Folding = new(Across);

    /// <summary>The CRC of bytes whose first part has the CRC <paramref name="crc"/> (0 for none) and whose rest is <paramref name="bytes"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Append(ulong crc, ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<ulong> tables = Tables.AsSpan(0, 8 * 256);
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
    private static ulong AppendRaw(ReadOnlySpan<ulong> tables, ulong crc, ReadOnlySpan<byte> bytes)
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

    private static Vector128<ulong> Across(int bits) => Vector128.Create(PowerOfX(bits + 63), PowerOfX(bits - 1));

    private static ulong PowerOfX(int exponent)
    {
        ulong power = 1UL << 63;
        for (; exponent > 0; exponent--)
        {
            power = (power >> 1) ^ (Polynomial & (0 - (power & 1)));
        }

        return power;
    }

    private static ulong[] MakeTables()
    {
        ulong[] tables = new ulong[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            ulong crc = i;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (Polynomial & (0 - (crc & 1)));
            }

            tables[i] = crc;
        }

        for (int i = 256; i < tables.Length; i++)
        {
            ulong shorter = tables[i - 256];
            tables[i] = (shorter >> 8) ^ tables[(byte)shorter];
        }

        return tables;
    }
}
