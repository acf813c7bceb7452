namespace Bothy.Formats.Compression.Xz;

/// <summary>Undoes in place what an encoder's filter did to make bytes compress better. Never changes their number.</summary>
internal abstract class BlockFilter
{
    /// <summary>
    /// Works on the front of <paramref name="bytes"/> and gives how many are done; the rest, shorter than <see cref="FilteredBlock.LongestRest"/>,
    /// is given again with more behind it, or is left as it is at the end of the block.
    /// </summary>
    public abstract int Apply(Span<byte> bytes);
}
