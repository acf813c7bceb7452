using Bothy.Oci.Sources;

namespace Bothy.Oci.Copying;

/// <summary>An image that was just made, as a place to copy it from.</summary>
/// <param name="content">The image or index.</param>
/// <param name="name">What to call it in messages.</param>
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
        return _blobs.TryGetValue(descriptor.Digest, out var blob)
            ? Task.FromResult<Stream>(new VerifyingStream(blob.Content.OpenRead(), descriptor))
            : throw new BothyException($"cannot read {descriptor.Digest} of {name}: there is no such blob");
    }
}
