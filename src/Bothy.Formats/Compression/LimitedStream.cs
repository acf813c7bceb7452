namespace Bothy.Formats.Compression;

/// <summary>Fails once more bytes come out of a decoder than the caller is ready to take. The end of what a few hostile bytes can grow to.</summary>
internal sealed class LimitedStream(Stream inner, string source, long limit) : ForwardReadStream
{
    private long _given;

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        int read = inner.Read(buffer[..(int)Math.Min(buffer.Length, (limit - _given) + 1)]);
        _given += read;
        return _given <= limit ? read : throw TooLong(source, limit);
    }

    /// <summary>The failure, for decoders that count for themselves.</summary>
    public static BothyException TooLong(string source, long limit) =>
        new(FormattableString.Invariant($"cannot read {source}: it unpacks to more than {limit} bytes"))
        {
            Hint = "Content that grows like this is usually an attack or a mistake; nothing of it was used.",
        };

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
