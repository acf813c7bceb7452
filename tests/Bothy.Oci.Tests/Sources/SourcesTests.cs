using System.Text;
using System.Text.Json.Nodes;
using Bothy.Oci.Reading;
using Bothy.Oci.Sources;
using Bothy.Store;
using static Bothy.Oci.Tests.Reading.LayerSamples;

namespace Bothy.Oci.Tests.Sources;

/// <summary>The same image, wherever it is and however it is packed.</summary>
public sealed class SourcesTests : IDisposable
{
    private const string Expected = "file 0644 0:0 /a 3b 3fc4ccfe\ndir  0755 0:0 /d\nfile 0644 0:0 /d/b 3b 7692c3ad\n";

    private static readonly byte[][] Layers =
    [
        RawTar.Write([File("a", "one"), Directory("d"), File("d/b", "one"), File("d/c")]),
        RawTar.Write([File("a", "two"), Whiteout("d/c")]),
    ];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(SampleCompression.None)]
    [InlineData(SampleCompression.Gzip)]
    public async Task A_layout_and_an_archive_of_it(SampleCompression compression)
    {
        var sample = new ImageSample(Layers, compression);
        sample.WriteLayout(_directory["layout"]);
        byte[] archive = ImageSample.Archive(sample.LayoutFiles());
        Write("image.tar", archive);
        Write("image.tar.gz", ImageSample.Compress(archive, SampleCompression.Gzip));

        foreach (string place in new[] { "layout", "oci:layout", "oci:layout:latest", "image.tar", "oci-archive:image.tar", "oci-archive:image.tar:latest", "image.tar.gz", "oci-archive:image.tar.gz" })
        {
            Assert.Equal((place, Expected), (place, await DumpAsync(place)));
        }
    }

    [RequiresFact(Needs.Judges + ":zstd")]
    public async Task Layers_and_archives_in_zstd()
    {
        var sample = new ImageSample(Layers, SampleCompression.Zstd);
        Write("image.tar.zst", ImageSample.Compress(ImageSample.Archive(sample.LayoutFiles()), SampleCompression.Zstd));

        Assert.Equal(Expected, await DumpAsync("image.tar.zst"));
    }

    [Theory]
    [InlineData(SampleCompression.None)]
    [InlineData(SampleCompression.Gzip)]
    public async Task An_archive_as_docker_saves_it(SampleCompression compression)
    {
        byte[] archive = ImageSample.Archive(new ImageSample(Layers, compression).DockerFiles("app:1", "localhost:5000/app:2"));
        Write("image.tar", archive);
        Write("image.tar.gz", ImageSample.Compress(archive, SampleCompression.Gzip));

        foreach (string place in new[] { "image.tar", "docker-archive:image.tar", "docker-archive:image.tar:app:1", "docker-archive:image.tar.gz:localhost:5000/app:2" })
        {
            Assert.Equal((place, Expected), (place, await DumpAsync(place)));
        }
    }

    [Fact]
    public async Task An_archive_that_is_both_counts_as_the_layout_with_its_true_digest()
    {
        var sample = new ImageSample(Layers);
        var files = sample.LayoutFiles().Concat(sample.DockerFiles("app:1")).ToDictionary(file => file.Key, file => file.Value, StringComparer.Ordinal);
        Write("image.tar", ImageSample.Archive(files));

        using var image = await OpenAsync("image.tar");

        Assert.Equal((string)sample.PutManifest()["digest"]!, image.ManifestDescriptor.Digest.ToString());
    }

    [Theory]
    [InlineData('1', "layer0/layer.tar")]
    [InlineData('2', "../layer0/layer.tar")]
    public async Task A_layer_that_comes_twice_may_be_a_link(char type, string target)
    {
        var sample = new ImageSample([Layers[0], Layers[1], Layers[0]]);
        var files = sample.DockerFiles("app:1");
        Write("image.tar", RawTar.Write(files.Select(file => file.Key == "layer2/layer.tar"
            ? new RawTarEntry(file.Key, type) { Link = target }
            : new RawTarEntry(file.Key, '0') { Content = file.Value })));

        using var image = await OpenAsync("image.tar");

        Assert.Equal(3, image.Layers.Length);
        Assert.Equal("file 0644 0:0 /a 3b 7692c3ad\ndir  0755 0:0 /d\nfile 0644 0:0 /d/b 3b 7692c3ad\nfile 0644 0:0 /d/c 1b 2d711642\n", TreeDump.Of(image.Tree));
    }

    [Fact]
    public async Task An_archive_of_the_time_before_manifests()
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["1111/json"] = Text("""{"id":"1111","created":"2015-06-12T10:00:00Z","container_config":{"Cmd":["/bin/sh","-c","ADD x"]},"os":"linux","architecture":"amd64"}"""),
            ["1111/layer.tar"] = Layers[0],
            ["2222/json"] = Text("""{"id":"2222","parent":"1111","created":"2015-06-12T11:00:00Z","config":{"Cmd":["/run"],"Env":["A=b"]},"os":"linux","architecture":"amd64"}"""),
            ["2222/layer.tar"] = Layers[1],
            ["repositories"] = Text("""{"app":{"1":"2222"}}"""),
        };
        Write("image.tar", ImageSample.Archive(files));

        using var image = await OpenAsync("docker-archive:image.tar:app:1");

        Assert.Equal(Expected, TreeDump.Of(image.Tree));
        Assert.Equal("/run", Assert.Single(image.Config.Container.Cmd));
        Assert.Equal("/bin/sh -c ADD x", image.Layers[0].History?.CreatedBy);
    }

    [Theory]
    [InlineData("parent", "\"2222\"", "cannot read {0}: its layers are their own ancestors")]
    [InlineData("parent", "\"3333\"", "cannot read {0}: its 'repositories' leads to '3333/json', which is not there")]
    [InlineData("parent", "\"../../etc\"", "cannot read {0}: its 'repositories' leads to '../../etc/json', which is not there")]
    public async Task Refuses_old_archives_whose_layers_lead_nowhere(string key, string value, string problem)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["2222/json"] = Text($$"""{"id":"2222","{{key}}":{{value}},"os":"linux","architecture":"amd64"}"""),
            ["2222/layer.tar"] = Layers[0],
            ["repositories"] = Text("""{"app":{"1":"2222"}}"""),
        };
        Write("image.tar", ImageSample.Archive(files));

        Assert.Equal(Problem(problem), await FailureAsync("image.tar"));
    }

    [Theory]
    [InlineData("docker-archive:image.tar:other", "cannot find image 'other:latest' in {0}: it holds none")]
    [InlineData("oci-archive:image.tar", "cannot read {0}: it is not an OCI layout, as it has no file 'oci-layout'")]
    public async Task Says_what_an_archive_lacks(string place, string problem)
    {
        Write("image.tar", ImageSample.Archive(new ImageSample(Layers).DockerFiles("app:1")));

        Assert.Equal(Problem(problem), await FailureAsync(place));
    }

    [Fact]
    public async Task Says_that_an_archive_of_several_images_needs_a_name()
    {
        var files = new ImageSample(Layers).DockerFiles("app:1");
        var manifest = (JsonArray)JsonNode.Parse(files["manifest.json"])!;
        var second = manifest[0]!.DeepClone();
        second["RepoTags"] = new JsonArray("app:2");
        manifest.Add(second);
        Write("image.tar", ImageSample.Archive(new Dictionary<string, byte[]>(files, StringComparer.Ordinal) { ["manifest.json"] = Text(manifest.ToJsonString()) }));

        var failure = await Assert.ThrowsAsync<BothyException>(() => OpenAsync("image.tar"));

        Assert.Equal(Problem("cannot find an image in {0}: it holds more than one"), failure.Message);
        Assert.Equal("The archive holds: app:1, app:2.", failure.Hint);
        Assert.Equal(Expected, await DumpAsync("docker-archive:image.tar:app:2"));
    }

    [Theory]
    [InlineData("Config", "\"none.json\"", "cannot read {0}: its 'manifest.json' names 'none.json', which is not there")]
    [InlineData("Config", "\"../../etc/passwd\"", "cannot read {0}: its 'manifest.json' names '../../etc/passwd', which is not there")]
    [InlineData("Layers", "[\"none.tar\",\"layer1/layer.tar\"]", "cannot read {0}: its 'manifest.json' names 'none.tar', which is not there")]
    [InlineData("Layers", "[\"layer1/layer.tar\"]", "cannot read manifest.json of {0}: it names 1 layers where the configuration has 2 (at byte 0)")]
    [InlineData("Layers", "[\"layer1/layer.tar\",\"layer1/layer.tar\"]", "cannot accept {1}: the content is {2}")]
    public async Task Refuses_archives_whose_documents_do_not_fit(string key, string value, string problem)
    {
        var files = new ImageSample(Layers).DockerFiles("app:1");
        var manifest = JsonNode.Parse(files["manifest.json"])!;
        manifest[0]![key] = JsonNode.Parse(value);
        Write("image.tar", ImageSample.Archive(new Dictionary<string, byte[]>(files, StringComparer.Ordinal) { ["manifest.json"] = Text(manifest.ToJsonString()) }));

        Assert.Equal(Problem(problem), await FailureAsync("image.tar"));
    }

    [Fact]
    public async Task A_compressed_archive_is_read_in_any_order()
    {
        var sample = new ImageSample([.. Enumerable.Range(0, 12).Select(i => RawTar.Write([File($"f{i}", new string((char)('a' + i), 70_000))]))]);
        Write("image.tar.gz", ImageSample.Compress(ImageSample.Archive(sample.DockerFiles("app:1").Reverse().ToDictionary(file => file.Key, file => file.Value, StringComparer.Ordinal)), SampleCompression.Gzip));

        using var image = await OpenAsync("image.tar.gz");

        Assert.Equal(12, image.Tree.Count);
    }

    [RequiresFact(Needs.Containers)]
    public async Task An_archive_that_skopeo_wrote()
    {
        new ImageSample(Layers, SampleCompression.Gzip).WriteLayout(_directory["layout"]);
        Judge.Run("skopeo", "copy", "--quiet", $"oci:{_directory["layout"]}:latest", $"docker-archive:{_directory["saved.tar"]}:app:1").Succeeded();

        Assert.Equal(Expected, await DumpAsync("saved.tar"));
    }

    [RequiresFact(Needs.Containers)]
    public async Task An_image_in_podmans_storage()
    {
        new ImageSample(Layers, SampleCompression.Gzip).WriteLayout(_directory["layout"]);
        using var podman = new Podman();
        string id = podman.Pull($"oci:{_directory["layout"]}:latest");
        var access = new ImageAccess(_directory.Path, reference => throw new InvalidOperationException(reference.ToString())) { PodmanOptions = [.. podman.Options] };
        await using var source = await ImageLocation.Parse($"podman:{id}", _directory.Path).OpenAsync(access, CancellationToken.None);
        using var image = await new ImageReader(new ContentStore(_directory["store"]), 2).OpenAsync(source, null, CancellationToken.None);

        Assert.Equal(Expected, TreeDump.Of(image.Tree));
        Assert.Empty(System.IO.Directory.EnumerateDirectories(_directory.Path, "bothy-*"));
    }

    [Fact]
    public async Task Says_what_podman_says_of_an_image_that_it_does_not_have()
    {
        string message = await FailureAsync("podman:no-such-image-of-bothys");

        Assert.StartsWith("cannot read podman:no-such-image-of-bothys: podman ", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "it has no name")]
    [InlineData("oci:", "'oci:' names no directory")]
    [InlineData("docker-archive:", "'docker-archive:' names no file")]
    [InlineData("oci:x:a b", "'a b' is not the name of an image in a layout")]
    [InlineData("docker-archive:x:App", "'App' is not the name of an image in an archive: want [REGISTRY/]REPOSITORY[:TAG]")]
    [InlineData("podman:", "'podman:' names no image")]
    [InlineData("podman:--help", "'podman:--help' names no image")] // would be an option
    [InlineData("./none", "there is no './none'")]
    [InlineData("none.tar.gz", "there is no 'none.tar.gz'")]
    [InlineData("a\0b", "a name cannot hold NUL")]
    public void Refuses_what_names_no_image(string text, string reason)
    {
        Assert.False(ImageLocation.TryParse(text, _directory.Path, out _, out string? actual));
        Assert.Equal(reason, actual);
    }

    [Theory]
    [InlineData("alpine", "docker.io/library/alpine")]
    [InlineData("localhost:5000/app:1", "localhost:5000/app:1")]
    [InlineData("ghcr.io/a/b", "ghcr.io/a/b")]
    public void What_is_no_path_is_asked_for_at_a_registry(string text, string reference)
    {
        Assert.Equal(reference, Assert.IsType<ImageLocation.Registry>(ImageLocation.Parse(text, _directory.Path)).Reference.ToString());
    }

    [Fact]
    public void A_path_that_exists_wins()
    {
        System.IO.Directory.CreateDirectory(_directory["alpine"]);

        Assert.IsType<ImageLocation.Layout>(ImageLocation.Parse("alpine", _directory.Path));
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private string Problem(string format) => string.Format(
        System.Globalization.CultureInfo.InvariantCulture, format, _directory["image.tar"], ImageSample.DigestOf(Layers[0]), ImageSample.DigestOf(Layers[1]));

    private void Write(string name, byte[] bytes) => System.IO.File.WriteAllBytes(_directory[name], bytes);

    private async Task<OpenedImage> OpenAsync(string place)
    {
        var access = new ImageAccess(_directory.Path, reference => throw new InvalidOperationException(reference.ToString()));
        await using var source = await ImageLocation.Parse(place, _directory.Path).OpenAsync(access, CancellationToken.None);
        return await new ImageReader(new ContentStore(_directory["store"]), 2).OpenAsync(source, null, CancellationToken.None);
    }

    private async Task<string> DumpAsync(string place)
    {
        using var image = await OpenAsync(place);
        return TreeDump.Of(image.Tree);
    }

    private async Task<string> FailureAsync(string place) =>
        (await Assert.ThrowsAnyAsync<BothyException>(async () => (await OpenAsync(place)).Dispose())).Message;
}
