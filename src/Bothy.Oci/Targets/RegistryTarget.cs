using System.Collections.Concurrent;
using Bothy.Oci.Registry;

namespace Bothy.Oci.Targets;

/// <summary>A repository of a registry. The client is not its own. What was put stays there whether or not it is finished: registries sweep up after themselves.</summary>
public sealed class RegistryTarget(RegistryClient client, ImageReference image) : ImageTarget
{
    private readonly ConcurrentDictionary<Digest, bool> _there = new();

    /// <inheritdoc />
    public override string Name => image.ToString();

    /// <summary>Where the image is copied from, where that is a repository of the same registry: its blobs are mounted, not sent.</summary>
    public ImageReference? MountFrom { get; set; }

    /// <inheritdoc />
    public override async Task<bool> HasBlobAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(blob);
        return _there.ContainsKey(blob.Digest) || (await client.HasBlobAsync(image, blob, cancellationToken) && (_there[blob.Digest] = true));
    }

    /// <inheritdoc />
    public override async Task PutBlobAsync(Descriptor blob, Func<CancellationToken, Task<Stream>> open, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        if (!await HasBlobAsync(blob, cancellationToken))
        {
            string? from = MountFrom is { } other && other.Host == image.Host && other.Repository != image.Repository ? other.Repository : null;
            await client.PutBlobAsync(image, blob, open, from, progress, cancellationToken);
            _there[blob.Digest] = true;
        }
    }

    /// <inheritdoc />
    public override Task PutManifestAsync(Descriptor manifest, ReadOnlyMemory<byte> bytes, string? tag, CancellationToken cancellationToken) =>
        client.PutManifestAsync(image, manifest, bytes, tag, cancellationToken);

    /// <inheritdoc />
    public override Task PutRootAsync(Descriptor root, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(root);
        return image.Digest is { } wanted && wanted != root.Digest
            ? throw new BothyException($"cannot push {image}: the image is {root.Digest}")
            : client.PutManifestAsync(image, root, bytes, image.Digest is null ? image.TagOrDefault : image.Tag, cancellationToken);
    }

    /// <inheritdoc />
    public override Task PutReferrerAsync(Descriptor referrer, ReadOnlyMemory<byte> bytes, Descriptor subject, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return client.PutReferrerAsync(image, referrer, bytes, subject.Digest, cancellationToken);
    }

    /// <inheritdoc />
    public override Task FinishAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
