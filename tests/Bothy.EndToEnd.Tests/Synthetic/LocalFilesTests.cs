using System.Text.Json;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>Local files in a whole build: their layer, what is said of them, and what travels.</summary>
public sealed class LocalFilesTests : IDisposable
{
    private readonly Workshop _workshop = Workshop.WithArchive();

    public LocalFilesTests()
    {
        Write("app/main", "one\n");
        Write("app/lib/x", "x\n");
        Image();
    }

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task A_changed_file_changes_the_top_layer_alone()
    {
        (await _workshop.BuildAsync()).Succeeded();
        string[] before = Layers();
        Write("app/main", "two\n");
        (await _workshop.BuildAsync()).Succeeded();
        string[] after = Layers();
        _workshop.WriteImage();
        (await _workshop.BuildAsync()).Succeeded();

        Assert.Equal((2, before[0]), (before.Length, after[0]));
        Assert.NotEqual(before[1], after[1]);
        Assert.Equal([before[0]], Layers());
    }

    [Fact]
    public async Task Files_that_have_not_changed_are_not_read_and_nothing_is_made_again()
    {
        string digest = (await _workshop.BuildAsync()).Succeeded().Output;
        _workshop.Date = DateTimeOffset.UtcNow;
        await _workshop.RunAsync("build", "image.yaml");

        var again = await _workshop.RunAsync("build", "image.yaml");

        Assert.Equal(digest, again.Output);
        Assert.Contains("local files: 2 files, 6 B\n", again.Error, StringComparison.Ordinal);
        Assert.Contains("nothing has changed since it was built", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_copy_of_the_files_gives_the_same_image()
    {
        string digest = (await _workshop.BuildAsync()).Succeeded().Output;
        Directory.Move(_workshop["app"], _workshop["old"]);
        Write("app/lib/x", "x\n");
        Write("app/main", "one\n");
        Directory.SetLastWriteTimeUtc(_workshop["app"], DateTime.UnixEpoch);
        _workshop.Set("BOTHY_STORE", _workshop["fresh"]);

        Assert.Equal(digest, (await _workshop.BuildAsync()).Succeeded().Output);
    }

    [Fact]
    public async Task A_locked_build_that_is_repeated_sees_a_changed_file()
    {
        (await _workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        (await _workshop.BuildAsync("--locked")).Succeeded();
        string before = (await _workshop.BuildAsync("--locked")).Succeeded().Output;
        Write("app/main", "two\n");

        Assert.NotEqual(before, (await _workshop.BuildAsync("--locked")).Succeeded().Output);
    }

    [Fact]
    public async Task Why_tree_and_the_bill_of_materials_know_the_files()
    {
        (await _workshop.BuildAsync()).Succeeded();

        Assert.Contains("the local file 'app', 4 B", (await _workshop.RunAsync("why", $"oci:{_workshop["out/image"]}", "/opt/app/main")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("/opt/app/lib/x", (await _workshop.RunAsync("tree", $"oci:{_workshop["out/image"]}", "--format", "json")).Succeeded().Output, StringComparison.Ordinal);
        Assert.Contains("(local file, app)", (await _workshop.RunAsync("show", "image.yaml", "--quiet")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_among_the_files_that_would_not_run_stops_the_build()
    {
        Write("app/main", "#!/usr/bin/python3\n");
        Judge.Run("chmod", ["755", _workshop["app/main"]]).Succeeded();
        Image("entrypoint: {command: /opt/app/main}\n");

        var refused = await _workshop.BuildAsync();

        Assert.Contains("/opt/app/main (application): its interpreter /usr/bin/python3 is not in the image", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_outside_needs_to_be_allowed()
    {
        using var outside = new TemporaryDirectory();
        File.WriteAllText(outside["x"], "x");
        Image(files: $"{{source: {outside["x"]}, path: /x}}");

        var refused = await _workshop.BuildAsync();

        Assert.Equal($"image.yaml:5:20: cannot take '{outside["x"]}': {outside["x"]} is outside the directory of the image file", refused.Message);
        Assert.Equal("Move it there, or allow it with --allow-outside.", refused.Hint);
        (await _workshop.BuildAsync("--allow-outside")).Succeeded();
    }

    [Fact]
    public async Task An_image_is_built_again_where_its_files_are_and_the_difference_is_told_where_they_are_others()
    {
        string layout = $"oci:{_workshop["out/image"]}";
        (await _workshop.BuildAsync("--attach")).Succeeded();

        var same = await _workshop.RunAsync("build", "--from", layout, "--verify", "--quiet");
        Write("app/main", "two\n");
        var other = await _workshop.RunAsync("build", "--from", layout, "--verify", "--quiet");
        var unverified = await _workshop.RunAsync("build", "--from", layout, "--quiet");
        Directory.Delete(_workshop["app"], recursive: true);
        var gone = await _workshop.RunAsync("build", "--from", layout, "--verify", "--quiet");

        Assert.Equal((0, $"{layout.Replace(_workshop[""].TrimEnd('/'), "DIR", StringComparison.Ordinal)} is what its lock leads to, byte for byte\n"), (same.Code, same.Error));
        Assert.Equal(3, other.Code);
        Assert.Contains("The local files of 'app' are others here than those that it was built of.", other.Error, StringComparison.Ordinal);
        Assert.StartsWith("warning: the local files of 'app' are others here than those that it was built of", unverified.Error, StringComparison.Ordinal);
        Assert.Contains("cannot take 'app': there is no DIR/app", gone.Message, StringComparison.Ordinal);
        Assert.Equal("Local files do not travel with an image: they are looked for in the working directory.", gone.Hint);
    }

    [Fact]
    public async Task An_image_of_local_files_alone_needs_no_packages()
    {
        _workshop.WriteImageText("contents:\n  files: [{source: app, path: /}]\narchs: [amd64]\n");

        (await _workshop.RunAsync("build", "image.yaml", "--quiet", "-o", $"rootfs:{_workshop["out.tar"]}")).Succeeded();

        Assert.Contains("lib/x\n", Judge.Run("tar", ["-tf", _workshop["out.tar"]]).Succeeded().Output, StringComparison.Ordinal);
    }

    [RequiresFact(Needs.Containers)]
    public async Task What_is_left_out_is_what_a_container_build_leaves_out_of_its_context()
    {
        string[] files = ["a.md", "b/a.md", "b/c/a.md", "b/c/x.txt", "b.d/y.log", "c/b/x.txt", "x.txt", "*.md", "c/[x].txt"];
        foreach (string file in files)
        {
            Write("context/" + file, "x");
        }

        Write("Containerfile", "FROM scratch\nCOPY . /\n");
        using var podman = new Podman();
        var random = new Random(7);

        // No backslash before a letter, and no star in brackets without one: podman takes them for regular expressions, whatever Go's rules say.
        string[] parts = ["a.md", "b", "b.d", "c", "x.txt", "*", "**", "?", "*.md", "[a-b]", "[^b]", "[^a-c].txt", "[\\*a].md", "x[.]t?t", "\\*.md", "\\[x].txt", "[\\[x]*"];
        for (int round = 0; round < 40; round++)
        {
            string[] patterns = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ =>
                (random.Next(4) == 0 ? "!" : "") + string.Join('/', Enumerable.Range(0, random.Next(1, 4)).Select(_ => parts[random.Next(parts.Length)])))];
            Write("ignore", string.Join('\n', patterns) + "\n");
            podman.Run("build", "--isolation", "chroot", "--quiet", "--ignorefile", _workshop["ignore"], "--file", _workshop["Containerfile"], "--output", $"type=tar,dest={_workshop["theirs.tar"]}", _workshop["context"]).Succeeded();
            _workshop.WriteImageText($"contents:\n  files: [{{source: context, path: /, exclude: [{string.Join(", ", patterns.Select(pattern => $"'{pattern}'"))}]}}]\narchs: [amd64]\n");
            (await _workshop.RunAsync("build", "image.yaml", "--quiet", "-o", $"rootfs:{_workshop["ours.tar"]}")).Succeeded();

            Assert.Equal((string.Join(' ', patterns), FilesOf("theirs.tar")), (string.Join(' ', patterns), FilesOf("ours.tar")));
        }

        string FilesOf(string archive)
        {
            var names = Judge.Run("tar", "-tf", _workshop[archive]).Succeeded().Output.Split('\n').Select(name => name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name);
            return string.Join(' ', names.Intersect(files, StringComparer.Ordinal).Order(StringComparer.Ordinal));
        }
    }

    private void Image(string more = "", string files = "{source: app, path: /opt/app}") => _workshop.WriteImageText(
        $"contents:\n  repositories:\n    - {_workshop.Source}\n  packages: [hello]\n  files: [{files}]\n{more}archs: [amd64]\n");

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_workshop[name])!);
        File.WriteAllText(_workshop[name], text);
    }

    private string[] Layers()
    {
        JsonElement Blob(JsonElement descriptor) =>
            JsonDocument.Parse(File.ReadAllBytes(_workshop["out/image/blobs/sha256/" + descriptor.GetProperty("digest").GetString()!["sha256:".Length..]])).RootElement;

        var index = JsonDocument.Parse(File.ReadAllBytes(_workshop["out/image/index.json"])).RootElement;
        return [.. Blob(index.GetProperty("manifests")[0]).GetProperty("layers").EnumerateArray().Select(static layer => layer.GetProperty("digest").GetString()!)];
    }
}
