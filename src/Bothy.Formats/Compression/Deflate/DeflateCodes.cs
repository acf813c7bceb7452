using System.Numerics;

namespace Bothy.Formats.Compression.Deflate;

/// <summary>How deflate writes lengths and distances: as a symbol and extra bits (RFC 1951 §3.2.5).</summary>
internal static class DeflateCodes
{
    public const int ShortestMatch = 3;
    public const int LongestMatch = 258;
    public const int FarthestMatch = 32 << 10;

    public const int EndOfBlock = 256;
    public const int FirstLength = 257;
    public const int LiteralSymbols = 286;
    public const int DistanceSymbols = 30;

    private static readonly byte[] LengthSymbols = [.. Enumerable.Range(0, LongestMatch - ShortestMatch + 1).Select(MakeLengthSymbol)];

    // Distances to 256 one by one, farther ones, whose symbols change only at multiples of 128, by their upper bits.
    private static readonly byte[] DistanceSymbolTable =
        [.. Enumerable.Range(0, 256).Select(MakeDistanceSymbol), .. Enumerable.Range(0, 256).Select(i => MakeDistanceSymbol(i << 7))];

    /// <summary>The code for literals and lengths that needs no description (RFC 1951 §3.2.6). It has two symbols that never occur.</summary>
    public static HuffmanCode FixedLiterals { get; } = HuffmanCode.OfLengths(
    [
        .. Enumerable.Repeat((byte)8, 144), .. Enumerable.Repeat((byte)9, 112), .. Enumerable.Repeat((byte)7, 24), .. Enumerable.Repeat((byte)8, 8),
    ]);

    /// <summary>The code for distances that needs no description.</summary>
    public static HuffmanCode FixedDistances { get; } = HuffmanCode.OfLengths([.. Enumerable.Repeat((byte)5, 32)]);

    /// <summary>The symbol of each length less <see cref="ShortestMatch"/>, less <see cref="FirstLength"/>.</summary>
    public static ReadOnlySpan<byte> SymbolOfLength => LengthSymbols;

    /// <summary>The symbol of a distance less one.</summary>
    public static int SymbolOfDistance(int distance) => DistanceSymbolTable[distance < 256 ? distance : 256 + (distance >> 7)];

    /// <summary>The extra bits of a length symbol less <see cref="FirstLength"/>.</summary>
    public static int ExtraBitsOfLength(int symbol) => symbol is < 4 or 28 ? 0 : (symbol >> 2) - 1;

    /// <summary>The first length of a symbol, less <see cref="ShortestMatch"/>.</summary>
    public static int BaseOfLength(int symbol) => symbol switch
    {
        < 4 => symbol,
        28 => LongestMatch - ShortestMatch,
        _ => (4 + (symbol & 3)) << ((symbol >> 2) - 1),
    };

    /// <summary>The first distance of a symbol, less one.</summary>
    public static int BaseOfDistance(int symbol) => symbol < 2 ? symbol : (2 + (symbol & 1)) << ((symbol >> 1) - 1);

    /// <summary>The extra bits of a distance symbol.</summary>
    public static int ExtraBitsOfDistance(int symbol) => symbol < 2 ? 0 : (symbol >> 1) - 1;

    private static byte MakeLengthSymbol(int length)
    {
        if (length < 4)
        {
            return (byte)length;
        }

        // 258 has a symbol without extra bits of its own.
        int bits = BitOperations.Log2((uint)length) - 2;
        return length == LongestMatch - ShortestMatch ? (byte)28 : (byte)((bits << 2) + (length >> bits));
    }

    private static byte MakeDistanceSymbol(int distance)
    {
        if (distance < 2)
        {
            return (byte)distance;
        }

        int bits = BitOperations.Log2((uint)distance) - 1;
        return (byte)((bits << 1) + (distance >> bits));
    }
}
