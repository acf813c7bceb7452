using Bothy.Transfer;

namespace Bothy.Oci.Registry;

/// <summary>The bytes of a blob to be sent in parts, one after the other; going back opens them anew.</summary>
internal sealed class UploadSource(Descriptor blob, Func<CancellationToken, Task<Stream>> open) : IAsyncDisposable
{
    private Stream? _stream;
    private long _position;

    /// <summary>A part as the body of a request; <paramref name="progress"/> is told how many bytes of the whole are on their way.</summary>
    public TransferBody Part(string mediaType, long from, long count, IProgress<long>? progress) =>
        new(mediaType, count, async token => new Window(this, await AtAsync(from, count, token), count))
        {
            Progress = progress is null ? null : new Shifted(progress, from),
        };

    public async ValueTask DisposeAsync()
    {
        if (_stream is { } stream)
        {
            _stream = null;
            await stream.DisposeAsync();
        }
    }

    private long Size => blob.Size;

    private async Task<Stream> AtAsync(long from, long count, CancellationToken cancellationToken)
    {
        if (count == 0)
        {
            return Stream.Null;
        }

        if (_stream is null || _position > from)
        {
            await DisposeAsync();
            _position = 0;
            _stream = await open(cancellationToken);
        }

        byte[] buffer = new byte[_position < from ? 64 << 10 : 0];
        while (_position < from)
        {
            int read = await _stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, from - _position)), cancellationToken);
            _position += read > 0 ? read : throw new BothyException($"cannot read {blob.Digest}: it ends early");
        }

        return _stream;
    }

    private sealed class Window(UploadSource source, Stream inner, long size) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => size;

        public override long Position
        {
            get => _read;
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = _read < size ? await inner.ReadAsync(buffer[..(int)Math.Min(buffer.Length, size - _read)], cancellationToken) : 0;
            _read += read;
            source._position += read;
            if (_read == size && size > 0 && source._position == source.Size)
            {
                // The end is where a blob is verified.
                _ = await inner.ReadAsync(new byte[1], cancellationToken);
            }

            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            ValidateBufferArguments(buffer, offset, count);
            return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    private sealed class Shifted(IProgress<long> inner, long by) : IProgress<long>
    {
        public void Report(long value) => inner.Report(by + value);
    }
}
