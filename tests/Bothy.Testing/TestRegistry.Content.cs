using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Bothy.Testing;

/// <content>What the registry keeps, and the requests for it.</content>
public sealed partial class TestRegistry
{
    private const string IndexType = "application/vnd.oci.image.index.v1+json";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Repository> _repositories = new(StringComparer.Ordinal);

    /// <summary>The bytes of a manifest, by tag or digest; null where there is none.</summary>
    public byte[]? Manifest(string repository, string reference)
    {
        lock (_gate)
        {
            return In(repository).Find(reference)?.Bytes;
        }
    }

    /// <summary>The bytes of a blob; null where there is none.</summary>
    public byte[]? Blob(string repository, Digest digest)
    {
        lock (_gate)
        {
            return In(repository).Blobs.GetValueOrDefault(digest.ToString());
        }
    }

    /// <summary>The tags of a repository, in order.</summary>
    public IReadOnlyList<string> Tags(string repository)
    {
        lock (_gate)
        {
            return [.. In(repository).Tags.Keys.Order(StringComparer.Ordinal)];
        }
    }

    /// <summary>Puts a blob, without a request.</summary>
    public Digest AddBlob(string repository, byte[] bytes)
    {
        var digest = Digest.Of(bytes);
        lock (_gate)
        {
            In(repository).Blobs[digest.ToString()] = bytes;
        }

        return digest;
    }

    /// <summary>Puts a manifest or an index under its digest and, where given, a tag, without a request and unchecked.</summary>
    public Digest AddManifest(string repository, string mediaType, byte[] bytes, string? tag = null)
    {
        var digest = Digest.Of(bytes);
        lock (_gate)
        {
            In(repository).Put(digest, new Stored(mediaType, bytes), tag);
        }

        return digest;
    }

    private Repository In(string name)
    {
        if (!_repositories.TryGetValue(name, out var repository))
        {
            _repositories.Add(name, repository = new Repository());
        }

        return repository;
    }

    private byte[]? AnyBlob(string digest)
    {
        lock (_gate)
        {
            return _repositories.Values.Select(repository => repository.Blobs.GetValueOrDefault(digest)).FirstOrDefault(blob => blob is not null);
        }
    }

    private async Task SendManifestAsync(HttpContext context, TestRegistryFault fault, Route route)
    {
        Stored? manifest;
        lock (_gate)
        {
            manifest = In(route.Repository).Find(route.Reference);
        }

        if (manifest is null)
        {
            await FailAsync(context, 404, "MANIFEST_UNKNOWN");
            return;
        }

        context.Response.ContentType = manifest.MediaType;
        context.Response.Headers["Docker-Content-Digest"] = (fault.WrongDigest ? Digest.Of("another"u8) : Digest.Of(manifest.Bytes)).ToString();
        await SendAsync(context, fault, manifest.Bytes);
    }

    private Task SendBlobAsync(HttpContext context, TestRegistryFault fault, Route route)
    {
        byte[]? blob;
        lock (_gate)
        {
            blob = In(route.Repository).Blobs.GetValueOrDefault(route.Reference);
        }

        if (_options.BlobStorage is { } storage && context.Request.Method == "GET")
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = new Uri(storage, $"./{route.Reference}?signature=secret-signature").ToString();
            return Task.CompletedTask;
        }

