using Bothy.Oci.Layers;

namespace Bothy.Oci.Sources;

/// <summary>An image that was just made: its documents are in memory and its layers where the build left them.</summary>
/// <param name="content">The image or index.</param>
/// <param name="name">What it is called in messages.</param>
public sealed class ContentSource(OciContent content, string name) : ImageSource
{
    private readonly Dictionary<Digest, Blob> _blobs = content.Blobs.ToDictionary(blob => blob.Descriptor.Digest);

    /// <inheritdoc />
    public override string Name => name;

    /// <inheritdoc />
    public override Task<Descriptor> ResolveAsync(CancellationToken cancellationToken) => Task.FromResult(content.Root.Descriptor);

    /// <inheritdoc />
    public override Task<Stream> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        if (!_blobs.TryGetValue(descriptor.Digest, out var blob))
        {
            throw new BothyException($"cannot read {descriptor.Digest}: it is no blob of {name}");
        }

        // A layer from the store has checked every block before it gives a byte of it away.
        var bytes = blob.Content.OpenRead();
        return Task.FromResult(blob.Content is StoredLayer ? bytes : new VerifyingStream(bytes, descriptor));
    }
}
