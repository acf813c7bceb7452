using System.Text;
using Bothy.Oci.Reading;
using Bothy.Oci.Sources;
using Bothy.Store;

namespace Bothy.Oci.Tests.Reading;

/// <summary>Entries of layers, and images of them.</summary>
internal static class LayerSamples
{
    public static RawTarEntry File(string name, string content = "x", int mode = 0b110_100_100) => new(name, '0') { Content = Encoding.UTF8.GetBytes(content), Mode = mode };

    public static RawTarEntry Directory(string name, int mode = 0b111_101_101) => new(name + "/", '5') { Mode = mode };

    public static RawTarEntry Link(string name, string target) => new(name, '2') { Link = target, Mode = 0b111_111_111 };

    public static RawTarEntry HardLink(string name, string first) => new(name, '1') { Link = first };

    public static RawTarEntry Whiteout(string name)
    {
        int slash = name.LastIndexOf('/') + 1;
        return new RawTarEntry($"{name[..slash]}.wh.{name[slash..]}", '0');
    }

    public static RawTarEntry Opaque(string directory) => new($"{directory}/.wh..wh..opq".TrimStart('/'), '0');

    public static ImageSample Image(params RawTarEntry[][] layers) => new(layers.Select(layer => RawTar.Write(layer)));

    /// <summary>Reads a sample from a layout in <paramref name="directory"/>, with a store in it.</summary>
    public static Task<OpenedImage> OpenAsync(TemporaryDirectory directory, ImageSample sample, Platform? platform = null)
    {
        sample.WriteLayout(directory["layout"]);
        return OpenLayoutAsync(directory, platform);
    }

    /// <summary>Reads the layout in <paramref name="directory"/>.</summary>
    public static async Task<OpenedImage> OpenLayoutAsync(TemporaryDirectory directory, Platform? platform = null)
    {
        await using var source = LayoutSource.OfDirectory(directory["layout"], null, "sample");
        return await new ImageReader(new ContentStore(directory["store"]), 2).OpenAsync(source, platform, CancellationToken.None);
    }

    /// <summary>The message that reading a sample ends with.</summary>
    public static async Task<string> FailureAsync(ImageSample sample, long freeLayerSize = 1 << 30, int mostPaths = 1_000_000)
    {
        using var directory = new TemporaryDirectory();
        await using var source = LayoutSource.OfDirectory(sample.WriteLayout(directory["layout"]), null, "sample");
        var reader = new ImageReader(new ContentStore(directory["store"]), 2) { FreeLayerSize = freeLayerSize, MostPaths = mostPaths };
        var failure = await Assert.ThrowsAnyAsync<BothyException>(async () => (await reader.OpenAsync(source, null, CancellationToken.None)).Dispose());
        return failure.Message;
    }
}
