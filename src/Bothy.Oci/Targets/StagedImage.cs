using Bothy.Oci.Archives;
using Bothy.Oci.Json;
using Bothy.Oci.Layout;

namespace Bothy.Oci.Targets;

/// <summary>An image whose pieces are together, in a layout that nobody else knows.</summary>
/// <param name="Directory">The layout.</param>
/// <param name="Root">The image or index that it was made for.</param>
internal sealed record StagedImage(string Directory, Descriptor Root)
{
    public void WriteOciArchive(string file, CancellationToken cancellationToken)
    {
        string index = Path.Combine(Directory, LayoutFiles.Index);
        var blobs = System.IO.Directory.GetFiles(Path.Combine(Directory, LayoutFiles.Blobs))
            .Where(path => !Path.GetFileName(path).StartsWith('.'))
            .Select(path => Digest.TryParseHex(Path.GetFileName(path), out var digest) ? new Descriptor("", digest, new FileInfo(path).Length) : throw new InvalidOperationException(path))
            .Select(blob => new Blob(blob, ContentOf(blob)));
        OciArchiveWriter.Write(file, ImageIndex.Parse(File.ReadAllBytes(index), index), blobs, cancellationToken);
    }

    public void WriteDockerArchive(string file, DockerName? name, CancellationToken cancellationToken)
    {
        OciJson.CheckSize(Root);
        var manifest = ImageManifest.Parse(File.ReadAllBytes(ContentOf(Root).Path), Root.Digest.ToString());
        DockerArchiveWriter.Write(file, name, manifest, ContentOf, cancellationToken);
    }

    private FileOnDisk ContentOf(Descriptor blob) => new(Path.Combine(Directory, LayoutFiles.BlobName(blob.Digest)), blob.Size, blob.Digest);
}
