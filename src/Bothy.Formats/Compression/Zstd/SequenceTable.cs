using System.Numerics;

namespace Bothy.Formats.Compression.Zstd;

/// <summary>
/// The states of one part of the sequences, ready to decode. An entry holds, lowest first: the smallest value (32 bits), the
/// state that the next bits are added to (16), how many those are (8), how many bits are added to the value (8).
/// </summary>
internal sealed class SequenceTable
{
    private readonly SequenceCodes _codes;
    private readonly short[] _probabilities;
    private readonly byte[] _symbols = new byte[1 << Fse.LongestLog];
    private readonly int[] _next;

    public SequenceTable(SequenceCodes codes)
    {
        _codes = codes;
        _probabilities = new short[codes.Bases.Length];
        _next = new int[codes.Bases.Length];
    }

    /// <summary>The entries, one a state.</summary>
    public ulong[] Entries { get; } = new ulong[1 << Fse.LongestLog];

    /// <summary>How many bits a state has.</summary>
    public int Log { get; private set; }

    /// <summary>The table of a part that uses its default distribution.</summary>
    public static SequenceTable Default(SequenceCodes codes)
    {
        var table = new SequenceTable(codes) { Log = codes.DefaultLog };
        codes.Defaults.CopyTo(table._probabilities, 0);
        table.Fill();
        return table;
    }

    /// <summary>Makes the table of a part in which each value has the same code; false where there is no such code.</summary>
    public bool TrySetSingle(int symbol)
    {
        if (symbol >= _codes.Bases.Length)
        {
            return false;
        }

        Log = 0;
        Entries[0] = _codes.Bases[symbol] | ((ulong)_codes.ExtraBits[symbol] << 56);
        return true;
    }

    /// <summary>Makes the table that <paramref name="bytes"/> begin with a description of, and gives its length; -1 where they do not.</summary>
    public int Read(ReadOnlySpan<byte> bytes)
    {
        int length = Fse.ReadDescription(bytes, _codes.LongestLog, _probabilities, out int log);
        if (length >= 0)
        {
            Log = log;
            Fill();
        }

        return length;
    }

    private void Fill()
    {
        Fse.Spread(_probabilities, Log, _symbols);
        for (int symbol = 0; symbol < _next.Length; symbol++)
        {
            _next[symbol] = Math.Abs((int)_probabilities[symbol]);
        }

        int size = 1 << Log;
        for (int state = 0; state < size; state++)
        {
            int symbol = _symbols[state];
            int next = _next[symbol]++;
            int bits = Log - BitOperations.Log2((uint)next);
            Entries[state] = _codes.Bases[symbol]
                | ((ulong)((next << bits) - size) << 32)
                | ((ulong)bits << 48)
                | ((ulong)_codes.ExtraBits[symbol] << 56);
        }
    }
}
