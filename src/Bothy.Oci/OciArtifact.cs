using System.Collections.Immutable;
using Bothy.Oci.Json;

namespace Bothy.Oci;

/// <summary>Something that is no image and is kept as one: a signature, a lock, a list of packages (image-spec, manifest.md, "Guidelines for artifact usage").</summary>
public sealed record OciArtifact : OciContent
{
    private OciArtifact(ImageManifest manifest, ImmutableArray<Blob> blobs)
        : base(Blob.Of(MediaTypes.Manifest, manifest.ToJson()))
    {
        Manifest = manifest;
        Blobs = [.. blobs.Append(Root).DistinctBy(blob => blob.Descriptor.Digest)];
    }

    /// <summary>The manifest.</summary>
    public ImageManifest Manifest { get; }

    /// <inheritdoc />
    public override ImmutableArray<Blob> Blobs { get; }

    /// <summary>The descriptor by which lists of what refers to an image name it: with its type and annotations (distribution-spec, "Listing Referrers").</summary>
    public Descriptor Descriptor => Root.Descriptor with { ArtifactType = Manifest.ArtifactType, Annotations = Manifest.Annotations };

    /// <summary>An artifact that says something about <paramref name="subject"/>, with an empty configuration.</summary>
    public static OciArtifact About(
        Descriptor subject, string artifactType, IEnumerable<Blob> files, ImmutableSortedDictionary<string, string>? annotations = null)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return Of(artifactType, files, annotations, new Descriptor(subject.MediaType, subject.Digest, subject.Size));
    }

    /// <summary>An artifact that stands for itself, with an empty configuration.</summary>
    public static OciArtifact Of(string artifactType, IEnumerable<Blob> files, ImmutableSortedDictionary<string, string>? annotations = null) =>
        Of(artifactType, files, annotations, subject: null);

    private static OciArtifact Of(string artifactType, IEnumerable<Blob> files, ImmutableSortedDictionary<string, string>? annotations, Descriptor? subject)
    {
        ImmutableArray<Blob> all = [.. files];
        var config = Blob.Of(MediaTypes.Empty, [.. "{}"u8]);
        var manifest = new ImageManifest
        {
            ArtifactType = artifactType,
            Config = config.Descriptor,
            Layers = [.. all.Select(blob => blob.Descriptor)],
            Subject = subject,
            Annotations = annotations ?? OciJson.EmptyMap,
        };
        return new OciArtifact(manifest, [config, .. all]);
    }
}
