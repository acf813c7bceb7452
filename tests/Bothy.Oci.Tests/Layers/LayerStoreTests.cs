using Bothy.Formats.Trees;
using Bothy.Oci.Layers;
using Bothy.Store;

namespace Bothy.Oci.Tests.Layers;

public sealed class LayerStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<LayerCompression> Compressions => [.. Enum.GetValues<LayerCompression>()];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Compressions))]
    public void A_layer_from_the_store_is_the_one_made_without(LayerCompression compression)
    {
        var (expected, blob) = Samples.WriteLayer(Samples.Packages(), compression: compression);
        for (int round = 0; round < 2; round++)
        {
            var (layer, content) = Get(Samples.Packages(), compression);
            Assert.Equal(expected.Blob.Digest, layer.Blob.Digest);
            Assert.Equal(expected.Blob.Annotations, layer.Blob.Annotations);
            Assert.Equal((expected.DiffId, expected.UncompressedSize), (layer.DiffId, layer.UncompressedSize));
            Assert.Equal(blob, content.ReadAll());
        }
    }

    [Theory]
    [MemberData(nameof(Compressions))]
    public void A_layer_that_is_there_is_not_made_again(LayerCompression compression)
    {
        Get(Samples.Packages(), compression);
        var tree = Samples.Packages();
        foreach (var entry in tree.Entries.Where(entry => entry.Content is not null).ToList())
        {
            tree.Set(entry with { Content = new Unreadable(entry.Content!) });
        }

        Get(tree, compression);
    }

    [Theory]
    [MemberData(nameof(Compressions))]
    public void Of_a_layer_that_differs_in_one_package_only_that_package_and_the_directories_are_compressed(LayerCompression compression)
    {
        Get(Samples.Packages(), compression);
        string[] before = Parts();
        var changed = Samples.Packages();
        changed.Set(changed.Entries.Single(entry => entry.Path.Value == "usr/lib/b/0") with { ModifiedTime = 77 });

        var (layer, content) = Get(changed, compression);

        Assert.Single(Parts().Except(before));
        Assert.Equal(Samples.WriteLayer(changed, compression: compression).Layer.Blob.Digest, layer.Blob.Digest);
        Assert.Equal(layer.Blob.Digest, Digest.Of(content.ReadAll()));
    }

    [Theory]
    [InlineData("big")]
    [InlineData("d")]
    public void Of_local_files_one_that_changes_is_compressed_alone_or_with_few_small_ones(string changed)
    {
        var tree = Samples.Tree(Samples.Directory("app"));
        foreach (var (name, size) in new[] { ("a", 90_000), ("b", 90_000), ("big", 400_000), ("c", 90_000), ("d", 90_000), ("e", 90_000), ("f", 90_000), ("g", 90_000) })
        {
            byte[] bytes = new byte[size];
            bytes.AsSpan().Fill((byte)name[0]);
            tree.Set(TreeEntry.File(TreePath.Parse("app/" + name), FileContent.Of(bytes), new Origin.LocalFile("app")));
        }

        Get(tree, LayerCompression.Gzip);
        string[] before = Parts();
        var entry = tree.Entries.Single(entry => entry.Path.Name == changed);
        tree.Set(entry with { Content = FileContent.Of(new byte[entry.Content!.Length]) });

        var (layer, _) = Get(tree, LayerCompression.Gzip);

        Assert.InRange(before.Length, 4, 5); // the large one, three runs of small ones, and the directories where so little is kept
        Assert.Equal(Samples.WriteLayer(tree).Layer.Blob.Digest, layer.Blob.Digest);
        Assert.Single(Parts().Except(before));
    }

    [Theory]
    [MemberData(nameof(Compressions))]
    public void Damage_to_kept_parts_is_made_good(LayerCompression compression)
    {
        var (expected, _) = Get(Samples.Packages(), compression);
        foreach (string part in Directory.GetFiles(_directory["store/results"]))
        {
            byte[] bytes = File.ReadAllBytes(part);
            bytes[bytes.Length / 3] ^= 0x10;
            File.WriteAllBytes(part, bytes);
        }

        // The record lies in another block than the damage, so that the layer is found and its blob found out.
        var (_, content) = Get(Samples.Packages(), compression);
        Assert.Throws<DamagedItemException>(() => content.ReadAll());
        var (again, whole) = Get(Samples.Packages(), compression);

        Assert.Equal(expected.Blob.Digest, again.Blob.Digest);
        Assert.Equal(expected.Blob.Digest, Digest.Of(whole.ReadAll()));
    }

    [Theory]
    [MemberData(nameof(Compressions))]
    public void A_layer_that_fails_leaves_nothing(LayerCompression compression)
    {
        var tree = Samples.Packages();
        tree.Set(Samples.PackageFile("z", "usr/lib/z", new Unreadable(FileContent.Of("z"))));

        Assert.Throws<BothyException>(() => Get(tree, compression));
        Assert.Empty(Directory.GetFiles(_directory["store/temporary"]));
    }

    [Fact]
    public void Whatever_an_archive_shows_makes_another_key()
    {
        var entry = Samples.File("a", "x") with { UserName = "u", GroupName = "g" };
        TreeEntry[] others =
        [
            entry,
            entry with { Path = TreePath.Parse("b") },
            entry with { Mode = 1 },
            entry with { UserId = 1 },
            entry with { GroupId = 1 },
            entry with { UserName = null },
            entry with { UserName = "" },
            entry with { UserName = "ug", GroupName = "" },
            entry with { GroupName = null },
            entry with { ModifiedTime = 1 },
            entry with { Content = FileContent.Of("y") },
            entry with { ExtendedAttributes = TreeEntry.NoAttributes.Add("a", new byte[] { 1 }) },
            entry with { ExtendedAttributes = TreeEntry.NoAttributes.Add("a", new byte[] { 2 }) },
            entry with { DeviceMajor = 1 },
            entry with { DeviceMinor = 1 },
            Samples.Symlink("a", "x"),
            Samples.Symlink("a", "y"),
            Samples.Directory("a"),
        ];

        Assert.Equal(others.Length, others.Select(other => EntryHash.Of([other])).Distinct().Count());
        Assert.NotEqual(EntryHash.Of([others[0], others[1]]), EntryHash.Of([others[1], others[0]]));
        Assert.Equal(EntryHash.Of([entry]), EntryHash.Of([entry with { Origin = new Origin.Effect("other") }]));
    }

    private (Layer Layer, FileContent Content) Get(FileTree tree, LayerCompression compression) =>
        new LayerStore(new ContentStore(_directory["store"])).Get(
            tree, new LayerOptions { Epoch = Samples.Epoch, Compression = compression, Parallelism = 2 }, CancellationToken.None);

    private string[] Parts() => [.. Directory.GetFiles(_directory["store/results"]).Where(file => file.Contains(".part-", StringComparison.Ordinal))];

    private sealed class Unreadable(FileContent content) : FileContent
    {
        public override long Length => content.Length;

        public override Digest Digest => content.Digest;

        public override Stream OpenRead() => throw new BothyException("cannot read it");
    }
}
