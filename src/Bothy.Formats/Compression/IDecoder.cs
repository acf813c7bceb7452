namespace Bothy.Formats.Compression;

/// <summary>Gives what compressed bytes stand for, piece by piece.</summary>
internal interface IDecoder : IDisposable
{
    /// <summary>The next piece, never empty, valid until the next call; false at the end, the input then being right behind it.</summary>
    /// <exception cref="MalformedDataException">The compressed bytes are damaged.</exception>
    bool TryNext(out ReadOnlyMemory<byte> bytes);
}
