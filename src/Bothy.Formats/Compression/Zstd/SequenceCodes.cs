using System.Numerics;

namespace Bothy.Formats.Compression.Zstd;

/// <summary>One of the three parts of a sequence: what its codes stand for and how they are distributed where nothing else is said (RFC 8878 §3.1.1.3.2).</summary>
internal sealed class SequenceCodes
{
    /// <summary>The shortest match there is.</summary>
    public const int ShortestMatch = 3;

    /// <summary>How many literals come before a match.</summary>
    public static readonly SequenceCodes LiteralLengths = new(
        "literal lengths",
        longestLog: 9,
        [.. InARow(0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])],
        6,
        [4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1]);

    /// <summary>How long the match is.</summary>
    public static readonly SequenceCodes MatchLengths = new(
        "match lengths",
        longestLog: 9,
        [.. InARow(ShortestMatch, [.. Enumerable.Repeat(0, 32), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16])],
        6,
        [1, 4, 3, 2, 2, 2, 2, 2, 2, .. Enumerable.Repeat((short)1, 37), -1, -1, -1, -1, -1, -1, -1]);

    /// <summary>How far back the match is, or which of the last three distances it has.</summary>
    public static readonly SequenceCodes Offsets = new(
        "offsets",
        longestLog: 8,
        [.. Enumerable.Range(0, 32).Select(code => (1u << code, code))],
        5,
        [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1]);

    private static readonly byte[] SmallLiteralLengths = SmallCodes(LiteralLengths, 64);
    private static readonly byte[] SmallMatchLengths = SmallCodes(MatchLengths, 128 + ShortestMatch);

    private SequenceCodes(string name, int longestLog, (uint Base, int ExtraBits)[] codes, int defaultLog, short[] defaults)
    {
        Name = name;
        LongestLog = longestLog;
        Bases = [.. codes.Select(code => code.Base)];
        ExtraBits = [.. codes.Select(code => (byte)code.ExtraBits)];
        DefaultLog = defaultLog;
        Defaults = defaults;
    }

    /// <summary>What they are called in messages.</summary>
    public string Name { get; }

    /// <summary>The finest accuracy that a block may give them.</summary>
    public int LongestLog { get; }

    /// <summary>The smallest value of each code.</summary>
    public uint[] Bases { get; }

    /// <summary>How many bits that are added to it follow each code.</summary>
    public byte[] ExtraBits { get; }

    /// <summary>The accuracy of <see cref="Defaults"/>.</summary>
    public int DefaultLog { get; }

    /// <summary>The distribution that needs no description.</summary>
    public short[] Defaults { get; }

    /// <summary>The code that stands for that many literals.</summary>
    public static int CodeOfLiteralLength(int length) =>
        length < SmallLiteralLengths.Length ? SmallLiteralLengths[length] : BitOperations.Log2((uint)length) + 19;

    /// <summary>The code that stands for a match that long.</summary>
    public static int CodeOfMatchLength(int length) =>
        length < SmallMatchLengths.Length ? SmallMatchLengths[length] : BitOperations.Log2((uint)(length - ShortestMatch)) + 36;

    private static byte[] SmallCodes(SequenceCodes codes, int count) =>
        [.. Enumerable.Range(0, count).Select(value => (byte)Math.Max(0, Array.FindLastIndex(codes.Bases, smallest => smallest <= value)))];

    // Each code begins where the one before it ends.
    private static IEnumerable<(uint Base, int ExtraBits)> InARow(uint first, int[] extraBits)
    {
        foreach (int bits in extraBits)
        {
            yield return (first, bits);
            first += 1u << bits;
        }
    }
}
