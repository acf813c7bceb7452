using Bothy.Store;

namespace Bothy.Oci.Layers;

/// <summary>
/// The compressed parts of layers that a store holds, by what is in them and how they are compressed. Where there is no store nothing is found and
/// nothing kept. Disposing it throws away what was begun and not kept.
/// </summary>
internal sealed class KeptParts(ContentStore? store, string encoding) : IDisposable
{
    private readonly string _kind = "part-" + encoding;
    private readonly HashSet<ResultWriter> _begun = [];

    /// <summary>Opens what <paramref name="part"/> was compressed to; null where that is not known. The stream knows its length.</summary>
    public Stream? TryOpen(LayerPart part) => store?.TryOpenResult(_kind, part.Key);

    /// <summary>Begins to keep what <paramref name="part"/> is compressed to; null where nothing is kept.</summary>
    public ResultWriter? Begin(LayerPart part)
    {
        var writer = store?.BeginResult(_kind, part.Key);
        if (writer is not null)
        {
            _begun.Add(writer);
        }

        return writer;
    }

    /// <summary>Keeps what was written, with <paramref name="trailer"/> behind it.</summary>
    public void Keep(ResultWriter writer, ReadOnlySpan<byte> trailer)
    {
        writer.Content.Write(trailer);
        writer.Commit();
        writer.Dispose();
        _begun.Remove(writer);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var writer in _begun)
        {
            writer.Dispose();
        }
    }
}
