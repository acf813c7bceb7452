using Bothy.Oci.Layout;

namespace Bothy.Oci.Archives;

/// <summary>Writes an OCI layout as one tar archive, as <c>skopeo</c> and <c>podman</c> read it. Its bytes depend on the image and its name alone.</summary>
public static class OciArchiveWriter
{
    /// <summary>Writes <paramref name="content"/>, called <paramref name="name"/> inside, to <paramref name="file"/>.</summary>
    /// <exception cref="BothyException">The file cannot be written. Nothing is left behind.</exception>
    public static void Write(string file, ReferenceName? name, OciContent content, CancellationToken cancellationToken) =>
        Write(file, LayoutFiles.IndexWith(null, name, content), content.Blobs, cancellationToken);

    /// <summary>Writes a layout of <paramref name="index"/> and <paramref name="blobs"/> to <paramref name="file"/>.</summary>
    internal static void Write(string file, ImageIndex index, IEnumerable<Blob> blobs, CancellationToken cancellationToken) =>
        ArchiveOutput.Write(file, output => FilesOf(index, blobs).WriteTo(output, cancellationToken));

    private static ArchiveFiles FilesOf(ImageIndex index, IEnumerable<Blob> blobs)
    {
        var files = new ArchiveFiles();
        files.Add(LayoutFiles.Marker, LayoutFiles.MarkerContent);
        files.Add(LayoutFiles.Index, index.ToJson());
        foreach (var blob in blobs)
        {
            files.Add(LayoutFiles.BlobName(blob.Descriptor.Digest), blob.Content);
        }

        return files;
    }
}
