using System.Collections.Immutable;
using Bothy.Oci.Json;

namespace Bothy.Oci;

/// <summary>One image for several platforms, whole.</summary>
public sealed record OciIndex : OciContent
{
    private OciIndex(ImageIndex index, ImmutableArray<OciImage> images)
        : base(Blob.Of(MediaTypes.Index, index.ToJson()))
    {
        Index = index;
        Images = images;
        Blobs = [.. images.SelectMany(image => image.Blobs).Append(Root).DistinctBy(blob => blob.Descriptor.Digest)];
    }

    /// <summary>The index.</summary>
    public ImageIndex Index { get; }

    /// <summary>The images, in the order of the index.</summary>
    public ImmutableArray<OciImage> Images { get; }

    /// <inheritdoc />
    public override ImmutableArray<Blob> Blobs { get; }

    /// <summary>Makes an index of <paramref name="images"/> in the order given, each under its own platform.</summary>
    public static OciIndex Create(IEnumerable<OciImage> images, ImmutableSortedDictionary<string, string>? annotations = null)
    {
        ImmutableArray<OciImage> all = [.. images];
        var index = new ImageIndex
        {
            Manifests = [.. all.Select(image => image.Root.Descriptor with { Platform = image.Config.Platform })],
            Annotations = annotations ?? OciJson.EmptyMap,
        };
        return new OciIndex(index, all);
    }
}
