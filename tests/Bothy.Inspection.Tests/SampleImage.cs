using System.Text;
using Bothy.Inspection.Catalog;
using Bothy.Oci.Reading;
using Bothy.Oci.Sources;
using Bothy.Store;

namespace Bothy.Inspection.Tests;

/// <summary>An image of hand-written layers, open, in a directory of its own.</summary>
internal sealed class SampleImage : IDisposable
{
    private readonly TemporaryDirectory _directory;

    private SampleImage(TemporaryDirectory directory) => _directory = directory;

    /// <summary>The directory of its layout.</summary>
    public string Layout => _directory["layout"];

    public required OpenedImage Image { get; init; }

    public ImageContents Contents => ImageContents.Of(Image);

    public static RawTarEntry File(string name, string content = "x", string mode = "644") => new(name, '0') { Content = Encoding.UTF8.GetBytes(content), Mode = Convert.ToInt32(mode, 8) };

    public static RawTarEntry Directory(string name) => new(name + "/", '5') { Mode = 0b111_101_101 };

    public static RawTarEntry Link(string name, string target) => new(name, '2') { Link = target, Mode = 0b111_111_111 };

    public static RawTarEntry HardLink(string name, string first) => new(name, '1') { Link = first };

    public static RawTarEntry Whiteout(string directory, string name) => new($"{directory}/.wh.{name}", '0');

    public static RawTarEntry Opaque(string directory) => new($"{directory}/.wh..wh..opq", '0');

    public static Task<SampleImage> OfAsync(params RawTarEntry[][] layers) => OfAsync(new ImageSample(layers.Select(layer => RawTar.Write(layer))));

    public static async Task<SampleImage> OfAsync(ImageSample sample)
    {
        var directory = new TemporaryDirectory();
        sample.WriteLayout(directory["layout"]);
        return await OpenAsync(directory);
    }

    /// <summary>The image in the directory <c>layout</c> of <paramref name="directory"/>, which it takes over.</summary>
    public static async Task<SampleImage> OpenAsync(TemporaryDirectory directory)
    {
        await using var source = LayoutSource.OfDirectory(directory["layout"], "latest", "sample");
        var image = await new ImageReader(new ContentStore(directory["store"]), 2).OpenAsync(source, platform: null, CancellationToken.None);
        return new SampleImage(directory) { Image = image };
    }

    public void Dispose()
    {
        Image.Dispose();
        _directory.Dispose();
    }
}
