using Bothy.Formats.Trees;
using Bothy.Oci.Json;

namespace Bothy.Oci.Archives;

/// <summary>
/// Writes an image as <c>docker save</c> did before version 25: configuration, layers and a <c>manifest.json</c> that names them. The
/// layers stay compressed, which <c>docker load</c>, <c>podman load</c> and <c>skopeo</c> all accept.
/// </summary>
/// <remarks>Later versions put an OCI layout around it. <c>podman load</c> takes that for an OCI archive and loses the image's name.</remarks>
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

        var contents = image.Blobs.ToDictionary(blob => blob.Descriptor.Digest, blob => blob.Content);
        Write(file, name, image.Manifest, blob => contents[blob.Digest], cancellationToken);
    }

    /// <summary>The same for an image whose blobs are found by <paramref name="contentOf"/>.</summary>
    internal static void Write(string file, DockerName? name, ImageManifest manifest, Func<Descriptor, FileContent> contentOf, CancellationToken cancellationToken)
    {
        var files = new ArchiveFiles();
        files.Add("manifest.json", ManifestOf(manifest, name));
        foreach (var blob in manifest.Layers.Append(manifest.Config).DistinctBy(NameOf, StringComparer.Ordinal))
        {
            files.Add(NameOf(blob), contentOf(blob));
        }

        ArchiveOutput.Write(file, output => files.WriteTo(output, cancellationToken));
    }

    private static string NameOf(Descriptor descriptor) => descriptor.MediaType switch
    {
        MediaTypes.Config or MediaTypes.DockerConfig => descriptor.Digest.Hex + ".json",
        MediaTypes.LayerTar => descriptor.Digest.Hex + ".tar",
        MediaTypes.LayerTarZstd => descriptor.Digest.Hex + ".tar.zst",
        _ => descriptor.Digest.Hex + ".tar.gz",
    };

    private static byte[] ManifestOf(ImageManifest manifest, DockerName? name)
    {
        byte[] entry = OciJson.Write(writer =>
        {
            writer.WriteString("Config", NameOf(manifest.Config));
            writer.WriteStartArray("RepoTags");
            if (name is { } given)
            {
                writer.WriteStringValue(given.ToString());
            }

            writer.WriteEndArray();
            writer.WriteStartArray("Layers");
            foreach (var layer in manifest.Layers)
            {
                writer.WriteStringValue(NameOf(layer));
            }

            writer.WriteEndArray();
        });
        return [(byte)'[', .. entry, (byte)']'];
    }
}
