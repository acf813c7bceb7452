namespace Bothy.Oci.Layout;

/// <summary>Where things are in an OCI layout (image-spec, image-layout.md).</summary>
internal static class LayoutFiles
{
    public const string Marker = "oci-layout";
    public const string Index = "index.json";
    public const string Blobs = "blobs/sha256";

    public static byte[] MarkerContent => [.. "{\"imageLayoutVersion\":\"1.0.0\"}"u8];

    public static string BlobName(Digest digest) => $"{Blobs}/{digest.Hex}";

    /// <summary>The index of a layout that holds <paramref name="content"/> under <paramref name="name"/> beside what was in <paramref name="existing"/>.</summary>
    public static ImageIndex IndexWith(ImageIndex? existing, ReferenceName? name, OciContent content)
    {
        var descriptor = content.Root.Descriptor;
        if (name is { } given)
        {
            descriptor = descriptor with { Annotations = descriptor.Annotations.SetItem(Descriptor.RefNameAnnotation, given.Value) };
        }

        var index = existing ?? new ImageIndex { Manifests = [] };
        return index with { Manifests = [.. index.Manifests.Where(manifest => manifest.RefName != descriptor.RefName), descriptor] };
    }
}
