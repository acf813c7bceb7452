using Bothy.Formats.Trees;

namespace Bothy.Store.Tests;

public sealed class CatalogueTests : StoreTest
{
    private static readonly Digest Source = Digest.Of("a package"u8);
    private static readonly Origin Origin = new Origin.Package("demo", "1.0", "amd64");

    [Fact]
    public void A_writer_that_is_abandoned_leaves_nothing()
    {
        using (var writer = Store.BeginCatalogue(Source, "deb"))
        {
            writer.AddFile(TreeEntry.File(TreePath.Parse("a"), FileContent.Empty, Origin), new MemoryStream(new byte[300_000]), 300_000);
        }

        Assert.Null(Store.TryOpenCatalogue(Source, "deb"));
        Assert.Empty(Directory.EnumerateFiles(Temporary["store"], "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_writer_that_died_shows_nothing_and_does_not_get_in_the_way()
    {
        // Not disposed, as after kill -9: its file stays open and locked.
        var dead = Store.BeginCatalogue(Source, "deb");
        dead.AddFile(NewFile("a"), new MemoryStream(new byte[300_000]), 300_000);

        Assert.Null(Store.TryOpenCatalogue(Source, "deb"));
        Write(("a", Bytes(10)));
        using var catalogue = Store.TryOpenCatalogue(Source, "deb")!;
        Assert.Equal(1, catalogue.ReadTree(Origin).Count);
        GC.KeepAlive(dead);
    }

    [Fact]
    public void A_file_that_ends_early_is_refused()
    {
        using var writer = Store.BeginCatalogue(Source, "deb");

        var failure = Assert.Throws<BothyException>(() => writer.AddFile(NewFile("a"), new MemoryStream(new byte[5]), 7));

        Assert.Equal("cannot take /a into the store: it ends 2 bytes too early", failure.Message);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(200_000)] // read in pieces
    public void Parts_of_a_file_are_read_by_seeking_and_end_where_it_ends(int length)
    {
        Write(("before", Bytes(77)), ("file", Bytes(length)), ("next", Bytes(50)));
        using var catalogue = Store.TryOpenCatalogue(Source, "deb")!;
        using var parts = catalogue.ReadTree(Origin).Find(TreePath.Parse("file"))!.Content!.OpenParts();
        byte[] end = new byte[20];

        parts.Position = length - 10;
        Assert.Equal(10, parts.ReadAtLeast(end, end.Length, throwOnEndOfStream: false));

        Assert.Equal(Bytes(length)[^10..], end[..10]);
        Assert.Throws<ArgumentOutOfRangeException>(() => parts.Position = length + 1);
    }

    [Fact]
    public void A_file_takes_no_more_than_its_length()
    {
        var archive = new MemoryStream(Bytes(100));
        using (var writer = Store.BeginCatalogue(Source, "deb"))
        {
            writer.AddFile(NewFile("a"), archive, 30);
            writer.Commit().Dispose();
        }

        Assert.Equal(30, archive.Position);
        using var catalogue = Store.TryOpenCatalogue(Source, "deb")!;
        Assert.Equal(Bytes(100)[..30], catalogue.ReadTree(Origin).Entries[0].Content!.ReadAll());
    }

    [Fact]
    public void Kinds_and_sources_are_kept_apart()
    {
        Write(("a", Bytes(10)));

        Assert.Null(Store.TryOpenCatalogue(Source, "other"));
        Assert.Null(Store.TryOpenCatalogue(Digest.Of("x"u8), "deb"));
        File.Copy(TheFile(), TheFile().Replace(".deb", ".other", StringComparison.Ordinal));
        Assert.Throws<DamagedItemException>(() => Store.TryOpenCatalogue(Source, "other"));
        Assert.NotNull(Store.TryOpenCatalogue(Source, "deb"));
    }

    [Fact]
    public void Another_version_of_the_format_counts_as_none_and_is_replaced()
    {
        Write(("a", Bytes(10)));
        byte[] file = File.ReadAllBytes(TheFile());
        file[^56] = 99;
        File.WriteAllBytes(TheFile(), file);

        Assert.Null(Store.TryOpenCatalogue(Source, "deb"));
        Write(("a", Bytes(10)));
        Assert.NotNull(Store.TryOpenCatalogue(Source, "deb"));
    }

    [Fact]
    public void Every_changed_byte_of_table_and_trailer_is_noticed()
    {
        Write(("a", Bytes(10)), ("b/c", []));
        byte[] file = File.ReadAllBytes(TheFile());
        for (int at = 10; at < file.Length; at++)
        {
            byte[] changed = [.. file];
            changed[at] ^= 0x10;
            File.WriteAllBytes(TheFile(), changed);
            bool isVersion = at >= file.Length - 56 && at < file.Length - 52;
            if (isVersion)
            {
                Assert.Null(Store.TryOpenCatalogue(Source, "deb"));
                continue;
            }

            var failure = Assert.Throws<DamagedItemException>(() => Store.TryOpenCatalogue(Source, "deb"));
            Assert.StartsWith($"cannot use the files of {Source} from the store: ", failure.Message, StringComparison.Ordinal);
            Assert.Null(Store.TryOpenCatalogue(Source, "deb"));
        }
    }

    [Fact]
    public void Every_shorter_file_is_noticed()
    {
        Write(("a", Bytes(10)));
        string path = TheFile();
        byte[] file = File.ReadAllBytes(path);
        for (int length = 0; length < file.Length; length++)
        {
            File.WriteAllBytes(path, file[..length]);

            Assert.Throws<DamagedItemException>(() => Store.TryOpenCatalogue(Source, "deb"));
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(200_000)] // read in pieces
    public void A_damaged_file_is_found_out_and_the_catalogue_removed(int length)
    {
        Write(("a", Bytes(length)), ("b", Bytes(50)));
        byte[] file = File.ReadAllBytes(TheFile());
        file[length - 1] ^= 1;
        File.WriteAllBytes(TheFile(), file);
        using var catalogue = Store.TryOpenCatalogue(Source, "deb")!;
        var tree = catalogue.ReadTree(Origin);

        Assert.Throws<DamagedItemException>(() => tree.Entries[0].Content!.ReadAll());

        Assert.Null(Store.TryOpenCatalogue(Source, "deb"));
        Assert.Equal(Bytes(50), tree.Entries[1].Content!.ReadAll());
    }

    [Fact]
    public void Files_can_be_read_again_and_by_many_at_once()
    {
        Write([.. Enumerable.Range(0, 20).Select(number => (FormattableString.Invariant($"f{number:00}"), Bytes(number * 10_000)))]);
        using var catalogue = Store.TryOpenCatalogue(Source, "deb")!;
        var entries = catalogue.ReadTree(Origin).Entries;

        Parallel.For(0, 200, number => Assert.Equal(Bytes(number % 20 * 10_000), entries[number % 20].Content!.ReadAll()));
    }

    [Fact]
    public void A_catalogue_in_use_can_be_replaced_and_removed()
    {
        Write(("a", Bytes(100_000)));
        using var before = Store.TryOpenCatalogue(Source, "deb")!;
        var content = before.ReadTree(Origin).Entries[0].Content!;
        Write(("a", Bytes(5)));
        File.Delete(TheFile());

        Assert.Equal(Bytes(100_000), content.ReadAll());
    }

    private static TreeEntry NewFile(string path) => TreeEntry.File(TreePath.Parse(path), FileContent.Empty, Origin);

    private string TheFile() => Path.Combine(Store.Directory, "catalogues", $"{Source.Hex}.deb");

    private void Write(params (string Path, byte[] Bytes)[] files)
    {
        using var writer = Store.BeginCatalogue(Source, "deb");
        foreach (var (path, bytes) in files)
        {
            writer.AddFile(NewFile(path), new MemoryStream(bytes), bytes.Length);
        }

        writer.Commit().Dispose();
    }
}
