using Bothy.Oci.Layout;

namespace Bothy.Oci.Archives;

/// <summary>Writes an OCI layout as one tar archive, as <c>skopeo</c> and <c>podman</c> read it. Its bytes depend on the image and its name alone.</summary>
public static class OciArchiveWriter
{
    /// <summary>Writes <paramref name="content"/>, called <paramref name="name"/> inside, to <paramref name="file"/>.</summary>
    /// <exception cref="BothyException">The file cannot be written. Nothing is left behind.</exception>
    public static void Write(string file, ReferenceName? name, OciContent content, CancellationToken cancellationToken) =>
        ArchiveOutput.Write(file, output => FilesOf(name, content).WriteTo(output, cancellationToken));

    private static ArchiveFiles FilesOf(ReferenceName? name, OciContent content)
    {
        var files = new ArchiveFiles();
        files.Add(LayoutFiles.Marker, LayoutFiles.MarkerContent);
        files.Add(LayoutFiles.Index, LayoutFiles.IndexWith(null, name, content).ToJson());
        foreach (var blob in content.Blobs)
        {
            files.Add(LayoutFiles.BlobName(blob.Descriptor.Digest), blob.Content);
        }

        return files;
    }
}
