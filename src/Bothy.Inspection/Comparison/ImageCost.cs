using System.Collections.Immutable;
using System.Text;
using Bothy.Oci.Reading;

namespace Bothy.Inspection.Comparison;

/// <summary>What an image costs where it is kept.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Blobs">What a registry keeps: manifest, configuration and layers, compressed; each is shared by its digest.</param>
/// <param name="Chain">
/// What a host keeps: the unpacked files of each layer, lowest first. A layer is shared only together with all below it, as a chain (image-spec,
/// config.md, "Layer ChainID").
/// </param>
public sealed record ImageCost(string Name, ImmutableArray<SharedPart> Blobs, ImmutableArray<SharedPart> Chain)
{
    /// <summary>The cost of <paramref name="image"/>.</summary>
    public static ImageCost Of(string name, OpenedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var chain = ImmutableArray.CreateBuilder<SharedPart>(image.Layers.Length);
        foreach (var layer in image.Layers)
        {
            var id = chain.Count == 0 ? layer.DiffId : Digest.Of(Encoding.ASCII.GetBytes($"{chain[^1].Id} {layer.DiffId}"));
            chain.Add(new SharedPart(id, layer.Tree.Entries.Sum(static entry => entry.Content?.Length ?? 0)));
        }

        return new ImageCost(
            name,
            [
                new SharedPart(image.ManifestDescriptor.Digest, image.ManifestDescriptor.Size),
                new SharedPart(image.Manifest.Config.Digest, image.Manifest.Config.Size),
                .. image.Layers.Select(static layer => new SharedPart(layer.Blob.Digest, layer.Blob.Size)),
            ],
            chain.MoveToImmutable());
    }

    /// <summary>What a registry pays for all of <paramref name="images"/>.</summary>
    public static Company InRegistry(IEnumerable<ImageCost> images) => Company.Of([.. images.Select(static image => image.Blobs)]);

    /// <summary>What a host pays for all of <paramref name="images"/>.</summary>
    public static Company OnHost(IEnumerable<ImageCost> images) => Company.Of([.. images.Select(static image => image.Chain)]);
}
