using Bothy.EndToEnd.Tests.Synthetic;

namespace Bothy.EndToEnd.Tests;

/// <summary>A shell beside images and containers that have none, with a podman that has a storage of its own.</summary>
[Collection(RealImages.Name)]
public sealed class DebugCommandTests : IDisposable
{
    private const string Pause = "#include <unistd.h>\nint main(void) { for (;;) pause(); }\n";

    private readonly SharedStore _store;
    private readonly TemporaryDirectory _directory = new();
    private readonly Podman _podman = new();
    private readonly string _layout;

    public DebugCommandTests(SharedStore store)
    {
        _store = store;
        _layout = $"oci:{_directory["image"]}";
        Directory.CreateDirectory(_directory["t"]);
        Directory.CreateDirectory(_directory["bin"]);

        // What the program runs with a storage of its own stays there.
        string options = string.Join(' ', _podman.Options);
        File.WriteAllText(
            _directory["bin/podman"],
            $"#!/bin/sh\ncase \" $* \" in *' --root '*) exec {Needs.Find("podman")} --tmpdir {_directory["run"]} \"$@\";; esac\nexec {Needs.Find("podman")} {options} \"$@\"\n");
        Judge.Run("chmod", "755", _directory["bin/podman"]).Succeeded();
    }

    private (string Name, string Value)[] Variables =>
        [("PATH", $"{_directory["bin"]}:{Environment.GetEnvironmentVariable("PATH")}"), ("TMPDIR", _directory["t"])];

    public void Dispose()
    {
        _podman.Dispose();
        _directory.Dispose();
    }

    [RequiresFact(Needs.Network, Needs.Containers)]
    public void An_image_gets_a_shell_and_stays_as_it_is()
    {
        BothyProgram.Build(_store.Path, "examples/static.yaml", _layout, "--debug");
        string before = Judge.Run("skopeo", "inspect", "--raw", $"{_layout}:latest").Succeeded().Output;

        var run = Debug($"{_layout}:latest", "--network", "none", "--user", "65532", "--", "sh", "-c", "id -u; ls /busybox/ls; echo $PATH; exit 7");
        var borrowed = Debug($"{_layout}:latest", "--network", "none", "--toolbox", $"{_layout}:latest-debug", "--", "grep", "^root:", "/etc/passwd");

        Assert.Equal((7, "65532\n/busybox/ls\n/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/busybox\n"), (run.ExitCode, run.Output));
        Assert.Equal((0, "root:x:0:0:root:/root:/sbin/nologin\n"), (borrowed.ExitCode, borrowed.Output));
        Assert.Equal(before, Judge.Run("skopeo", "inspect", "--raw", $"{_layout}:latest").Succeeded().Output);
        AssertNothingLeft();
    }

    [RequiresFact(Needs.Network, Needs.Containers, Needs.Judges + ":gcc")]
    public void A_running_container_is_seen_from_beside()
    {
        string image = Start();
        string before = _podman.Run("diff", "quiet").Succeeded().Output;

        var run = Debug("quiet", "--", "sh", "-c", "id -u; pwd; cat etc/hostname; echo; ps -o pid,args | grep '^ *1 '; echo mine > /tmp/x");
        var same = Debug(image, "--network", "none", "--root", "--", "id", "-u");

        Assert.Equal((0, "0\n/target\nquiet-host\n    1 /hello/pause\n"), (run.ExitCode, run.Output));
        Assert.Equal((0, "0\n"), (same.ExitCode, same.Output));
        Assert.Equal(before, _podman.Run("diff", "quiet").Succeeded().Output);
        AssertNothingLeft("quiet");
    }

    [RequiresFact(Needs.Network, Needs.Containers, Needs.Judges + ":gcc")]
    public void What_cannot_be_debugged_is_said_with_what_is_near()
    {
        Start();

        Assert.Equal("error: cannot find 'quite': podman has no container and no image of that name, and there is no such path\nhint:  Did you mean 'quiet'?\n", Debug("quite").Error);
        Assert.Equal("error: cannot take the toolbox of " + _layout + ": it has no shell in /busybox\nhint:  Name a debug image, as 'bothy build --debug' makes it.\n", Debug("quiet", "--toolbox", _layout).Error);
        _podman.Run("stop", "--time", "0", "quiet").Succeeded();
        Assert.StartsWith("error: cannot debug the container 'quiet': it is not running (exited)\nhint:  Start it with 'podman start quiet', or look at its image: 'bothy debug podman:", Debug("quiet").Error, StringComparison.Ordinal);
        AssertNothingLeft("quiet");
    }

    [RequiresFact(Needs.Network, Needs.Containers, Needs.Judges + ":script")]
    public void At_a_terminal_it_is_a_shell_that_one_types_into()
    {
        BothyProgram.Build(_store.Path, "examples/static.yaml", _layout);
        string program = $"dotnet {Path.Combine(AppContext.BaseDirectory, "bothy.dll")} debug {_layout} --network none";

        var typed = Judge.Run(
            "script",
            ["--quiet", "--return", "--echo", "never", "--command", program, "/dev/null"],
            System.Text.Encoding.ASCII.GetBytes("echo answer-$((40+2)); tty; false\nexit 3\n"),
            environment: Variables.Append(("BOTHY_STORE", _store.Path)).ToDictionary(one => one.Item1, one => one.Item2, StringComparer.Ordinal));

        Assert.Contains("the toolbox is in /busybox; what is changed here goes with the shell", typed.Output, StringComparison.Ordinal);
        Assert.Contains("answer-42\r\n/dev/pts/", typed.Output, StringComparison.Ordinal);
        Assert.Equal(0, typed.ExitCode); // a shell's end is no failure
        AssertNothingLeft();
    }

    [RequiresFact(Needs.Network, Needs.Containers)]
    public async Task Interrupted_it_takes_its_container_along()
    {
        BothyProgram.Build(_store.Path, "examples/static.yaml", _layout);
        string image = _podman.Pull(_layout);
        using var program = RunningProgram.Start(_directory.Path, _store.Path, Variables, "debug", image, "--network", "none", "--", "sh", "-c", "echo up >&2; while :; do sleep 1; done");
        await program.SaysAsync("up");

        var outcome = await program.EndAsync("INT");

        Assert.Equal(130, outcome.Code);
        AssertNothingLeft();
    }

    private JudgeResult Debug(params string[] arguments) => BothyProgram.Run(_store.Path, ["debug", .. arguments], null, Variables);

    // A container without a shell, of an image without one.
    private string Start()
    {
        BothyProgram.Build(_store.Path, "examples/static.yaml", _layout);
        string image = _podman.Pull(_layout);
        Directory.CreateDirectory(_directory["hello"]);
        File.WriteAllText(_directory["pause.c"], Pause);
        Judge.Run("gcc", "-static", "-O1", "-o", _directory["hello/pause"], _directory["pause.c"]).Succeeded();
        _podman.Run(
            "run", "--detach", "--name", "quiet", "--hostname", "quiet-host", "--user", "65532", "--network", "none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024",
            "--volume", $"{_directory["hello"]}:/hello:ro", "--entrypoint", "/hello/pause", image).Succeeded();
        return image;
    }

    private void AssertNothingLeft(string containers = "")
    {
        Assert.Empty(Directory.GetFileSystemEntries(_directory["t"]));
        Assert.Equal(containers, string.Join(' ', _podman.Run("ps", "--all", "--format", "{{.Names}}").Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }
}
