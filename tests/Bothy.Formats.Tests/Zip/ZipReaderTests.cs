using System.IO.Compression;
using System.Text;
using Bothy.Formats.Zip;

namespace Bothy.Formats.Tests.Zip;

public sealed class ZipReaderTests
{
    [Fact]
    public void Members_read_as_the_platform_wrote_them()
    {
        byte[] large = [.. Enumerable.Range(0, 100_000).Select(static i => (byte)(i * i))];
        byte[] archive = LanguageSamples.Jar(("a.txt", "text"u8.ToArray()), ("dir/stored.jar", large), ("empty", []), ("large", large));
        using var stream = new MemoryStream(archive);

        Assert.True(ZipReader.TryOpen(stream, "test", out var zip));
        var members = zip.Members(static _ => true);
        Assert.Equal(["a.txt", "dir/stored.jar", "empty", "large"], members.Select(static member => member.Name));
        Assert.Equal("text", Encoding.ASCII.GetString(zip.Read(members[0], 100)));
        Assert.Equal(large, zip.Read(members[1], large.Length));
        Assert.Empty(zip.Read(members[2], 0));
        Assert.Equal(large, zip.Read(members[3], large.Length));
        Assert.Throws<MalformedDataException>(() => zip.Read(members[3], large.Length - 1));
    }

    [Fact]
    public void A_comment_that_looks_like_an_end_is_a_comment()
    {
        var stream = new MemoryStream();
        using (var writer = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            writer.CreateEntry("a");
            writer.Comment = "PK\x05\x06 and more that is long enough to hold a record";
        }

        Assert.True(ZipReader.TryOpen(stream, "test", out var zip));
        Assert.Single(zip.Members(static _ => true));
    }

    [Fact]
    public void More_members_than_the_old_end_can_count_are_found()
    {
        const int count = 66_000;
        var stream = new MemoryStream();
        using (var writer = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (int i = 0; i < count; i++)
            {
                writer.CreateEntry($"{i}.json", CompressionLevel.NoCompression);
            }
        }

        // As Go writes it: what the larger record states, the old end leaves open.
        byte[] archive = stream.ToArray();
        archive.AsSpan(archive.Length - 22 + 12, 8).Fill(0xff);
        Assert.True(ZipReader.TryOpen(new MemoryStream(archive), "test", out var zip));
        Assert.Equal(count, zip.Members(static _ => true).Length);

        archive[^42] ^= 1;
        Assert.Throws<MalformedDataException>(() => ZipReader.TryOpen(new MemoryStream(archive), "test", out _));
        Assert.Throws<MalformedDataException>(() => ZipReader.TryOpen(new MemoryStream(stream.ToArray()), "test", out _, maxDirectory: 1 << 20));
    }

    [Fact]
    public void A_member_that_grows_beyond_its_stated_size_is_malformed()
    {
        byte[] archive = LanguageSamples.Jar(("a", new byte[1 << 20]));
        int directory = archive.AsSpan().LastIndexOf("PK\x01\x02"u8);
        BitConverter.GetBytes(10).CopyTo(archive, directory + 24);
        using var stream = new MemoryStream(archive);

        Assert.True(ZipReader.TryOpen(stream, "test", out var zip));
        Assert.Throws<MalformedDataException>(() => zip.Read(zip.Members(static _ => true)[0], 1 << 21));
    }

    [Fact]
    public void Damaged_archives_are_malformed_and_nothing_else()
    {
        byte[] good = LanguageSamples.Jar(("a.txt", "text"u8.ToArray()), ("b", new byte[300]), ("c.jar", [1, 2, 3]));
        var random = new Random(7);
        for (int i = 0; i < 5000; i++)
        {
            using var stream = new MemoryStream(Mutation.Of(good, random));
            try
            {
                if (ZipReader.TryOpen(stream, "test", out var zip))
                {
                    foreach (var member in zip.Members(static _ => true))
                    {
                        zip.Read(member, 1 << 16);
                    }
                }
            }
            catch (MalformedDataException)
            {
                // The one answer to damage.
            }
        }
    }
}
