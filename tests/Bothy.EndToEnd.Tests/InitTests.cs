using Bothy.EndToEnd.Tests.Alpine;

namespace Bothy.EndToEnd.Tests;

/// <summary>Images whose first process starts others, booted.</summary>
[Collection(RealImages.Name)]
public sealed class InitTests(SharedStore store)
{
    [RequiresFact(Needs.Network, Needs.Systemd)]
    public void Systemd_boots_and_starts_the_units_of_its_image()
    {
        using var output = new TemporaryDirectory();
        using var podman = new Podman();
        BothyProgram.Build(store.Path, "examples/systemd.yaml", $"oci:{output["image"]}");
        string container = Start(podman, $"oci:{output["image"]}", "--systemd=always");
        string state = "";
        for (int i = 0; i < 300 && state is not ("running" or "degraded"); i++)
        {
            Thread.Sleep(100);
            state = podman.Run("exec", container, "systemctl", "is-system-running").Output.Trim();
        }

        Assert.Equal(("running", ""), (state, podman.Run("exec", container, "systemctl", "--failed", "--no-legend").Output));
        Assert.Contains("hello from systemd", podman.Run("exec", container, "journalctl", "--no-pager", "--output=cat", "--unit=hello").Succeeded().Output, StringComparison.Ordinal);

        // Each container has a number of its own.
        Assert.Matches("^[0-9a-f]{32}\n$", podman.Run("exec", container, "cat", "/etc/machine-id").Succeeded().Output);
        podman.Run("stop", "--time", "20", container).Succeeded();
        Assert.Equal("0\n", podman.Run("inspect", "--format", "{{.State.ExitCode}}", container).Succeeded().Output);
    }

    [RequiresFact(Needs.Network, Needs.Containers)]
    public void What_a_package_enables_is_linked_as_systemctl_links_it()
    {
        using var output = new TemporaryDirectory();
        using var podman = new Podman();
        File.WriteAllText(output["units.yaml"], "contents:\n  repositories: [deb bookworm main]\n  packages: [base-files, systemd, dpkg, cron, util-linux, dash, coreutils, findutils]\n");
        BothyProgram.Build(store.Path, output["units.yaml"], $"oci:{output["image"]}");

        // systemctl makes the same links of nothing but the units.
        string Links(string script) => podman.RunImage(podman.Pull($"oci:{output["image"]}"), "sh", "-c", script + "; cd /etc/systemd/system && find . -type l -printf '%p %l\\n' | sort").Succeeded().Output;
        Assert.Equal(Links("rm -r /etc/systemd/system/*; systemctl -q enable cron.service fstrim.timer getty@tty1.service remote-fs.target systemd-pstore.service"), Links("true"));
        Assert.Contains("./multi-user.target.wants/cron.service /lib/systemd/system/cron.service\n", Links("true"), StringComparison.Ordinal);
    }

    [RequiresFact(Needs.Network, Needs.Containers)]
    public void Tini_starts_the_entrypoint_and_passes_signals_on()
    {
        using var output = new TemporaryDirectory();
        using var podman = new Podman();
        BothyProgram.Build(store.Path, "examples/tini.yaml", $"oci:{output["image"]}");
        string image = podman.Pull($"oci:{output["image"]}");

        Assert.Matches("^([2-9]|[0-9]{2,}) tini\n$", podman.RunImage(image, "-c", "import os; print(os.getpid(), open('/proc/1/comm').read().strip())").Succeeded().Output);
        string container = Start(podman, $"oci:{output["image"]}");
        const string Ask = "import sys, time, urllib.request\nfor _ in range(200):\n  try:\n    sys.exit(print(urllib.request.urlopen('http://127.0.0.1:8080/etc/hostname').status))\n  except OSError:\n    time.sleep(0.05)";
        Assert.Equal("200\n", podman.Run("exec", container, "/usr/bin/python3", "-c", Ask).Succeeded().Output);
        podman.Run("stop", "--time", "10", container).Succeeded();
        Assert.Equal("143\n", podman.Run("inspect", "--format", "{{.State.ExitCode}}", container).Succeeded().Output);
    }

    [RequiresFact(Needs.Data, Needs.Containers)]
    public void OpenRC_boots_and_starts_the_services_of_its_image()
    {
        using var output = new TemporaryDirectory();
        using var podman = new Podman();
        Directory.CreateDirectory(output["openrc"]);
        foreach (string file in Directory.GetFiles(Path.Combine(RealData.Project, "examples", "openrc")))
        {
            File.Copy(file, output["openrc/" + Path.GetFileName(file)]);
        }

        BothyProgram.Build(store.Path, AlpineExamples.WriteLocal("openrc", output["openrc.yaml"]), $"oci:{output["image"]}");
        string container = Start(podman, $"oci:{output["image"]}");
        string logs = "";
        for (int i = 0; i < 100 && !logs.Contains("hello from openrc", StringComparison.Ordinal); i++)
        {
            Thread.Sleep(100);
            logs = podman.Run("logs", container) is var said ? said.Output + said.Error : "";
        }

        Assert.Contains("hello from openrc", logs, StringComparison.Ordinal);
        Assert.Contains("started", podman.Run("exec", container, "rc-service", "hello", "status").Succeeded().Output, StringComparison.Ordinal);
        podman.Run("stop", "--time", "10", container).Succeeded();
    }

    // The limits are those that every machine grants to root, containers included.
    private static string Start(Podman podman, string image, params string[] options) => podman
        .Run(["run", "--detach", "--network", "none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", .. options, podman.Pull(image)])
        .Succeeded().Output.Trim();
}
