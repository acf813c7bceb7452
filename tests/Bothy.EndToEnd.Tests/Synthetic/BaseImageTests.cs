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

        registry.ForgetRequests();
        var offline = await BuildAsync(workshop, "--locked", "--offline");
        Assert.Equal((1, 0), (offline.Code, registry.Requests.Count));
        Assert.Contains("HOST", offline.Message.Replace(registry.Host, "HOST", StringComparison.Ordinal), StringComparison.Ordinal);

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
    public async Task A_health_check_a_shell_and_a_stop_signal_are_inherited_and_instructions_for_builds_on_top_are_not()
    {
        using var workshop = await WithBaseAsync();
        BaseWorkshop.EditConfig(workshop["base"], static config =>
        {
            config["Healthcheck"] = JsonNode.Parse("""{"Test": ["CMD-SHELL", "hello || exit 1"], "Interval": 30000000000, "StartPeriod": 5000000000, "Retries": 3}""");
            config["Shell"] = JsonNode.Parse("""["/bin/bash", "-c"]""");
            config["StopSignal"] = "SIGINT";
            config["OnBuild"] = JsonNode.Parse("""["COPY . /app", "RUN make"]""");
        });
        workshop.WriteOver("more", "entrypoint: {command: /usr/bin/more}\n");

        // A build that finds nothing to do says it as well.
        for (int i = 0; i < 2; i++)
        {
            var built = await BuildAsync(workshop);
            Assert.Equal(
                (0, "warning: the base oci:base has instructions for a Dockerfile's build on top of it, which are not followed and are not in the image: ONBUILD COPY . /app; ONBUILD RUN make\n"),
                (built.Code, built.Error));
        }

        var config = Config(workshop["out/image"])["config"]!;
        Assert.Equal("""{"Test":["CMD-SHELL","hello || exit 1"],"Interval":30000000000,"StartPeriod":5000000000,"Retries":3}""", config["Healthcheck"]!.ToJsonString());
        Assert.Equal(("SIGINT", "/bin/bash -c", (JsonNode?)null), (config["StopSignal"]!.GetValue<string>(), string.Join(' ', Texts(config["Shell"]!)), config["OnBuild"]));
        workshop.WriteOver("more", "stop-signal: SIGTERM\n");
        await BuildAsync(workshop);
        Assert.Equal("SIGTERM", Config(workshop["out/image"])["config"]!["StopSignal"]!.GetValue<string>());
    }

    [RequiresTheory("judges:skopeo")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_index_is_built_upon_for_each_architecture_on_its_own_image(bool inRegistry)
    {
        using var registry = new TestRegistry();
        using var workshop = new Workshop();
        string from = inRegistry ? $"{registry.Host}/team/base:1" : "oci:base";
        string[] sources = workshop.WriteArchives();
        string repositories = string.Concat(sources.Select(static source => $"    - {source}\n"));
        workshop.WriteImageText($"contents:\n  repositories:\n{repositories}  packages: [hello]\n  database: dpkg\nenvironment: {{MORE: base}}\nos-release: {{id: debian, version-codename: bookworm, pretty-name: Debian 12}}\narchs: [amd64, arm64]\n");
        (await workshop.RunAsync("build", "image.yaml", "--no-check", "--quiet", "-o", "oci:base")).Succeeded();
        if (inRegistry)
        {
            Assert.Equal(0, (await workshop.RunAsync("copy", "oci:base", from)).Code);
        }

        workshop.WriteImageText($"contents:\n  base: {from}\n  repositories:\n{repositories}  packages: [more]\narchs: [amd64, arm64]\n");
        (await workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        (await BuildAsync(workshop, "--locked")).Succeeded();

        var below = Images(workshop["base"]);
        var above = Images(workshop["out/image"]);
        Assert.Equal(["amd64", "arm64"], above.Keys.Order(StringComparer.Ordinal));
        var locked = JsonNode.Parse(File.ReadAllText(workshop["image.lock.json"]))!["architectures"]!;
        foreach (string architecture in above.Keys)
        {
            Assert.Equal(Digests(below[architecture]), Digests(above[architecture])[..^1]);
            Assert.Equal(below[architecture]["digest"]!.GetValue<string>(), locked[architecture]!["base"]!["manifest"]!.GetValue<string>());
            Assert.Equal(below[architecture]["digest"]!.GetValue<string>(), above[architecture]["annotations"]!["org.opencontainers.image.base.digest"]!.GetValue<string>());
            string config = Judge.Run("skopeo", "inspect", "--config", "--override-os", "linux", "--override-arch", architecture, $"oci:{workshop["out/image"]}:{Tag(workshop["out/image"])}").Succeeded().Output;
            Assert.Equal(architecture, JsonNode.Parse(config)!["architecture"]!.GetValue<string>());
            Assert.Contains("MORE=base", config, StringComparison.Ordinal);
            string status = (await workshop.RunAsync("sbom", "oci:out/image", "--platform", $"linux/{architecture}", "--files", "none")).Output;
            Assert.Contains($"pkg:deb/debian/hello@1.0-1?arch={architecture}", status, StringComparison.Ordinal);
        }

        Assert.NotEqual(Digests(below["amd64"]), Digests(below["arm64"]));

        // What the index has no image for cannot be built upon.
        var refused = await BuildAsync(workshop, "--arch", "riscv64");
        Assert.StartsWith("cannot find linux/riscv64 in ", refused.Message, StringComparison.Ordinal);
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

    private static JsonNode Manifest(string layout) => Manifest(layout, JsonNode.Parse(File.ReadAllText(Path.Combine(layout, "index.json")))!["manifests"]![0]!["digest"]!.GetValue<string>());

    private static JsonNode Manifest(string layout, string digest)
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Blob(layout, digest)))!;
        manifest["digest"] = digest;
        return manifest;
    }

    private static Dictionary<string, JsonNode> Images(string layout) => Manifest(layout)["manifests"]!.AsArray().ToDictionary(
        static one => one!["platform"]!["architecture"]!.GetValue<string>(), one => Manifest(layout, one!["digest"]!.GetValue<string>()));

    private static JsonNode Config(string layout) => JsonNode.Parse(File.ReadAllText(Blob(layout, Manifest(layout)["config"]!["digest"]!.GetValue<string>())))!;

    private static string Tag(string layout) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(layout, "index.json")))!["manifests"]![0]!["annotations"]!["org.opencontainers.image.ref.name"]!.GetValue<string>();

    private static string Blob(string layout, string digest) => BaseWorkshop.Blob(layout, digest);

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

    /// <summary>Archives of amd64 and arm64, and their source lines.</summary>
    public static string[] WriteArchives(this Workshop workshop) =>
    [
        .. new[] { "amd64", "arm64" }.Select(architecture =>
        {
            string directory = workshop[$"archive-{architecture}"];
            var archive = new DebianArchiveBuilder(directory, Workshop.Signer) { Architecture = architecture, Date = workshop.Date, Endings = [".gz"] };
            archive.Add(Workshop.Greet(architecture));
            archive.Add(Workshop.Hello(architecture: architecture).File("usr/bin/machine", architecture));
            archive.Add(new DebBuilder("more", architecture: architecture).Field("Depends", "libgreet").Directory("usr").Directory("usr/bin").File("usr/bin/more", architecture, 0b111_101_101));
            archive.Write();
            return $"deb [arch={architecture} signed-by=keys.gpg] file:{directory} bookworm main";
        }),
    ];

    /// <summary>Changes <c>config</c> of the configuration of the one image in a layout, as another builder would have written it.</summary>
    public static void EditConfig(string layout, Action<JsonObject> edit)
    {
        string place = Path.Combine(layout, "index.json");
        var index = JsonNode.Parse(File.ReadAllText(place))!;
        var manifest = JsonNode.Parse(File.ReadAllText(Blob(layout, index["manifests"]![0]!["digest"]!.GetValue<string>())))!;
        var config = JsonNode.Parse(File.ReadAllText(Blob(layout, manifest["config"]!["digest"]!.GetValue<string>())))!;
        edit(config["config"]!.AsObject());
        Put(manifest["config"]!, config);
        Put(index["manifests"]![0]!, manifest);
        File.WriteAllText(place, index.ToJsonString());

        void Put(JsonNode descriptor, JsonNode document)
        {
            byte[] bytes = System.Text.Encoding.UTF8.GetBytes(document.ToJsonString());
            string digest = ImageSample.DigestOf(bytes);
            File.WriteAllBytes(Blob(layout, digest), bytes);
            descriptor["digest"] = digest;
            descriptor["size"] = bytes.Length;
        }
    }

    /// <summary>The file of a blob in a layout.</summary>
    public static string Blob(string layout, string digest) => Path.Combine(layout, "blobs", "sha256", digest["sha256:".Length..]);
}
