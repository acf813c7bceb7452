using System.IO.Compression;
using System.Text;
using Bothy.Formats.Compression;

namespace Bothy.Formats.Tests.Compression;

public sealed class DecompressionTests
{
    private const long Plenty = 1 << 20;

    private static readonly byte[] Text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 500).Select(i => $"line {i}\n")));

    [Theory]
    [InlineData("")]
    [InlineData("\u001f")] // begins like gzip, and ends
    [InlineData("plain text, longer than any magic")]
    public void Plain_bytes_come_out_as_they_are(string text) =>
        Assert.Equal(Encoding.Latin1.GetBytes(text), Read(Encoding.Latin1.GetBytes(text)));

    [Fact]
    public void Gzip_is_recognised() => Assert.Equal(Text, Read(Gzip(Text)));

    [Fact]
    public void Members_of_gzip_are_joined() => Assert.Equal([.. Text, .. Text], Read([.. Gzip(Text), .. Gzip(Text)]));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_byte_past_the_limit_is_refused(bool compressed)
    {
        byte[] bytes = compressed ? Gzip(Text) : Text;

        Assert.Equal(Text, Read(bytes, Text.Length));
        var failure = Assert.Throws<BothyException>(() => Read(bytes, Text.Length - 1));
        Assert.Equal($"cannot read test.gz: it unpacks to more than {Text.Length - 1} bytes", failure.Message);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return output.ToArray();
    }

    private static byte[] Read(byte[] bytes, long limit = Plenty)
    {
        using var stream = Decompression.OpenRead(new MemoryStream(bytes), "test.gz", limit);
        var output = new MemoryStream();
        stream.CopyTo(output);
        return output.ToArray();
    }
}
