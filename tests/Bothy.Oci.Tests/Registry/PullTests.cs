using Bothy.Oci.Registry;
using Bothy.Oci.Sources;

namespace Bothy.Oci.Tests.Registry;

public sealed class PullTests : RegistryTest
{
    private const string V1 = "application/vnd.docker.distribution.manifest.v1+prettyjws";

    [Fact]
    public async Task A_blob_comes_whole_over_as_many_connections_as_it_takes()
    {
        byte[] bytes = Bytes(500_000);
        using var registry = Serve(new() { Fault = request => request.IsBlob && request.Number < 12 ? new() { CutAnswerAfter = 100_000 } : null });
        registry.AddBlob("some/app", bytes);

        Assert.Equal(bytes, await ReadAsync(Client().OpenBlobAsync(Image(registry), Blob(bytes), None)));
        Assert.Contains(registry.Requests, request => request["Range"] is not null);
    }

    [Fact]
    public async Task Where_the_registry_knows_no_ranges_the_beginning_is_read_again()
    {
        byte[] bytes = Bytes(500_000);
        using var registry = Serve(new() { Ranges = false, Fault = request => request.IsBlob && request.Number < 3 ? new() { CutAnswerAfter = 300_000 } : null });
        registry.AddBlob("some/app", bytes);

        Assert.Equal(bytes, await ReadAsync(Client().OpenBlobAsync(Image(registry), Blob(bytes), None)));
    }

