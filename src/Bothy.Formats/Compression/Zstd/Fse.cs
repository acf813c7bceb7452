using System.Buffers.Binary;
using System.Numerics;

namespace Bothy.Formats.Compression.Zstd;

/// <summary>What both directions of finite state entropy coding share (RFC 8878 §4.1). A probability of -1 stands for less than one.</summary>
internal static class Fse
{
    /// <summary>The finest accuracy of any table in the format.</summary>
    public const int LongestLog = 9;

    /// <summary>
    /// Reads the description of a distribution of at most <paramref name="longest"/> bits of accuracy over the symbols that
    /// <paramref name="probabilities"/> has room for. Gives how many bytes it takes, or -1 where it is none.
    /// </summary>
    public static int ReadDescription(ReadOnlySpan<byte> bytes, int longest, Span<short> probabilities, out int log)
    {
        log = bytes.IsEmpty ? int.MaxValue : (bytes[0] & 15) + 5;
        if (log > longest)
        {
            return -1;
        }

        probabilities.Clear();
        int at = 4;
        int symbol = 0;
        for (int left = 1 << log; left > 0;)
        {
            if (symbol >= probabilities.Length)
            {
                return -1;
            }

            // Of the values up to left + 1 those that need no last bit to be told apart are written without it.
            int bits = BitOperations.Log2((uint)left + 1) + 1;
            int shorter = (1 << bits) - 2 - left;
            int value = Peek(bytes, at, bits);
            int half = 1 << (bits - 1);
            if ((value & (half - 1)) < shorter)
            {
                value &= half - 1;
                bits--;
            }
            else if (value >= half)
            {
                value -= shorter;
            }

            at += bits;
            probabilities[symbol++] = (short)(value - 1);
            left -= Math.Abs(value - 1);
            if (value == 1)
            {
                int zeros;
                do
                {
                    zeros = Peek(bytes, at, 2);
                    at += 2;
                    symbol += zeros;
                }
                while (zeros == 3);
            }
        }

        int length = (at + 7) >> 3;
        return length <= bytes.Length ? length : -1;
    }

    /// <summary>Says for each state of a table of <paramref name="log"/> bits which symbol it stands for.</summary>
    public static void Spread(ReadOnlySpan<short> probabilities, int log, Span<byte> symbols)
    {
        int size = 1 << log;
        int high = size;
        for (int symbol = 0; symbol < probabilities.Length; symbol++)
        {
            if (probabilities[symbol] < 0)
            {
                symbols[--high] = (byte)symbol;
            }
        }

        int step = (size >> 1) + (size >> 3) + 3;
        int state = 0;
        for (int symbol = 0; symbol < probabilities.Length; symbol++)
        {
            for (int i = 0; i < probabilities[symbol]; i++)
            {
                symbols[state] = (byte)symbol;
                do
                {
                    state = (state + step) & (size - 1);
                }
                while (state >= high);
            }
        }
    }

    // Behind the end come zeros; that it was reached shows in the length. A run of zeros cannot go on there.
    private static int Peek(ReadOnlySpan<byte> bytes, int at, int count)
    {
        Span<byte> four = stackalloc byte[4];
        four.Clear();
        int from = Math.Min(at >> 3, bytes.Length);
        bytes[from..Math.Min(from + 4, bytes.Length)].CopyTo(four);
        return (int)(BinaryPrimitives.ReadUInt32LittleEndian(four) >> (at & 7)) & ((1 << count) - 1);
    }
}
