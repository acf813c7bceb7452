using Bothy.Oci.Targets;

namespace Bothy.Oci.Tests.Registry;

public sealed class PushTests : RegistryTest
{
    [Theory]
    [InlineData(0, null)]
    [InlineData(1, null)]
    [InlineData(3_000_000, null)]
    [InlineData(3_000_000, 1_000_000L)]
    [InlineData(3_000_000, 999_999L)]
    public async Task Blobs_arrive_whole_and_in_chunks(int size, long? chunk)
    {
        byte[] bytes = Bytes(size);
        using var registry = Serve();

        await Client(it => it with { ChunkSize = chunk }).PutBlobAsync(Image(registry), Blob(bytes), Open(bytes), null, null, None);

        Assert.Equal(bytes, registry.Blob("some/app", Digest.Of(bytes)));
        Assert.Equal(chunk is null ? 0 : (size + chunk - 1) / chunk, registry.Requests.Count(request => request.Method == "PATCH"));
        Assert.Equal(0, registry.OpenUploads);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1_000_000L)]
    public async Task An_upload_cut_in_the_middle_goes_on_from_there(long? chunk)
    {
        byte[] bytes = Bytes(3_000_000);
        int cuts = 0;
        using var registry = Serve(new()
        {
            Fault = request => request.Method is "PUT" or "PATCH" && Interlocked.Increment(ref cuts) <= 3 ? new() { CutRequestAfter = 400_000 } : null,
        });
        var progress = new Seen();

        await Client(it => it with { ChunkSize = chunk }).PutBlobAsync(Image(registry), Blob(bytes), Open(bytes), null, progress, None);

        Assert.Equal(bytes, registry.Blob("some/app", Digest.Of(bytes)));
        Assert.Equal(3_000_000, registry.Requests.Sum(request => request.Received)); // no byte arrived twice
        Assert.Equal(3_000_000, progress.Last);
        Assert.Equal(3, registry.Requests.Count(request => request.Method == "GET" && request.Path.Contains("/uploads/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_registry_that_keeps_nothing_of_a_cut_upload_gets_it_again()
    {
        byte[] bytes = Bytes(300_000);
        int cuts = 0;
        using var registry = Serve(new() { KeepsPartialUploads = false, Fault = request => request.Method == "PUT" && cuts++ == 0 ? new() { CutRequestAfter = 100_000 } : null });

        await Client().PutBlobAsync(Image(registry), Blob(bytes), Open(bytes), null, null, None);

        Assert.Equal(bytes, registry.Blob("some/app", Digest.Of(bytes)));
        Assert.Equal(400_000, registry.Requests.Sum(request => request.Received));
    }

    [Fact]
    public async Task A_blob_whose_arrival_was_not_confirmed_is_not_sent_again()
    {
        byte[] bytes = Bytes(300_000);
        using var registry = Serve(new() { Fault = request => request.Method == "PUT" ? new() { Silent = true } : null });

        await Client().PutBlobAsync(Image(registry), Blob(bytes), Open(bytes), null, null, None);

        Assert.Equal(bytes, registry.Blob("some/app", Digest.Of(bytes)));
        Assert.Single(registry.Requests, request => request.Method == "PUT");
    }

    [Fact]
    public async Task Where_a_request_is_too_large_smaller_ones_are_tried()
    {
        byte[] bytes = Bytes(5_000_000);
        using var registry = Serve(new() { MaxRequestBytes = 1_500_000 });

        await Client().PutBlobAsync(Image(registry), Blob(bytes), Open(bytes), null, null, None);

        Assert.Equal(bytes, registry.Blob("some/app", Digest.Of(bytes)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_another_repository_has_is_mounted_where_the_registry_can(bool can)
    {
        byte[] bytes = Bytes(300_000);
        using var registry = Serve(new() { CrossMount = can, User = "me", Password = "secret", Tokens = true });
        registry.AddBlob("other/app", bytes);
        var client = Client(it => it with { Credentials = Credentials(registry, "me", "secret") });

        await client.PutBlobAsync(Image(registry), Blob(bytes), Open(bytes), "other/app", null, None);

        Assert.Equal(bytes, registry.Blob("some/app", Digest.Of(bytes)));
        Assert.Equal(can ? 0 : 300_000, registry.Requests.Where(request => request.IsBlob).Sum(request => request.Received));
    }

    [Fact]
    public async Task A_blob_that_is_not_what_it_should_be_is_not_taken()
    {
        byte[] bytes = Bytes(300_000);
        using var registry = Serve();

        var failure = await FailureOf(Client().PutBlobAsync(Image(registry), Blob(bytes), Open(Bytes(300_000, seed: 2)), null, null, None));

        Assert.Equal($"cannot push {Image(registry)}: other bytes arrived than were sent (the registry says: the test registry says digest_invalid)", failure.Message);
        Assert.Null(registry.Blob("some/app", Digest.Of(bytes)));
    }

    [Fact]
    public async Task A_blob_that_ends_early_says_so_and_not_something_about_connections()
    {
        byte[] bytes = Bytes(300_000);
        using var registry = Serve();

        var failure = await FailureOf(Client().PutBlobAsync(Image(registry), Blob(bytes), Open(Bytes(200_000)), null, null, None));

        Assert.EndsWith("the content is not the 300000 bytes announced", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-state", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_may_not_come_before_what_it_names()
    {
        using var registry = Serve();
        var root = Samples.Image().Root;

        var failure = await FailureOf(Client().PutManifestAsync(Image(registry), root.Descriptor, Samples.Image().Manifest.ToJson(), "1", None));

        Assert.Equal($"cannot push {Image(registry)}: the registry misses a blob that the manifest names (the registry says: the test registry says manifest_blob_unknown)", failure.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_refers_to_an_image_is_found_with_the_referrers_API_and_without(bool api)
    {
        using var registry = Serve(new() { Referrers = api, ReferrersPage = 2 });
        var client = Client();
        await using ImageTarget target = new RegistryTarget(client, Image(registry));
        var image = await PushAsync(target, Samples.Image());
        var artifacts = Enumerable.Range(0, 5).Select(i => OciArtifact.About(image, i < 4 ? "text/a" : "text/b", [Oci.Blob.Of("text/plain", Bytes(10, i))], Samples.Note(i))).ToArray();

        foreach (var artifact in artifacts)
        {
            await PushBlobsAsync(target, artifact);
            await target.PutReferrerAsync(artifact.Root.Descriptor, artifact.Manifest.ToJson(), image, None);
        }

        var found = await client.ReferrersAsync(Image(registry), image.Digest, null, None);
        Assert.Equal(artifacts.Select(artifact => artifact.Root.Descriptor.Digest).Order(), found.Select(one => one.Digest).Order());
        Assert.Equal(["0", "1", "2", "3", "4"], found.Select(one => one.Annotations["n"]).Order(StringComparer.Ordinal));
        Assert.Equal([artifacts[4].Root.Descriptor.Digest], (await client.ReferrersAsync(Image(registry), image.Digest, "text/b", None)).Select(one => one.Digest));
        Assert.Empty(await client.ReferrersAsync(Image(registry), Digest.Of("nothing"u8), null, None));
        Assert.Equal(api ? [] : [$"sha256-{image.Digest.Hex}"], registry.Tags("some/app").Where(tag => tag != "1"));
    }

    private static async Task<Descriptor> PushAsync(ImageTarget target, OciImage image)
    {
        await PushBlobsAsync(target, image);
        await target.PutRootAsync(image.Root.Descriptor, image.Manifest.ToJson(), None);
        await target.FinishAsync(None);
        return image.Root.Descriptor;
    }

    private static async Task PushBlobsAsync(ImageTarget target, OciContent content)
    {
        foreach (var blob in content.Blobs.Where(blob => blob != content.Root))
        {
            await target.PutBlobAsync(blob.Descriptor, _ => Task.FromResult(blob.Content.OpenRead()), null, None);
        }
    }

    private sealed class Seen : IProgress<long>
    {
        public long Last { get; private set; }

        public void Report(long value) => Last = value;
    }
}
