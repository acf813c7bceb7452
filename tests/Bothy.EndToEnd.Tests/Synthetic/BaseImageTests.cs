using System.Text.Json.Nodes;
using Bothy.EndToEnd.Tests.Alpine;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>Images that are built on others: layers, lock and configuration.</summary>
public sealed class BaseImageTests
{
    private const string Settings = "environment: {LANG: C, MORE: base}\nentrypoint: {command: /usr/bin/hello}\ncmd: base\nwork-dir: /base\nlabels: {a: base, b: base}\nports: [80]\nvolumes: [/data]\n";

    [Fact]
    public async Task The_layers_of_the_base_stay_as_they_are_and_what_differs_is_on_top()
    {
        using var workshop = await WithBaseAsync();
        workshop.WriteOver("more");

        (await BuildAsync(workshop)).Succeeded();

        var below = Manifest(workshop["base"]);
        var above = Manifest(workshop["out/image"]);
        Assert.Equal(Digests(below), Digests(above)[..^1]);
        Assert.Equal(1, Digests(above).Length - Digests(below).Length);
        Assert.Equal(below["digest"]!.GetValue<string>(), above["annotations"]!["org.opencontainers.image.base.digest"]!.GetValue<string>());
        string[] top = Judge.Run("tar", "-tzf", Blob(workshop["out/image"], Digests(above)[^1])).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("usr/bin/more", top);
        Assert.DoesNotContain("usr/bin/hello", top);
        Assert.DoesNotContain("usr/share/greet/words", top); // whose package is there, and is not added again
    }

    [Fact]
    public async Task The_configuration_goes_on_from_that_of_the_base()
    {
        using var workshop = await WithBaseAsync();
        workshop.WriteOver("more", "environment: {MORE: own, NEW: own}\nlabels: {b: own}\nports: [443]\nvolumes: [/own]\n");
        (await BuildAsync(workshop)).Succeeded();

        var config = Config(workshop["out/image"])["config"]!;
        Assert.Equal(["LANG=C", "MORE=own", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "NEW=own"], Texts(config["Env"]!));
        Assert.Equal(["/usr/bin/hello", "base"], [.. Texts(config["Entrypoint"]!), .. Texts(config["Cmd"]!)]);
        Assert.Equal("""{"a":"base","b":"own"}""", config["Labels"]!.ToJsonString());
        Assert.Equal("""{"443/tcp":{},"80/tcp":{}}""", config["ExposedPorts"]!.ToJsonString());
        Assert.Equal("""{"/data":{},"/own":{}}""", config["Volumes"]!.ToJsonString());
        Assert.Equal("/base", config["WorkingDir"]!.GetValue<string>());
        Assert.Equal(Config(workshop["out/image"])["rootfs"]!["diff_ids"]!.AsArray().Count, Config(workshop["out/image"])["history"]!.AsArray().Count);

        // Arguments are made for a program; with another one they mean nothing.
        workshop.WriteOver("more", "entrypoint: {command: /usr/bin/more}\n");
        (await BuildAsync(workshop)).Succeeded();
        config = Config(workshop["out/image"])["config"]!;
        Assert.Equal(("/usr/bin/more", (JsonNode?)null), (Texts(config["Entrypoint"]!).Single(), config["Cmd"]));
    }

