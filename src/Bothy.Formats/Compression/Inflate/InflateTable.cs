namespace Bothy.Formats.Compression.Inflate;

/// <summary>
/// Finds the symbol that a code of deflate stands for: by its first ten bits, and where it is longer by five more in a table of their own.
/// </summary>
internal sealed class InflateTable
{
    /// <summary>The bits that are looked up first.</summary>
    public const int FirstBits = 10;

    /// <summary>The bits that are looked up next.</summary>
    public const int NextBits = LongestCode - FirstBits;

    /// <summary>Set in an entry whose value is where the table for the next bits begins.</summary>
    public const uint IsTable = 1 << 15;

    /// <summary>Set in the entry of the end of a block.</summary>
    public const uint IsEnd = 1 << 14;

    /// <summary>Set in an entry whose value is a literal byte.</summary>
    public const uint IsLiteral = 1 << 13;

    /// <summary>The entry of bits that no code begins with, and set in that of a code which must not occur.</summary>
    public const uint IsMeaningless = 1 << 12;

    private const int LongestCode = 15;
    private const int MostSymbols = 288;

    // Each second table holds at least two of the symbols, but for a code of a single symbol, which is one bit long.
    private readonly uint[] _entries = new uint[(1 << FirstBits) + (MostSymbols / 2 << NextBits)];

    /// <summary>
    /// The entries: from bit 16 on a value, then the flags, from bit 8 on how many extra bits follow, and in the lowest byte
    /// the length of the code.
    /// </summary>
    public uint[] Entries => _entries;

    /// <summary>Makes the table for codes of these lengths. False where they are too many for their lengths, or leave some bits without a meaning.</summary>
    public bool TryBuild(ReadOnlySpan<byte> lengths, Func<int, uint> entryOf)
    {
        Array.Fill(_entries, IsMeaningless);
        Span<int> next = stackalloc int[LongestCode + 2];
        if (!TryCount(lengths, next))
        {
            return false;
        }

        int free = 1 << FirstBits;
        for (int symbol = 0; symbol < lengths.Length; symbol++)
        {
            int length = lengths[symbol];
            if (length > 0)
            {
                int code = Reverse(next[length]++, length);
                Fill(code, length, entryOf(symbol) | (uint)length, ref free);
            }
        }

        return true;
    }

    // Sets the first code of each length.
    private static bool TryCount(ReadOnlySpan<byte> lengths, Span<int> next)
    {
        Span<int> count = stackalloc int[LongestCode + 1];
        foreach (byte length in lengths)
        {
            count[length]++;
        }

        count[0] = 0;
        int code = 0;
        int used = 0;
        for (int length = 1; length <= LongestCode; length++)
        {
            code = (code + count[length - 1]) << 1;
            next[length] = code;
            used += count[length] << (LongestCode - length);
            if (used > 1 << LongestCode)
            {
                return false;
            }
        }

        // No code at all, or a single one of one bit, are the incomplete ones that encoders do write.
        return used == 1 << LongestCode || used == 0 || (used == 1 << (LongestCode - 1) && count[1] == 1);
    }

    private void Fill(int code, int length, uint entry, ref int free)
    {
        if (length <= FirstBits)
        {
            for (int i = code; i < 1 << FirstBits; i += 1 << length)
            {
                _entries[i] = entry;
            }

            return;
        }

        ref uint first = ref _entries[code & ((1 << FirstBits) - 1)];
        if (first == IsMeaningless)
        {
            first = ((uint)free << 16) | IsTable;
            free += 1 << NextBits;
        }

        int table = (int)(first >> 16);
        for (int i = code >> FirstBits; i < 1 << NextBits; i += 1 << (length - FirstBits))
        {
            _entries[table + i] = entry;
        }
    }

    private static int Reverse(int code, int length)
    {
        int reversed = 0;
        for (int i = 0; i < length; i++)
        {
            reversed = (reversed << 1) | ((code >> i) & 1);
        }

        return reversed;
    }
}
