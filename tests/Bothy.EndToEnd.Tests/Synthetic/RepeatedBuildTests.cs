using System.Text;
using Bothy.Store;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>Locked builds that are asked for again in the same words: they give what the long way gives, whatever has happened meanwhile.</summary>
public sealed class RepeatedBuildTests : IDisposable
{
    private const string Kind = "repeat-2";

    private readonly Workshop _workshop = Workshop.WithArchive();
    private string _file = "image.yaml";

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task What_was_said_and_given_is_said_and_given_again()
    {
        await LockAsync();
        string text = File.ReadAllText(_workshop["image.lock.json"]);
        File.WriteAllText(_workshop["image.lock.json"], text.Replace("\"compression\": \"v2\"", "\"compression\": \"v0\"", StringComparison.Ordinal));

        string[] line = ["build", "image.yaml", "--locked", "--format", "json", "-o", $"oci:{_workshop["out/image"]}"];
        var built = await _workshop.RunAsync(line);
        var found = await _workshop.RunAsync(line);
        Assert.Single(Records());
        Directory.Delete(_workshop["out"], recursive: true);
        var repeated = await _workshop.RunAsync(line);

        Assert.Contains("warning: the lock was written for compression v0", built.Error, StringComparison.Ordinal);
        Assert.Equal((0, built.Output), (found.Code, found.Output));
        Assert.Equal(found, repeated);
        Assert.True(Directory.Exists(_workshop["out/image/blobs"]));
    }

    [Fact]
    public async Task The_record_of_a_build_is_what_a_repeated_one_goes_by()
    {
        await RepeatableAsync();
        var store = new ContentStore(_workshop.Store);
        var key = Digest.Parse($"sha256:{Path.GetFileName(Records().Single()).Split('.')[0]}");
        string record = Encoding.UTF8.GetString(store.TryReadResult(Kind, key)!);
        store.AddResult(Kind, key, Encoding.UTF8.GetBytes(record.Replace("\"warnings\":[]", "\"warnings\":[\"planted\"]", StringComparison.Ordinal)));

        Assert.Equal("warning: planted\n", (await BuildAsync()).Error);
    }

    [Theory]
    [InlineData("image.yaml")]
    [InlineData("included/part.yaml")]
    public async Task A_file_with_other_bytes_is_read_again(string name)
    {
        Include();
        string before = await RepeatableAsync();
        File.AppendAllText(_workshop[name], "stop-signal: SIGINT\n");

        Assert.NotEqual(before, (await BuildAsync()).Succeeded().Output);
        Assert.Equal(FreshOutput(), (await BuildAsync()).Succeeded().Output);
    }

    [Fact]
    public async Task An_include_that_comes_before_the_one_that_was_read_is_read()
    {
        Include();
        string before = await RepeatableAsync();
        Directory.CreateDirectory(_workshop["included/included"]);
        File.WriteAllText(_workshop["included/included/second.yaml"], "stop-signal: SIGINT\n");

        Assert.NotEqual(before, (await BuildAsync()).Succeeded().Output);
    }

    [Fact]
    public async Task A_lock_that_is_gone_or_stale_is_refused_as_ever()
    {
        await RepeatableAsync();
        File.WriteAllText(_workshop["image.yaml"], File.ReadAllText(_workshop["image.yaml"]).Replace("[hello]", "[libgreet]", StringComparison.Ordinal));
        Assert.StartsWith("cannot build image.yaml from image.lock.json: it is stale", (await BuildAsync()).Message, StringComparison.Ordinal);

        File.Delete(_workshop["image.lock.json"]);
        Assert.Equal("cannot build image.yaml from its lock: there is no image.lock.json", (await BuildAsync()).Message);
    }

    [Theory]
    [InlineData("--arch", "arm64")]
    [InlineData("--strict")]
    [InlineData("--repository-append", "deb bookworm main")]
    public async Task Other_words_are_another_build(params string[] more)
    {
        await RepeatableAsync();
        await BuildAsync(more);
        await BuildAsync(more);

        // Never the record of the first: either there is one for these words too, or they were refused.
        Assert.InRange(Records().Length, 1, 2);
        Assert.Equal(more[0] == "--strict", Records().Length == 2);
    }

    [Fact]
    public async Task Another_time_is_another_image()
    {
        string before = await RepeatableAsync();
        _workshop.Set("SOURCE_DATE_EPOCH", "1600000000");

        Assert.NotEqual(before, (await BuildAsync()).Succeeded().Output);
    }

    [Fact]
    public async Task A_policy_that_asks_for_advisories_is_asked_every_time()
    {
        _workshop.WriteImage(more: "policy: {vulnerabilities: {critical: 0}}\n");
        await LockAsync();
        for (int round = 0; round < 3; round++)
        {
            Assert.NotEqual("", (await BuildAsync()).Error);
        }

        Assert.Empty(Records());
    }

