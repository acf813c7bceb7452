using System.Collections.Immutable;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;

namespace Bothy.Oci.Layers;

/// <summary>
/// Writes file trees as layers: the same tree, epoch and compression give the same bytes, on any machine and number of threads, whatever
/// the store holds.
/// </summary>
/// <param name="options">How.</param>
public sealed class LayerWriter(LayerOptions options)
{
    /// <summary>
    /// The name of everything that decides the bytes of a layer apart from its files: the order of the archive, where it is divided, and the encoders. A change of
    /// one byte of any layer needs a new name.
    /// </summary>
    public const string Contract = "v2";

    private const long ProgressStep = 1 << 20;

    /// <summary>
    /// Writes <paramref name="tree"/> as a compressed tar archive to <paramref name="blob"/>, which stays the caller's. Everything happens in
    /// one pass: reading content, hashing the archive, compressing it and hashing the result overlap, in bounded memory. Parts that
    /// the store has compressed are hashed and not compressed.
    /// </summary>
    /// <exception cref="BothyException">The tree is not one that a layer can hold, or a content is not what it says.</exception>
    public Layer Write(FileTree tree, Stream blob, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tree);
        return Write(PartsOf(tree), blob, cancellationToken);
    }

    /// <summary>The parts of the layer of <paramref name="tree"/>.</summary>
    /// <exception cref="BothyException">The tree is not one that a layer can hold.</exception>
    internal ImmutableArray<LayerPart> PartsOf(FileTree tree) =>
        LayerOrder.InParts(options.Compression == LayerCompression.EStargz ? EStargz.WithLandmark(tree) : tree, options.Epoch, options.Whiteouts);

    /// <summary>Writes the layer of <paramref name="parts"/>.</summary>
    internal Layer Write(ImmutableArray<LayerPart> parts, Stream blob, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blob);
        using var compressed = new DigestingStream(blob, CancellationToken.None);
        using var encoding = LayerEncoding.Create(compressed, options);
        using var archive = new DigestingStream(encoding, cancellationToken);
        if (options.Parallelism > 1)
        {
            using var background = new BackgroundStream(archive, cancellationToken);
            WriteParts(parts, background, encoding, background.Post, background.Run, cancellationToken);
            background.Complete();
        }
        else
        {
            WriteParts(parts, archive, encoding, static action => action(), static action => action(), cancellationToken);
        }

        var annotations = encoding.Finish();
        var descriptor = new Descriptor(encoding.MediaType, compressed.Digest, compressed.Written);
        return new Layer(descriptor with { Annotations = descriptor.Annotations.AddRange(annotations) }, archive.Digest, archive.Written);
    }

    /// <summary>Writes <paramref name="tree"/> to <paramref name="output"/> as a plain archive, sorted by path.</summary>
    /// <exception cref="BothyException">The tree is not one that an archive can hold, or a content is not what it says.</exception>
    internal static void WriteArchive(FileTree tree, Stream output, long epoch, CancellationToken cancellationToken)
    {
        var writer = new TarWriter(output);
        foreach (var entry in LayerOrder.ByPath(tree, epoch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Write(entry);
        }

        writer.Finish();
    }

    // What the encoding is told has to reach it between the bytes: in their line, where they are written on another thread.
    private void WriteParts(
        ImmutableArray<LayerPart> parts, Stream output, LayerEncoding encoding, Action<Action> post, Action<Action> run, CancellationToken cancellationToken)
    {
        var writer = new TarWriter(output);
        long written = 0;
        long told = 0;
        foreach (var part in parts)
        {
            post(() => encoding.BeginPart(part));
            foreach (var entry in part.Entries)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Write(entry);
                written += entry.Content?.Length ?? 0;
                if (written - told >= ProgressStep)
                {
                    told = written;
                    options.Progress?.Report(written);
                }
            }

            writer.Cut();
            post(encoding.EndPart);
        }

        TreeEntry? description = null;
        run(() => description = encoding.Describe());
        if (description is not null)
        {
            writer.Write(description);
        }

        writer.Finish();

        void Write(TreeEntry entry)
        {
            if (encoding.DividesFiles && entry.Content is { Length: > 0 })
            {
                writer.Write(entry, () => post(() => encoding.BeginContent(entry)), () => post(encoding.EndContent));
            }
            else
            {
                writer.Write(entry);
            }
        }
    }
}
