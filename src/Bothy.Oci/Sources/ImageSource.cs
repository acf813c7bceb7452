using System.Collections.Immutable;
using Bothy.Oci.Json;

namespace Bothy.Oci.Sources;

/// <summary>
/// An opened place that holds one image, or one index of images: a layout, an archive, a registry. Everything it gives away is checked against
/// its descriptor. Safe for concurrent use; keep it open for as long as its streams are read.
/// </summary>
public abstract class ImageSource : IAsyncDisposable
{
    /// <summary>What the image is called in messages; never with credentials.</summary>
    public abstract string Name { get; }

    /// <summary>The image's root: a manifest or an index, of OCI's media types or Docker's.</summary>
    /// <exception cref="BothyException">There is no such image, or more than one.</exception>
    public abstract Task<Descriptor> ResolveAsync(CancellationToken cancellationToken);

    /// <summary>Reads a manifest, an index, a configuration or another document, whole and verified.</summary>
    /// <exception cref="BothyException">It is missing, too large (4 MiB), or another one than <paramref name="descriptor"/> promises.</exception>
    public virtual async Task<ReadOnlyMemory<byte>> ReadDocumentAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        OciJson.CheckSize(descriptor);
        var blob = await OpenBlobAsync(descriptor, cancellationToken);
        await using (blob)
        {
            byte[] bytes = new byte[descriptor.Size];
            int read = await blob.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);

            // The end is where a blob is verified.
            _ = await blob.ReadAsync(new byte[1], cancellationToken);
            return bytes.AsMemory(0, read);
        }
    }

    /// <summary>
    /// Opens a blob to be read once, forward. It is verified at its end, as by <see cref="VerifyingStream"/>: trust nothing before a read has
    /// returned 0. The stream is the caller's.
    /// </summary>
    /// <exception cref="BothyException">There is no such blob.</exception>
    public abstract Task<Stream> OpenBlobAsync(Descriptor descriptor, CancellationToken cancellationToken);

    /// <summary>What else the place holds under <paramref name="tag"/>: a manifest or an index; null where there is nothing, or the place has no tags.</summary>
    /// <exception cref="BothyException">The place cannot be asked.</exception>
    public virtual Task<Descriptor?> FindAsync(string tag, CancellationToken cancellationToken) => Task.FromResult<Descriptor?>(null);

    /// <summary>
    /// The manifests that say something about <paramref name="subject"/> (distribution-spec, "Listing Referrers"), of one type where
    /// <paramref name="artifactType"/> is given. Empty where the place knows none.
    /// </summary>
    public virtual Task<ImmutableArray<Descriptor>> ReferrersAsync(Digest subject, string? artifactType, CancellationToken cancellationToken) =>
        Task.FromResult(ImmutableArray<Descriptor>.Empty);

    /// <inheritdoc />
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
