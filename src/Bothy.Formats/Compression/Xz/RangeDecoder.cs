using System.Runtime.CompilerServices;

namespace Bothy.Formats.Compression.Xz;

/// <summary>
/// The steps of LZMA's binary range decoder. Its three words live in locals of the one hot method and come in by reference, which
/// the compiler turns back into registers once these are inlined; as fields they would be loaded and stored for every bit.
/// </summary>
/// <remarks>
/// None checks the input for its end: a symbol consumes at most <see cref="LongestSymbol"/> bytes, the input buffer has that
/// much behind its last byte, and the caller checks once a symbol.
/// </remarks>
internal static class RangeDecoder
{
    /// <summary>More bytes than any one symbol can consume.</summary>
    public const int LongestSymbol = CompressedInput.Spare;

    /// <summary>The probability that every model begins with: one half of 2048.</summary>
    public const ushort Even = 1024;

    private const uint Top = 1 << 24;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Normalize(ref uint range, ref uint code, ref byte input, ref nint at)
    {
        if (range < Top)
        {
            range <<= 8;
            code = (code << 8) | Unsafe.Add(ref input, at);
            at++;
        }
    }

    /// <summary>Decodes a bit that can be guessed, with a branch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Bit(ref ushort model, ref uint range, ref uint code, ref byte input, ref nint at)
    {
        Normalize(ref range, ref code, ref input, ref at);
        uint probability = model;
        uint bound = (range >> 11) * probability;
        if (code < bound)
        {
            range = bound;
            model = (ushort)(probability + ((2048 - probability) >> 5));
            return false;
        }

        range -= bound;
        code -= bound;
        model = (ushort)(probability - (probability >> 5));
        return true;
    }

    /// <summary>Decodes a bit and appends it to <paramref name="symbol"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void TreeBit(ref ushort model, ref uint symbol, ref uint range, ref uint code, ref byte input, ref nint at) =>
        symbol = (symbol << 1) + (Bit(ref model, ref range, ref code, ref input, ref at) ? 1u : 0);

    /// <summary>
    /// Decodes a bit that is close to random, without a branch, and appends it to <paramref name="symbol"/>. Gives all ones for a
    /// 0 and zero for a 1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint RandomBit(ref ushort model, ref uint symbol, ref uint range, ref uint code, ref byte input, ref nint at)
    {
        Normalize(ref range, ref code, ref input, ref at);
        uint probability = model;
        uint bound = (range >> 11) * probability;
        uint zero = (uint)((long)((ulong)code - bound) >> 63);
        range = bound + ((range - bound - bound) & ~zero);
        code -= bound & ~zero;
        // Towards 2048 for a 0 and towards 31 for a 1, both by one shift.
        model = (ushort)(probability - (uint)((int)(probability - (zero & (2048 - 31))) >> 5));
        symbol = (symbol << 1) + 1 + zero;
        return zero;
    }

    /// <summary>Decodes a value of three bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Tree3(ref ushort models, ref uint range, ref uint code, ref byte input, ref nint at)
    {
        uint symbol = 1;
        TreeBit(ref Unsafe.Add(ref models, 1), ref symbol, ref range, ref code, ref input, ref at);
        TreeBit(ref Unsafe.Add(ref models, symbol), ref symbol, ref range, ref code, ref input, ref at);
        TreeBit(ref Unsafe.Add(ref models, symbol), ref symbol, ref range, ref code, ref input, ref at);
        return symbol - 8;
    }

    /// <summary>Decodes a value whose lowest bit comes first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint ReverseTree(ref ushort models, int bits, ref uint range, ref uint code, ref byte input, ref nint at)
    {
        uint symbol = 1;
        uint value = 0;
        for (int bit = 0; bit < bits; bit++)
        {
            uint zero = RandomBit(ref Unsafe.Add(ref models, symbol), ref symbol, ref range, ref code, ref input, ref at);
            value |= ~zero & (1u << bit);
        }

        return value;
    }

    /// <summary>Decodes <paramref name="bits"/> bits that have no model.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Direct(int bits, ref uint range, ref uint code, ref byte input, ref nint at)
    {
        uint value = 0;
        for (; bits > 0; bits--)
        {
            Normalize(ref range, ref code, ref input, ref at);
            range >>= 1;
            code -= range;
            uint zero = 0 - (code >> 31);
            code += range & zero;
            value = (value << 1) + zero + 1;
        }

        return value;
    }
}
