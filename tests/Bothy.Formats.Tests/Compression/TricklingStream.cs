namespace Bothy.Formats.Tests.Compression;

/// <summary>Bytes that come a few at a time, as from a network, and cannot be sought.</summary>
internal sealed class TricklingStream(byte[] bytes, int most) : ForwardReadStream
{
    private int _at;

    public override int Read(Span<byte> buffer)
    {
        int count = Math.Min(Math.Min(most, buffer.Length), bytes.Length - _at);
        bytes.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        return count;
    }

    /// <summary>Reads all of <paramref name="stream"/>, asking for <paramref name="step"/> bytes at a time.</summary>
    public static byte[] ReadAll(Stream stream, int step)
    {
        var output = new MemoryStream();
        byte[] buffer = new byte[step];
        while (stream.Read(buffer) is > 0 and var read)
        {
            output.Write(buffer, 0, read);
        }

        return output.ToArray();
    }
}
