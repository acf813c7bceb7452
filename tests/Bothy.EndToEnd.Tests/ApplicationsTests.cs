namespace Bothy.EndToEnd.Tests;

/// <summary>The projects below examples/apps, made by the very commands that stand in them, and run.</summary>
[Collection(RealImages.Name)]
public sealed class ApplicationsTests(SharedStore store) : IDisposable
{
    private const string Begin = "#   ";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryDirectory _directory = new();
    private readonly Podman _podman = new();

    public void Dispose()
    {
        _podman.Dispose();
        _directory.Dispose();
    }

    [RequiresTheory(Needs.Network, Needs.Containers, "judges:gcc")]
    [InlineData("c", "hello container from C as user 65532, on glibc 2.36")]
    [InlineData("c", "hello you from C as user 65532, on glibc 2.36", "you")]
    [InlineData("c-static", "hello from static C as user 65532, where it was 03:00 CEST")]
    [InlineData("dotnet-console", "hello world from .NET 10 as nonroot, where it was 03:00, on linux-x64")]
    public void A_program_is_built_and_runs(string project, string says, params string[] arguments)
    {
        string layout = Make(project);

        Assert.Equal(says, _podman.RunImage(_podman.Pull($"oci:{layout}"), arguments).Succeeded().Output.Trim());
    }

    [RequiresTheory(Needs.Network, Needs.Containers)]
    [InlineData("python-web", "/", "hello from python as user 65532\n", "/usr/bin/python3", "-c", "import sys, urllib.request; sys.stdout.write(urllib.request.urlopen(sys.argv[1]).read().decode())")]
    [InlineData("python-web", "/greet/you%26me", "<p>hello you&amp;me</p>", "/usr/bin/python3", "-c", "import sys, urllib.request; sys.stdout.write(urllib.request.urlopen(sys.argv[1]).read().decode())")]
    [InlineData("node", "/", "hello from node 18 as user 65532\n", "/usr/bin/node", "-e", "fetch(process.argv[1]).then(async r => process.stdout.write(await r.text()))")]
    [InlineData("dotnet-web", "/", "hello from ASP.NET Core 10 as nonroot\n", "/app/web", "--get")]
    [InlineData("dotnet-web", "/trust", "True\n", "/app/web", "--get")]
    public void A_service_is_built_and_answers(string project, string path, string says, params string[] client)
    {
        string image = _podman.Pull($"oci:{Make(project)}");
        string container = _podman.Run("run", "--detach", "--network", "none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", image).Succeeded().Output.Trim();

        // The service is asked from inside, until it listens.
        var end = DateTime.UtcNow + Patience;
        JudgeResult answer;
        do
        {
            answer = _podman.Run(["exec", container, .. client, "http://127.0.0.1:8080" + path]);
        }
        while (answer.ExitCode != 0 && DateTime.UtcNow < end);

        _podman.Run("rm", "--force", "--time", "0", container);
        Assert.Equal(says, answer.Succeeded().Output);
    }

    [RequiresFact(Needs.Network, Needs.Containers, "judges:gcc")]
    public void Tests_in_an_image_file_are_run_whole_on_what_was_built_of_it()
    {
        string layout = Make("c-static");

        var run = BothyProgram.Run(store.Path, ["test", $"oci:{layout}", "-c", _directory["c-static/image.yaml"]]);

        Assert.Equal((0, "4 passed, 0 failed, 0 not run"), (run.ExitCode, run.Output.TrimEnd('\n').Split('\n')[^1]));
    }

    [RequiresFact(Needs.Network, "judges:gcc")]
    public void A_change_of_the_program_changes_the_layer_on_top_alone()
    {
        string layout = Make("c");
        string[] before = Layers(layout);
        File.WriteAllText(_directory["c/hello.c"], File.ReadAllText(_directory["c/hello.c"]).Replace("hello", "good day", StringComparison.Ordinal));
        Make("c");

        string[] after = Layers(layout);
        Assert.Equal((2, before[0]), (after.Length, after[0]));
        Assert.NotEqual(before[1], after[1]);
    }

    [RequiresFact(Needs.Network)]
    public void What_is_in_the_directory_of_the_application_is_in_the_bill_of_materials()
    {
        string layout = Make("python-web");

        Assert.Contains("pkg:pypi/bottle@", BothyProgram.Run(store.Path, ["sbom", $"oci:{layout}"]).Succeeded().Output, StringComparison.Ordinal);
    }

    private static string[] Layers(string layout) =>
        [.. System.Text.Json.JsonDocument.Parse(Judge.Run("skopeo", ["inspect", $"oci:{layout}"]).Succeeded().Output).RootElement.GetProperty("Layers").EnumerateArray().Select(static layer => layer.GetString()!)];

    // Runs what the head of the image file says, in a copy of the project that stays for a second time.
    private string Make(string project)
    {
        string directory = _directory[project];
        if (!Directory.Exists(directory))
        {
            Judge.Run("cp", ["-r", Path.Combine(RealData.Project, "examples/apps", project), directory]).Succeeded();
        }

        string[] commands = [.. File.ReadLines(Path.Combine(directory, "image.yaml")).TakeWhile(static line => line.StartsWith('#')).Where(static line => line.StartsWith(Begin, StringComparison.Ordinal)).Select(static line => line[Begin.Length..])];
        Assert.StartsWith("bothy ", commands[^1], StringComparison.Ordinal);
        foreach (string command in commands[..^1])
        {
            Judge.Run("sh", ["-ec", command], directory: directory, environment: new Dictionary<string, string> { ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1" }).Succeeded();
        }

        BothyProgram.Run(store.Path, commands[^1].Split(' ')[1..], directory).Succeeded();
        return Path.Combine(directory, "out/image");
    }
}
