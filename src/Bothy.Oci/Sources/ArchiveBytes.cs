using Bothy.Formats;
using Bothy.Formats.Compression;
using Microsoft.Win32.SafeHandles;

namespace Bothy.Oci.Sources;

/// <summary>The bytes of a tar archive on disk, to be read in places. Safe for concurrent use.</summary>
internal abstract class ArchiveBytes : IDisposable
{
    // What a whole archive may unpack to; its layers have limits of their own.
    private const long MaxSize = 256L << 30;

    /// <summary>Opens <paramref name="file"/>, compressed or not.</summary>
    /// <exception cref="BothyException">It cannot be read.</exception>
    public static ArchiveBytes Open(string file)
    {
        using var start = new PeekedStream(new FileOnDisk(file, 0, default).OpenRead(), Decompression.LongestMagic);
        return Decompression.IsCompressed(start.Start) ? new Compressed(file) : new Plain(file);
    }

    /// <summary>The archive from its beginning, as plain tar.</summary>
    public abstract Stream OpenAll();

    /// <summary>A part of it; the stream knows its length.</summary>
    public abstract Stream OpenPart(long offset, long length);

    public abstract void Dispose();

    private sealed class Plain(string file) : ArchiveBytes
    {
        private readonly FileStream _file = (FileStream)new FileOnDisk(file, 0, default).OpenRead();

        public override Stream OpenAll() => new FileOnDisk(file, 0, default).OpenRead();

        public override Stream OpenPart(long offset, long length) => new FilePart(_file.SafeFileHandle, file, offset, length);

        public override void Dispose() => _file.Dispose();
    }

    /// <summary>
    /// A compressed archive can only be read forward. Who wants a part takes the stream that has come closest to it, so that reading the layers in
    /// their order unpacks the archive once.
    /// </summary>
    private sealed class Compressed(string file) : ArchiveBytes
    {
        private readonly Lock _gate = new();
        private readonly List<Cursor> _idle = [];

        public override Stream OpenAll() => Decompression.OpenRead(new FileOnDisk(file, 0, default).OpenRead(), file, MaxSize);

        public override Stream OpenPart(long offset, long length)
        {
            var cursor = Take(offset) ?? new Cursor(OpenAll());
            try
            {
                cursor.SkipTo(offset, file);
            }
            catch
            {
                cursor.Stream.Dispose();
                throw;
            }

            return new CursorPart(this, cursor, file, length);
        }

        public override void Dispose()
        {
            lock (_gate)
            {
                _idle.ForEach(cursor => cursor.Stream.Dispose());
                _idle.Clear();
            }
        }

        public void GiveBack(Cursor cursor)
        {
            lock (_gate)
            {
                _idle.Add(cursor);
            }
        }

        private Cursor? Take(long offset)
        {
            lock (_gate)
            {
                var nearest = _idle.Where(cursor => cursor.Position <= offset).MaxBy(cursor => cursor.Position);
                if (nearest is not null)
                {
                    _idle.Remove(nearest);
                }

                return nearest;
            }
        }
    }

    private sealed class Cursor(Stream stream)
    {
        public Stream Stream => stream;

        public long Position { get; set; }

        public void SkipTo(long offset, string source)
        {
            byte[] buffer = new byte[64 << 10];
            while (Position < offset)
            {
                int read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, offset - Position));
                Position += read > 0 ? read : throw Changed(source);
            }
        }
    }

    private sealed class CursorPart(Compressed owner, Cursor cursor, string source, long length) : ForwardReadStream
    {
        private Cursor? _cursor = cursor;
        private long _left = length;

        public override long Length { get; } = length;

        public override int Read(Span<byte> buffer)
        {
            ObjectDisposedException.ThrowIf(_cursor is null, this);
            int count = (int)Math.Min(buffer.Length, _left);
            if (count == 0)
            {
                return 0;
            }

            int read = _cursor.Stream.Read(buffer[..count]);
            _cursor.Position += read > 0 ? read : throw Changed(source);
            _left -= read;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing && _cursor is { } back)
            {
                _cursor = null;
                owner.GiveBack(back);
            }

            base.Dispose(disposing);
        }
    }

    private sealed class FilePart(SafeFileHandle handle, string source, long offset, long length) : ForwardReadStream
    {
        private long _position;

        public override long Length => length;

        public override int Read(Span<byte> buffer)
        {
            int count = (int)Math.Min(buffer.Length, length - _position);
            if (count == 0)
            {
                return 0;
            }

            int read;
            try
            {
                read = RandomAccess.Read(handle, buffer[..count], offset + _position);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw new BothyException($"cannot read {source}: {FileFailure.Reason(failure)}", failure);
            }

            _position += read;
            return read > 0 ? read : throw Changed(source);
        }
    }

    private static BothyException Changed(string source) => new($"cannot read {source}: it changed while it was read");
}
