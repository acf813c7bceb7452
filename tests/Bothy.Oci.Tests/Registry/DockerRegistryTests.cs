using Bothy.Oci.Copying;
using Bothy.Oci.Layout;
using Bothy.Oci.Registry;
using Bothy.Oci.Registry.Credentials;
using Bothy.Oci.Sources;
using Bothy.Oci.Targets;

namespace Bothy.Oci.Tests.Registry;

/// <summary>The same with a registry that nobody here wrote, and with what others make of what we put there.</summary>
public sealed class DockerRegistryTests : RegistryTest
{
    [RequiresFact("judges:docker-registry", "judges:skopeo")]
    public async Task An_index_goes_there_and_back_and_skopeo_sees_the_same()
    {
        using var registry = new DockerRegistry();
        var index = Samples.Index();
        OciLayoutWriter.Write(Directory["in"], null, index, 2, None);
        string name = $"{registry.Host}/some/app:1";

        var first = await CopyAsync($"oci:{Directory["in"]}", name);
        var second = await CopyAsync($"oci:{Directory["in"]}", name);
        await CopyAsync(name, $"{registry.Host}/other/app:2");
        await CopyAsync($"{registry.Host}/other/app:2", $"oci:{Directory["out"]}");

        Assert.Equal(index.Root.Descriptor.Digest, first.Root.Digest);
        Assert.Equal((0, first.Sent + first.Present), (second.Sent, second.Present));
        Assert.Equal(index.Root.Descriptor.Digest, OciLayout.Open(Directory["out"]).Resolve(null).Digest);
        Assert.Equal(index.Index.ToJson(), Judge.Run("skopeo", "inspect", "--raw", "--tls-verify=false", $"docker://{name}").Succeeded().OutputBytes);
        Judge.Run("skopeo", "copy", "--all", "--src-tls-verify=false", $"docker://{name}", $"oci:{Directory["theirs"]}").Succeeded();
        Assert.Equal(index.Root.Descriptor.Digest, OciLayout.Open(Directory["theirs"]).Resolve(null).Digest);
    }

    [RequiresFact("judges:docker-registry")]
    public async Task Users_are_let_in_with_their_password_and_nobody_else_is()
    {
        using var registry = new DockerRegistry(users: true);
        OciLayoutWriter.Write(Directory["in"], null, Samples.Image(), 2, None);
        var good = new RegistryCredential.Password(DockerRegistry.User, DockerRegistry.Password);

        Assert.True(await Client().TryLoginAsync(registry.Host, good, None));
        var wrong = await FailureOf(Client().TryLoginAsync(registry.Host, good with { Secret = "close sesame" }, None));
        var nobody = await FailureOf(CopyAsync($"oci:{Directory["in"]}", $"{registry.Host}/app:1"));
        await Credentials("{}").SaveAsync(registry.Host, good, None);
        await CopyAsync($"oci:{Directory["in"]}", $"{registry.Host}/app:1", RegistryCredentials.FromEnvironment(new Dictionary<string, string> { ["REGISTRY_AUTH_FILE"] = Directory["auth.json"] }, null));

        Assert.Equal($"cannot log in to {registry.Host}: the registry does not accept the credentials (the registry says: authentication required)", wrong.Message);
        Assert.Equal($"Log in with 'bothy login {registry.Host}'.", nobody.Hint);
        Assert.DoesNotContain("sesame", wrong.ToString(), StringComparison.Ordinal);
    }

    [RequiresFact("judges:docker-registry")]
    public async Task A_blob_arrives_in_chunks()
    {
        using var registry = new DockerRegistry();
        byte[] bytes = Bytes(3_000_001);
        var image = ImageReference.Parse($"{registry.Host}/some/app");
        var client = Client(it => it with { ChunkSize = 1_000_000 });

        await client.PutBlobAsync(image, Blob(bytes), Open(bytes), null, null, None);

        Assert.Equal(bytes, await ReadAsync(client.OpenBlobAsync(image, Blob(bytes), None)));
    }

    [RequiresFact("judges:docker-registry")]
    public async Task What_refers_to_an_image_is_kept_under_a_tag()
    {
        using var registry = new DockerRegistry();
        OciLayoutWriter.Write(Directory["in"], null, Samples.Image(), 2, None);
        await CopyAsync($"oci:{Directory["in"]}", $"{registry.Host}/app:1");
        var image = ImageReference.Parse($"{registry.Host}/app:1");
        var subject = Samples.Image().Root.Descriptor;
        await using var target = new RegistryTarget(Client(), image);
        foreach (string type in (string[])["text/a", "text/b"])
        {
            await target.PutArtifactAsync(OciArtifact.About(subject, type, [Oci.Blob.Of("text/plain", Bytes(10))]), None);
        }

        Assert.Equal(["text/a", "text/b"], (await Client().ReferrersAsync(image, subject.Digest, null, None)).Select(each => each.ArtifactType).Order(StringComparer.Ordinal));
        Assert.Equal(2, ImageIndex.Parse((await Client().ReadManifestAsync(image.WithTag($"sha256-{subject.Digest.Hex}"), None)).Bytes, "it").Manifests.Length);
    }

    [RequiresFact(Needs.Data, Needs.Containers, "judges:docker-registry")]
    public async Task A_real_image_is_pulled_and_run_by_podman()
    {
        using var registry = new DockerRegistry();
        using var podman = new Podman();
        await CopyAsync(Path.Combine(RealData.Directory, "images/alpine-311.tar.gz"), $"{registry.Host}/alpine:3.11");

        string id = podman.Run("pull", "--quiet", "--tls-verify=false", $"{registry.Host}/alpine:3.11").Succeeded().Output.Trim();

        Assert.StartsWith("3.11", podman.RunImage(id, "cat", "/etc/alpine-release").Succeeded().Output, StringComparison.Ordinal);
    }

    private async Task<CopyResult> CopyAsync(string from, string to, RegistryCredentials? credentials = null)
    {
        var client = Client(it => it with { Credentials = credentials ?? RegistryCredentials.None });
        await using var source = await ImageLocation.Parse(from, "/").OpenAsync(new ImageAccess(Directory.Path, reference => new RegistrySource(client, reference)), None);
        await using var target = ImageTarget.Open(ImageLocation.Parse(to, "/"), client, Directory.Path, None);
        if (target is RegistryTarget registry && source is RegistrySource origin)
        {
            registry.MountFrom = origin.Image;
        }

        return await new ImageCopy(source, target, new()).RunAsync(None);
    }
}
