namespace Bothy.Formats.Compression;

/// <summary>
/// A stream that is only read, once, from front to back. Its bytes are computed, so that reading "asynchronously" runs on
/// the caller's thread: sources here are files, and a decoder waits for the processor, not for them.
/// </summary>
internal abstract class ForwardReadStream : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException("this stream is read forward only");

    public override long Position
    {
        get => throw new NotSupportedException("this stream is read forward only");
        set => throw new NotSupportedException("this stream is read forward only");
    }

    public abstract override int Read(Span<byte> buffer);

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public override int ReadByte()
    {
        byte value = 0;
        return Read(new Span<byte>(ref value)) == 0 ? -1 : value;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("this stream is read forward only");

    public override void SetLength(long value) => throw new NotSupportedException("this stream is only read");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("this stream is only read");
}
