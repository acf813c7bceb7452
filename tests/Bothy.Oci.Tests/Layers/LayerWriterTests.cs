using System.IO.Compression;
using System.Security.Cryptography;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;
using Bothy.Oci.Layers;

namespace Bothy.Oci.Tests.Layers;

public sealed class LayerWriterTests
{
    [Fact]
    public void Digests_and_sizes_are_those_of_the_bytes()
    {
        var (layer, blob) = Samples.WriteLayer(Samples.Rich());
        byte[] archive = Unpack(blob);

        Assert.Equal(MediaTypes.LayerTarGzip, layer.Blob.MediaType);
        Assert.Equal(Digest.Of(blob), layer.Blob.Digest);
        Assert.Equal(blob.Length, layer.Blob.Size);
        Assert.Equal(Digest.FromHash(SHA256.HashData(archive)), layer.DiffId);
        Assert.Equal(archive.Length, layer.UncompressedSize);
    }

    [Fact]
    public void Threads_do_not_change_a_byte()
    {
        var (one, blobOfOne) = Samples.WriteLayer(Samples.Rich(), parallelism: 1);
        var (two, blobOfTwo) = Samples.WriteLayer(Samples.Rich(), parallelism: 2);

        Assert.Equal(one, two);
        Assert.Equal(blobOfOne, blobOfTwo);
    }

    [Fact]
    public void The_order_of_entries_in_the_tree_does_not_matter()
    {
        TreeEntry[] entries = [.. Samples.Rich().Entries];
        Assert.Equal(Samples.WriteLayer(Samples.Tree(entries)).Layer, Samples.WriteLayer(Samples.Tree([.. entries.Reverse()])).Layer);
    }

    [Fact]
    public void Parents_come_first_and_are_made_where_missing() =>
        Assert.Equal(
            ["a/ 755", "a/b/ 700", "a/b/c 644", "a.b 644"],
            Entries(Samples.Tree(Samples.File("a.b", ""), Samples.File("a/b/c", ""), Samples.Directory("a/b", 0b111_000_000)))
                .Select(entry => $"{entry.Name} {Convert.ToString(entry.Mode, 8)}"));

    [Fact]
    public void The_first_name_in_order_is_the_file_and_the_others_are_links_to_it()
    {
        var entries = Entries(Samples.Tree(
            Samples.File("m", "content", 0b110_000_000) with { UserId = 7 },
            Samples.HardLink("z", "m"),
            Samples.HardLink("a", "z"), // a link to a link
            Samples.File("other", "")));

        Assert.Equal(
            ["File a 7", "HardLink m 7 -> a", "File other 0", "HardLink z 7 -> a"],
            entries.Select(entry => $"{entry.Kind} {entry.Name} {entry.UserId}{(entry.LinkName is null ? "" : " -> " + entry.LinkName)}"));
        Assert.Equal(7, entries[0].Size);
        Assert.All(entries, entry => Assert.True(entry.Name == "other" || entry.Mode == 0b110_000_000));
    }

    [Theory]
    [InlineData(Samples.Epoch + 1, Samples.Epoch)]
    [InlineData(Samples.Epoch, Samples.Epoch)]
    [InlineData(Samples.Epoch - 1, Samples.Epoch - 1)]
    [InlineData(-1, -1)]
    public void No_time_is_after_the_epoch(long time, long written) =>
        Assert.Equal(written, Assert.Single(Entries(Samples.Tree(Samples.File("a", "") with { ModifiedTime = time }))).ModifiedTime);

