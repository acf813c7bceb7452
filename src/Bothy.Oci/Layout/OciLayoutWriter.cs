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
    /// <param name="directory">The directory.</param>
    /// <param name="name">What to call it there; null for no name.</param>
    /// <param name="content">What to put there.</param>
    /// <param name="threads">How many threads may copy at once.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static void Write(string directory, ReferenceName? name, OciContent content, int threads, CancellationToken cancellationToken)
    {
        directory = LayoutChange.FullPath(directory);
        OutputFailure.Explain(directory, () =>
        {
            using var change = LayoutChange.Begin(directory, cancellationToken);
            foreach (var blob in content.Blobs)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!change.Has(blob.Descriptor))
                {
                    change.Add(blob.Descriptor, output => Copy(blob, output, threads, cancellationToken));
                }
            }

            change.Finish(existing => LayoutFiles.IndexWith(existing, name, content), cancellationToken);
        });
    }

    private static void Copy(Blob blob, FileStream output, int threads, CancellationToken cancellationToken)
    {
        if (blob.Content is StoredLayer layer)
        {
            // Checks every block before it gives a byte of it away.
            layer.CopyTo(output, threads, cancellationToken);
            return;
        }

        using var content = new VerifyingStream(blob.Content.OpenRead(), blob.Descriptor);
        byte[] buffer = new byte[CopyBlock];
        for (int read; (read = content.Read(buffer)) > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            output.Write(buffer, 0, read);
        }
    }
}
