using Bothy.Formats.Compression;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;

namespace Bothy.Oci.Layers;

/// <summary>Writes file trees as layers: the same tree and epoch give the same bytes, on any machine and number of threads.</summary>
/// <param name="options">How.</param>
public sealed class LayerWriter(LayerOptions options)
{
    private const long ProgressStep = 1 << 20;

    /// <summary>
    /// Writes <paramref name="tree"/> as a gzipped tar archive to <paramref name="blob"/>, which stays the caller's. Everything happens in
    /// one pass: reading content, hashing the archive, compressing it and hashing the result overlap, in bounded memory.
    /// </summary>
    /// <exception cref="BothyException">The tree is not one that a layer can hold, or a content is not what it says.</exception>
    public Layer Write(FileTree tree, Stream blob, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(blob);
        using var compressed = new DigestingStream(blob, CancellationToken.None);
        using var gzip = new GzipEncodingStream(compressed, options.Parallelism, leaveOpen: true);
        using var archive = new DigestingStream(gzip, cancellationToken);
        if (options.Parallelism > 1)
        {
            using var background = new BackgroundStream(archive, cancellationToken);
            WriteArchive(tree, background, options, cancellationToken);
            background.Complete();
        }
        else
        {
            WriteArchive(tree, archive, options, cancellationToken);
        }

        var (diffId, size) = (archive.Digest, archive.Written);

        // Disposing ends the gzip member; only then is the blob whole.
        gzip.Dispose();
        return new Layer(new Descriptor(MediaTypes.LayerTarGzip, compressed.Digest, compressed.Written), diffId, size);
    }

    /// <summary>Writes <paramref name="tree"/> to <paramref name="output"/> as the plain archive that is in the layer.</summary>
    /// <exception cref="BothyException">The tree is not one that a layer can hold, or a content is not what it says.</exception>
    internal static void WriteArchive(FileTree tree, Stream output, LayerOptions options, CancellationToken cancellationToken)
    {
        var writer = new TarWriter(output);
        long written = 0;
        long told = 0;
        foreach (var entry in LayerOrder.Of(tree, options.Epoch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Write(entry);
            written += entry.Content?.Length ?? 0;
            if (written - told >= ProgressStep)
            {
                told = written;
                options.Progress?.Report(written);
            }
        }

        writer.Finish();
    }
}
