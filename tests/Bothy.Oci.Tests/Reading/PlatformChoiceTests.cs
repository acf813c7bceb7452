using System.Text.Json.Nodes;
using static Bothy.Oci.Tests.Reading.LayerSamples;

namespace Bothy.Oci.Tests.Reading;

public sealed class PlatformChoiceTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("linux/amd64", "amd64")]
    [InlineData("linux/arm64", "arm64")]
    [InlineData("linux/arm64/v8", "arm64")] // goes without saying
    [InlineData("linux/arm/v6", "arm6")]
    [InlineData("linux/arm", "arm7")] // the first that fits
    [InlineData("linux/arm/v7", "arm7")]
    public async Task Chooses_the_image_of_the_platform(string platform, string file)
    {
        WriteIndex(("arm7", "arm", "v7"), ("arm6", "arm", "v6"), ("amd64", "amd64", null), ("arm64", "arm64", null), ("attestation", "unknown", null));

        using var image = await OpenLayoutAsync(_directory, Platform.Parse(platform));

        Assert.True(image.Tree.Contains(Formats.Trees.TreePath.Parse(file)), file);
        Assert.Equal(MediaTypes.Index, image.Root.MediaType);
        Assert.Equal(MediaTypes.Manifest, image.ManifestDescriptor.MediaType);
    }

    [Fact]
    public async Task Lists_the_platforms_that_there_are()
    {
        WriteIndex(("a", "riscv64", null), ("b", "arm", "v7"), ("attestation", "unknown", null));

        var failure = await Assert.ThrowsAsync<BothyException>(() => OpenLayoutAsync(_directory, Platform.Parse("linux/s390x")));

        Assert.Equal("cannot find linux/s390x in sample: it is for other platforms", failure.Message);
        Assert.Equal("It has: linux/riscv64, linux/arm/v7. Choose one with --platform.", failure.Hint);
    }

    [Fact]
    public async Task The_only_image_of_an_index_is_meant_by_who_does_not_say()
    {
        WriteIndex(("a", "riscv64", null), ("attestation", "unknown", null));

        using var image = await OpenLayoutAsync(_directory);

        Assert.Equal("linux/riscv64", image.Config.Platform.ToString());
    }

    [Fact]
    public async Task A_single_image_of_another_platform_than_was_asked_for_is_refused()
    {
        new ImageSample([RawTar.Write([File("a")])], architecture: "riscv64").WriteLayout(_directory["layout"]);

        var failure = await Assert.ThrowsAsync<BothyException>(() => OpenLayoutAsync(_directory, Platform.Parse("linux/amd64")));

        Assert.Equal("cannot find linux/amd64 in sample: the image is for linux/riscv64", failure.Message);
    }

    [Fact]
    public async Task Refuses_indexes_in_indexes_without_end()
    {
        var sample = Image([File("a")]);
        var root = sample.PutManifest();
        for (int i = 0; i < 6; i++)
        {
            root = sample.Put(MediaTypes.Index, IndexOf(root));
        }

        sample.WriteLayout(_directory["layout"], root);

        var failure = await Assert.ThrowsAsync<BothyException>(() => OpenLayoutAsync(_directory));

        Assert.Equal("cannot read sample: its indexes are nested too deeply", failure.Message);
    }

    private static byte[] IndexOf(params JsonObject[] manifests)
    {
        var index = new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.Index, ["manifests"] = new JsonArray([.. manifests]) };
        return System.Text.Encoding.UTF8.GetBytes(index.ToJsonString());
    }

    private void WriteIndex(params (string File, string Architecture, string? Variant)[] images)
    {
        var all = Image();
        var manifests = new List<JsonObject>();
        foreach (var (file, architecture, variant) in images)
        {
            var sample = new ImageSample([RawTar.Write([File(file)])], architecture: architecture);
            sample.Config["variant"] = variant;
            var descriptor = sample.PutManifest();
            descriptor["platform"] = new JsonObject { ["os"] = architecture == "unknown" ? "unknown" : "linux", ["architecture"] = architecture, ["variant"] = variant };
            manifests.Add(descriptor);
            foreach (var (name, bytes) in sample.LayoutFiles(sample.PutManifest()).Where(blob => blob.Key.StartsWith("blobs/", StringComparison.Ordinal)))
            {
                all.Put(name, bytes);
            }
        }

        all.WriteLayout(_directory["layout"], all.Put(MediaTypes.Index, IndexOf([.. manifests])));
    }
}
