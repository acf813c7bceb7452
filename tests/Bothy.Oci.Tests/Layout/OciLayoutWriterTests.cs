using Bothy.Oci.Layout;

namespace Bothy.Oci.Tests.Layout;

public sealed class OciLayoutWriterTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    internal static void WriteAndVerify(string directory, OciImage image)
    {
        OciLayoutWriter.Write(directory, null, image, 2, CancellationToken.None);
        var layout = OciLayout.Open(directory);
        foreach (var layer in layout.ReadManifest(layout.Resolve(null)).Layers)
        {
            using var blob = layout.OpenBlob(layer);
            blob.CopyTo(Stream.Null);
        }
    }

    [Fact]
    public void What_was_written_is_read_back()
    {
        var image = Samples.Image();
        OciLayoutWriter.Write(_directory["out/x"], Name("v1"), image, 2, CancellationToken.None);

        var layout = OciLayout.Open(_directory["out/x"]);
        var descriptor = layout.Resolve("v1");
        var manifest = layout.ReadManifest(descriptor);
        var config = layout.ReadConfig(manifest);

        Assert.Equal(image.Root.Descriptor.Digest, descriptor.Digest);
        Assert.Equal(image.Config.ToJson(), config.ToJson());
        using var layer = layout.OpenBlob(manifest.Layers[0]);
        layer.CopyTo(Stream.Null);
    }

    [Fact]
    public void An_index_is_read_back()
    {
        var index = Samples.Index();
        OciLayoutWriter.Write(_directory["x"], null, index, 2, CancellationToken.None);

        var layout = OciLayout.Open(_directory["x"]);
        Assert.Equal(
            ["linux/amd64", "linux/arm64"],
            layout.ReadIndex(layout.Resolve(null)).Manifests.Select(manifest => layout.ReadConfig(layout.ReadManifest(manifest)).Platform.ToString()));
    }

    [Fact]
    public void Other_images_stay_and_the_same_name_is_replaced()
    {
        string path = _directory["x"];
        OciLayoutWriter.Write(path, Name("a"), Samples.Image("1"), 2, CancellationToken.None);
        OciLayoutWriter.Write(path, Name("b"), Samples.Image("2"), 2, CancellationToken.None);
        OciLayoutWriter.Write(path, null, Samples.Image("3"), 2, CancellationToken.None);
        OciLayoutWriter.Write(path, Name("a"), Samples.Image("4"), 2, CancellationToken.None);
        OciLayoutWriter.Write(path, null, Samples.Image("5"), 2, CancellationToken.None);

        var layout = OciLayout.Open(path);
        Assert.Equal(["b", "a", null], layout.Images.Select(image => image.RefName));
        Assert.Equal(Samples.Image("4").Root.Descriptor.Digest, layout.Resolve("a").Digest);
        Assert.Equal("cannot find an image in " + path + ": it holds more than one", Assert.Throws<BothyException>(() => layout.Resolve(null)).Message);
        Assert.Equal("The layout holds: b, a, one without a name.", Assert.Throws<BothyException>(() => layout.Resolve("c")).Hint);
    }

    [Fact]
    public void Blobs_that_are_there_are_not_written_again()
    {
        string path = _directory["x"];
        var image = Samples.Image();
        OciLayoutWriter.Write(path, null, image, 2, CancellationToken.None);
        string layer = Path.Combine(path, "blobs/sha256", image.Manifest.Layers[0].Digest.Hex);
        var long_ago = new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(layer, long_ago);

        OciLayoutWriter.Write(path, Name("again"), image, 2, CancellationToken.None);
        Assert.Equal(long_ago, File.GetLastWriteTimeUtc(layer));

        // One that was cut off is not "there".
        File.WriteAllText(layer, "cut");
        OciLayoutWriter.Write(path, Name("again"), image, 2, CancellationToken.None);
        Assert.Equal(image.Manifest.Layers[0].Size, new FileInfo(layer).Length);
    }

    [Fact]
    public void An_empty_directory_becomes_a_layout()
    {
        Directory.CreateDirectory(_directory["x"]);
        OciLayoutWriter.Write(_directory["x"], null, Samples.Image(), 2, CancellationToken.None);
        Assert.Single(OciLayout.Open(_directory["x"]).Images);
    }

    [Fact]
    public void A_directory_of_something_else_is_refused_and_untouched()
    {
        File.WriteAllText(_directory["precious"], "");
        var refused = Assert.Throws<BothyException>(() => OciLayoutWriter.Write(_directory.Path, null, Samples.Image(), 2, CancellationToken.None));

        Assert.Equal($"cannot write {_directory.Path}: it is neither empty nor an OCI layout", refused.Message);
        Assert.Equal("Name a directory that is new, empty or an OCI layout.", refused.Hint);
        Assert.Equal([_directory["precious"]], Directory.GetFileSystemEntries(_directory.Path));
        Assert.Equal($"cannot write {_directory["precious"]}: it is a file", Assert.Throws<BothyException>(() => OciLayoutWriter.Write(_directory["precious"], null, Samples.Image(), 2, CancellationToken.None)).Message);
    }

    [Theory]
    [InlineData("new/deep/x")]
    [InlineData("empty")]
    [InlineData("layout")]
    public void A_failure_leaves_nothing_behind(string name)
    {
        Directory.CreateDirectory(_directory["empty"]);
        OciLayoutWriter.Write(_directory["layout"], Name("old"), Samples.Image("old"), 2, CancellationToken.None);
        string before = Snapshot();
        var image = Samples.Image("new");
        var broken = OciImage.Create(image.Config, [(new Oci.Layers.Layer(image.Manifest.Layers[0], image.Config.DiffIds[0], 0), Formats.Trees.FileContent.Of("other bytes"))]);

        var failure = Assert.Throws<BothyException>(() => OciLayoutWriter.Write(_directory[name], null, broken, 2, CancellationToken.None));
        Assert.StartsWith($"cannot accept {image.Manifest.Layers[0].Digest}: got 11 bytes, want ", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, Snapshot());

        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        Assert.Throws<OperationCanceledException>(() => OciLayoutWriter.Write(_directory[name], null, image, 2, cancellation.Token));
        Assert.Equal(before, Snapshot());
    }

    [Fact]
    public async Task Two_at_a_time_do_not_lose_each_other()
    {
        string path = _directory["x"];
        OciLayoutWriter.Write(path, Name("first"), Samples.Image(), 2, CancellationToken.None);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => OciLayoutWriter.Write(path, Name($"t{i}"), Samples.Image($"{i}"), 2, CancellationToken.None))));
        Assert.Equal(9, OciLayout.Open(path).Images.Length);
    }

    [Fact]
    public void A_damaged_blob_is_found()
    {
        var image = Samples.Image();
        OciLayoutWriter.Write(_directory["x"], null, image, 2, CancellationToken.None);
        string config = Path.Combine(_directory["x"], "blobs/sha256", image.Manifest.Config.Digest.Hex);
        File.WriteAllText(config, File.ReadAllText(config).Replace("amd64", "amd46", StringComparison.Ordinal));

        var layout = OciLayout.Open(_directory["x"]);
        var failure = Assert.Throws<BothyException>(() => layout.ReadConfig(layout.ReadManifest(layout.Resolve(null))));
        Assert.StartsWith($"cannot accept {image.Manifest.Config.Digest}: the content is sha256:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_a_layout_is_not_opened()
    {
        Assert.Equal($"cannot read {_directory.Path}: it is not an OCI layout, as it has no file 'oci-layout'", Assert.Throws<BothyException>(() => OciLayout.Open(_directory.Path)).Message);
        File.WriteAllText(_directory["oci-layout"], """{"imageLayoutVersion":"2.0.0"}""");
        Assert.Equal($"cannot read {_directory.Path}: it is an OCI layout of the unknown version '2.0.0'", Assert.Throws<BothyException>(() => OciLayout.Open(_directory.Path)).Message);
        File.WriteAllText(_directory["oci-layout"], """{"imageLayoutVersion":"1.0.0"}""");
        Assert.Equal($"cannot read {_directory["index.json"]}: there is no such file or directory", Assert.Throws<BothyException>(() => OciLayout.Open(_directory.Path)).Message);
    }

    private static ReferenceName Name(string name) => ReferenceName.TryParse(name, out var parsed) ? parsed : throw new ArgumentException(name);

    private string Snapshot() =>
        string.Join('\n', Directory.EnumerateFileSystemEntries(_directory.Path, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(path => File.Exists(path) ? path + " " + Digest.Of(File.ReadAllBytes(path)) : path));
}