    [RequiresTheory(Needs.Containers)]
    [InlineData("")]
    [InlineData("layering: {strategy: origin, budget: 4}\n")]
    public async Task Another_version_takes_the_place_of_the_bases_and_umoci_unpacks_what_is_meant(string layering)
    {
        using var workshop = await WithBaseAsync();
        workshop.WriteMore(hello: "2.0-1");
        workshop.WriteOver("hello=2.0-1, more", layering);

        (await BuildAsync(workshop, "-o", $"rootfs:{workshop["root.tar"]}")).Succeeded();

        Judge.Run("umoci", "raw", "unpack", "--image", $"{workshop["out/image"]}:{Tag(workshop["out/image"])}", workshop["bundle"]).Succeeded();
        Directory.CreateDirectory(workshop["expected"]);
        Judge.Run("tar", "-xpf", workshop["root.tar"], "-C", workshop["expected"]).Succeeded();
        Assert.Equal(TreeDump.Of(UnpackedTree.Read(workshop["expected"])), TreeDump.Of(UnpackedTree.Read(workshop["bundle"])));
        Assert.Equal("#!/bin/greet 2\n", File.ReadAllText(workshop["bundle/usr/bin/hello"]));
        Assert.False(File.Exists(workshop["bundle/usr/bin/hello-1"]));
        Assert.Contains("usr/bin/.wh.hello-1", Judge.Run("tar", "-tzf", Blob(workshop["out/image"], Digests(Manifest(workshop["out/image"]))[^1])).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_keeps_the_digest_of_the_base_and_a_build_from_it_notices_another()
    {
        using var workshop = await WithBaseAsync();
        workshop.WriteOver("more");
        (await workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        string text = File.ReadAllText(workshop["image.lock.json"]);
        Assert.Contains($"\"manifest\": \"{Manifest(workshop["base"])["digest"]}\"", text, StringComparison.Ordinal);
        string first = (await BuildAsync(workshop, "--locked")).Succeeded().Output;

        // Another image under the same name: the lock goes on with the one that the store has, and a new solution says that it moved.
        Directory.Delete(workshop["base"], recursive: true);
        await WriteBaseAsync(workshop, "labels: {another: one}\n");
        workshop.WriteOver("more");
        Assert.Equal(first, (await BuildAsync(workshop, "--locked")).Succeeded().Output);
        var moved = await workshop.RunAsync("build", "image.yaml", "--no-check");
        Assert.Contains("warning: the base oci:base is another image than the lock says", moved.Error, StringComparison.Ordinal);

        Directory.Delete(workshop.Store, recursive: true);
        var refused = await BuildAsync(workshop, "--locked");
        Assert.StartsWith("cannot build on oci:base: it is sha256:", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_base_for_another_architecture_or_of_another_package_manager_is_refused()
    {
        using var workshop = await WithBaseAsync();
        workshop.WriteOver("more", archs: "arm64");
        Assert.Equal("cannot find linux/arm64 in oci:base: the image is for linux/amd64", (await BuildAsync(workshop)).Message);

        workshop.WriteRepository();
        new ApkRepositoryBuilder(workshop["repository"]).WriteKey(workshop["keys"]);
        workshop.WriteImageText("contents:\n  base: oci:base\n  repositories: [repository]\n  keyring: [keys/test@example.test-00000001.rsa.pub]\n  packages: [hello]\narchs: [x86_64]\n");
        Assert.Equal("cannot build on oci:base: its packages are dpkg's, and the repositories of image.yaml have apk's", (await BuildAsync(workshop)).Message);
    }

    [Fact]
    public async Task A_base_of_another_release_or_with_another_library_is_refused()
    {
        using var workshop = await WithBaseAsync("trixie", "Debian GNU/Linux 13 (trixie)");
        workshop.WriteOver("more");
        Assert.Equal("cannot build on oci:base: it is Debian GNU/Linux 13 (trixie) (trixie), and the repositories of image.yaml are those of bookworm", (await BuildAsync(workshop)).Message);

        byte[] musl = RawTar.Write([new RawTarEntry("lib/", '5'), new RawTarEntry("lib/ld-musl-x86_64.so.1", '0') { Content = "musl"u8.ToArray() }]);
        new ImageSample([musl]).WriteLayout(workshop["musl"]);
        workshop.WriteOver("more", from: "oci:musl");
        var refused = await BuildAsync(workshop);
        Assert.StartsWith("warning: the base oci:musl has no record of packages: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains("error: cannot build on oci:musl: it has musl, and the packages of image.yaml are made for glibc\n", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_need_be_added_to_a_base()
    {
        using var workshop = await WithBaseAsync();
        workshop.WriteImageText("contents:\n  base: oci:base\nentrypoint: {command: /usr/bin/hello}\narchs: [amd64]\n");

        (await BuildAsync(workshop)).Succeeded();

        Assert.Equal(Digests(Manifest(workshop["base"])), Digests(Manifest(workshop["out/image"])));
    }

    [Fact]
    public async Task A_base_in_a_registry_is_built_from_by_its_digest_once_it_is_locked()
    {
        using var workshop = await WithBaseAsync();
        using var registry = new TestRegistry();
        Assert.Equal(0, (await workshop.RunAsync("copy", "oci:base", $"{registry.Host}/team/base:1")).Code);
        workshop.WriteOver("more", from: $"{registry.Host}/team/base:1");
        (await workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        Directory.Delete(workshop.Store, recursive: true);

        // The tag goes on to another image.
        Directory.Delete(workshop["base"], recursive: true);
        await WriteBaseAsync(workshop, "labels: {another: one}\n");
        Assert.Equal(0, (await workshop.RunAsync("copy", "oci:base", $"{registry.Host}/team/base:1")).Code);
        workshop.WriteOver("more", from: $"{registry.Host}/team/base:1");
        Assert.Equal(0, (await BuildAsync(workshop, "--locked", "--push", "-t", $"{registry.Host}/team/app:1")).Code);

        Assert.DoesNotContain("another", Config(workshop["out/image"]).ToJsonString(), StringComparison.Ordinal);
        Assert.Equal($"{registry.Host}/team/base:1", Manifest(workshop["out/image"])["annotations"]!["org.opencontainers.image.base.name"]!.GetValue<string>());
        var why = await workshop.RunAsync("why", $"{registry.Host}/team/app:1", "libgreet");
        Assert.Contains($"in the image that it is built on, {registry.Host}/team/base:1", why.Succeeded().Output, StringComparison.Ordinal);
        var verified = await workshop.RunAsync("build", "--from", $"{registry.Host}/team/app:1", "--verify", "--no-check");
        Assert.True(verified.Code == 0, verified.Error);
    }

    [Fact]
    public async Task An_init_program_is_brought_along_and_starts_the_entrypoint_also_of_a_base()
    {
        using var workshop = await WithBaseAsync();
        workshop.WriteOver("more", "init: tini\n");
        (await BuildAsync(workshop)).Succeeded();

        var config = Config(workshop["out/image"])["config"]!;
        Assert.Equal(["/usr/bin/tini", "--", "/usr/bin/hello", "base"], [.. Texts(config["Entrypoint"]!), .. Texts(config["Cmd"]!)]);

        workshop.WriteImage("libgreet", "init: tini\n");
        Assert.Equal("cannot build image.yaml (image.yaml:5:1): 'tini' has nothing to start", (await BuildAsync(workshop)).Message);
    }

    // Its programs are no programs.
    private static Task<Outcome> BuildAsync(Workshop workshop, params string[] more) => workshop.BuildAsync(["--no-check", .. more]);

    private static async Task<Workshop> WithBaseAsync(string codename = "bookworm", string pretty = "Debian GNU/Linux 12 (bookworm)")
    {
        var workshop = new Workshop();
        workshop.WriteMore();
        await WriteBaseAsync(workshop, "", $"os-release: {{id: debian, version-codename: {codename}, pretty-name: {pretty}}}\n");
        return workshop;
    }

    private static async Task WriteBaseAsync(Workshop workshop, string more, string release = "")
    {
        workshop.WriteImage("hello", "  database: dpkg\n" + (more.StartsWith("labels", StringComparison.Ordinal) ? more : Settings + more) + release);
        (await workshop.RunAsync("build", "image.yaml", "--no-check", "--quiet", "-o", $"oci:{workshop["base"]}")).Succeeded();
    }

    private static JsonNode Manifest(string layout)
    {
        var root = JsonNode.Parse(File.ReadAllText(Path.Combine(layout, "index.json")))!["manifests"]![0]!;
        string digest = root["digest"]!.GetValue<string>();
        var manifest = JsonNode.Parse(File.ReadAllText(Blob(layout, digest)))!;
        manifest["digest"] = digest;
        return manifest;
    }

    private static JsonNode Config(string layout) => JsonNode.Parse(File.ReadAllText(Blob(layout, Manifest(layout)["config"]!["digest"]!.GetValue<string>())))!;

    private static string Tag(string layout) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(layout, "index.json")))!["manifests"]![0]!["annotations"]!["org.opencontainers.image.ref.name"]!.GetValue<string>();

    private static string Blob(string layout, string digest) => Path.Combine(layout, "blobs", "sha256", digest["sha256:".Length..]);

    private static string[] Digests(JsonNode manifest) => [.. manifest["layers"]!.AsArray().Select(layer => layer!["digest"]!.GetValue<string>())];

    private static string[] Texts(JsonNode list) => [.. list.AsArray().Select(text => text!.GetValue<string>())];
}

/// <summary>A workshop of images on top of others.</summary>
internal static class BaseWorkshop
{
    /// <summary>An archive with what a base is made of, and with what is laid over it.</summary>
    public static void WriteMore(this Workshop workshop, string hello = "1.0-1")
    {
        if (Directory.Exists(workshop["archive"]))
        {
            Directory.Delete(workshop["archive"], recursive: true);
        }

        var archive = new DebianArchiveBuilder(workshop["archive"], Workshop.Signer) { Date = workshop.Date, Endings = [".gz"] };
        archive.Add(Workshop.Greet());
        archive.Add(new DebBuilder("hello", hello).Field("Depends", "libgreet").Directory("usr").Directory("usr/bin")
            .File("usr/bin/hello", hello == "1.0-1" ? "#!/bin/greet\n" : "#!/bin/greet 2\n", 0b111_101_101)
            .File(hello == "1.0-1" ? "usr/bin/hello-1" : "usr/bin/hello-2", "", 0b111_101_101));
        archive.Add(new DebBuilder("more").Field("Depends", "libgreet").Directory("usr").Directory("usr/bin").File("usr/bin/more", "#!/bin/greet\n", 0b111_101_101));
        archive.Add(new DebBuilder("tini").Directory("usr").Directory("usr/bin").File("usr/bin/tini", "tini", 0b111_101_101));
        archive.Write();
    }

    public static void WriteOver(this Workshop workshop, string packages, string more = "", string from = "oci:base", string archs = "amd64") => workshop.WriteImageText(
        $"contents:\n  base: {from}\n  repositories:\n    - {workshop.Source}\n  packages: [{packages}]\n{more}archs: [{archs}]\n");
}