    [Theory]
    [InlineData("init: tini\n", "init: dumb-init\n")]
    [InlineData("policy: {size: {unpacked: 1GB}}\n", "policy: {size: {unpacked: 1B}}\n")]
    public async Task What_else_the_image_file_says_is_told_by_its_bytes(string said, string instead)
    {
        _workshop.WriteArchive(more: [Starter("tini"), Starter("dumb-init")]);
        _workshop.WriteImage("tini, dumb-init", said + "cmd: /usr/bin/tini\n");
        string before = await RepeatableAsync();
        _workshop.WriteImage("tini, dumb-init", instead + "cmd: /usr/bin/tini\n");
        await _workshop.RunAsync("lock", "image.yaml", "--quiet");

        var after = await BuildAsync();
        Assert.NotEqual(before, after.Output);
        Assert.Equal(instead.StartsWith("policy", StringComparison.Ordinal) ? 3 : 0, after.Code);
    }

    [Theory]
    [InlineData("changed")]
    [InlineData("added")]
    [InlineData("removed")]
    [InlineData("mode")]
    public async Task Local_files_are_looked_at_every_time(string change)
    {
        string before = await RepeatableWithFilesAsync();
        switch (change)
        {
            case "changed":
                File.WriteAllText(_workshop["app/one"], "eins");
                break;
            case "added":
                File.WriteAllText(_workshop["app/three"], "3");
                break;
            case "removed":
                File.Delete(_workshop["app/one"]);
                break;
            default:
                Judge.Run("chmod", "755", _workshop["app/one"]).Succeeded();
                break;
        }

        string after = (await BuildAsync()).Succeeded().Output;
        Assert.NotEqual(before, after);
        Assert.Equal(after, FreshOutput());
    }

    [Fact]
    public async Task What_is_left_out_of_local_files_changes_nothing()
    {
        string before = await RepeatableWithFilesAsync();
        File.WriteAllText(_workshop["app/two.log"], "more");

        Assert.Equal(before, (await BuildAsync()).Succeeded().Output);
        Assert.Single(Records());
    }

    [Fact]
    public async Task Local_files_that_changed_are_looked_at_once_unless_others_are_asked_for_by_now()
    {
        await RepeatableWithFilesAsync();
        string[] line = ["build", "image.yaml", "--locked", "-o", $"oci:{_workshop["out/image"]}"];
        for (int round = 0; round < 2; round++)
        {
            await _workshop.RunAsync(line);
        }

        File.WriteAllText(_workshop["app/one"], "eins");
        string changed = (await _workshop.RunAsync(line)).Error;
        Assert.Equal(1, changed.Split("local files: ").Length - 1);

        File.WriteAllText(_workshop["app/one"], "zwei");
        File.WriteAllText(_workshop["image.yaml"], File.ReadAllText(_workshop["image.yaml"]).Replace("*.log", "one", StringComparison.Ordinal));
        await LockAsync();
        string other = (await BuildAsync()).Succeeded().Output;
        Assert.Equal(other, FreshOutput());
    }

