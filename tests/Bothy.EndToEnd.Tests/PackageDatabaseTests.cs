namespace Bothy.EndToEnd.Tests;

[Collection(RealImages.Name)]
public sealed class PackageDatabaseTests(SharedStore store)
{
    private const string WithApt = """
        contents:
          repositories:
            - deb bookworm main
            - deb bookworm-updates main
            - deb bookworm-security main
          packages: [base-files, base-passwd, bash, coreutils, dash, debianutils, diffutils, findutils, grep, gzip, hostname,
            init-system-helpers, libc-bin, login, ncurses-base, ncurses-bin, perl-base, sed, sysvinit-utils, tar, util-linux,
            apt, debian-archive-keyring]

        """;

    [RequiresFact(Needs.Network, Needs.Containers)]
    public void Apt_installs_a_package_in_an_image_that_has_dpkg()
    {
        using var output = new TemporaryDirectory();
        using var podman = new Podman();
        File.WriteAllText(output["apt.yaml"], WithApt);
        BothyProgram.Build(store.Path, output["apt.yaml"], $"oci:{output["image"]}");
        string image = podman.Pull($"oci:{output["image"]}");

        // What the filters left out is missing, as dpkg says; nothing else is, and nothing differs.
        var audit = podman.RunImage(image, "sh", "-c", "dpkg --audit && dpkg -S /usr/bin/dpkg && dpkg --verify libc6 | grep -vE '^missing +/usr/share/(doc|lintian|locale|man)(/|$)' ; true");
        Assert.Equal("dpkg: /usr/bin/dpkg", audit.Succeeded().Output.Trim());

        // The machine's own sources and proxy settings, since the image names no mirror.
        var install = podman.Run(
            "run", "--rm", "--network", "host", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024",
            "--volume", "/etc/apt/sources.list.d/debian.sources:/etc/apt/sources.list.d/debian.sources:ro",
            image, "sh", "-c", "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes hello > /dev/null && hello");
        Assert.Equal("Hello, world!", install.Succeeded().Output.Trim());
    }
}
