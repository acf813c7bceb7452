namespace Bothy.Formats.Archives;

/// <summary>The content of one member of an archive, read straight from the archive; of no use once the reader went on.</summary>
internal sealed class ArchiveMemberStream(ArchiveSource source, long size) : ForwardReadStream
{
    private bool _detached;

    /// <summary>How many bytes of the member were not read yet.</summary>
    public long Remaining { get; private set; } = size;

    /// <summary>The member's size.</summary>
    public override long Length { get; } = size;

    /// <inheritdoc />
    public override int Read(Span<byte> buffer)
    {
        // A stream kept beyond its member would read another member's bytes.
        ObjectDisposedException.ThrowIf(_detached, this);
        if (Remaining == 0 || buffer.IsEmpty)
        {
            return 0;
        }

        int read = source.Read(buffer.Length > Remaining ? buffer[..(int)Remaining] : buffer);
        if (read == 0)
        {
            throw source.Truncated();
        }

        Remaining -= read;
        return read;
    }

    /// <summary>Ends the stream's life and tells how many bytes of the member were left unread.</summary>
    public long Detach()
    {
        _detached = true;
        return Remaining;
    }
}
