using Bothy.Formats.Compression;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;
using Bothy.Oci.Sources;
using Bothy.Store;

namespace Bothy.Oci.Reading;

/// <summary>
/// Opens layers as catalogues of a store: a layer is decoded once, by its diff ID, and read from there ever after. That a blob unpacks to a diff ID is
/// remembered too, so that a blob which nobody has looked at is never taken for the layer that its image says it is.
/// </summary>
internal sealed class LayerReader(ContentStore store, ImageSource source, long freeSize, IProgress<ReadingProgress>? progress)
{
    /// <summary>Part of the name of a layer's catalogue: to be raised when the same layer is to be decoded differently.</summary>
    public const string CatalogueKind = "layer-1";

    // The diff ID that a blob unpacks to, by the blob's digest.
    private const string BlobKind = "layer-blob-1";

    private const long ProgressStep = 1 << 20;

    private static readonly TarLimits Limits = new() { Entries = 1_000_000 };

    private static readonly Origin None = new Origin.ImageFile("layer");

    private long _done;
    private long _total;

    /// <summary>Opens the layer in <paramref name="blob"/>, which has to unpack to <paramref name="diffId"/>.</summary>
    /// <exception cref="BothyException">It cannot be fetched, is another one, or must not be unpacked.</exception>
    public async Task<Catalogue> OpenAsync(Descriptor blob, Digest diffId, CancellationToken cancellationToken)
    {
        if (TryOpen(blob, diffId) is { } known)
        {
            return known;
        }

        using var claim = await store.ClaimAsync($"layer {diffId}", cancellationToken);
        if (TryOpen(blob, diffId) is { } made)
        {
            return made;
        }

        Interlocked.Add(ref _total, blob.Size);
        var stream = new CountedReadStream(await source.OpenBlobAsync(blob, cancellationToken), ProgressStep, Report);
        await using (stream)
        {
            var catalogue = await Task.Run(() => Decode(stream, blob, diffId, cancellationToken), cancellationToken);
            if (blob.Digest != diffId)
            {
                store.AddResult(BlobKind, blob.Digest, Convert.FromHexString(diffId.Hex));
            }

            return catalogue;
        }
    }

    private Catalogue? TryOpen(Descriptor blob, Digest diffId)
    {
        bool known = blob.Digest == diffId || store.TryReadResult(BlobKind, blob.Digest) is { } hash && hash.AsSpan().SequenceEqual(Convert.FromHexString(diffId.Hex));
        return known ? store.TryOpenIntactCatalogue(diffId, CatalogueKind) : null;
    }

    private void Report(long more)
    {
        long done = Interlocked.Add(ref _done, more);
        progress?.Report(new ReadingProgress(done, Interlocked.Read(ref _total)));
    }

    private Catalogue Decode(Stream stream, Descriptor blob, Digest diffId, CancellationToken cancellationToken)
    {
        string name = $"layer {blob.Digest} of {source.Name}";
        using var writer = store.BeginCatalogue(diffId, CatalogueKind);
        using var archive = Decompression.OpenRead(stream, name, UnpackedLimit.Of(blob.Size, freeSize));
        Digest actual;
        try
        {
            using var ahead = new ReadAheadStream(archive, cancellationToken);
            using var hashed = new HashedReadStream(ahead);
            var shape = new LayerShape(name);
            ReadEntries(hashed, name, shape, writer);

            // The digests are compared at the end of the bytes, wherever the archive said that it ends.
            hashed.CopyTo(Stream.Null);
            actual = hashed.Digest;
            shape.Finish(hashed.BytesRead).AttachTo(writer);
        }
        catch (MalformedDataException)
        {
            // Bytes that are not the layer's own explain everything else that is wrong with them.
            stream.CopyTo(Stream.Null);
            throw;
        }

        return actual == diffId
            ? writer.Commit()
            : throw new BothyException($"cannot accept {name}: it unpacks to {actual}, where the configuration promises {diffId}");
    }

    private static void ReadEntries(Stream archive, string name, LayerShape shape, CatalogueWriter writer)
    {
        // What follows the end, and an end that is missing, are covered by the diff ID; Go's reader, which is the runtimes', accepts both.
        var reader = new TarReader(archive, name, Limits) { AllowTrailingData = true, AllowMissingEnd = true };
        while (reader.TryReadNext(out var entry))
        {
            if (shape.Add(entry) is not { } kept)
            {
                continue;
            }

            var placed = (entry with { LinkName = kept.LinkTarget }).ToTreeEntry(kept.Path, None, content: null);
            if (entry.Kind == EntryKind.File)
            {
                writer.AddFile(placed, reader.OpenContent(), entry.Size);
            }
            else
            {
                writer.AddEntry(placed);
            }
        }
    }
}
