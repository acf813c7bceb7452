using System.IO.Compression;
using System.Text;
using Bothy.Formats.Compression;
using FsCheck;
using FsCheck.Fluent;

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

    [Fact]
    public void Gzip_cut_anywhere_is_refused()
    {
        byte[] whole = Gzip(Text);
        for (int length = 2; length < whole.Length; length++)
        {
            Assert.Throws<MalformedDataException>(() => Read(whole[..length]));
        }
    }

    [Fact]
    public void A_second_member_cut_anywhere_is_refused()
    {
        byte[] first = Gzip([1, 2, 3]);
        byte[] whole = [.. first, .. Gzip(Text)];
        for (int length = first.Length + 1; length < whole.Length; length++)
        {
            Assert.Throws<MalformedDataException>(() => Read(whole[..length]));
        }
    }

    [Fact]
    public void A_flipped_byte_never_gives_other_bytes()
    {
        byte[] whole = [.. Gzip([1, 2, 3]), .. Gzip(Text)];
        byte[] expected = [1, 2, 3, .. Text];
        for (int at = 2; at < whole.Length; at++)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 0x5A;
            try
            {
                // The fields of the header that nobody checks may differ.
                Assert.Equal(expected, Read(damaged));
            }
            catch (MalformedDataException)
            {
                continue;
            }
        }
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Fastest)]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.SmallestSize)]
    public void Every_kind_of_content_comes_back_from_every_kind_of_block(CompressionLevel level) =>
        Assert.All(Contents.All, content => Assert.Equal(content, Read(Gzip(content, level))));

    [RequiresTheory(Needs.Judges + ":gzip")]
    [InlineData("-1")]
    [InlineData("-6")]
    [InlineData("-9")]
    public void Reads_what_the_gzip_program_writes(string level) =>
        Assert.All(Contents.All, content => Assert.Equal(content, Read(Judge.Run("gzip", ["-c", level], content).Succeeded().OutputBytes)));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 100_000)]
    [InlineData(7, 11)]
    [InlineData(100_000, 1)]
    public void Pieces_of_any_size_in_and_out_make_the_same_bytes(int most, int step)
    {
        byte[] content = Contents.All[^1][..60_000];

        Assert.Equal(content, Read(Gzip(content), Plenty, most, step));
    }

    [Fact]
    public void Every_field_of_the_header_is_skipped_and_its_crc_verified()
    {
        byte[] header = [0x1F, 0x8B, 8, 0x1E, 1, 2, 3, 4, 2, 3, 2, 0, 9, 9, (byte)'n', 0, (byte)'c', (byte)'c', 0, 0, 0];
        ushort crc = (ushort)Crc32.Append(0, header.AsSpan()[..^2]);
        header[^2] = (byte)crc;
        header[^1] = (byte)(crc >> 8);
        byte[] whole = [.. header, .. Gzip(Text)[10..]];

        Assert.Equal(Text, Read(whole));
        header[^1] ^= 1;
        Assert.Throws<MalformedDataException>(() => Read([.. header, .. Gzip(Text)[10..]]));
    }

    [Fact]
    public void Zeros_may_follow_and_nothing_else()
    {
        Assert.Equal(Text, Read([.. Gzip(Text), 0, 0, 0]));
        Assert.Throws<MalformedDataException>(() => Read([.. Gzip(Text), 0, 0, 1]));
        Assert.Throws<MalformedDataException>(() => Read([.. Gzip(Text), (byte)'x']));
    }

    [Theory]
    [InlineData("07")] // a block of the fourth kind
    [InlineData("01 05 00 FA FE")] // a stored block whose length contradicts itself
    [InlineData("03 02 00 00")] // fixed codes: a distance before the first byte
    [InlineData("05 FF FF FF FF FF FF FF FF FF FF")] // dynamic codes, more of them than there are
    [InlineData("05 C0 81 00 00 00 00 00 10 FF 6B")] // codes that leave bits without a meaning
    public void Deflate_that_means_nothing_is_refused(string deflate) =>
        Assert.Throws<MalformedDataException>(() => Read([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, .. Convert.FromHexString(deflate.Replace(" ", "")), .. new byte[20]]));

    [Fact]
    public void Any_damage_is_refused_or_harmless()
    {
        byte[] content = Contents.Words(seed: 21, length: 5000);
        byte[] whole = Gzip(content);
        var damage = from at in Gen.Choose(0, whole.Length - 1)
                     from bit in Gen.Choose(0, 7)
                     from more in Gen.Choose(0, whole.Length - 1)
                     select (at, bit, more);

        Prop.ForAll(Arb.From(damage), change =>
        {
            byte[] damaged = [.. whole];
            damaged[change.at] ^= (byte)(1 << change.bit);
            damaged[change.more] = (byte)change.at;
            try
            {
                return Read(damaged).AsSpan().SequenceEqual(content) || damaged[0] != 0x1F || damaged[1] != 0x8B;
            }
            catch (MalformedDataException)
            {
                return true;
            }
        }).QuickCheckThrowOnFailure();
    }

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

    private static byte[] Gzip(byte[] bytes, CompressionLevel level = CompressionLevel.Optimal)
    {
        var output = new MemoryStream();
        using (var gzip = new GZipStream(output, level, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return output.ToArray();
    }

    private static byte[] Read(byte[] bytes, long limit = Plenty, int most = int.MaxValue, int step = 4096)
    {
        using var stream = Decompression.OpenRead(new TricklingStream(bytes, most), "test.gz", limit);
        return TricklingStream.ReadAll(stream, step);
    }
}
