using System.Security.Cryptography;
using System.Text;
using Bothy.Inspection.Comparison;
using static Bothy.Inspection.Tests.SampleImage;

namespace Bothy.Inspection.Tests.Comparison;

public sealed class ImageCostTests
{
    // image-spec, config.md, "Layer ChainID": the digest of the chain below, a blank, and the layer's own.
    [Fact]
    public async Task A_host_keeps_chains_of_layers()
    {
        using var image = await OfAsync([File("a", "12345")], [File("b", "123")], [File("c", "1")]);

        var cost = ImageCost.Of("image", image.Image);

        var diffIds = image.Image.Layers.Select(layer => layer.DiffId.ToString()).ToArray();
        string second = Sha256($"{diffIds[0]} {diffIds[1]}");
        Assert.Equal([diffIds[0], second, Sha256($"{second} {diffIds[2]}")], cost.Chain.Select(part => part.Id.ToString()));
        Assert.Equal([5L, 3, 1], cost.Chain.Select(part => part.Bytes));
        Assert.Equal(image.Image.ManifestDescriptor.Size + image.Image.Manifest.Config.Size + image.Image.Layers.Sum(layer => layer.Blob.Size), cost.Blobs.Sum(part => part.Bytes));
    }

    [Fact]
    public async Task Images_on_one_base_share_it_in_both_places()
    {
        RawTarEntry[] below = [File("base", new string('b', 5000))];
        using var one = await OfAsync(below, [File("app", "one")]);
        using var two = await OfAsync(below, [File("app", "second")]);

        var report = ComparisonReport.Of([("one", one.Contents), ("two", two.Contents)], null, CancellationToken.None);

        Assert.Equal((5003L + 5006, 5000L + 3 + 6, 5000L), (report.Host.Apart, report.Host.Together, report.Host.Common));
        Assert.Equal(one.Image.Layers[0].Blob.Size, report.Registry.Common);
        Assert.Equal((1, 1), (report.Differences[1].SharedLayers, report.Differences[1].SharedBlobs));
        Assert.False(report.IsSame);
    }

    [Fact]
    public async Task An_image_is_the_same_as_one_of_the_same_files_in_other_layers()
    {
        using var one = await OfAsync([File("a", "1"), File("b", "2")]);
        using var two = await OfAsync([File("a", "1")], [File("b", "2")]);

        Assert.True(ComparisonReport.Of([("one", one.Contents), ("two", two.Contents)], null, CancellationToken.None).IsSame);
    }

    private static string Sha256(string text) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text)))}";
}
