using Bothy.Transfer;

namespace Bothy.Oci.Registry;

/// <content>Writing.</content>
public sealed partial class RegistryClient
{
    /// <summary>Whether the repository of <paramref name="image"/> has a blob.</summary>
    /// <exception cref="BothyException">It cannot be asked.</exception>
    public async Task<bool> HasBlobAsync(ImageReference image, Descriptor blob, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(blob);
        var connection = Connection(image);
        return await connection.RepeatAsync(token => HasBlobAsync(connection, image, blob, token), cancellationToken);
    }

    /// <summary>Puts a blob into the repository of <paramref name="image"/>; where an upload breaks in the middle, it goes on from there.</summary>
    /// <param name="image">The repository.</param>
    /// <param name="blob">What it is.</param>
    /// <param name="open">Opens its bytes from the first on; called again where an attempt failed.</param>
    /// <param name="from">Another repository of the same registry that has it, so that nothing need be sent; null for none.</param>
    /// <param name="progress">Told how many bytes of it are there.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BothyException">The registry does not take it, or the bytes are others than promised.</exception>
    public Task PutBlobAsync(
        ImageReference image, Descriptor blob, Func<CancellationToken, Task<Stream>> open, string? from, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(blob);
        var connection = Connection(image);
        var upload = new BlobUpload(connection, image, blob, open)
        {
            From = from,
            ChunkSize = _settings.ChunkSize,
            Progress = progress,
            IsThereAsync = token => HasBlobAsync(connection, image, blob, token),
        };
        return upload.RunAsync(cancellationToken);
    }

    /// <summary>Puts a manifest or an index under <paramref name="tag"/>, or under its digest alone.</summary>
    /// <returns>Whether the registry says that it lists it among the referrers of its subject.</returns>
    /// <exception cref="BothyException">The registry does not take it.</exception>
    public async Task<bool> PutManifestAsync(
        ImageReference image, Descriptor manifest, ReadOnlyMemory<byte> bytes, string? tag, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(manifest);
        image = tag is null ? image.WithDigest(manifest.Digest) : image.WithTag(tag);
        var connection = Connection(image);
        var scope = RegistryScope.Push(image);
        var address = await connection.AddressAsync($"{image.Repository}/manifests/{image.Reference}", cancellationToken);
        var request = new TransferRequest(HttpMethod.Put, address) { Body = TransferBody.Of(manifest.MediaType, bytes) };
        return await connection.RepeatAsync(
            async token =>
            {
                using var answer = await connection.SendAsync(request, scope, token);
                if (answer.Status is not (201 or 200 or 202))
                {
                    throw await connection.FailureAsync(scope, answer);
                }

                string? said = answer.Header("Docker-Content-Digest");
                return said is null || said == manifest.Digest.ToString()
                    ? answer.Header("OCI-Subject") is not null
                    : throw new TransientException($"cannot push {image}: the registry keeps it as {Formats.Text.VisibleText.Of(said)} where {manifest.Digest} was sent");
            },
            cancellationToken);
    }

    private static async Task<bool> HasBlobAsync(RegistryConnection connection, ImageReference image, Descriptor blob, CancellationToken cancellationToken)
    {
        // Asked for as who pushes: whoever may read only learns so before anything is sent.
        var scope = RegistryScope.Push(image);
        var address = await connection.AddressAsync($"{image.Repository}/blobs/{blob.Digest}", cancellationToken);
        using var answer = await connection.SendAsync(new TransferRequest(HttpMethod.Head, address), scope, cancellationToken);
        return answer.Status switch
        {
            200 => answer.Length is null || answer.Length == blob.Size,
            404 => false,

            // Some redirect to a storage whose addresses are signed for GET alone. It refuses; sending once more is always right.
            403 when answer.Address.Host != address.Host => false,
            _ => throw await connection.FailureAsync(scope, answer),
        };
    }
}
