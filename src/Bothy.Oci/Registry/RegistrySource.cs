using System.Collections.Concurrent;
using System.Collections.Immutable;
using Bothy.Oci.Json;
using Bothy.Oci.Sources;

namespace Bothy.Oci.Registry;

/// <summary>An image in a registry. The client is not its own.</summary>
public sealed class RegistrySource(RegistryClient client, ImageReference image) : ImageSource
{
    private readonly ConcurrentDictionary<Digest, ReadOnlyMemory<byte>> _documents = new();
    private RegistryManifest? _root;

    /// <inheritdoc />
    public override string Name => image.ToString();

    /// <summary>Where it is.</summary>
    public ImageReference Image => image;

    /// <inheritdoc />
    public override async Task<Descriptor> ResolveAsync(CancellationToken cancellationToken)
    {
        _root ??= Keep(await client.ReadManifestAsync(image, cancellationToken));
        return _root.Descriptor;
    }

    /// <inheritdoc />
    public override async Task<Descriptor?> FindAsync(string tag, CancellationToken cancellationToken) =>
        await client.TryReadManifestAsync(image.WithTag(tag), cancellationToken) is { } manifest ? Keep(manifest).Descriptor : null;

    /// <inheritdoc />
    public override async Task<ReadOnlyMemory<byte>> ReadDocumentAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        if (_documents.TryGetValue(descriptor.Digest, out var known) && known.Length == descriptor.Size)
        {
            return known;
        }

        if (!IsManifest(descriptor))
        {
            return await base.ReadDocumentAsync(descriptor, cancellationToken);
        }

        OciJson.CheckSize(descriptor);
        var manifest = await client.ReadManifestAsync(image.WithDigest(descriptor.Digest), cancellationToken);
        return manifest.Descriptor.Size == descriptor.Size
            ? Keep(manifest).Bytes
            : throw new BothyException(FormattableString.Invariant($"cannot accept {descriptor.Digest}: got {manifest.Descriptor.Size} bytes, want {descriptor.Size}"));
    }

    /// <inheritdoc />
    public override async Task<Stream> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        return IsManifest(descriptor)
            ? new MemoryStream((await ReadDocumentAsync(descriptor, cancellationToken)).ToArray(), writable: false)
            : await client.OpenBlobAsync(image, descriptor, cancellationToken);
    }

    /// <inheritdoc />
    public override Task<ImmutableArray<Descriptor>> ReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellationToken) =>
        client.ReferrersAsync(image, subject, artifactType, cancellationToken);

    private static bool IsManifest(Descriptor descriptor) => MediaTypes.IsManifest(descriptor.MediaType) || MediaTypes.IsIndex(descriptor.MediaType);

    private RegistryManifest Keep(RegistryManifest manifest)
    {
        _documents[manifest.Descriptor.Digest] = manifest.Bytes;
        return manifest;
    }
}
