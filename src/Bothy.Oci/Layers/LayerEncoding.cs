using Bothy.Formats;
using Bothy.Formats.Compression;
using Bothy.Formats.Trees;
using Bothy.Store;

namespace Bothy.Oci.Layers;

/// <summary>
/// Compresses the archive of a layer that is written to it. A part that was compressed before is taken from the store, and what is written
/// of it is passed over; another part is put there. What is written outside of parts belongs to this layer alone.
/// </summary>
internal abstract class LayerEncoding : WriteOnlyStream
{
    private const int CopyBlock = 128 << 10;

    private readonly KeptParts _kept;
    private LayerPart? _part;
    private bool _known;
    private ResultWriter? _keeping;

    /// <summary>Compresses as <paramref name="options"/> say to <paramref name="blob"/>, which stays the caller's.</summary>
    protected LayerEncoding(DigestingStream blob, LayerOptions options)
    {
        Blob = blob;
        _kept = new KeptParts(options.Store, NameOf(options.Compression));
    }

    /// <summary>What the blob is.</summary>
    public abstract string MediaType { get; }

    /// <summary>Whether it has to be told where the content of each file begins and ends.</summary>
    public virtual bool DividesFiles => false;

    /// <summary>Where the compressed bytes go.</summary>
    protected DigestingStream Blob { get; }

    /// <summary>The encoding that <paramref name="options"/> ask for, writing to <paramref name="blob"/>.</summary>
    public static LayerEncoding Create(DigestingStream blob, LayerOptions options) => options.Compression switch
    {
        LayerCompression.Gzip => new GzipLayerEncoding(blob, options),
        LayerCompression.EStargz => new EStargzLayerEncoding(blob, options),
        LayerCompression.Zstd => new ZstdLayerEncoding(blob, options),
        _ => throw new ArgumentOutOfRangeException(nameof(options)),
    };

    /// <summary>The name of an encoding, which changes with its bytes.</summary>
    public static string NameOf(LayerCompression compression) => compression switch
    {
        LayerCompression.Gzip => "gzip-" + GzipEncodingStream.Contract,
        LayerCompression.EStargz => "estargz-" + GzipEncodingStream.Contract,
        LayerCompression.Zstd => "zstd-" + ZstdEncodingStream.Contract,
        _ => throw new ArgumentOutOfRangeException(nameof(compression)),
    };

    /// <summary>The entries of <paramref name="part"/> are written next.</summary>
    public void BeginPart(LayerPart part)
    {
        _part = part;
        var kept = _kept.TryOpen(part);
        _known = kept is not null;
        if (kept is not null)
        {
            Append(part, kept);
            return;
        }

        _keeping = _kept.Begin(part);
        Begin(part, _keeping?.Content);
    }

    /// <summary>The entries of the part have been written.</summary>
    public void EndPart()
    {
        if (!_known)
        {
            var keeping = _keeping;
            End(_part!, trailer =>
            {
                Blob.Copy = null;
                if (keeping is not null)
                {
                    _kept.Keep(keeping, trailer);
                }
            });
        }

        _known = false;
        _part = null;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (!_known)
        {
            Encode(buffer);
        }
    }

    /// <summary>The content of <paramref name="entry"/> is written next.</summary>
    public void BeginContent(TreeEntry entry)
    {
        if (!_known)
        {
            BeginFile(entry);
        }
    }

    /// <summary>The content has been written.</summary>
    public void EndContent()
    {
        if (!_known)
        {
            EndFile();
        }
    }

    /// <summary>A file that describes the others and comes after all parts, such as a table of contents; null where there is none.</summary>
    public virtual TreeEntry? Describe() => null;

    /// <summary>Ends the blob, when the end of the archive has been written.</summary>
    /// <returns>What is to be said about the blob where it is named.</returns>
    public abstract IReadOnlyDictionary<string, string> Finish();

    /// <summary>Appends a part that was compressed before; <paramref name="kept"/> is the encoding's to dispose of.</summary>
    protected abstract void Append(LayerPart part, Stream kept);

    /// <summary>Begins a part, of which everything written to <see cref="Blob"/> is to be copied to <paramref name="copy"/>.</summary>
    protected abstract void Begin(LayerPart part, Stream? copy);

    /// <summary>Ends the part and calls <paramref name="written"/>, once all of it is on <see cref="Blob"/>, with what to remember of it.</summary>
    protected abstract void End(LayerPart part, KeepTrailer written);

    /// <summary>Compresses the next bytes of the archive.</summary>
    protected abstract void Encode(ReadOnlySpan<byte> bytes);

    /// <summary>Begins the content of a file, where <see cref="DividesFiles"/>.</summary>
    protected virtual void BeginFile(TreeEntry entry)
    {
    }

    /// <summary>Ends it.</summary>
    protected virtual void EndFile()
    {
    }

    /// <summary>Copies all of <paramref name="kept"/> to the blob but what was remembered, and gives that.</summary>
    /// <exception cref="DamagedPartException">It is damaged, and was removed.</exception>
    protected byte[] Copy(Stream kept, int trailerLength)
    {
        byte[] buffer = new byte[CopyBlock];
        byte[] trailer = new byte[trailerLength];
        for (long left = kept.Length - trailerLength; left > 0;)
        {
            var block = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            Fill(block, kept);
            Blob.Write(block);
            left -= block.Length;
        }

        Fill(trailer, kept);
        return trailer;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _kept.Dispose();
        }

        base.Dispose(disposing);
    }

    private static void Fill(Span<byte> bytes, Stream kept)
    {
        try
        {
            kept.ReadExactly(bytes);
        }
        catch (DamagedItemException damaged)
        {
            throw new DamagedPartException(damaged);
        }
    }

    /// <summary>Takes what to remember of a part.</summary>
    protected delegate void KeepTrailer(ReadOnlySpan<byte> trailer);
}

/// <summary>A kept part is damaged and was removed, so that the layer has to be made from its start. Never leaves this room.</summary>
internal sealed class DamagedPartException(DamagedItemException inner) : Exception(inner.Message, inner);
