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
