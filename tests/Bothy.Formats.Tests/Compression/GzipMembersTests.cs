using System.IO.Compression;
using Bothy.Formats.Compression;

namespace Bothy.Formats.Tests.Compression;

public sealed class GzipMembersTests
{
    private static readonly byte[][] Contents = [[7], [1, 2, 3], new byte[300_000], [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * i >> 5))]];

    [Fact]
    public void Members_are_read_one_by_one_with_their_compressed_bytes()
    {
        byte[][] members = [.. Contents.Select(Gzip)];
        using var reader = new GzipMembers(new TricklingStream([.. members.SelectMany(member => member)], 1000), "test");

        for (int i = 0; i < members.Length; i++)
        {
            Assert.False(reader.IsAtEnd);
            using var compressed = new MemoryStream();
            using var content = new MemoryStream();
            reader.OpenNext(long.MaxValue, bytes => compressed.Write(bytes.Span)).CopyTo(content);

            Assert.Equal(Contents[i], content.ToArray());
            Assert.Equal(members[i], compressed.ToArray());
            Assert.Equal(members.Take(i + 1).Sum(member => member.Length), reader.Offset);
        }

        Assert.True(reader.IsAtEnd);
    }

    [Fact]
    public void What_follows_a_member_can_be_read_as_it_is()
    {
        byte[] first = Gzip([1, 2, 3]);
        byte[] rest = [.. Enumerable.Range(0, 500_000).Select(i => (byte)i)];
        using var reader = new GzipMembers(new MemoryStream([.. first, .. rest]), "test");
        reader.OpenNext(3, static _ => { }).CopyTo(Stream.Null);

        Assert.Equal(rest, ReadRest(reader));
    }

    [Fact]
    public void A_member_given_up_has_shown_what_was_taken_of_it_and_leaves_the_rest()
    {
        byte[] member = Gzip(Contents[3]);
        using var seen = new MemoryStream();
        using var reader = new GzipMembers(new MemoryStream(member), "test");
        reader.OpenNext(long.MaxValue, bytes => seen.Write(bytes.Span)).ReadExactly(new byte[100]);

        reader.Abandon();
        seen.Write(ReadRest(reader));

        Assert.Equal(member, seen.ToArray());
    }

    [Theory]
    [InlineData(new byte[] { 0 })] // padding is none
    [InlineData(new byte[] { 0x1F })]
    [InlineData(new byte[] { 1, 2, 3 })]
    public void Bytes_that_begin_no_member_are_refused(byte[] between)
    {
        using var reader = new GzipMembers(new MemoryStream([.. Gzip([1]), .. between]), "test");
        reader.OpenNext(1, static _ => { }).CopyTo(Stream.Null);

        Assert.False(reader.IsAtEnd);
        Assert.Throws<MalformedDataException>(() => reader.OpenNext(1, static _ => { }));
    }

    [Fact]
    public void A_member_is_read_to_its_end_before_the_next()
    {
        using var reader = new GzipMembers(new MemoryStream([.. Gzip([1]), .. Gzip([2])]), "test");
        var first = reader.OpenNext(1, static _ => { });

        Assert.Throws<InvalidOperationException>(() => reader.OpenNext(1, static _ => { }));
        Assert.Equal(1, first.ReadByte());
        Assert.Equal(-1, first.ReadByte());
        Assert.Equal(2, reader.OpenNext(1, static _ => { }).ReadByte());
    }

    [Fact]
    public void Each_member_has_a_limit_of_its_own()
    {
        using var reader = new GzipMembers(new MemoryStream([.. Gzip(new byte[1000]), .. Gzip(new byte[1001])]), "test");
        reader.OpenNext(1000, static _ => { }).CopyTo(Stream.Null);

        Assert.Throws<BothyException>(() => reader.OpenNext(1000, static _ => { }).CopyTo(Stream.Null));
    }

    private static byte[] ReadRest(GzipMembers reader)
    {
        using var rest = new MemoryStream();
        while (reader.ReadCompressed() is { IsEmpty: false } bytes)
        {
            rest.Write(bytes.Span);
        }

        return rest.ToArray();
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return output.ToArray();
    }
}
