using System.Collections.Concurrent;
using Bothy.Formats.Trees;
using Bothy.Oci.Reading;
using Bothy.Oci.Sources;
using Bothy.Store;
using static Bothy.Oci.Tests.Reading.LayerSamples;

namespace Bothy.Oci.Tests.Reading;

/// <summary>What reading an image keeps and tells beside its files.</summary>
public sealed class ReadingTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Says_what_a_layer_hides_and_of_which_layer()
    {
        using var image = await OpenAsync(_directory, Image(
            [File("a", "12345"), HardLink("b", "a"), Directory("d"), File("d/x", "123"), File("e", "1"), File("d/y", "12")],
            [Whiteout("a"), Opaque("d"), File("e", "2"), Directory("d")],
            [Whiteout("b")]));

        Assert.Equal(
            ["/a 0 0 Whiteout", "/d/x 0 3 OpaqueDirectory", "/d/y 0 2 OpaqueDirectory", "/e 0 1 Replacement"],
            image.Layers[1].Hides.Select(hidden => $"{hidden.Entry.Path} {hidden.Layer} {hidden.Bytes} {hidden.By}"));
        Assert.Equal(["/b 0 5 Whiteout"], image.Layers[2].Hides.Select(hidden => $"{hidden.Entry.Path} {hidden.Layer} {hidden.Bytes} {hidden.By}"));
        Assert.Equal([0L, 6, 5], image.Layers.Select(layer => layer.HiddenBytes));
    }

    [Fact]
    public async Task Knows_the_layer_of_each_path()
    {
        using var image = await OpenAsync(_directory, Image([Directory("d"), File("d/a"), File("n/o/entry")], [File("d/b"), Directory("d")], [File("d/a")]));

        Assert.Equal(
            ["/d 1", "/d/a 2", "/d/b 1", "/n 0", "/n/o 0", "/n/o/entry 0"],
            image.Tree.Entries.Select(entry => $"{entry.Path} {image.LayerOf(entry.Path)}"));
        Assert.Equal(new Origin.Layer(image.Layers[2].DiffId), image.Tree.Find(TreePath.Parse("d/a"))!.Origin);
    }

    [Fact]
    public async Task A_layer_is_decoded_once_and_read_from_the_store_ever_after()
    {
        string layout = new ImageSample([RawTar.Write([File("a", "one")])], SampleCompression.Gzip).WriteLayout(_directory["layout"]);
        (await OpenLayoutAsync(_directory)).Dispose();
        string blob = System.IO.Directory.GetFiles($"{layout}/blobs/sha256").Single(file => System.IO.File.ReadAllBytes(file) is [0x1F, 0x8B, ..]);
        System.IO.File.Delete(blob);

        using var image = await OpenLayoutAsync(_directory);

        Assert.Equal("one", System.Text.Encoding.UTF8.GetString(image.Tree.Find(TreePath.Parse("a"))!.Content!.ReadAll()));
    }

    [Fact]
    public async Task A_damaged_catalogue_is_made_anew()
    {
        new ImageSample([RawTar.Write([File("a", "one")])], SampleCompression.Gzip).WriteLayout(_directory["layout"]);
        (await OpenLayoutAsync(_directory)).Dispose();
        string catalogue = Assert.Single(System.IO.Directory.GetFiles(_directory["store/catalogues"]));
        byte[] bytes = await System.IO.File.ReadAllBytesAsync(catalogue);
        bytes[^100] ^= 1;
        await System.IO.File.WriteAllBytesAsync(catalogue, bytes);

        using var image = await OpenLayoutAsync(_directory);

        Assert.Equal("file 0644 0:0 /a 3b 7692c3ad\n", TreeDump.Of(image.Tree));
    }

    [Fact]
    public async Task A_layer_that_comes_twice_is_read_once()
    {
        byte[] layer = RawTar.Write([File("a", "one")]);
        using var image = await OpenAsync(_directory, new ImageSample([layer, layer, layer], SampleCompression.Gzip));

        Assert.Single(System.IO.Directory.GetFiles(_directory["store/catalogues"]));
        Assert.Equal([0L, 3, 3], image.Layers.Select(opened => opened.HiddenBytes));
    }

    [Fact]
    public async Task Tells_how_far_it_has_come_with_layers_that_are_not_in_the_store()
    {
        var sample = new ImageSample([RawTar.Write([File("a", new string('a', 3 << 20))]), RawTar.Write([File("b", new string('b', 2 << 20))])]);
        sample.WriteLayout(_directory["layout"]);
        var told = new Told();
        await using var source = LayoutSource.OfDirectory(_directory["layout"], null, "sample");
        var reader = new ImageReader(new ContentStore(_directory["store"]), 1) { Progress = told };

        (await reader.OpenAsync(source, null, CancellationToken.None)).Dispose();
        long all = sample.Layers.Sum(layer => (int)layer!["size"]!);
        var last = told.All.MaxBy(progress => progress.Done);
        told.All.Clear();
        (await reader.OpenAsync(source, null, CancellationToken.None)).Dispose();

        Assert.Equal(new ReadingProgress(all, all), last);
        Assert.Empty(told.All);
    }

    [Fact]
    public async Task The_history_of_layers_passes_over_what_made_none()
    {
        var sample = Image([File("a")], [File("b")]);
        sample.Config["history"] = System.Text.Json.Nodes.JsonNode.Parse("""[{"created_by":"ADD a"},{"created_by":"ENV x","empty_layer":true},{"created_by":"ADD b"}]""");

        using var image = await OpenAsync(_directory, sample);

        Assert.Equal(["ADD a", "ADD b"], image.Layers.Select(layer => layer.History?.CreatedBy));
    }

    [Fact]
    public async Task Stops_when_it_is_told_to()
    {
        Image([File("a", new string('a', 1 << 20))]).WriteLayout(_directory["layout"]);
        await using var source = LayoutSource.OfDirectory(_directory["layout"], null, "sample");
        using var stopped = new CancellationTokenSource();
        await stopped.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ImageReader(new ContentStore(_directory["store"]), 1).OpenAsync(source, null, stopped.Token));
    }

    private sealed class Told : IProgress<ReadingProgress>
    {
        public ConcurrentBag<ReadingProgress> All { get; } = [];

        public void Report(ReadingProgress value) => All.Add(value);
    }
}