    [Fact]
    public async Task Local_files_that_are_gone_are_missed_where_they_are_asked_for()
    {
        await RepeatableWithFilesAsync();
        Directory.Delete(_workshop["app"], recursive: true);

        Assert.StartsWith("image.yaml:5:", (await BuildAsync()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tests/there.yaml")]
    [InlineData("there.yaml")]
    public async Task Tests_that_changed_are_run_again(string named)
    {
        Directory.CreateDirectory(_workshop["tests"]);
        File.WriteAllText(_workshop["tests/there.yaml"], Existing("/usr/bin/hello"));
        _workshop.WriteImage(more: $"tests: [{named}]\n");
        bool isBeside = named == "there.yaml";
        if (isBeside)
        {
            Directory.CreateDirectory(_workshop["sub"]);
            File.Move(_workshop["tests/there.yaml"], _workshop["there.yaml"]);
            File.WriteAllText(_workshop["sub/image.yaml"], File.ReadAllText(_workshop["image.yaml"]).Replace("signed-by=", "signed-by=../", StringComparison.Ordinal));
            _file = "sub/image.yaml";
        }

        await RepeatableAsync();

        // Either the file itself, or one that comes before it.
        File.WriteAllText(_workshop[isBeside ? "sub/there.yaml" : named], Existing("/usr/bin/goodbye"));
        var after = await BuildAsync();
        Assert.Equal(3, after.Code);
        Assert.Contains("/usr/bin/goodbye", after.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slices_that_changed_are_read_again()
    {
        Directory.CreateDirectory(_workshop["slices"]);
        Directory.CreateDirectory(_workshop["slices/slices"]);
        File.WriteAllText(
            _workshop["slices/chisel.yaml"],
            "format: v3\nmaintenance: {standard: 2023-06-10, end-of-life: 2028-06-30}\narchives: {debian: {version: \"12\", suites: [bookworm], components: [main]}}\n");
        File.WriteAllText(_workshop["slices/slices/hello.yaml"], "package: hello\nslices:\n  bins:\n    contents:\n      /usr/bin/hello:\n");
        _workshop.WriteImageText($"contents:\n  repositories:\n    - {_workshop.Source}\n  slices: slices\n  packages: [hello_bins]\narchs: [amd64]\n");
        string before = await RepeatableAsync();
        File.WriteAllText(
            _workshop["slices/slices/hello.yaml"],
            "package: hello\nslices:\n  bins:\n    contents:\n      /usr/bin/hello:\n      /usr/bin/hi: {symlink: /usr/bin/hello}\n");
        Assert.StartsWith("cannot build image.yaml from image.lock.json: it is stale", (await BuildAsync()).Message, StringComparison.Ordinal);
        await LockAsync();

        Assert.NotEqual(before, (await BuildAsync()).Succeeded().Output);
    }

    [Fact]
    public async Task A_base_is_what_the_lock_says()
    {
        _workshop.WriteImage(packages: "libgreet");
        (await _workshop.RunAsync("build", "image.yaml", "--quiet", "-o", $"oci:{_workshop["base"]}")).Succeeded();
        _workshop.WriteImageText($"contents:\n  repositories:\n    - {_workshop.Source}\n  base: oci:base\n  packages: [hello]\narchs: [amd64]\n");
        string before = await RepeatableAsync();
        Directory.Delete(_workshop["out"], recursive: true);

        Assert.Equal(before, (await BuildAsync()).Succeeded().Output);
        Judge.Run("skopeo", "inspect", $"oci:{_workshop["out/image"]}").Succeeded();

        File.Delete(_workshop["image.lock.json"]);
        for (int round = 0; round < 3; round++)
        {
            (await _workshop.BuildAsync()).Succeeded();
        }

        Assert.Single(Records());
    }

    [Fact]
    public async Task A_rootfs_has_its_files()
    {
        await RepeatableAsync();

        (await _workshop.RunAsync("build", "image.yaml", "--locked", "--quiet", "-o", $"rootfs:{_workshop["out/x.tar"]}")).Succeeded();
        Assert.Contains("usr/bin/hello\n", Judge.Run("tar", "-tf", _workshop["out/x.tar"]).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layer_that_is_damaged_or_gone_is_made_anew()
    {
        string before = await RepeatableAsync();
        string layer = Directory.GetFiles(Path.Combine(_workshop.Store, "results"), "*.layer-*").MaxBy(file => new FileInfo(file).Length)!;
        byte[] bytes = File.ReadAllBytes(layer);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(layer, bytes);
        Directory.Delete(_workshop["out"], recursive: true);

        var again = await BuildAsync();
        Assert.Equal((0, before), (again.Code, again.Output));

        foreach (string kept in Directory.GetFiles(Path.Combine(_workshop.Store, "results"), "*.layer-*"))
        {
            File.Delete(kept);
        }

        Directory.Delete(_workshop["out"], recursive: true);
        Assert.Equal(before, (await BuildAsync()).Succeeded().Output);
        Assert.All(
            Directory.GetFiles(_workshop["out/image/blobs/sha256"]),
            blob => Assert.Equal(Path.GetFileName(blob), Digest.Of(File.ReadAllBytes(blob)).Hex));
    }

    private string[] Records() => Directory.GetFiles(Path.Combine(_workshop.Store, "results"), $"*.{Kind}");

    private async Task LockAsync() => (await _workshop.RunAsync("lock", _file, "--quiet")).Succeeded();

    // Both the file that another includes from beside itself and, where it is not there, from the working directory.
    private void Include()
    {
        Directory.CreateDirectory(_workshop["included"]);
        File.WriteAllText(_workshop["included/part.yaml"], "include: included/second.yaml\n");
        File.WriteAllText(_workshop["included/second.yaml"], "labels: {a: b}\n");
        _workshop.WriteImage(more: "include: included/part.yaml\n");
    }

    // What is built once is found the second time, and repeated from the third on.
    private async Task<string> RepeatableAsync()
    {
        await LockAsync();
        string first = (await BuildAsync()).Succeeded().Output;
        Assert.Empty(Records());
        (await BuildAsync()).Succeeded();
        Assert.Single(Records());
        Assert.Equal(first, (await BuildAsync()).Succeeded().Output);
        return first;
    }

    private async Task<string> RepeatableWithFilesAsync()
    {
        Directory.CreateDirectory(_workshop["app"]);
        File.WriteAllText(_workshop["app/one"], "1");
        File.WriteAllText(_workshop["app/two.log"], "2");
        _workshop.WriteImage(more: "  files: [{source: app, path: /srv/, exclude: ['*.log'], uid: 7}]\n");
        return await RepeatableAsync();
    }

    private static DebBuilder Starter(string name) => new DebBuilder(name).Directory("usr").Directory("usr/bin").File($"usr/bin/{name}", BusyboxSample.Program(), 0b111_101_101);

    private static string Existing(string path) => $"schemaVersion: 2.0.0\nfileExistenceTests: [{{name: there, path: {path}, shouldExist: true}}]\n";

    private Task<Outcome> BuildAsync(params string[] more) =>
        _workshop.RunAsync(["build", _file, "--locked", "--quiet", "-o", $"oci:{_workshop["out/image"]}", .. more]);

    private string FreshOutput()
    {
        _workshop.Set("BOTHY_STORE", _workshop["fresh"]);
        string output = BuildAsync().GetAwaiter().GetResult().Succeeded().Output;
        _workshop.Set("BOTHY_STORE", _workshop.Store);
        return output;
    }
}
