namespace Bothy.Formats.Compression;

/// <summary>What compressed bytes from strangers may unpack to: a few hostile bytes must not fill the disk.</summary>
public static class UnpackedLimit
{
    /// <summary>The size in bytes that every package may unpack to, however small it is.</summary>
    public const long DefaultFreeSize = 512L << 20;

    /// <summary>The size in bytes that every layer of an image may unpack to, however small it is.</summary>
    public const long FreeLayerSize = 2L << 30;

    // Of bookworm's packages beyond the free size none unpacks to more than 62 times its own; below it, one reaches 244 times.
    private const int MaxRatio = 200;
    private const long MaxSize = 64L << 30;

    /// <summary>The most bytes that <paramref name="compressed"/> bytes may unpack to.</summary>
    public static long Of(long compressed, long freeSize) => Math.Min(MaxSize, Math.Max(freeSize, compressed > MaxSize / MaxRatio ? MaxSize : compressed * MaxRatio));
}
