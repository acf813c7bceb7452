using Bothy.Formats;

namespace Bothy.Packages.Alpine.Adb;

/// <summary>The content of one file of a package.</summary>
/// <param name="Directory">The number of its directory in the metadata, from 1.</param>
/// <param name="File">Its number in the directory, from 1.</param>
/// <param name="Offset">Where its block begins, for messages.</param>
/// <param name="Bytes">The bytes; to be read to their end before the next content.</param>
internal readonly record struct AdbContent(uint Directory, uint File, long Offset, AdbContentStream Bytes);

/// <summary>The bytes of a content block, read straight from the file; of no use once the reader went on.</summary>
internal sealed class AdbContentStream(AdbReader reader, long length) : ForwardReadStream
{
    private long _left = length;
    private bool _detached;

    /// <inheritdoc />
    public override long Length { get; } = length;

    /// <inheritdoc />
    public override int Read(Span<byte> buffer)
    {
        ObjectDisposedException.ThrowIf(_detached, this);
        if (_left < buffer.Length)
        {
            buffer = buffer[..(int)_left];
        }

        int read = reader.Read(buffer);
        _left -= read;
        return read;
    }

    /// <summary>Ends the stream's life and tells how many bytes were left unread.</summary>
    public long Detach()
    {
        _detached = true;
        return _left;
    }
}
