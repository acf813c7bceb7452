namespace Bothy.Oci.Targets;

/// <summary>Puts things that are in memory into a target.</summary>
public static class ArtifactDelivery
{
    /// <summary>Puts a blob where it is not there yet.</summary>
    /// <exception cref="BothyException">It cannot be written.</exception>
    public static Task PutBlobAsync(this ImageTarget target, Blob blob, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(blob);
        return target.PutBlobAsync(blob.Descriptor, _ => Task.FromResult(blob.Content.OpenRead()), progress: null, cancellationToken);
    }

    /// <summary>Puts an artifact that says something about another manifest, so that who asks for that one's referrers finds it.</summary>
    /// <exception cref="BothyException">It cannot be written, or the place keeps no referrers.</exception>
    public static async Task PutArtifactAsync(this ImageTarget target, OciArtifact artifact, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(artifact);
        var subject = artifact.Manifest.Subject ?? throw new ArgumentException("an artifact that says nothing about another", nameof(artifact));
        foreach (var blob in artifact.Blobs.Where(blob => blob != artifact.Root))
        {
            await target.PutBlobAsync(blob, cancellationToken);
        }

        await target.PutReferrerAsync(artifact.Descriptor, artifact.Manifest.ToJson(), subject, cancellationToken);
    }
}
