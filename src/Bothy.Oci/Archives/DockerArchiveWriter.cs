using Bothy.Oci.Json;
using Bothy.Oci.Layout;

namespace Bothy.Oci.Archives;

/// <summary>
/// Writes an image as <c>docker save</c> does since version 25: an OCI layout with a <c>manifest.json</c> beside it. The layers stay
/// compressed, which <c>docker load</c>, <c>podman load</c> and <c>skopeo</c> all accept.
/// </summary>
public static class DockerArchiveWriter
{
    /// <summary>Writes <paramref name="content"/>, to be loaded under <paramref name="name"/>, to <paramref name="file"/>.</summary>
    /// <exception cref="BothyException">It is an image for several platforms, or the file cannot be written. Nothing is left behind.</exception>
    public static void Write(string file, DockerName? name, OciContent content, CancellationToken cancellationToken)
    {
        if (content is not OciImage image)
        {
            throw new BothyException($"cannot write {file}: a docker archive holds one platform")
            {
                Hint = "Build for one with --arch, or write an oci-archive.",
            };
        }

        var files = OciArchiveWriter.FilesOf(null, content);
        files.Add("manifest.json", ManifestOf(image, name));
        ArchiveOutput.Write(file, output => files.WriteTo(output, cancellationToken));
    }

    private static byte[] ManifestOf(OciImage image, DockerName? name)
    {
        byte[] entry = OciJson.Write(writer =>
        {
            writer.WriteString("Config", LayoutFiles.BlobName(image.Manifest.Config.Digest));
            writer.WriteStartArray("RepoTags");
            if (name is { } given)
            {
                writer.WriteStringValue(given.ToString());
            }

            writer.WriteEndArray();
            writer.WriteStartArray("Layers");
            foreach (var layer in image.Manifest.Layers)
            {
                writer.WriteStringValue(LayoutFiles.BlobName(layer.Digest));
            }

            writer.WriteEndArray();
        });
        return [(byte)'[', .. entry, (byte)']'];
    }
}