        return SendBlobAsync(context, fault, blob);
    }

    private async Task SendBlobAsync(HttpContext context, TestRegistryFault fault, byte[]? blob)
    {
        if (blob is null)
        {
            await FailAsync(context, 404, "BLOB_UNKNOWN");
            return;
        }

        context.Response.ContentType = "application/octet-stream";
        ReadOnlyMemory<byte> body = blob;
        string range = context.Request.Headers.Range.ToString();
        if (_options.Ranges && range.Length > 0)
        {
            int from = int.Parse(range["bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
            if (from >= blob.Length)
            {
                await FailAsync(context, 416, "RANGE_INVALID");
                return;
            }

            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{blob.Length - 1}/{blob.Length}");
            body = body[from..];
        }

        await SendAsync(context, fault, body);
    }

    private async Task TakeManifestAsync(HttpContext context, TestRegistryRequest request, TestRegistryFault fault, Route route)
    {
        using var body = new MemoryStream();
        if (!await ReceiveAsync(context, request, fault, piece => body.Write(piece.Span)))
        {
            return;
        }

        var manifest = new Stored(context.Request.ContentType ?? "", body.ToArray());
        var digest = Digest.Of(manifest.Bytes);
        bool byDigest = route.Reference.Contains(':', StringComparison.Ordinal);
        string? problem = byDigest && route.Reference != digest.ToString() ? "DIGEST_INVALID" : null;
        lock (_gate)
        {
            problem ??= Missing(In(route.Repository), manifest);
            if (problem is null)
            {
                In(route.Repository).Put(digest, manifest, byDigest ? null : route.Reference);
            }
        }

        if (problem is not null)
        {
            await FailAsync(context, 400, problem);
            return;
        }

        if (_options.Referrers && SubjectOf(manifest) is { } subject)
        {
            context.Response.Headers["OCI-Subject"] = subject;
        }

        context.Response.StatusCode = 201;
        context.Response.Headers.Location = $"/v2/{route.Repository}/manifests/{digest}";
        context.Response.Headers["Docker-Content-Digest"] = digest.ToString();
        await SendAsync(context, fault, default);
    }

    // A manifest may come only after what it names.
    private static string? Missing(Repository repository, Stored manifest)
    {
        JsonNode json;
        try
        {
            json = JsonNode.Parse(manifest.Bytes)!;
        }
        catch (JsonException)
        {
            return "MANIFEST_INVALID";
        }

        static IEnumerable<string> DigestsOf(JsonNode? list) => (list as JsonArray)?.Select(item => (string)item!["digest"]!) ?? [];
        bool complete = DigestsOf(json["manifests"]).All(repository.Manifests.ContainsKey)
            && DigestsOf(json["layers"]).Append((string?)json["config"]?["digest"]).OfType<string>().All(repository.Blobs.ContainsKey);
        return complete ? null : "MANIFEST_BLOB_UNKNOWN";
    }

    private static string? SubjectOf(Stored manifest) => (string?)JsonNode.Parse(manifest.Bytes)?["subject"]?["digest"];

    private async Task SendReferrersAsync(HttpContext context, Route route)
    {
        if (!_options.Referrers)
        {
            await FailAsync(context, 404, "NAME_UNKNOWN");
            return;
        }

        JsonObject[] all;
        lock (_gate)
        {
            all = [.. In(route.Repository).Manifests.Values
                .Where(manifest => SubjectOf(manifest) == route.Reference)
                .OrderBy(manifest => Digest.Of(manifest.Bytes))
                .Select(DescriptorOf)];
        }

        if (context.Request.Query["artifactType"] is [{ Length: > 0 } wanted])
        {
            all = [.. all.Where(descriptor => (string?)descriptor["artifactType"] == wanted)];
            context.Response.Headers["OCI-Filters-Applied"] = "artifactType";
        }

        int from = int.Parse(context.Request.Query["from"].FirstOrDefault() ?? "0", CultureInfo.InvariantCulture);
        if (from + _options.ReferrersPage < all.Length)
        {
            context.Response.Headers.Link = string.Create(
                CultureInfo.InvariantCulture,
                $"</v2/{route.Repository}/referrers/{route.Reference}?from={from + _options.ReferrersPage}&artifactType={Uri.EscapeDataString(context.Request.Query["artifactType"].ToString())}>; rel=\"next\"");
        }

        var page = new JsonArray([.. all.Skip(from).Take(_options.ReferrersPage)]);
        context.Response.ContentType = IndexType;
        await SendAsync(context, new(), Encoding.UTF8.GetBytes(new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = IndexType, ["manifests"] = page }.ToJsonString()));
    }

    private static JsonObject DescriptorOf(Stored manifest)
    {
        var json = JsonNode.Parse(manifest.Bytes)!;
        var descriptor = new JsonObject
        {
            ["mediaType"] = manifest.MediaType,
            ["digest"] = Digest.Of(manifest.Bytes).ToString(),
            ["size"] = manifest.Bytes.Length,
            ["artifactType"] = (string?)json["artifactType"] ?? (string?)json["config"]?["mediaType"],
        };
        if (json["annotations"] is { } annotations)
        {
            descriptor["annotations"] = annotations.DeepClone();
        }

        return descriptor;
    }

    private async Task SendTagsAsync(HttpContext context, Route route)
    {
        context.Response.ContentType = "application/json";
        var tags = new JsonArray([.. Tags(route.Repository).Select(tag => JsonValue.Create(tag))]);
        await context.Response.WriteAsync(new JsonObject { ["name"] = route.Repository, ["tags"] = tags }.ToJsonString());
    }

    private sealed record Stored(string MediaType, byte[] Bytes);

    private sealed class Repository
    {
        public Dictionary<string, byte[]> Blobs { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, Stored> Manifests { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);

        public Stored? Find(string reference) => Manifests.GetValueOrDefault(Tags.GetValueOrDefault(reference, reference));

        public void Put(Digest digest, Stored manifest, string? tag)
        {
            Manifests[digest.ToString()] = manifest;
            if (tag is not null)
            {
                Tags[tag] = digest.ToString();
            }
        }
    }
}
