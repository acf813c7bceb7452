using System.Collections.Immutable;
using System.Globalization;
using Bothy.Oci;
using Bothy.Oci.Registry;

namespace Bothy.Inspection.Advisories;

/// <summary>A snapshot as an artifact of a registry: a manifest with the snapshot as its one file, so that its digest there is the one that pins it here.</summary>
public static class AdvisoryArtifact
{
    /// <summary>The type of the artifact and of its file.</summary>
    public const string MediaType = "application/vnd.bothy.advisories.v1";

    private const int MaxLength = 1 << 30;

    /// <summary>The artifact of a snapshot.</summary>
    /// <exception cref="BothyException">The snapshot is damaged.</exception>
    public static OciArtifact Of(AdvisorySnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var annotations = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (snapshot.Created is { } created)
        {
            annotations["org.opencontainers.image.created"] = created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        }

        return OciArtifact.Of(MediaType, [Blob.Of(MediaType, snapshot.ToBytes())], annotations.ToImmutable());
    }

    /// <summary>Puts a snapshot into a repository, and returns the digest of its manifest.</summary>
    /// <exception cref="BothyException">The registry does not take it, or the snapshot is damaged.</exception>
    public static async Task<Digest> PushAsync(
        AdvisorySnapshot snapshot, RegistryClient registries, ImageReference reference, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(registries);
        ArgumentNullException.ThrowIfNull(reference);
        var artifact = Of(snapshot);
        foreach (var blob in artifact.Blobs.Where(blob => blob != artifact.Root))
        {
            if (!await registries.HasBlobAsync(reference, blob.Descriptor, cancellationToken))
            {
                await registries.PutBlobAsync(reference, blob.Descriptor, _ => Task.FromResult(blob.Content.OpenRead()), from: null, progress, cancellationToken);
            }
        }

        await registries.PutManifestAsync(reference, artifact.Root.Descriptor, artifact.Manifest.ToJson(), reference.TagOrDefault, cancellationToken);
        return artifact.Root.Descriptor.Digest;
    }

    /// <summary>Fetches the bytes of the snapshot that a repository has under this name; they are verified against the manifest.</summary>
    /// <exception cref="BothyException">There is none, it is no snapshot, or it cannot be had.</exception>
    public static async Task<byte[]> PullAsync(RegistryClient registries, ImageReference reference, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(registries);
        ArgumentNullException.ThrowIfNull(reference);
        var document = await registries.ReadManifestAsync(reference, cancellationToken);
        var file = MediaTypes.IsManifest(document.Descriptor.MediaType)
            ? ImageManifest.Parse(document.Bytes, reference.ToString()).Layers.FirstOrDefault(layer => layer.MediaType == MediaType)
            : null;
        if (file is null)
        {
            throw new BothyException($"cannot pull {reference}: it holds no advisories") { Hint = "Put some there with 'bothy db push'." };
        }

        if (file.Size > MaxLength)
        {
            throw new BothyException(FormattableString.Invariant($"cannot pull {reference}: the advisories have {file.Size} bytes, more than {MaxLength}"));
        }

        // Read with its end, where the stream finds out whether the bytes are those that were promised.
        await using var stream = await registries.OpenBlobAsync(reference, file, cancellationToken);
        using var bytes = new MemoryStream((int)file.Size);
        await stream.CopyToAsync(bytes, cancellationToken);
        return bytes.ToArray();
    }
}
