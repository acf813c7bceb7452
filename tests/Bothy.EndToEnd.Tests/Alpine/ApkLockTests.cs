using System.Text.Json.Nodes;
using Bothy.EndToEnd.Tests.Synthetic;

namespace Bothy.EndToEnd.Tests.Alpine;

/// <summary>Solving, locking and building apk packages from a small repository of our own.</summary>
public sealed class ApkLockTests : IDisposable
{
    private readonly Workshop _workshop = ApkWorkshop.Create();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Solves_from_the_index_alone()
    {
        foreach (string package in Directory.GetFiles(_workshop["repository"], "*.apk", SearchOption.AllDirectories))
        {
            File.Delete(package);
        }

        var solved = await _workshop.RunAsync("solve", "image.yaml", "--quiet", "--format", "json");

        Assert.Equal((0, ""), (solved.Code, solved.Error));
        Assert.Equal(["greet hello needs greet", "hello requested as hello"], JsonNode.Parse(solved.Output)!.AsArray().Select(package => $"{package!["name"]} {package["why"]![0]}"));
    }

    [Fact]
    public async Task A_lock_has_what_the_index_does_not_tell_and_builds_without_repository_and_network()
    {
        (await _workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        var unlocked = (await _workshop.BuildAsync()).Succeeded();
        var package = Lock()["architectures"]!["amd64"]!["packages"]![1]!;
        byte[] apk = File.ReadAllBytes(_workshop["repository/x86_64/hello-1.0-r0.apk"]);
        Directory.Delete(_workshop["repository"], recursive: true);
        Directory.Delete(_workshop["keys"], recursive: true);

        var locked = await _workshop.BuildAsync("--locked", "--offline");

        Assert.Equal((0, "", unlocked.Output), (locked.Code, locked.Error, locked.Output));
        Assert.Equal(
            ("hello", Digest.Of(apk).ToString(), apk.Length.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            ((string?)package["name"], (string?)package["digest"], package["size"]!.ToJsonString()));
        Assert.StartsWith("Q1", (string?)package["checksum"], StringComparison.Ordinal);
        Assert.Equal(ApkRepositoryBuilder.KeyName, (string?)Lock()["architectures"]!["amd64"]!["repositories"]![0]!["key"]);
    }

    [Fact]
    public async Task Vendored_packages_build_in_a_fresh_store()
    {
        var built = (await _workshop.BuildAsync()).Succeeded();
        (await _workshop.RunAsync("lock", "image.yaml", "--quiet", "--vendor", _workshop["vendor"])).Succeeded();
        Directory.Delete(_workshop["repository"], recursive: true);
        Directory.Delete(_workshop.Store, recursive: true);

        var again = await _workshop.BuildAsync("--locked", "--offline", "--packages-from", _workshop["vendor"]);

        Assert.Equal((0, "", built.Output), (again.Code, again.Error, again.Output));
        Assert.Equal(["greet-1.0-r0.apk", "hello-1.0-r0.apk"], Directory.GetFiles(_workshop["vendor"]).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_nobody_signed_is_taken_only_when_asked_for_and_then_recorded()
    {
        _workshop.WriteRepository(signed: false);

        var refused = await _workshop.BuildAsync();
        Assert.StartsWith("cannot trust DIR/repository x86_64: its index: ", refused.Message, StringComparison.Ordinal);
        _workshop.AssertNothingLeft();

        var locked = await _workshop.RunAsync("lock", "image.yaml", "--quiet", "--allow-untrusted");
        Assert.Equal(0, locked.Code);
        Assert.StartsWith("warning: DIR/repository x86_64", locked.Error, StringComparison.Ordinal);
        Assert.True((bool?)Lock()["architectures"]!["amd64"]!["repositories"]![0]!["untrusted"]);

        _workshop.AssertRefused(
            await _workshop.BuildAsync("--locked"),
            "cannot build image.yaml from image.lock.json: nothing vouched for DIR/repository when it was written",
            "Accept that again with --allow-untrusted, or name the key that signs the repository and write the lock anew.");
        Assert.Equal(0, (await _workshop.BuildAsync("--locked", "--allow-untrusted")).Code);
    }

    [Fact]
    public async Task Going_back_behind_the_lock_is_refused_unless_asked_for()
    {
        (await _workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        _workshop.WriteRepository(time: 1_600_000_000);
        Directory.Delete(_workshop.Store, recursive: true);

        var refused = await _workshop.BuildAsync();
        var accepted = await _workshop.RunAsync("lock", "image.yaml", "--quiet", "--allow-rollback");

        Assert.StartsWith("cannot use DIR/repository x86_64: its index is of 2020-09-13 12:26 UTC, older than that of 2023-11-14 22:13 UTC which the lock records", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, accepted.Code);
        Assert.Contains("went back, as --allow-rollback asks", accepted.Error, StringComparison.Ordinal);
        Assert.Contains("went back, as --allow-rollback asks", Lock().ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shows_what_each_package_takes()
    {
        var shown = await _workshop.RunAsync("show", "image.yaml", "--quiet", "--format", "json");

        Assert.Equal((0, ""), (shown.Code, shown.Error));
        var packages = JsonNode.Parse(shown.Output)!["images"]![0]!["packages"]!.AsArray();
        Assert.Equal(["greet 1 5", "hello 1 17"], packages.Select(package => $"{package!["name"]} {package["files"]} {package["unpackedSize"]}"));
    }

    [Fact]
    public async Task The_machines_own_keys_count_where_the_image_file_names_none()
    {
        _workshop.WriteImageText(File.ReadAllText(_workshop["image.yaml"]).Replace("  keyring: [keys/test@example.test-00000001.rsa.pub]\n", "", StringComparison.Ordinal));
        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            "cannot trust the repositories of image.yaml: there is no key to verify them with",
            "Name the keys under 'contents.keyring', as paths or addresses; Alpine's are at https://alpinelinux.org/keys/.");

        new ApkRepositoryBuilder(_workshop["repository"]).WriteKey(_workshop["machine/etc/apk/keys"]);

        (await _workshop.BuildAsync()).Succeeded();
    }

    [Fact]
    public async Task A_key_written_out_needs_the_name_that_signatures_call_it_by()
    {
        string[] key = File.ReadAllLines(_workshop["keys/" + ApkRepositoryBuilder.KeyName]);
        const string image = "contents:\n  repositories: [repository]\n  keyring:\n    - |\nKEY\n  packages: [hello]\narchs: [amd64]\n";
        string[] named = [ApkRepositoryBuilder.KeyName, .. key];

        _workshop.WriteImageText(image.Replace("KEY", string.Join('\n', key.Select(line => "      " + line)), StringComparison.Ordinal));
        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            "cannot use the key of image.yaml:4:7: it has no name",
            "A signature of apk names its key by the key's file name: write that in a line of its own before the key.");
        _workshop.WriteImageText(image.Replace("KEY", string.Join('\n', named.Select(line => "      " + line)), StringComparison.Ordinal));

        (await _workshop.BuildAsync()).Succeeded();
    }

    [Fact]
    public async Task The_command_line_adds_repositories_and_keys()
    {
        _workshop.WriteApkImage("other");
        Directory.CreateDirectory(_workshop["other/x86_64"]);
        new ApkRepositoryBuilder(_workshop["other"]).Write();

        var built = await _workshop.BuildAsync("-r", "./repository", "-k", "./keys/" + ApkRepositoryBuilder.KeyName);

        built.Succeeded();
    }

    [Theory]
    [InlineData("nothing-so-called", "cannot solve image.yaml for x86_64:\n  ")]
    [InlineData("hello>2", "cannot solve image.yaml for x86_64:\n  ")]
    [InlineData("hello=1.*", "cannot ask for 'hello=1.*' (image.yaml:4:14): apk's requests are name or name@tag, either with <, >, =, ~ and a version")]
    public async Task What_cannot_be_had_is_said(string request, string message)
    {
        _workshop.WriteApkImage(packages: $"\"{request}\"");

        var refused = await _workshop.BuildAsync();

        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
        _workshop.AssertNothingLeft();
    }

    [Fact]
    public async Task Two_releases_are_not_mixed_unless_one_is_tagged()
    {
        _workshop.WriteRepository(name: "v3.18/main", description: "v3.18.6-1-g0123456789a");
        _workshop.WriteRepository(name: "v3.19/main", description: "v3.19.1-1-g0123456789a", hello: "2.0-r0");

        _workshop.WriteApkImage("v3.18/main, v3.19/main");
        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            "cannot build image.yaml: it mixes the releases v3.18 and v3.19",
            "An image draws its packages from one release; tag the other's repository (@edge URL) to take single packages from it, each as name@edge.");
        _workshop.WriteApkImage("v3.18/main, \"@new v3.19/main\"", "hello@new");
        var solved = await _workshop.RunAsync("solve", "image.yaml", "--quiet", "--format", "json");

        Assert.Equal((0, ""), (solved.Code, solved.Error));
        Assert.Contains("\"2.0-r0\"", solved.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_database_says_which_package_is_pinned()
    {
        _workshop.WriteRepository(name: "edge", hello: "2.0-r0", description: null);
        _workshop.WriteApkImage("repository, \"@new edge\"", "hello@new");

        (await _workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        (await _workshop.RunAsync("build", "image.yaml", "--quiet", "--locked", "-o", $"rootfs:{_workshop["root.tar"]}")).Succeeded();

        string[] pinned = [.. File("lib/apk/db/installed").Split('\n').Where(line => line.StartsWith("P:", StringComparison.Ordinal) || line.StartsWith("V:", StringComparison.Ordinal) || line.StartsWith("s:", StringComparison.Ordinal))];
        Assert.Equal(["P:greet", "V:1.0-r0", "P:hello", "V:2.0-r0", "s:new"], pinned);
        Assert.Equal("hello@new\n", File("etc/apk/world"));
        Assert.Equal("repository\n@new edge\n", File("etc/apk/repositories"));
        Assert.StartsWith("-----BEGIN PUBLIC KEY-----", File("etc/apk/keys/" + ApkRepositoryBuilder.KeyName), StringComparison.Ordinal);

        string File(string path) => Judge.Run("tar", "-xOf", _workshop["root.tar"], path).Succeeded().Output;
    }

    [Fact]
    public async Task Each_architecture_has_its_own_index_packages_and_image()
    {
        new ApkRepositoryBuilder(_workshop["repository"], "aarch64").Add(new ApkBuilder("hello", architecture: "aarch64").File("hello", "arm")).Write();

        var built = await _workshop.BuildAsync("--arch", "x86_64,aarch64", "--format", "json");

        built.Succeeded();
        Assert.Equal(["amd64 2", "arm64 1"], JsonNode.Parse(built.Output)!["images"]!.AsArray().Select(image => $"{image!["arch"]} {image["packages"]}"));
    }

    private JsonNode Lock() => JsonNode.Parse(File.ReadAllText(_workshop["image.lock.json"]))!;
}
