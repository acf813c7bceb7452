using System.Text.Json;
using Bothy.EndToEnd.Tests.Alpine;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>What a new lock would change, told before anything is changed.</summary>
public sealed class OutdatedTests : IDisposable
{
    private readonly Workshop _workshop = Workshop.WithArchive();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task A_lock_that_is_as_new_as_the_indexes_is_not_outdated()
    {
        await _workshop.RunAsync("lock", "image.yaml", "--quiet");

        var said = await _workshop.RunAsync("outdated", "image.yaml", "--quiet", "--exit-code");

        Assert.Equal((0, ""), (said.Code, said.Error));
        Assert.StartsWith("image.yaml, amd64: nothing is outdated in 2 packages\nindex     DIR/archive", said.Output, StringComparison.Ordinal);
        Assert.EndsWith(", as in the lock\n", said.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_package_is_a_step_and_its_files_are_compared_once_they_are_there()
    {
        _workshop.Serve();
        await _workshop.RunAsync("lock", "image.yaml", "--quiet");
        byte[] before = File.ReadAllBytes(_workshop["image.lock.json"]);
        _workshop.Date = _workshop.Date.AddHours(2);
        _workshop.WriteArchive(Workshop.Hello("1.0-2").File("usr/bin/hello2", "#!/bin/greet again\n", 0b111_101_101));
        _workshop.Serve();

        var unasked = await _workshop.RunAsync("outdated", "image.yaml", "--quiet", "--exit-code");
        var asked = await _workshop.RunAsync("outdated", "image.yaml", "--quiet", "--files");

        Assert.Equal((3, ""), (unasked.Code, unasked.Error));
        Assert.Contains("image.yaml, amd64: 1 newer of 2 packages\n", unasked.Output, StringComparison.Ordinal);
        Assert.Contains("hello    1.0-1  1.0-2  newer   no", unasked.Output, StringComparison.Ordinal);
        Assert.Contains("index     http://HOST/debian bookworm: 2026-03-01T12:00:00Z → 2026-03-01T14:00:00Z\n", unasked.Output, StringComparison.Ordinal);
        Assert.Contains("files     not known: ", unasked.Output, StringComparison.Ordinal);
        Assert.Equal((0, ""), (asked.Code, asked.Error));
        Assert.Contains("files     1 added, 0 removed, ", asked.Output, StringComparison.Ordinal);
        Assert.Matches("\n  added +/usr/bin/hello2 +\\+19 B\n", asked.Output);
        Assert.Equal(before, File.ReadAllBytes(_workshop["image.lock.json"]));
    }

    [Fact]
    public async Task What_comes_and_goes_is_named_as_programs_read_it()
    {
        await _workshop.RunAsync("lock", "image.yaml", "--quiet");
        _workshop.Date = _workshop.Date.AddHours(2);
        var archive = _workshop.WriteArchive(Workshop.Hello("2.0-1"));
        archive.Add(new DebBuilder("hello", "3.0-1").Field("Depends", "libwave").File("usr/bin/hello", "#!/bin/wave\n"));
        archive.Add(new DebBuilder("libwave"));
        archive.Write();

        var said = await _workshop.RunAsync("outdated", "image.yaml", "--quiet", "--files", "--format", "json");

        using var json = JsonDocument.Parse(said.Output);
        var architecture = json.RootElement.GetProperty("architectures")[0];
        Assert.True(json.RootElement.GetProperty("outdated").GetBoolean());
        Assert.Equal(
            ["hello newer 1.0-1 3.0-1", "libgreet removed 1.0-1 ", "libwave added  1.0-1"],
            architecture.GetProperty("steps").EnumerateArray().Select(step => $"{step.GetProperty("name")} {step.GetProperty("change")} {step.GetProperty("from")} {step.GetProperty("to")}"));
        Assert.Contains(
            "/usr/share/greet/words",
            architecture.GetProperty("files").GetProperty("changes").EnumerateArray()
                .Where(change => change.GetProperty("change")[0].GetString() == "removed").Select(change => change.GetProperty("path").GetString()));
        var markdown = await _workshop.RunAsync("outdated", "image.yaml", "--quiet", "--format", "markdown");
        Assert.Contains("| newer | `hello` | `1.0-1` | `3.0-1` | no | ", markdown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_suite_of_security_updates_is_told_by_where_the_package_lies()
    {
        _workshop.WriteImage(more: "");
        _workshop.WriteImageText((await File.ReadAllTextAsync(_workshop["image.yaml"])).Replace(
            "  packages:", $"    - deb [signed-by=keys.gpg] file:{_workshop["updates"]} bookworm-security main\n  packages:", StringComparison.Ordinal));
        WriteUpdates("0.9-1");
        await _workshop.RunAsync("lock", "image.yaml", "--quiet");
        _workshop.Date = _workshop.Date.AddHours(2);
        WriteUpdates("1.0-1+deb12u1");

        var said = (await _workshop.RunAsync("outdated", "image.yaml", "--quiet")).Succeeded();

        Assert.Contains("1 newer of 2 packages; 1 from security updates\n", said.Output, StringComparison.Ordinal);
        Assert.Contains("hello    1.0-1  1.0-1+deb12u1  newer   yes", said.Output, StringComparison.Ordinal);
    }

    private void WriteUpdates(string hello)
    {
        var archive = new DebianArchiveBuilder(_workshop["updates"], Workshop.Signer)
        {
            Codename = "bookworm-security",
            Suite = "stable-security",
            Date = _workshop.Date,
            Endings = [".gz"],
        };
        archive.Add(Workshop.Hello(hello));
        archive.Write();
    }

    [Fact]
    public async Task An_image_is_asked_about_by_the_lock_that_is_attached_to_it_or_the_record_of_its_build()
    {
        (await _workshop.BuildAsync("--attach")).Succeeded();
        _workshop.Date = _workshop.Date.AddHours(2);
        _workshop.WriteArchive(Workshop.Hello("1.0-2"));
        File.Delete(_workshop["image.yaml"]);

        var attached = await _workshop.RunAsync("outdated", "--from", $"oci:{_workshop["out/image"]}", "--quiet", "--exit-code");

        Assert.Equal((3, ""), (attached.Code, attached.Error));
        Assert.Contains("hello    1.0-1  1.0-2  newer", attached.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_may_stand_where_the_image_file_would()
    {
        (await _workshop.BuildAsync("--attach")).Succeeded();
        _workshop.Date = _workshop.Date.AddHours(2);
        _workshop.WriteArchive(Workshop.Hello("1.0-2"));

        foreach (string image in new[] { $"oci:{_workshop["out/image"]}", "out/image" })
        {
            var said = await _workshop.RunAsync("outdated", image, "--quiet", "--exit-code");
            Assert.Equal((3, ""), (said.Code, said.Error));
            Assert.Contains("hello    1.0-1  1.0-2  newer", said.Output, StringComparison.Ordinal);
        }

        var chosen = await _workshop.RunAsync("outdated", "out/image", "--arch", "arm64");
        Assert.Equal((2, "cannot use --arch on an image: the image says what was built"), (chosen.Code, chosen.Message.Split('\n')[0]));
        Assert.StartsWith("cannot read gone.yaml: ", (await _workshop.RunAsync("outdated", "gone.yaml")).Message, StringComparison.Ordinal);
        Assert.StartsWith("cannot tell what is outdated in oci:plain: no lock is attached to it", (await PlainAsync()).Message, StringComparison.Ordinal);
    }

    private Task<Outcome> PlainAsync()
    {
        new ImageSample([RawTar.Write([new RawTarEntry("etc/", '5')])]).WriteLayout(_workshop["plain"]);
        return _workshop.RunAsync("outdated", "oci:plain");
    }

    [Fact]
    public async Task A_base_that_has_moved_is_outdated_with_the_packages_that_changed_in_it()
    {
        using var workshop = new Workshop();
        await WriteBaseAsync(workshop, "1.0-1");
        workshop.WriteOver("more");
        (await workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        var fresh = await workshop.RunAsync("outdated", "image.yaml", "--quiet", "--exit-code");
        Assert.Equal((0, ""), (fresh.Code, fresh.Error));
        Assert.StartsWith("image.yaml, amd64: nothing is outdated in 1 packages\nbase      oci:base: as in the lock\n", fresh.Output, StringComparison.Ordinal);

        string before = Manifest(workshop);
        await WriteBaseAsync(workshop, "2.0-1");
        workshop.WriteOver("more");
        string after = Manifest(workshop);

        var moved = await workshop.RunAsync("outdated", "image.yaml", "--quiet", "--exit-code", "--files");
        Assert.Equal((3, ""), (moved.Code, moved.Error)); // said once, in the answer
        Assert.StartsWith("image.yaml, amd64: the base has moved; nothing else is outdated in 1 packages\n", moved.Output, StringComparison.Ordinal);
        Assert.Matches("\nhello +1\\.0-1 +2\\.0-1 +newer, in the base +- +-\n", moved.Output);
        Assert.Contains($"\nbase      oci:base: {before} → {after}\n", moved.Output, StringComparison.Ordinal);
        Assert.Matches("\n  added +/usr/bin/hello-2 ", moved.Output);

        using var json = JsonDocument.Parse((await workshop.RunAsync("outdated", "image.yaml", "--quiet", "--format", "json")).Succeeded().Output);
        var architecture = json.RootElement.GetProperty("architectures")[0];
        Assert.True(json.RootElement.GetProperty("outdated").GetBoolean());
        Assert.Equal((true, before, after), (architecture.GetProperty("base").GetProperty("moved").GetBoolean(), architecture.GetProperty("base").GetProperty("from").GetString(), architecture.GetProperty("base").GetProperty("to").GetString()));
        Assert.Equal("hello newer 1.0-1 2.0-1", string.Join('|', architecture.GetProperty("base").GetProperty("steps").EnumerateArray().Select(static step => $"{step.GetProperty("name")} {step.GetProperty("change")} {step.GetProperty("from")} {step.GetProperty("to")}")));
        Assert.Equal(JsonValueKind.Null, json.RootElement.GetProperty("slices").ValueKind);
        string markdown = (await workshop.RunAsync("outdated", "image.yaml", "--quiet", "--format", "markdown")).Succeeded().Output;
        Assert.Contains("| newer, in the base | `hello` | `1.0-1` | `2.0-1` | - | - |", markdown, StringComparison.Ordinal);
        Assert.Contains($"- base: `oci:base: {before} → {after}`\n", markdown, StringComparison.Ordinal);

        // Where the store has not got the earlier image any more, the files are not known, and the rest is said all the same.
        Directory.Delete(workshop.Store, recursive: true);
        var unknown = await workshop.RunAsync("outdated", "image.yaml", "--quiet", "--exit-code", "--files");
        Assert.Equal(3, unknown.Code);
        Assert.Contains("files     not known: cannot build on oci:base: it is sha256:", unknown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Slice_definitions_that_changed_are_outdated()
    {
        Directory.CreateDirectory(_workshop["defs/slices"]);
        File.WriteAllText(_workshop["defs/chisel.yaml"], "format: v3\nmaintenance: {standard: 2023-06-10, end-of-life: 2028-06-30}\narchives: {debian: {version: \"12\", suites: [bookworm], components: [main]}}\n");
        File.WriteAllText(_workshop["defs/slices/hello.yaml"], "package: hello\nslices:\n  bins:\n    contents:\n      /usr/bin/hello:\n");
        _workshop.WriteImage("hello_bins", "  slices: defs\n");
        (await _workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        var same = (await _workshop.RunAsync("outdated", "image.yaml", "--quiet", "--exit-code")).Succeeded();
        Assert.Contains("\nslices    as in the lock\n", same.Output, StringComparison.Ordinal);

        File.AppendAllText(_workshop["defs/slices/hello.yaml"], "  made:\n    contents:\n      /etc/made: {text: made}\n");
        var changed = await _workshop.RunAsync("outdated", "image.yaml", "--quiet", "--exit-code", "--files");

        Assert.Equal((3, ""), (changed.Code, changed.Error));
        Assert.StartsWith("image.yaml, amd64: the slice definitions have changed; nothing else is outdated in 1 packages\n", changed.Output, StringComparison.Ordinal);
        Assert.Matches("\nslices    sha256:[0-9a-f]{64} → sha256:[0-9a-f]{64}\n", changed.Output);
        Assert.Contains("files     not known: the slice definitions that the lock was written by are not there any more\n", changed.Output, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await _workshop.RunAsync("outdated", "image.yaml", "--quiet", "--format", "json")).Succeeded().Output);
        Assert.True(json.RootElement.GetProperty("slices").GetProperty("changed").GetBoolean());
        Assert.True(json.RootElement.GetProperty("outdated").GetBoolean());
    }

    [Fact]
    public async Task An_image_of_slices_is_asked_about_by_the_definitions_that_travel_with_it()
    {
        Directory.CreateDirectory(_workshop["defs/slices"]);
        File.WriteAllText(_workshop["defs/chisel.yaml"], "format: v3\nmaintenance: {standard: 2023-06-10, end-of-life: 2028-06-30}\narchives: {debian: {version: \"12\", suites: [bookworm], components: [main]}}\n");
        File.WriteAllText(_workshop["defs/slices/hello.yaml"], "package: hello\nslices:\n  bins:\n    contents:\n      /usr/bin/hello:\n");
        _workshop.WriteImage("hello_bins", "  slices: defs\n");
        (await _workshop.BuildAsync("--attach")).Succeeded();
        Directory.Delete(_workshop["defs"], recursive: true);
        _workshop.Date = _workshop.Date.AddHours(2);
        _workshop.WriteArchive(Workshop.Hello("1.0-2"));

        var said = await _workshop.RunAsync("outdated", "out/image", "--quiet", "--exit-code", "--files");

        Assert.Equal((3, ""), (said.Code, said.Error));
        Assert.Contains("hello    1.0-1  1.0-2  newer", said.Output, StringComparison.Ordinal);
        Assert.Contains("\nslices    as in the lock\n", said.Output, StringComparison.Ordinal);
        Assert.Contains("files     ", said.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("not known", said.Output, StringComparison.Ordinal);
    }

    private static async Task WriteBaseAsync(Workshop workshop, string hello)
    {
        if (Directory.Exists(workshop["base"]))
        {
            Directory.Delete(workshop["base"], recursive: true);
        }

        workshop.WriteMore(hello);
        workshop.WriteImage("hello", "  database: dpkg\n");
        (await workshop.RunAsync("build", "image.yaml", "--no-check", "--quiet", "-o", "oci:base")).Succeeded();
    }

    private static string Manifest(Workshop workshop)
    {
        using var index = JsonDocument.Parse(File.ReadAllText(workshop["base/index.json"]));
        return index.RootElement.GetProperty("manifests")[0].GetProperty("digest").GetString()!;
    }

    [Fact]
    public async Task An_apk_that_was_built_again_under_its_version_is_rebuilt()
    {
        using var workshop = ApkWorkshop.Create();
        await workshop.RunAsync("lock", "image.yaml", "--quiet");
        workshop.WriteRepository("1.1-r0", time: 1_700_000_100);
        var newer = (await workshop.RunAsync("outdated", "image.yaml", "--quiet")).Succeeded();
        new ApkRepositoryBuilder(workshop["repository"]) { IndexTime = 1_700_000_200 }
            .Add(
                new ApkBuilder("hello", "1.0-r0").Depends("greet").Directory("usr").Directory("usr/bin").File("usr/bin/hello", "#!/usr/bin/greet2\n", 0b111_101_101),
                new ApkBuilder("greet").Directory("usr").Directory("usr/bin").File("usr/bin/greet", "greet", 0b111_101_101))
            .Write();
        var rebuilt = (await workshop.RunAsync("outdated", "image.yaml", "--quiet")).Succeeded();

        Assert.Contains("hello    1.0-r0  1.1-r0  newer   -", newer.Output, StringComparison.Ordinal);
        Assert.Contains("hello    1.0-r0  1.0-r0  rebuilt  -", rebuilt.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_lock_there_is_nothing_to_compare_with()
    {
        var said = await _workshop.RunAsync("outdated", "image.yaml", "--quiet");

        Assert.Equal((1, "cannot tell what is outdated in image.yaml: there is no image.lock.json", "Write it with 'bothy lock image.yaml'."), (said.Code, said.Message, said.Hint));
        Assert.Equal(2, (await _workshop.RunAsync("outdated")).Code);
        Assert.Equal(2, (await _workshop.RunAsync("outdated", "image.yaml", "--from", "oci:x")).Code);
    }
}
