using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Bothy.Oci.Json;
using Bothy.Oci.Layers;

namespace Bothy.Oci;

/// <summary>An image for one platform, whole: configuration, manifest and the blobs of its layers.</summary>
public sealed record OciImage : OciContent
{
    private OciImage(ImageConfig config, ImageManifest manifest, Blob configBlob, ImmutableArray<Blob> layers)
        : base(Blob.Of(MediaTypes.Manifest, manifest.ToJson()))
    {
        Config = config;
        Manifest = manifest;
        Blobs = [.. layers.Append(configBlob).Append(Root).DistinctBy(blob => blob.Descriptor.Digest.Hex, StringComparer.Ordinal)];
    }

    /// <summary>The configuration.</summary>
    public ImageConfig Config { get; }

    /// <summary>The manifest.</summary>
    public ImageManifest Manifest { get; }

    /// <inheritdoc />
    public override ImmutableArray<Blob> Blobs { get; }

    /// <summary>
    /// Makes an image of <paramref name="layers"/>, lowest first, each with the bytes of its blob.
    /// <paramref name="config"/> gets their diff IDs.
    /// </summary>
    public static OciImage Create(
        ImageConfig config,
        IEnumerable<(Layer Layer, FileContent Content)> layers,
        ImmutableSortedDictionary<string, string>? annotations = null)
    {
        (Layer Layer, FileContent Content)[] all = [.. layers];
        config = config with { DiffIds = [.. all.Select(layer => layer.Layer.DiffId)] };
        var configBlob = Blob.Of(MediaTypes.Config, config.ToJson());
        var manifest = new ImageManifest
        {
            Config = configBlob.Descriptor,
            Layers = [.. all.Select(layer => layer.Layer.Blob)],
            Annotations = annotations ?? OciJson.EmptyMap,
        };
        return new OciImage(config, manifest, configBlob, [.. all.Select(layer => new Blob(layer.Layer.Blob, layer.Content))]);
    }
}
