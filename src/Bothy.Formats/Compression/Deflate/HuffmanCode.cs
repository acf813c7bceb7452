namespace Bothy.Formats.Compression.Deflate;

/// <summary>
/// A Huffman code of limited length for one alphabet, made from how often each symbol occurs. Integers only, and ties are broken by the
/// symbol's number, so that the code is the same everywhere.
/// </summary>
internal sealed class HuffmanCode(int symbols, int longest)
{
    private readonly ulong[] _sorted = new ulong[symbols];
    private readonly uint[] _weights = new uint[symbols * 2];
    private readonly int[] _parents = new int[symbols * 2];
    private readonly int[] _countOfLength = new int[64];

    /// <summary>The length of each symbol's code in bits; 0 for a symbol that does not occur.</summary>
    public byte[] Lengths { get; } = new byte[symbols];

    /// <summary>Each symbol's code, its first bit lowest, as deflate packs it.</summary>
    public ushort[] Codes { get; } = new ushort[symbols];

    /// <summary>The code whose symbols have these <paramref name="lengths"/>.</summary>
    public static HuffmanCode OfLengths(byte[] lengths)
    {
        var code = new HuffmanCode(lengths.Length, lengths.Max());
        foreach (byte length in lengths)
        {
            code._countOfLength[length]++;
        }

        lengths.CopyTo(code.Lengths, 0);
        code.AssignCodes();
        return code;
    }

    /// <summary>
    /// Makes the code. Where fewer than two symbols occur others are given codes too: a code of a single symbol is not complete, and
    /// some decoders refuse it.
    /// </summary>
    public void Build(ReadOnlySpan<int> frequencies)
    {
        Array.Clear(Lengths);
        int used = Sort(frequencies);
        CountLengths(used);
        Limit();
        AssignLengths(used);
        AssignCodes();
    }

    private int Sort(ReadOnlySpan<int> frequencies)
    {
        int used = 0;
        for (int symbol = 0; symbol < frequencies.Length; symbol++)
        {
            if (frequencies[symbol] > 0)
            {
                _sorted[used++] = ((ulong)frequencies[symbol] << 16) | (uint)symbol;
            }
        }

        for (int symbol = 0; used < 2; symbol++)
        {
            if (frequencies[symbol] == 0)
            {
                _sorted[used++] = (1 << 16) | (uint)symbol;
            }
        }

        _sorted.AsSpan(0, used).Sort();
        return used;
    }

    // The two lightest trees are joined until one is left. Joined trees come out in order of weight, so that two queues do.
    private void CountLengths(int used)
    {
        for (int i = 0; i < used; i++)
        {
            _weights[i] = (uint)(_sorted[i] >> 16);
        }

        int leaf = 0;
        int tree = used;
        int last = (2 * used) - 2;
        for (int next = used; next <= last; next++)
        {
            int first = Lightest(ref leaf, used, ref tree, next);
            int second = Lightest(ref leaf, used, ref tree, next);
            _weights[next] = _weights[first] + _weights[second];
            _parents[first] = next;
            _parents[second] = next;
        }

        // From the root down, the parents turn into depths.
        Array.Clear(_countOfLength);
        _parents[last] = 0;
        for (int i = last - 1; i >= 0; i--)
        {
            _parents[i] = _parents[_parents[i]] + 1;
            if (i < used)
            {
                _countOfLength[_parents[i]]++;
            }
        }
    }

    private int Lightest(ref int leaf, int leaves, ref int tree, int trees) =>
        leaf < leaves && (tree >= trees || _weights[leaf] <= _weights[tree]) ? leaf++ : tree++;

    // Codes too long are cut to the limit, which takes more room than there is; it is won back by making the longest of the shorter ones longer.
    private void Limit()
    {
        int room = 0;
        for (int length = 1; length < _countOfLength.Length; length++)
        {
            if (length > longest)
            {
                _countOfLength[longest] += _countOfLength[length];
                _countOfLength[length] = 0;
            }
        }

        for (int length = 1; length <= longest; length++)
        {
            room += _countOfLength[length] << (longest - length);
        }

        for (; room > 1 << longest; room--)
        {
            int length = longest - 1;
            while (_countOfLength[length] == 0)
            {
                length--;
            }

            // One leaf becomes a pair one level down, and a leaf of the lowest level moves in beside it.
            _countOfLength[length]--;
            _countOfLength[length + 1] += 2;
            _countOfLength[longest]--;
        }
    }

    private void AssignLengths(int used)
    {
        int next = 0;
        for (int length = longest; length > 0; length--)
        {
            for (int i = 0; i < _countOfLength[length]; i++)
            {
                Lengths[(int)(_sorted[next++] & 0xFFFF)] = (byte)length;
            }
        }

        System.Diagnostics.Debug.Assert(next == used, "every symbol has a length");
    }

    private void AssignCodes()
    {
        Span<int> next = stackalloc int[16];
        int code = 0;
        for (int length = 1; length <= longest; length++)
        {
            code = (code + _countOfLength[length - 1]) << 1;
            next[length] = code;
        }

        for (int symbol = 0; symbol < Lengths.Length; symbol++)
        {
            int length = Lengths[symbol];
            Codes[symbol] = length == 0 ? (ushort)0 : Reverse(next[length]++, length);
        }
    }

    private static ushort Reverse(int code, int length)
    {
        int reversed = 0;
        for (int i = 0; i < length; i++)
        {
            reversed = (reversed << 1) | ((code >> i) & 1);
        }

        return (ushort)reversed;
    }
}
