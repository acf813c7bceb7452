namespace Bothy.Formats.Tar;

/// <summary>How much a tar archive may ask of its reader; archives come from strangers.</summary>
public sealed record TarLimits
{
    /// <summary>Limits that every real package and layer known to us keeps by a wide margin.</summary>
    public static TarLimits Default { get; } = new();

    /// <summary>The most entries.</summary>
    public int Entries { get; init; } = 2_000_000;

    /// <summary>The longest name or link target, in bytes.</summary>
    public int NameLength { get; init; } = 4096;

    /// <summary>The most bytes of extended headers (PAX records, GNU long names) that one entry may have.</summary>
    public int ExtensionBytes { get; init; } = 1 << 20;

    /// <summary>The most bytes of extended headers in the whole archive.</summary>
    public long TotalExtensionBytes { get; init; } = 256 << 20;

    /// <summary>The most PAX records that one entry may have.</summary>
    public int Records { get; init; } = 1000;

    /// <summary>The most bytes of content of all entries together.</summary>
    public long TotalSize { get; init; } = 64L << 30;
}
