using System.Text.Json;
using Bothy.Engine.Locking;
using Bothy.Oci;
using Bothy.Oci.Layout;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>The debug variant of an image: one more layer, of the same lock.</summary>
public sealed class DebugVariantTests : IDisposable
{
    private const string Path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private readonly Workshop _workshop = new();

    public DebugVariantTests()
    {
        _workshop.WriteArchive(more: Workshop.Busybox());
        _workshop.WriteImage();
    }

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task It_shares_every_layer_of_the_image_and_differs_in_nothing_but_one_more_and_its_search_path()
    {
        string plainAlone = (await _workshop.BuildAsync()).Succeeded().Output.Trim();
        Directory.Delete(_workshop["out"], recursive: true);

        string[] digests = (await _workshop.BuildAsync("--debug", "-t", "hello:1")).Succeeded().Output.Trim().Split('\n');

        var layout = OciLayout.Open(_workshop["out/image"]);
        Assert.Equal(plainAlone, digests[0]);
        Assert.Equal([("hello:1", digests[0]), ("hello:1-debug", digests[1])], layout.Images.Select(image => (NameOf(image), image.Digest.ToString())));
        var (plain, plainConfig) = Read(digests[0]);
        var (debug, debugConfig) = Read(digests[1]);
        Assert.Equal(plain.Layers.Select(layer => layer.Digest), debug.Layers.SkipLast(1).Select(layer => layer.Digest));
        Assert.Equal(plainConfig.DiffIds, debugConfig.DiffIds.SkipLast(1));
        Assert.Equal(Path, string.Join(' ', plainConfig.Container.Env));
        Assert.Equal($"{Path}:/busybox", string.Join(' ', debugConfig.Container.Env));
        Assert.Equal("bothy build image.yaml --debug", debugConfig.History[^1].CreatedBy);
        Assert.Equal(
            JsonSerializer.Serialize(plainConfig),
            JsonSerializer.Serialize(debugConfig with
            {
                Container = debugConfig.Container with { Env = plainConfig.Container.Env },
                DiffIds = plainConfig.DiffIds,
                History = plainConfig.History,
            }));
        Assert.Equal(
            [
                "busybox/", .. BusyboxSample.Names.Append("busybox").Order(StringComparer.Ordinal).Select(name => $"busybox/{name}"),
                "usr/", "usr/share/", "usr/share/doc/", "usr/share/doc/busybox-static/", "usr/share/doc/busybox-static/copyright",
                "var/", "var/lib/", "var/lib/dpkg/", "var/lib/dpkg/status.d/", "var/lib/dpkg/status.d/busybox-static",
            ],
            Judge.Run("tar", "-tzf", _workshop[$"out/image/blobs/sha256/{debug.Layers[^1].Digest.Hex}"]).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Both_come_of_one_lock_which_builds_the_image_alone_as_well()
    {
        _workshop.WriteImage(more: "debug: true\n");
        (await _workshop.RunAsync("lock", "image.yaml", "--quiet", "--vendor", "vendor")).Succeeded();
        Directory.Delete(_workshop["archive"], recursive: true);
        _workshop.Set("BOTHY_STORE", _workshop["empty"]);

        string both = (await _workshop.BuildAsync("--locked", "--offline", "--packages-from", "vendor")).Succeeded().Output;
        string again = (await _workshop.BuildAsync("--locked", "--offline")).Succeeded().Output;
        _workshop.WriteImage();
        string plain = (await _workshop.BuildAsync("--locked", "--offline")).Succeeded().Output;

        Assert.Equal((both, both.Split('\n')[0] + "\n"), (again, plain));
        var locked = LockFiles.Parse("", File.ReadAllBytes(_workshop["image.lock.json"])).Architectures["amd64"];
        Assert.Equal(["libgreet", "hello"], locked.Packages.Select(package => package.Id.Name));
        Assert.Equal(["busybox-static"], locked.Debug.Select(package => package.Id.Name));
    }

    [Fact]
    public async Task A_lock_of_the_image_alone_is_stale_for_it()
    {
        (await _workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();

        _workshop.AssertRefused(
            await _workshop.BuildAsync("--locked", "--debug"),
            "cannot build image.yaml from image.lock.json: it is stale:\n  debug was set to 'true'",
            "Write it anew with 'bothy lock image.yaml --debug'.");
    }

    [Fact]
    public async Task Every_destination_gets_it_beside_the_image_and_JSON_says_both()
    {
        var built = await _workshop.RunAsync(
            "build", "image.yaml", "--debug", "--quiet", "--format", "json", "-o", "oci:out/image", "-o", "oci:out/image:other", "-o", "oci-archive:out/app.tar",
            "-o", "docker-archive:out/docker.tar.gz:me/app:1", "-o", "rootfs:out/root.tar", "--sbom-path", "out/sbom");

        var json = JsonDocument.Parse(built.Succeeded().Output).RootElement;
        string debug = json.GetProperty("debug").GetProperty("digest").GetString()!;
        Assert.NotEqual(json.GetProperty("digest").GetString(), debug);
        Assert.Equal(["latest", "other", "latest-debug", "other-debug"], OciLayout.Open(_workshop["out/image"]).Images.Select(NameOf));
        Assert.Equal(debug, Judge.Run("skopeo", "inspect", $"oci-archive:{_workshop["out/app-debug.tar"]}:latest-debug", "--format", "{{.Digest}}").Succeeded().Output.Trim());
        Assert.Contains("\"me/app:1-debug\"", Judge.Run("tar", "-xOf", _workshop["out/docker-debug.tar.gz"], "manifest.json").Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("busybox/sh\n", Judge.Run("tar", "-tf", _workshop["out/root-debug.tar"]).Succeeded().Output, StringComparison.Ordinal);
        Assert.DoesNotContain("busybox", Judge.Run("tar", "-tf", _workshop["out/root.tar"]).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("busybox-static", File.ReadAllText(_workshop["out/sbom/sbom-amd64-debug.spdx.json"]), StringComparison.Ordinal);
        Assert.DoesNotContain("busybox-static", File.ReadAllText(_workshop["out/sbom/sbom-amd64.spdx.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_built_again_from_the_lock_attached_to_it()
    {
        string both = (await _workshop.BuildAsync("--debug", "--attach")).Succeeded().Output;
        string image = $"oci:{_workshop["out/image"]}:latest-debug";
        _workshop.Set("BOTHY_STORE", _workshop["other-store"]);
        File.Delete(_workshop["image.yaml"]);

        var again = await _workshop.RunAsync("build", "--from", image, "--verify", "--quiet");
        var why = await _workshop.RunAsync("why", image, "/busybox/busybox");

        Assert.Equal((0, both, $"{_workshop.Shown(image)} is what its lock leads to, byte for byte\n"), (again.Code, again.Output, again.Error));
        Assert.StartsWith("/busybox/busybox: of busybox-static, ", why.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_path_of_the_image_files_own_is_kept()
    {
        _workshop.WriteImage(more: "environment: {PATH: /opt/bin, Z: z}\n");
        string debug = (await _workshop.BuildAsync("--debug")).Succeeded().Output.Trim().Split('\n')[1];

        Assert.Equal("PATH=/opt/bin:/busybox Z=z", string.Join(' ', Read(debug).Config.Container.Env));
    }

    [Fact]
    public async Task Repositories_without_BusyBox_are_refused()
    {
        _workshop.WriteArchive();

        _workshop.AssertRefused(
            await _workshop.BuildAsync("--debug"),
            "cannot plan a debug variant of image.yaml for amd64: its repositories have no busybox-static",
            "Debian's and Ubuntu's main and Alpine's main have it.");
    }

    [Theory]
    [InlineData("no list of programs", "which programs its BusyBox has is not to be found")]
    [InlineData("", "its BusyBox has no shell")]
    public async Task A_BusyBox_without_programs_or_shell_is_refused(string text, string reason)
    {
        _workshop.WriteArchive(more: Workshop.Busybox(text.Length > 0 ? System.Text.Encoding.ASCII.GetBytes(text) : BusyboxSample.Program("sh")));

        Assert.Equal($"cannot make a toolbox of busybox-static 1:1.36-1 (amd64): {reason}", (await _workshop.BuildAsync("--debug")).Message);
    }

    [Fact]
    public async Task What_the_image_has_in_its_place_is_not_replaced()
    {
        _workshop.WriteImage(more: "paths: [{path: /busybox, type: directory, permissions: 0o755}]\n");

        Assert.Equal("cannot build a debug variant of image.yaml: the image has /busybox itself", (await _workshop.BuildAsync("--debug")).Message);
    }

    private static string NameOf(Descriptor image) => image.Annotations["org.opencontainers.image.ref.name"];

    private (ImageManifest Manifest, ImageConfig Config) Read(string digest)
    {
        var manifest = ImageManifest.Parse(Blob(Digest.Parse(digest, null)), digest);
        return (manifest, ImageConfig.Parse(Blob(manifest.Config.Digest), digest));
    }

    private byte[] Blob(Digest digest) => File.ReadAllBytes(_workshop[$"out/image/blobs/sha256/{digest.Hex}"]);
}
