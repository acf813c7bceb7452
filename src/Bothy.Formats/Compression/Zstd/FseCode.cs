using System.Numerics;
using System.Runtime.CompilerServices;

namespace Bothy.Formats.Compression.Zstd;

/// <summary>A distribution of symbols, and how to write symbols by it: the inverse of the tables that decode (RFC 8878 §4.1).</summary>
/// <remarks>Integers only, and ties are broken by the symbol's number, so that the code is the same everywhere.</remarks>
internal sealed class FseCode
{
    /// <summary>What <see cref="Cost"/> counts in: parts of a bit.</summary>
    public const int BitParts = 256;

    private static readonly int[] Logs = MakeLogs();

    private readonly byte[] _symbols = new byte[1 << Fse.LongestLog];
    private readonly ushort[] _states = new ushort[1 << Fse.LongestLog];
    private readonly short[] _probabilities;

    // Added to a state it gives, from bit 16 on, how many of its bits are written; and what leads from the rest to the next state.
    private readonly int[] _bits;
    private readonly int[] _next;
    private int _log;

    /// <summary>A code for up to <paramref name="symbols"/> symbols.</summary>
    public FseCode(int symbols)
    {
        _probabilities = new short[symbols];
        _bits = new int[symbols];
        _next = new int[symbols];
    }

    /// <summary>How many bits a state has.</summary>
    public int Log => _log;

    /// <summary>The code of a distribution that is known.</summary>
    public static FseCode Of(ReadOnlySpan<short> probabilities, int log)
    {
        var code = new FseCode(probabilities.Length);
        probabilities.CopyTo(code._probabilities);
        code._log = log;
        code.Fill();
        return code;
    }

    /// <summary>Takes the distribution in which there is one symbol alone; it takes no bits.</summary>
    public void SetSingle(int symbol)
    {
        _log = 0;
        _probabilities.AsSpan().Clear();
        _probabilities[symbol] = 1;
        Fill();
    }

    /// <summary>Takes the distribution that is nearest to <paramref name="counts"/>, of which at least two are not zero, with states of at most <paramref name="longest"/> bits.</summary>
    public void Set(ReadOnlySpan<int> counts, int total, int longest)
    {
        int used = counts.Length - counts.Count(0);
        // More states than a fraction of the symbols there are describe chance; fewer than symbols there must not be.
        int log = Math.Min(longest, Math.Max(5, BitOperations.Log2((uint)total) - 1));
        _log = Math.Min(longest, Math.Max(log, BitOperations.Log2((uint)used) + 1));
        int size = 1 << _log;
        int left = size;
        int largest = 0;
        _probabilities.AsSpan().Clear();
        for (int symbol = 0; symbol < counts.Length; symbol++)
        {
            if (counts[symbol] > 0)
            {
                int part = (int)Math.Max(1, (((long)counts[symbol] * size) + (total / 2)) / total);
                _probabilities[symbol] = (short)part;
                left -= part;
                largest = counts[symbol] > counts[largest] ? symbol : largest;
            }
        }

        // What rounding left over goes to the most frequent symbol; what it took too much is taken where it is missed least.
        for (; left < 0; left++)
        {
            _probabilities[Richest(counts)]--;
        }

        _probabilities[largest] += (short)left;
        Fill();
    }

    /// <summary>What writing symbols that often takes, in parts of a bit; <see cref="int.MaxValue"/> where one has no code.</summary>
    public int Cost(ReadOnlySpan<int> counts)
    {
        long cost = 0;
        for (int symbol = 0; symbol < counts.Length; symbol++)
        {
            if (counts[symbol] > 0)
            {
                int probability = symbol < _probabilities.Length ? Math.Abs((int)_probabilities[symbol]) : 0;
                if (probability == 0)
                {
                    return int.MaxValue;
                }

                cost += (long)counts[symbol] * ((_log * BitParts) - Logs[probability]);
            }
        }

        return (int)Math.Min(cost, int.MaxValue - 1);
    }

