using Bothy.Oci.Signing;

namespace Bothy.Oci.Layout;

/// <summary>Where things are in an OCI layout (image-spec, image-layout.md).</summary>
internal static class LayoutFiles
{
    public const string Marker = "oci-layout";
    public const string Index = "index.json";
    public const string Blobs = "blobs/sha256";

    public static byte[] MarkerContent => [.. "{\"imageLayoutVersion\":\"1.0.0\"}"u8];

    public static string BlobName(Digest digest) => $"{Blobs}/{digest.Hex}";

    /// <summary>The tag under which a registry without the referrers API keeps the list of them (distribution-spec, "Referrers Tag Schema").</summary>
    public static string ReferrersName(Digest subject) => $"sha256-{subject.Hex}";

    /// <summary>Whether an entry of a layout's index is no image of its own, but says something about one.</summary>
    public static bool IsBesideImages(Descriptor entry) => entry.ArtifactType is not null || SignatureTag.Is(entry.RefName);

    /// <summary>
    /// The index of a layout that holds <paramref name="content"/> beside what was in <paramref name="existing"/>: an image under <paramref name="name"/>, in
    /// place of what had that name, an artifact without one.
    /// </summary>
    public static ImageIndex IndexWith(ImageIndex? existing, ReferenceName? name, OciContent content) => content is OciArtifact artifact
        ? IndexWith(existing, artifact.Descriptor)
        : IndexWith(existing, Named(content.Root.Descriptor, name));

    /// <summary>The same for something that is named by <paramref name="entry"/> as it is to stand there.</summary>
    public static ImageIndex IndexWith(ImageIndex? existing, Descriptor entry)
    {
        var index = existing ?? new ImageIndex { Manifests = [] };
        return index with { Manifests = [.. index.Manifests.Where(other => !IsReplaced(other, entry)), entry] };
    }

    private static Descriptor Named(Descriptor descriptor, ReferenceName? name) => name is { } given
        ? descriptor with { Annotations = descriptor.Annotations.SetItem(Descriptor.RefNameAnnotation, given.Value) }
        : descriptor;

    // Things without a name are images that the next one without a name replaces, or artifacts, of which there may be many.
    private static bool IsReplaced(Descriptor other, Descriptor entry) =>
        entry.RefName is null && IsBesideImages(entry) ? other.RefName is null && other.Digest == entry.Digest
        : other.RefName == entry.RefName && (other.RefName is not null || !IsBesideImages(other));
}
