namespace Bothy.Formats.Archives;

/// <summary>The bytes of an archive, read forward: keeps count of where we are and turns an early end into an error.</summary>
internal sealed class ArchiveSource(Stream stream, string name)
{
    private const int SkipBlock = 64 << 10;

    private byte[]? _skipped;

    /// <summary>How many bytes were read or skipped so far.</summary>
    public long Position { get; private set; }

    /// <summary>What the archive is called in messages.</summary>
    public string Name => name;

    /// <summary>Reads what there is, at most <paramref name="buffer"/>; 0 at the end.</summary>
    public int Read(Span<byte> buffer)
    {
        int read = stream.Read(buffer);
        Position += read;
        return read;
    }

    /// <summary>Fills <paramref name="buffer"/> as far as the archive goes.</summary>
    public int ReadUpTo(Span<byte> buffer)
    {
        int read = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        Position += read;
        return read;
    }

    /// <summary>Fills <paramref name="buffer"/>.</summary>
    /// <exception cref="MalformedDataException">The archive ends before.</exception>
    public void ReadExactly(Span<byte> buffer)
    {
        if (ReadUpTo(buffer) != buffer.Length)
        {
            throw Truncated();
        }
    }

    /// <summary>Passes over <paramref name="count"/> bytes.</summary>
    /// <exception cref="MalformedDataException">The archive ends before.</exception>
    public void Skip(long count)
    {
        if (count > SkipBlock && stream.CanSeek)
        {
            if (stream.Length - stream.Position < count)
            {
                throw Truncated();
            }

            stream.Seek(count, SeekOrigin.Current);
            Position += count;
            return;
        }

        while (count > 0)
        {
            _skipped ??= new byte[SkipBlock];
            int read = Read(_skipped.AsSpan(0, (int)Math.Min(count, SkipBlock)));
            if (read == 0)
            {
                throw Truncated();
            }

            count -= read;
        }
    }

    /// <summary>The error for bytes at <paramref name="offset"/> that do not follow the format.</summary>
    public MalformedDataException Malformed(long offset, string problem) => new(name, offset, problem);

    /// <summary>The error for an archive that ends too early.</summary>
    public MalformedDataException Truncated() => Malformed(Position, "the archive ends too early");
}