    /// <summary>Writes the description of the distribution, to whole bytes.</summary>
    public void WriteDescription(ref BitWriter writer)
    {
        writer.Write((uint)(_log - 5), 4);
        int left = 1 << _log;
        for (int symbol = 0; left > 0; symbol++)
        {
            int value = _probabilities[symbol] + 1;
            int bits = BitOperations.Log2((uint)left + 1) + 1;
            int shorter = (1 << bits) - 2 - left;
            int half = 1 << (bits - 1);
            writer.Write((uint)(value < half ? value : value + shorter), value < shorter ? bits - 1 : bits);
            left -= Math.Abs(value - 1);
            if (value == 1)
            {
                int zeros = 0;
                while (_probabilities[symbol + 1 + zeros] == 0)
                {
                    zeros++;
                }

                symbol += zeros;
                for (; zeros >= 3; zeros -= 3)
                {
                    writer.Write(3, 2);
                }

                writer.Write((uint)zeros, 2);
            }
        }

        writer.Align();
    }

    /// <summary>A state of <paramref name="symbol"/>, to be written last of all; bits are read from it wherever there are states of two lengths.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Begin(int symbol) => _states[_next[symbol] + Math.Abs((int)_probabilities[symbol])];

    /// <summary>The bits that lead from a state of <paramref name="symbol"/>, which <paramref name="state"/> becomes, to the state that it was.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public (uint Bits, int Count) Step(ref uint state, int symbol)
    {
        int count = ((int)state + _bits[symbol]) >> 16;
        uint bits = state & ((1u << count) - 1);
        state = _states[_next[symbol] + (int)(state >> count)];
        return (bits, count);
    }

    private int Richest(ReadOnlySpan<int> counts)
    {
        // The one whose share is the most above what it should be, of those that can give.
        int best = -1;
        long bestExcess = long.MinValue;
        for (int symbol = 0; symbol < counts.Length; symbol++)
        {
            if (_probabilities[symbol] > 1)
            {
                long excess = ((long)_probabilities[symbol] << 32) / counts[symbol];
                if (excess > bestExcess)
                {
                    bestExcess = excess;
                    best = symbol;
                }
            }
        }

        return best;
    }

    // States are numbered from the size of the table on, so that shifting keeps their leading bit.
    private void Fill()
    {
        int size = 1 << _log;
        Fse.Spread(_probabilities, _log, _symbols);
        Span<int> next = stackalloc int[_probabilities.Length];
        int sum = 0;
        for (int symbol = 0; symbol < _probabilities.Length; symbol++)
        {
            int probability = Math.Abs((int)_probabilities[symbol]);
            next[symbol] = sum;
            if (probability > 0)
            {
                // States from probability << most on lose that many bits, those below one less.
                int most = _log - BitOperations.Log2((uint)probability);
                _bits[symbol] = (most << 16) - (probability << most);
                _next[symbol] = sum - probability;
            }

            sum += probability;
        }

        for (int state = 0; state < size; state++)
        {
            _states[next[_symbols[state]]++] = (ushort)(size + state);
        }
    }

    // The binary logarithm in parts of a bit, by squaring: the same on every machine.
    private static int[] MakeLogs()
    {
        int[] logs = new int[(1 << Fse.LongestLog) + 1];
        for (int value = 1; value < logs.Length; value++)
        {
            int whole = BitOperations.Log2((uint)value);
            ulong fraction = ((ulong)value << 31) >> whole;
            int log = whole;
            for (int part = 1; part < BitParts; part <<= 1)
            {
                fraction = (fraction * fraction) >> 31;
                log <<= 1;
                if (fraction >= 1UL << 32)
                {
                    fraction >>= 1;
                    log |= 1;
                }
            }

            logs[value] = log;
        }

        return logs;
    }
}
