namespace Bothy.Formats.Tar;

/// <summary>What extended headers before an entry say about it.</summary>
internal sealed class TarExtensions
{
    public byte[]? LongName { get; set; }

    public byte[]? LongLink { get; set; }

    public PaxRecords Records { get; } = new();

    public long Bytes { get; set; }

    public bool IsEmpty => Bytes == 0;
}
