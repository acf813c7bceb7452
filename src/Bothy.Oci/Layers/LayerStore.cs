using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Bothy.Formats;
using Bothy.Formats.Trees;
using Bothy.Oci.Json;
using Bothy.Store;

namespace Bothy.Oci.Layers;

/// <summary>The layers that a store holds, by what goes into them: one that was made before is neither hashed nor compressed again.</summary>
/// <remarks>
/// A layer is one result of the store: its blob, then a record of its digests and sizes as JSON, then the record's length. The key is made of the keys
/// of its parts, so that it says everything that the archive shows.
/// </remarks>
public sealed class LayerStore(ContentStore store)
{
    private const int LengthField = sizeof(int);

    /// <summary>The layer of <paramref name="tree"/>, made unless it is there, with its blob in the store.</summary>
    /// <exception cref="BothyException">The tree is not one that a layer can hold, a content is not what it says, or the store cannot be written.</exception>
    public (Layer Layer, FileContent Content) Get(FileTree tree, LayerOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(options);
        var writer = new LayerWriter(options with { Store = store });
        var parts = writer.PartsOf(tree);
        string kind = "layer-" + LayerEncoding.NameOf(options.Compression);
        var key = KeyOf(parts);
        var layer = TryFind(kind, key) ?? MakeOnce();
        return (layer, new StoredLayer(store, kind, key, layer.Blob));

        Layer MakeOnce()
        {
            using var claim = store.Claim($"{kind} {key}", cancellationToken);
            return TryFind(kind, key) ?? Make(kind, key, writer, parts, cancellationToken);
        }
    }

    /// <summary>The layer called <paramref name="name"/> (<see cref="StoredLayer.Name"/>), or null where it is not in the store any more.</summary>
    public (Layer Layer, FileContent Content)? TryGet(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string[] parts = name.Split(' ');
        var key = Digest.Parse(parts[1]);
        return TryFind(parts[0], key) is { } layer ? (layer, new StoredLayer(store, parts[0], key, layer.Blob)) : null;
    }

    private static Digest KeyOf(ImmutableArray<LayerPart> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            hash.AppendData(Encoding.ASCII.GetBytes(part.Key.Hex));
        }

        return Digest.FromHash(hash.GetHashAndReset());
    }

    private Layer? TryFind(string kind, Digest key)
    {
        try
        {
            using var stored = store.TryOpenResultParts(kind, key);
            if (stored is null)
            {
                return null;
            }

            int length = BinaryPrimitives.ReadInt32LittleEndian(stored.Read(stored.Length - LengthField, LengthField).Span);
            var layer = OciJson.Read(stored.Read(stored.Length - LengthField - length, length), kind, Read);
            return layer.Blob.Size == stored.Length - LengthField - length ? layer : throw stored.Damaged("its record is of another layer");
        }
        catch (BothyException failure) when (failure is DamagedItemException or MalformedDataException)
        {
            // Is made anew, in its place.
            return null;
        }
    }

    private Layer Make(string kind, Digest key, LayerWriter writer, ImmutableArray<LayerPart> parts, CancellationToken cancellationToken)
    {
        // Each failure takes a damaged part out of the store, and there are no more than these.
        for (int attempts = parts.Length; ; attempts--)
        {
            try
            {
                return TryMake(kind, key, writer, parts, cancellationToken);
            }
            catch (DamagedPartException) when (attempts > 0)
            {
            }
        }
    }

    private Layer TryMake(string kind, Digest key, LayerWriter writer, ImmutableArray<LayerPart> parts, CancellationToken cancellationToken)
    {
        using var result = store.BeginResult(kind, key);
        var layer = writer.Write(parts, result.Content, cancellationToken);
        byte[] record = OciJson.Write(json =>
        {
            json.WritePropertyName("blob");
            layer.Blob.Write(json);
            json.WriteString("diffId", layer.DiffId.ToString());
            json.WriteNumber("uncompressedSize", layer.UncompressedSize);
        });
        byte[] length = new byte[LengthField];
        BinaryPrimitives.WriteInt32LittleEndian(length, record.Length);
        result.Content.Write(record);
        result.Content.Write(length);
        result.Commit();
        return layer;
    }

    private static Layer Read(JsonFields fields) => new(
        Descriptor.Read(fields.Object("blob") ?? throw fields.Malformed("'blob' is missing")),
        fields.Digest("diffId"),
        fields.Size("uncompressedSize"));
}

/// <summary>The blob of a layer in the store, which checks its bytes as they are read.</summary>
public sealed class StoredLayer : FileContent
{
    private readonly ContentStore _store;
    private readonly string _kind;
    private readonly Digest _key;
    private readonly Descriptor _blob;

    internal StoredLayer(ContentStore store, string kind, Digest key, Descriptor blob)
    {
        _store = store;
        _kind = kind;
        _key = key;
        _blob = blob;
    }

    /// <summary>What the layer is called in the store.</summary>
    public string Name => $"{_kind} {_key}";

    /// <inheritdoc />
    public override long Length => _blob.Size;

    /// <inheritdoc />
    public override Digest Digest => _blob.Digest;

    /// <inheritdoc />
    public override Stream OpenRead() => _store.TryOpenResult(_kind, _key) is { } stored ? new LeadingStream(stored, _blob.Size) : throw Gone();

    /// <summary>Copies the blob into an empty file, checked, by up to <paramref name="threads"/> threads.</summary>
    /// <exception cref="BothyException">It is gone, or damaged.</exception>
    public void CopyTo(FileStream destination, int threads, CancellationToken cancellationToken)
    {
        if (!_store.TryCopyResult(_kind, _key, _blob.Size, destination, threads, cancellationToken))
        {
            throw Gone();
        }
    }

    private BothyException Gone() => new($"cannot read the layer {_blob.Digest}: it is no longer in the store") { Hint = "Run the command again." };
}
