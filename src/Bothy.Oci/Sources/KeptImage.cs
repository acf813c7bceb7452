using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Bothy.Oci.Reading;
using Bothy.Store;

namespace Bothy.Oci.Sources;

/// <summary>
/// An image of one platform whose manifest, configuration and blobs are in the store as they are, so that it can be built upon, read and delivered without the
/// place that it came from.
/// </summary>
public sealed class KeptImage : ImageSource
{
    private readonly ContentStore _store;
    private readonly Descriptor _root;

    private KeptImage(ContentStore store, string name, Descriptor root, ImageManifest manifest)
    {
        _store = store;
        _root = root;
        Name = name;
        Manifest = manifest;
    }

    /// <inheritdoc />
    public override string Name { get; }

    /// <summary>The manifest.</summary>
    public ImageManifest Manifest { get; }

    /// <summary>The digest of the manifest.</summary>
    public Digest Digest => _root.Digest;

    /// <summary>The blobs of the layers, lowest first.</summary>
    public ImmutableArray<Blob> Layers => [.. Manifest.Layers.Select(layer => new Blob(layer, new KeptBlob(_store, layer)))];

    /// <summary>The image with that manifest; null where the store does not have all of it.</summary>
    /// <exception cref="BothyException">What the store has is damaged, or no image.</exception>
    public static KeptImage? TryOpen(ContentStore store, string name, Digest manifest)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (store.TryRead(manifest) is not { } bytes)
        {
            return null;
        }

        var parsed = ImageManifest.Parse(bytes, $"{manifest} of {name}");
        var kept = new KeptImage(store, name, new Descriptor(parsed.MediaType, manifest, bytes.Length), parsed);
        return parsed.Layers.Append(parsed.Config).All(blob => store.Contains(blob.Digest)) ? kept : null;
    }

    /// <summary>The digest of the manifest that <paramref name="source"/> has for <paramref name="platform"/>.</summary>
    /// <exception cref="BothyException">It has no such image.</exception>
    public static async Task<Digest> ResolveAsync(ImageSource source, Platform platform, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        var root = await source.ResolveAsync(cancellationToken);
        return MediaTypes.IsIndex(root.MediaType) ? (await ImageReader.ReadManifestAsync(source, root, platform, cancellationToken)).Descriptor.Digest : root.Digest;
    }

    /// <summary>Takes the image of <paramref name="source"/> for <paramref name="platform"/> into the store, as far as it is not there.</summary>
    /// <exception cref="BothyException">There is no such image, it is damaged or has layers that must not be passed on, or the store cannot be written.</exception>
    public static async Task<KeptImage> KeepAsync(ContentStore store, ImageSource source, Platform platform, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(source);
        var root = await source.ResolveAsync(cancellationToken);
        var (descriptor, manifest) = await ImageReader.ReadManifestAsync(source, root, platform, cancellationToken);
        var config = await ImageReader.ReadConfigAsync(source, manifest, cancellationToken);
        if (!PlatformChoice.Fits(config.Platform, platform))
        {
            throw new BothyException($"cannot find {platform} in {source.Name}: the image is for {config.Platform}");
        }

        if (manifest.Layers.FirstOrDefault(layer => !MediaTypes.IsLayer(layer.MediaType) || layer.MediaType.Contains("foreign", StringComparison.Ordinal) || layer.MediaType.Contains("nondistributable", StringComparison.Ordinal)) is { } strange)
        {
            throw new BothyException($"cannot build on {source.Name}: its layer {strange.Digest} is of the type '{Formats.Text.VisibleText.Of(strange.MediaType)}', which is not passed on");
        }

        foreach (var blob in manifest.Layers.Append(manifest.Config))
        {
            await KeepAsync(store, source, blob, cancellationToken);
        }

        // The manifest last: it stands for all the others.
        store.AddBytes((await source.ReadDocumentAsync(descriptor, cancellationToken)).Span);
        return new KeptImage(store, source.Name, descriptor, manifest);
    }

    /// <inheritdoc />
    public override Task<Descriptor> ResolveAsync(CancellationToken cancellationToken) => Task.FromResult(_root);

    /// <inheritdoc />
    public override Task<Stream> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return Task.FromResult(new KeptBlob(_store, descriptor).OpenRead());
    }

    private static async Task KeepAsync(ContentStore store, ImageSource source, Descriptor blob, CancellationToken cancellationToken)
    {
        if (store.Contains(blob.Digest))
        {
            return;
        }

        using var claim = await store.ClaimAsync($"blob {blob.Digest}", cancellationToken);
        if (store.Contains(blob.Digest))
        {
            return;
        }

        using var reception = store.BeginReception(blob.Digest, blob.Size);
        reception.Destination.SetLength(0);
        var stream = await source.OpenBlobAsync(blob, cancellationToken);
        await using (stream)
        {
            await stream.CopyToAsync(reception.Destination, cancellationToken);
        }

        reception.Commit();
    }
}

/// <summary>A blob of an image in the store, which is checked as it is read.</summary>
public sealed class KeptBlob : FileContent
{
    private readonly ContentStore _store;
    private readonly Descriptor _blob;

    internal KeptBlob(ContentStore store, Descriptor blob)
    {
        _store = store;
        _blob = blob;
    }

    /// <summary>The blob, where the store has it; else null.</summary>
    public static KeptBlob? TryOpen(ContentStore store, Descriptor blob)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(blob);
        return store.Contains(blob.Digest) ? new KeptBlob(store, blob) : null;
    }

    /// <inheritdoc />
    public override long Length => _blob.Size;

    /// <inheritdoc />
    public override Digest Digest => _blob.Digest;

    /// <inheritdoc />
    public override Stream OpenRead() => _store.TryOpenVerified(_blob.Digest)
        ?? throw new BothyException($"cannot read {_blob.Digest}: it is no longer in the store") { Hint = "Run the command again." };
}