    [Fact]
    public async Task Other_bytes_than_promised_are_refused()
    {
        byte[] bytes = Bytes(5000);
        using var registry = Serve(new() { Fault = request => request.IsBlob ? new() { Corrupt = true } : null });
        registry.AddBlob("some/app", bytes);

        var failure = await FailureOf(ReadAsync(Client().OpenBlobAsync(Image(registry), Blob(bytes), None)));

        Assert.StartsWith($"cannot accept {Digest.Of(bytes)}: the content is sha256:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_size_than_promised_is_refused_before_a_byte_is_read()
    {
        byte[] bytes = Bytes(5000);
        using var registry = Serve();
        registry.AddBlob("some/app", bytes);

        var failure = await FailureOf(Client().OpenBlobAsync(Image(registry), Blob(bytes) with { Size = 4999 }, None));

        Assert.Equal($"cannot pull {Image(registry)}: the registry sends another part of {Digest.Of(bytes)} than the 4999 bytes from 0 on", failure.Message);
    }

    [Fact]
    public async Task The_registry_is_left_alone_for_as_long_as_it_asks()
    {
        using var registry = Serve(new() { Fault = request => request.Number == 1 ? new() { Status = 429, RetryAfter = "17" } : null });
        var image = Samples.Image();
        registry.AddManifest("some/app", MediaTypes.Manifest, Samples.Image().Manifest.ToJson(), "1");

        var manifest = await Client().ReadManifestAsync(Image(registry), None);

        Assert.Equal(image.Root.Descriptor.Digest, manifest.Descriptor.Digest);
        Assert.Contains(TimeSpan.FromSeconds(17), Time.Delays);
    }

    [Fact]
    public async Task A_registry_that_stays_broken_is_given_up_with_its_last_word()
    {
        using var registry = Serve(new() { Fault = request => request.Path != "/v2/" ? new() { Status = 503, Body = """{"errors":[{"code":"UNAVAILABLE","message":"we are\nmoving"}]}""" } : null });

        var failure = await FailureOf(Client().ReadManifestAsync(Image(registry), None));

        Assert.Equal($"cannot pull {Image(registry)}: the registry answers 503 Service Unavailable (the registry says: we are\\x0amoving)", failure.Message);
        Assert.Equal("The registry has a problem of its own; try again later.", failure.Hint);
    }

    [Theory]
    [InlineData("some/app:2", "there is no such tag or digest (the registry says: the test registry says manifest_unknown)")]
    [InlineData("some/app@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "there is no such tag or digest (the registry says: the test registry says manifest_unknown)")]
    public async Task What_is_not_there_is_said(string name, string reason)
    {
        using var registry = Serve();

        var failure = await FailureOf(Client().ReadManifestAsync(Image(registry, name), None));

        Assert.Equal($"cannot pull {Image(registry, name)}: {reason}", failure.Message);
        Assert.Contains("Check the spelling", failure.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_of_another_digest_than_asked_for_or_said_is_refused()
    {
        using var registry = Serve(new() { Fault = request => request.Path.Contains("/manifests/", StringComparison.Ordinal) ? new() { Corrupt = request.Path.Contains('@', StringComparison.Ordinal), WrongDigest = true } : null });
        var digest = registry.AddManifest("some/app", MediaTypes.Manifest, Samples.Image().Manifest.ToJson(), "1");

        var failure = await FailureOf(Client().ReadManifestAsync(Image(registry), None));

        Assert.Equal($"cannot pull {Image(registry)}: the registry sends {digest} where {Digest.Of("another"u8)} is promised", failure.Message);
    }

    [Fact]
    public async Task Schema_1_is_refused_by_name()
    {
        using var registry = Serve();
        registry.AddManifest("some/app", V1, Samples.Json("{'schemaVersion': 1, 'fsLayers': [{'blobSum': 'sha256:x'}]}"), "1");

        var failure = await FailureOf(Client().ReadManifestAsync(Image(registry), None));

        Assert.Equal($"cannot pull {Image(registry)}: the registry holds it in Docker's schema 1, which cannot be verified", failure.Message);
    }

    [Theory]
    [InlineData("<html>", "what the registry sends is not a manifest")]
    [InlineData("[]", "what the registry sends is not a manifest")]
    [InlineData("{'schemaVersion': 2, 'mediaType': 'text/\u001b[31mred'}", "it is neither a manifest nor an index, but 'text/\\x1b[31mred'")]
    public async Task What_is_no_manifest_is_refused(string json, string reason)
    {
        using var registry = Serve();
        registry.AddManifest("some/app", MediaTypes.Manifest, Samples.Json(json.Replace("\u001b", "\\u001b", StringComparison.Ordinal)), "1");

        Assert.Equal($"cannot pull {Image(registry)}: {reason}", (await FailureOf(Client().ReadManifestAsync(Image(registry), None))).Message);
    }

    [Fact]
    public async Task A_manifest_without_an_end_is_not_read_to_it()
    {
        using var registry = Serve();
        registry.AddManifest("some/app", MediaTypes.Manifest, new byte[(4 << 20) + 1], "1");

        Assert.EndsWith("it has more than the 4194304 bytes allowed", (await FailureOf(Client().ReadManifestAsync(Image(registry), None))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blobs_are_fetched_from_wherever_the_registry_sends_us_without_saying_who_we_are()
    {
        byte[] bytes = Bytes(5000);
        using var storage = Serve();
        storage.AddBlob("any", bytes);
        using var registry = Serve(new() { User = "me", Password = "secret", Tokens = true, BlobStorage = storage.BlobAddress });
        registry.AddBlob("some/app", bytes);
        var client = Client(it => it with { Credentials = Credentials(registry, "me", "secret") });

        Assert.Equal(bytes, await ReadAsync(client.OpenBlobAsync(Image(registry), Blob(bytes), None)));
        Assert.Contains(storage.Requests, request => request.Path.StartsWith("/storage/", StringComparison.Ordinal));
        Assert.All(storage.Requests, request => Assert.Null(request["Authorization"]));
    }

    [Fact]
    public async Task A_source_reads_its_root_once()
    {
        using var registry = Serve();
        registry.AddManifest("some/app", MediaTypes.Manifest, Samples.Image().Manifest.ToJson(), "1");
        await using ImageSource source = new RegistrySource(Client(), Image(registry));

        var root = await source.ResolveAsync(None);
        var manifest = ImageManifest.Parse(await source.ReadDocumentAsync(root, None), "it");

        Assert.Equal(Samples.Image().Manifest.Config, manifest.Config);
        Assert.Null(await source.FindAsync("other", None));
        Assert.Equal(root, await source.FindAsync("1", None));
        Assert.Equal(3, registry.Requests.Count(request => request.Path.Contains("/manifests/", StringComparison.Ordinal)));
    }
}
