using System.Security.Cryptography;
using Bothy.Oci.Layers;

namespace Bothy.Oci.Layout;

/// <summary>
/// Puts images into OCI layout directories. A new layout appears whole; in an existing one the index changes last, so that a reader sees
/// the image complete or not at all. A blob that is there and is what its name says stays, and so do other images.
/// </summary>
public static class OciLayoutWriter
{
    private const int CopyBlock = 256 << 10;

    /// <summary>
    /// Puts <paramref name="content"/> into the layout in <paramref name="directory"/>, which is made where it is missing, under
    /// <paramref name="name"/>, in place of what had that name (or, for null, no name) before.
    /// </summary>
    /// <exception cref="BothyException">The directory holds something else, or cannot be written. Nothing is left behind.</exception>
    public static void Write(string directory, ReferenceName? name, OciContent content, CancellationToken cancellationToken)
    {
        directory = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        OutputFailure.Explain(directory, () =>
        {
            if (Directory.Exists(directory))
            {
                WriteExisting(directory, name, content, cancellationToken);
            }
            else if (File.Exists(directory))
            {
                throw Occupied(directory, "it is a file");
            }
            else
            {
                WriteNew(directory, name, content, cancellationToken);
            }
        });
    }

    private static BothyException Occupied(string directory, string reason) => new($"cannot write {directory}: {reason}")
    {
        Hint = "Name a directory that is new, empty or an OCI layout.",
    };

    private static void WriteNew(string directory, ReferenceName? name, OciContent content, CancellationToken cancellationToken)
    {
        using var created = new CreatedPaths();
        created.MakeDirectory(Path.GetDirectoryName(directory)!);
        string temporary = AtomicFile.TemporaryNameFor(directory);
        try
        {
            AtomicFile.CreateDirectory(temporary);
            Add(temporary, name, content, created: null, cancellationToken);
            Directory.Move(temporary, directory);
        }
        catch
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }

            throw;
        }

        created.Keep();
    }

    private static void WriteExisting(string directory, ReferenceName? name, OciContent content, CancellationToken cancellationToken)
    {
        if (!OciLayout.IsLayout(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
        {
            throw Occupied(directory, "it is neither empty nor an OCI layout");
        }

        using var marker = new CreatedPaths();
        WriteMarker(directory, marker);
        using var turn = LayoutLock.Take(Path.Combine(directory, LayoutFiles.Marker), cancellationToken);

        // Goes before the lock does: the next in turn must not count on a blob that is about to be taken away.
        using var created = new CreatedPaths();
        Add(directory, name, content, created, cancellationToken);
        created.Keep();
        marker.Keep();
    }

    private static void Add(string directory, ReferenceName? name, OciContent content, CreatedPaths? created, CancellationToken cancellationToken)
    {
        string blobs = Path.Combine(directory, LayoutFiles.Blobs);
        if (created is null)
        {
            AtomicFile.CreateDirectory(Path.GetDirectoryName(blobs)!);
            AtomicFile.CreateDirectory(blobs);
        }

        created?.MakeDirectory(blobs);
        WriteMarker(directory, created);
        foreach (var blob in content.Blobs)
        {
            WriteBlob(Path.Combine(directory, LayoutFiles.BlobName(blob.Descriptor.Digest)), blob, created, cancellationToken);
        }

        string index = Path.Combine(directory, LayoutFiles.Index);
        var existing = File.Exists(index) ? ImageIndex.Parse(File.ReadAllBytes(index), index) : null;
        byte[] json = LayoutFiles.IndexWith(existing, name, content).ToJson();
        cancellationToken.ThrowIfCancellationRequested();
        AtomicFile.Write(index, stream => stream.Write(json));
    }

    private static void WriteMarker(string directory, CreatedPaths? created)
    {
        string marker = Path.Combine(directory, LayoutFiles.Marker);
        if (!File.Exists(marker))
        {
            created?.Add(marker);
            AtomicFile.Write(marker, stream => stream.Write(LayoutFiles.MarkerContent));
        }
    }

    private static void WriteBlob(string path, Blob blob, CreatedPaths? created, CancellationToken cancellationToken)
    {
        var existing = new FileInfo(path);
        if (existing.Exists && existing.Length == blob.Descriptor.Size && IsGood(existing, blob.Descriptor.Digest))
        {
            return;
        }

        if (!existing.Exists)
        {
            created?.Add(path);
        }

        cancellationToken.ThrowIfCancellationRequested();
        AtomicFile.Write(path, output => Copy(blob, output, cancellationToken));
    }

    // Others can write to a layout too. Hashing what is there takes less time than writing it once more.
    private static bool IsGood(FileInfo file, Digest digest)
    {
        using var content = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        return Digest.FromHash(SHA256.HashData(content)) == digest;
    }

    private static void Copy(Blob blob, Stream output, CancellationToken cancellationToken)
    {
        // A layer from the store has checked every block before it gives a byte of it away.
        using var content = blob.Content is StoredLayer ? blob.Content.OpenRead() : new VerifyingStream(blob.Content.OpenRead(), blob.Descriptor);
        byte[] buffer = new byte[CopyBlock];
        for (int read; (read = content.Read(buffer)) > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            output.Write(buffer, 0, read);
        }
    }
}
