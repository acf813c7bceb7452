using Bothy.Oci.Archives;
using Bothy.Oci.Copying;
using Bothy.Oci.Layout;
using Bothy.Oci.Registry;
using Bothy.Oci.Sources;
using Bothy.Oci.Targets;
using Bothy.Oci.Tests.Registry;

namespace Bothy.Oci.Tests.Copying;

public sealed class ImageCopyTests : RegistryTest
{
    [Fact]
    public async Task An_index_goes_whole_from_place_to_place_and_keeps_its_digest()
    {
        using var one = Serve();
        using var two = Serve(new() { Referrers = false });
        var index = Samples.Index();
        OciLayoutWriter.Write(Directory["in"], null, index, 2, None);

        await CopyAsync($"oci:{Directory["in"]}", $"{one.Host}/some/app:1");
        await CopyAsync($"{one.Host}/some/app:1", $"{two.Host}/other:2");
        await CopyAsync($"{two.Host}/other:2", $"oci-archive:{Directory["x.tar"]}:v1");
        var result = await CopyAsync($"oci-archive:{Directory["x.tar"]}:v1", $"oci:{Directory["out"]}:v2");

        Assert.Equal(index.Root.Descriptor.Digest, result.Root.Digest);
        Assert.Equal(2, result.Images.Length);
        var layout = OciLayout.Open(Directory["out"]);
        Assert.Equal(index.Root.Descriptor.Digest, layout.Resolve("v2").Digest);
        Assert.Equal(["amd64", "arm64"], layout.ReadIndex(layout.Resolve("v2")).Manifests.Select(manifest => layout.ReadConfig(layout.ReadManifest(manifest)).Platform.Architecture));
        Assert.Equal(["blobs", "index.json", "oci-layout"], System.IO.Directory.GetFileSystemEntries(Directory["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(["auth.json", "in", "out", "x.tar"], System.IO.Directory.GetFileSystemEntries(Directory.Path).Select(Path.GetFileName).Append("auth.json").Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task One_platform_of_an_index_is_an_image_of_its_own()
    {
        using var registry = Serve();
        var index = Samples.Index();
        OciLayoutWriter.Write(Directory["in"], null, index, 2, None);

        var result = await CopyAsync($"oci:{Directory["in"]}", $"{registry.Host}/app:arm", new() { Platform = new Platform("linux", "arm64") });

        Assert.Equal(index.Images[1].Root.Descriptor.Digest, result.Root.Digest);
        Assert.Equal(index.Images[1].Manifest.ToJson(), registry.Manifest("app", "arm"));
        Assert.Null(registry.Manifest("app", index.Images[0].Root.Descriptor.Digest.ToString()));
    }

    [Fact]
    public async Task A_second_copy_sends_no_blob()
    {
        using var registry = Serve();
        OciLayoutWriter.Write(Directory["in"], null, Samples.Index(), 2, None);
        var first = await CopyAsync($"oci:{Directory["in"]}", $"{registry.Host}/app:1");
        registry.ForgetRequests();

        var second = await CopyAsync($"oci:{Directory["in"]}", $"{registry.Host}/app:2");

        Assert.Equal((first.Sent + first.Present, 0), (second.Present, second.Sent));
        Assert.Equal(0, registry.Requests.Where(request => request.IsBlob).Sum(request => request.Received));
        Assert.DoesNotContain(registry.Requests, request => request.Path.Contains("/uploads/", StringComparison.Ordinal));
        Assert.Equal(["1", "2"], registry.Tags("app"));
    }

    [Fact]
    public async Task Within_one_registry_nothing_is_sent_either()
    {
        using var registry = Serve();
        OciLayoutWriter.Write(Directory["in"], null, Samples.Image(), 2, None);
        await CopyAsync($"oci:{Directory["in"]}", $"{registry.Host}/app:1");
        registry.ForgetRequests();

        await CopyAsync($"{registry.Host}/app:1", $"{registry.Host}/other/app:1");

        Assert.Equal(0, registry.Requests.Where(request => request.IsBlob).Sum(request => request.Received));
        Assert.Equal(registry.Manifest("app", "1"), registry.Manifest("other/app", "1"));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task What_refers_to_an_image_comes_along_where_it_is_asked_for(bool fromApi, bool toApi)
    {
        using var one = Serve(new() { Referrers = fromApi });
        using var two = Serve(new() { Referrers = toApi });
        OciLayoutWriter.Write(Directory["in"], null, Samples.Index(), 2, None);
        await CopyAsync($"oci:{Directory["in"]}", $"{one.Host}/app:1");
        var image = Samples.Index().Images[0].Root.Descriptor;
        var list = OciArtifact.About(image, "text/list", [Oci.Blob.Of("text/plain", Bytes(100))]);
        var signature = OciArtifact.About(list.Root.Descriptor, "text/signature", [Oci.Blob.Of("text/plain", Bytes(50))]);
        await using (var target = new RegistryTarget(Client(), Image(one, "app:1")))
        {
            await target.PutArtifactAsync(list, None);
            await target.PutArtifactAsync(signature, None);
            await target.PutManifestAsync(list.Root.Descriptor, list.Manifest.ToJson(), $"sha256-{image.Digest.Hex}.sig", None);
        }

        var plain = await CopyAsync($"{one.Host}/app:1", $"{two.Host}/app:1");
        Assert.Equal((0, 0), (plain.Referrers, (await Client().ReferrersAsync(Image(two, "app:1"), image.Digest, null, None)).Length));

        var whole = await CopyAsync($"{one.Host}/app:1", $"oci:{Directory["out"]}", new() { Referrers = true });
        await CopyAsync($"oci:{Directory["out"]}", $"{two.Host}/app:1", new() { Referrers = true });

        Assert.Equal(3, whole.Referrers); // a list, its signature, and what is under the tag
        Assert.Equal(plain.Root.Digest, whole.Root.Digest);
        Assert.Equal([("text/list", list.Root.Descriptor.Digest)], (await Client().ReferrersAsync(Image(two, "app:1"), image.Digest, null, None)).Select(one => (one.ArtifactType!, one.Digest)));
        Assert.Equal([signature.Root.Descriptor.Digest], (await Client().ReferrersAsync(Image(two, "app:1"), list.Root.Descriptor.Digest, "text/signature", None)).Select(one => one.Digest));
        Assert.Contains($"sha256-{image.Digest.Hex}.sig", two.Tags("app"));
    }

    [Fact]
    public async Task A_docker_archive_takes_one_image_and_keeps_its_layers_and_its_configuration()
    {
        var index = Samples.Index();
        OciLayoutWriter.Write(Directory["in"], null, index, 2, None);

        var result = await CopyAsync($"oci:{Directory["in"]}", $"docker-archive:{Directory["x.tar"]}:me/app:1", new() { Platform = new Platform("linux", "amd64") });

        await using var source = await ImageLocation.Parse($"docker-archive:{Directory["x.tar"]}:me/app:1", "/").OpenAsync(new ImageAccess(Directory.Path, _ => throw new InvalidOperationException()), None);
        var manifest = ImageManifest.Parse(await source.ReadDocumentAsync(await source.ResolveAsync(None), None), "it");
        Assert.Equal(index.Images[0].Root.Descriptor.Digest, result.Root.Digest);
        Assert.Equal(index.Images[0].Manifest.Config.Digest, manifest.Config.Digest);
        Assert.Equal(index.Images[0].Manifest.Layers.Select(layer => layer.Digest), manifest.Layers.Select(layer => layer.Digest));
    }

    [Fact]
    public async Task A_docker_archive_is_written_the_same_way_by_a_build_and_by_a_copy()
    {
        var image = Samples.Image();
        Assert.True(DockerName.TryParse("me/app:1", out var name));
        OciLayoutWriter.Write(Directory["in"], null, image, 2, None);
        DockerArchiveWriter.Write(Directory["built.tar"], name, image, None);

        await CopyAsync($"oci:{Directory["in"]}", $"docker-archive:{Directory["copied.tar"]}:me/app:1");

        Assert.Equal(File.ReadAllBytes(Directory["built.tar"]), File.ReadAllBytes(Directory["copied.tar"]));
    }

    [Fact]
    public async Task A_copy_that_fails_leaves_nothing_of_a_layout_that_was_not_there_and_everything_of_one_that_was()
    {
        using var registry = Serve(new() { Fault = request => request.IsBlob && request.Method == "GET" ? new() { Corrupt = true } : null });
        OciLayoutWriter.Write(Directory["in"], null, Samples.Image("other"), 2, None);
        OciLayoutWriter.Write(Directory["out"], null, Samples.Image(), 2, None);
        string[] before = System.IO.Directory.GetFiles(Directory["out"], "*", SearchOption.AllDirectories);
        await CopyAsync($"oci:{Directory["in"]}", $"{registry.Host}/app:1");

        var failure = await FailureOf(CopyAsync($"{registry.Host}/app:1", $"oci:{Directory["new/place"]}"));
        await FailureOf(CopyAsync($"{registry.Host}/app:1", $"oci:{Directory["out"]}"));
        await FailureOf(CopyAsync($"{registry.Host}/app:1", $"oci-archive:{Directory["new/x.tar"]}"));

        Assert.StartsWith("cannot accept sha256:", failure.Message, StringComparison.Ordinal);
        Assert.False(System.IO.Directory.Exists(Directory["new"]));
        Assert.Equal(before.Order(StringComparer.Ordinal), System.IO.Directory.GetFiles(Directory["out"], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
        Assert.Equal(Samples.Image().Root.Descriptor.Digest, OciLayout.Open(Directory["out"]).Resolve(null).Digest);
    }

    [RequiresFact(Needs.Containers)]
    public async Task Podman_takes_an_image_under_its_name_and_gives_it_back()
    {
        OciLayoutWriter.Write(Directory["in"], null, Samples.Image(), 2, None);
        string name = $"localhost/bothy-test-{Path.GetFileName(Directory.Path)}:1";
        try
        {
            await CopyAsync($"oci:{Directory["in"]}", $"podman:{name}");
            var back = await CopyAsync($"podman:{name}", $"oci:{Directory["out"]}");

            var layout = OciLayout.Open(Directory["out"]);
            Assert.Equal(Samples.Image().Config.DiffIds.ToArray(), layout.ReadConfig(layout.ReadManifest(layout.Resolve(null))).DiffIds.ToArray());
            Assert.Equal(back.Root.Digest, layout.Resolve(null).Digest);
            Assert.Equal([name], Judge.Run("podman", "images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", $"reference={name}").Succeeded().Output.Trim().Split('\n'));
            Assert.DoesNotContain(".part", Judge.Run("podman", "images", "--all").Succeeded().Output, StringComparison.Ordinal);
        }
        finally
        {
            Judge.Run("podman", "rmi", "--force", name);
        }
    }

    [Theory]
    [InlineData("docker://registry.example/app:1", "registry.example/app:1")]
    [InlineData("docker://alpine", "docker.io/library/alpine")]
    [InlineData("alpine", "docker.io/library/alpine")]
    public void Registries_are_named_as_elsewhere(string text, string reference) =>
        Assert.Equal(reference, Assert.IsType<ImageLocation.Registry>(ImageLocation.Parse(text, Directory.Path)).Reference.ToString());

    [Fact]
    public void A_build_pushes_to_a_registry_as_to_any_other_destination()
    {
        using var registry = Serve();
        var index = Samples.Index();
        CopyResult? result = null;

        new Destination.Registry(Image(registry), Client()) { Pushed = it => result = it }.Write(new Delivery(index, [], Samples.Epoch), None);

        Assert.Equal(index.Index.ToJson(), registry.Manifest("some/app", "1"));
        Assert.Equal(index.Root.Descriptor.Digest, result!.Root.Digest);
    }

    private async Task<CopyResult> CopyAsync(string from, string to, CopyOptions? options = null)
    {
        var client = Client();
        await using var source = await ImageLocation.Parse(from, "/").OpenAsync(new ImageAccess(Directory.Path, reference => new RegistrySource(client, reference)), None);
        await using var target = ImageTarget.Open(ImageLocation.Parse(to, "/"), client, Directory.Path, None);
        if (target is RegistryTarget registry && source is RegistrySource origin)
        {
            registry.MountFrom = origin.Image;
        }

        return await new ImageCopy(source, target, options ?? new()).RunAsync(None);
    }
}