    [Fact]
    public void Refuses_what_no_layer_can_hold()
    {
        Assert.Equal("cannot put '/a/.wh.b' in a layer: in a layer, a name that begins with .wh. removes a file", Refusal(Samples.File("a/.wh.b", "")));
        Assert.Equal("cannot put '/bin/sh' in a layer: '/bin' is not a directory", Refusal(Samples.Symlink("bin", "usr/bin"), Samples.File("bin/sh", "")));
        Assert.Equal("cannot put '/a' in a layer: it is a hard link to '/b', which is no file of the image", Refusal(Samples.HardLink("a", "b")));
        Assert.Equal("cannot put '/a' in a layer: it is a hard link to '/d', which is no file of the image", Refusal(Samples.HardLink("a", "d"), Samples.Directory("d")));
        Assert.Equal("cannot put '/a' in a layer: its hard links form a cycle", Refusal(Samples.HardLink("a", "b"), Samples.HardLink("b", "a")));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_content_that_is_not_what_it_says_is_an_error(int parallelism)
    {
        var tree = Samples.Tree(
            TreeEntry.File(TreePath.Parse("a"), new Liar(10, 9), Samples.Origin));
        Assert.Equal("cannot write '/a': its content ends 1 bytes before the 10 it should have", Assert.Throws<BothyException>(() => Samples.WriteLayer(tree, parallelism)).Message);

        tree.Set(TreeEntry.File(TreePath.Parse("a"), new Liar(10, 11), Samples.Origin));
        Assert.Equal("cannot write '/a': its content is longer than the 10 bytes it should have", Assert.Throws<BothyException>(() => Samples.WriteLayer(tree, parallelism)).Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_failing_output_ends_the_write(int parallelism)
    {
        var tree = Samples.Tree(TreeEntry.File(TreePath.Parse("a"), FileContent.Of(RandomNumberGenerator.GetBytes(8 << 20)), Samples.Origin));
        var writer = new LayerWriter(new LayerOptions { Epoch = 0, Parallelism = parallelism });
        Assert.Throws<IOException>(() => writer.Write(tree, new FullDisk(1 << 20), CancellationToken.None));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Cancellation_ends_the_write(int parallelism)
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        var writer = new LayerWriter(new LayerOptions { Epoch = 0, Parallelism = parallelism });
        Assert.ThrowsAny<OperationCanceledException>(() => writer.Write(Samples.Rich(), Stream.Null, cancellation.Token));
    }

    [RequiresFact(Needs.Judges + ":tar")]
    public void GNU_tar_sees_what_was_meant()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory["layer.tar.gz"], Samples.WriteLayer(Samples.Rich()).Blob);
        string listing = Judge.Run("tar", "tvzf", directory["layer.tar.gz"], "--numeric-owner", "--full-time", "--quoting-style=literal").Succeeded().Output;

        Assert.Contains("lrwxrwxrwx 0/0               0 1970-01-01 00:00:00 bin -> usr/bin\n", listing);
        Assert.Contains("drwxrwxrwt 0/0               0 1970-01-01 00:00:00 tmp/\n", listing);
        Assert.Contains("-rwsr-xr-x 0/0              10 2023-11-14 22:13:20 usr/bin/a-second\n", listing);
        Assert.Contains("hrwsr-xr-x 0/0               0 2023-11-14 22:13:20 usr/bin/b-first link to usr/bin/a-second\n", listing);
        Assert.Contains("65532/65532", listing);
    }

    private static string Refusal(params TreeEntry[] entries) =>
        Assert.Throws<BothyException>(() => Samples.WriteLayer(Samples.Tree(entries))).Message;

    private static List<TarEntry> Entries(FileTree tree)
    {
        var reader = new TarReader(new MemoryStream(Unpack(Samples.WriteLayer(tree).Blob)), "layer", TarLimits.Default);
        var entries = new List<TarEntry>();
        while (reader.TryReadNext(out var entry))
        {
            entries.Add(entry);
        }

        return entries;
    }

    private static byte[] Unpack(byte[] blob)
    {
        using var gzip = new GZipStream(new MemoryStream(blob), CompressionMode.Decompress);
        using var archive = new MemoryStream();
        gzip.CopyTo(archive);
        return archive.ToArray();
    }

    private sealed class Liar(long says, int has) : FileContent
    {
        public override long Length => says;

        public override Digest Digest => Digest.Of([]);

        public override Stream OpenRead() => new MemoryStream(new byte[has]);
    }

    private sealed class FullDisk(long space) : MemoryStream
    {
        // MemoryStream sends spans here too where its array overload is overridden.
        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Length + count > space)
            {
                throw new IOException("full");
            }

            base.Write(buffer, offset, count);
        }
    }
}
