using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Bothy.Oci.Json;
using Bothy.Oci.Registry.Credentials;
using Bothy.Transfer;

namespace Bothy.Oci.Registry;

/// <summary>
/// Speaks with registries (OCI distribution-spec 1.1, and Docker's registry of API version 2): one for a whole run, for all
/// registries, and for any number of threads. Nothing is connected before it is needed; every byte is verified; secrets stay out of messages.
/// </summary>
public sealed partial class RegistryClient : IDisposable
{
    // Schema 1 is not among them, and not for want of readers: it names layers only, and cannot be verified as a whole.
    private static readonly string Accept = string.Join(", ", MediaTypes.Manifest, MediaTypes.Index, MediaTypes.DockerManifest, MediaTypes.DockerManifestList);

    private readonly RegistrySettings _settings;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, Lazy<RegistryConnection>> _connections = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates the client.</summary>
    public RegistryClient(RegistrySettings settings, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(time);
        _settings = settings;
        _time = time;
    }

    /// <summary>How many blobs to have on their way at once.</summary>
    public int Parallelism => _settings.Parallelism;

    /// <summary>Fetches the manifest or the index that <paramref name="image"/> names, by its digest where it has one.</summary>
    /// <exception cref="BothyException">There is none, it is another than asked for, of a kind that is not read, or cannot be had.</exception>
    public async Task<RegistryManifest> ReadManifestAsync(ImageReference image, CancellationToken cancellationToken) =>
        await FindManifestAsync(image, cancellationToken) switch
        {
            (var manifest, null) => manifest!,
            (_, var failure) => throw failure,
        };

    /// <summary>The same; null where there is none.</summary>
    /// <exception cref="BothyException">It is another than asked for, of a kind that is not read, or cannot be had.</exception>
    public async Task<RegistryManifest?> TryReadManifestAsync(ImageReference image, CancellationToken cancellationToken) =>
        (await FindManifestAsync(image, cancellationToken)).Manifest;

    /// <summary>Opens a blob. Reading fails where it is not the one that <paramref name="blob"/> promises: see <see cref="VerifyingStream"/>.</summary>
    /// <exception cref="BothyException">It is not there, or cannot be had.</exception>
    public async Task<Stream> OpenBlobAsync(ImageReference image, Descriptor blob, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(blob);
        var connection = Connection(image);
        var address = await connection.AddressAsync($"{image.Repository}/blobs/{blob.Digest}", cancellationToken);
        var stream = new BlobStream(connection, RegistryScope.Pull(image), address, blob, cancellationToken);
        try
        {
            if (blob.Size > 0)
            {
                await stream.OpenAsync();
            }

            return new VerifyingStream(stream, blob);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sees whether a registry lets <paramref name="credential"/> in.</summary>
    /// <returns>False where it asks nobody who they are, so that there is nothing to be learned.</returns>
    /// <exception cref="BothyException">It does not, or cannot be asked.</exception>
    public async Task<bool> TryLoginAsync(string host, RegistryCredential credential, CancellationToken cancellationToken)
    {
        var asked = false;
        using var connection = new RegistryConnection(host, _settings, _time, credential);
        var scope = RegistryScope.Login(host);
        await connection.RepeatAsync(
            async token =>
            {
                using var answer = await connection.SendAsync(new TransferRequest(HttpMethod.Get, await connection.AddressAsync("", token)), scope, token);
                asked = connection.IsKnown(scope);
                return answer.Status == 200 ? true : throw await connection.FailureAsync(scope, answer);
            },
            cancellationToken);
        return asked;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var connection in _connections.Values.Where(connection => connection.IsValueCreated))
        {
            connection.Value.Dispose();
        }

        _listing.Dispose();
    }

    private RegistryConnection Connection(ImageReference image) =>
        _connections.GetOrAdd(image.Host, host => new Lazy<RegistryConnection>(() => new RegistryConnection(host, _settings, _time))).Value;

    // Exactly one of both: that there is none is an answer to some.
    private async Task<(RegistryManifest? Manifest, BothyException? Missing)> FindManifestAsync(ImageReference image, CancellationToken cancellationToken)
    {
        var connection = Connection(image);
        var scope = RegistryScope.Pull(image);
        var address = await connection.AddressAsync($"{image.Repository}/manifests/{image.Reference}", cancellationToken);
        var request = new TransferRequest(HttpMethod.Get, address) { Headers = [("Accept", Accept)] };
        return await connection.RepeatAsync<(RegistryManifest?, BothyException?)>(
            async token =>
            {
                using var answer = await connection.SendAsync(request, scope, token);
                return answer.Status switch
                {
                    200 => (await ReadManifestAsync(image, answer), null),
                    404 => (null, await connection.FailureAsync(scope, answer)),
                    _ => throw await connection.FailureAsync(scope, answer),
                };
            },
            cancellationToken);
    }

    private static async Task<RegistryManifest> ReadManifestAsync(ImageReference image, TransferAnswer answer)
    {
        var bytes = await answer.ReadAllAsync(OciJson.MaxDocument);
        string mediaType = MediaTypeOf(image, bytes, answer.Header("Content-Type")?.Split(';')[0].Trim());
        var manifest = new RegistryManifest(Descriptor.Of(mediaType, bytes.Span), bytes);
        var promised = image.Digest ?? (Digest.TryParse(answer.Header("Docker-Content-Digest"), null, out var said) ? said : manifest.Descriptor.Digest);
        return manifest.Descriptor.Digest == promised
            ? manifest
            : throw new BothyException($"cannot pull {image}: the registry sends {manifest.Descriptor.Digest} where {promised} is promised");
    }

    // The document's own word comes first: whoever takes the header's could be shown an index as a manifest (CVE-2021-41190).
    private static string MediaTypeOf(ImageReference image, ReadOnlyMemory<byte> bytes, string? header)
    {
        JsonObject document;
        try
        {
            document = JsonNode.Parse(bytes.Span, documentOptions: OciJson.ReaderOptions) as JsonObject ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new BothyException($"cannot pull {image}: what the registry sends is not a manifest");
        }

        if (document["schemaVersion"] is JsonValue version && version.TryGetValue(out int number) && number == 1)
        {
            throw new BothyException($"cannot pull {image}: the registry holds it in Docker's schema 1, which cannot be verified")
            {
                Hint = "Push the image anew with a current tool.",
            };
        }

        string? said = document["mediaType"] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
        string mediaType = said ?? (header is not null && (MediaTypes.IsManifest(header) || MediaTypes.IsIndex(header)) ? header
            : document.ContainsKey("manifests") ? MediaTypes.Index
            : MediaTypes.Manifest);
        return MediaTypes.IsManifest(mediaType) || MediaTypes.IsIndex(mediaType)
            ? mediaType
            : throw new BothyException($"cannot pull {image}: it is neither a manifest nor an index, but '{Formats.Text.VisibleText.Of(mediaType)}'");
    }
}
