namespace Bothy.Formats.Compression.Xz;

/// <summary>Gives the bytes of a block piece by piece: LZMA2 itself, or a filter over another.</summary>
internal interface IBlockDecoder : IDisposable
{
    /// <summary>The next piece, never empty, valid until the next call; false at the end of the block.</summary>
    /// <exception cref="MalformedDataException">The block is damaged.</exception>
    bool TryNext(out ReadOnlyMemory<byte> bytes);
}
