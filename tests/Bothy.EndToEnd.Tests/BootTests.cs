namespace Bothy.EndToEnd.Tests;

/// <summary>Images started from memory by Debian's kernel in a machine that QEMU emulates.</summary>
[Collection(RealImages.Name)]
public sealed class BootTests(SharedStore store) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [RequiresFact(Needs.Network, "judges:qemu-system-x86_64", "judges:dpkg-deb")]
    public void A_kernel_starts_the_entrypoint_as_the_image_says_and_the_machine_ends_with_it()
    {
        File.WriteAllText(_directory["hello"], "#!/bin/busybox sh\necho \"hello $1 from $(id -u):$(id -g) in $PWD at $HOME: $GREETING\"\nread -r up rest < /proc/uptime && echo up ${up:+yes}\nexit 7\n");
        Judge.Run("chmod", ["755", _directory["hello"]]).Succeeded();
        File.WriteAllText(
            _directory["image.yaml"],
            """
            contents:
              repositories: [deb bookworm main]
              packages: [busybox-static]
              files: [{source: hello, path: /opt/app/}]
            environment: {GREETING: "it's me", PATH: "/opt/app:/bin"}
            work-dir: /opt/app
            entrypoint: {command: hello}
            cmd: you
            accounts: {run-as: nonroot}
            archs: [amd64]
            """);
        BothyProgram.Run(store.Path, ["build", "image.yaml", "-o", "initramfs:image.gz", "-o", "initramfs:again.gz"], _directory.Path).Succeeded();
        Assert.Equal(File.ReadAllBytes(_directory["image.gz"]), File.ReadAllBytes(_directory["again.gz"]));

        string console = Boot(_directory["image.gz"]);

        Assert.Contains("hello you from 65532:65532 in /opt/app at /home/nonroot: it's me\n", console, StringComparison.Ordinal);
        Assert.Contains("up yes\n", console, StringComparison.Ordinal);
        Assert.Contains("bothy: the entrypoint has ended with status 7\n", console, StringComparison.Ordinal);
        Assert.DoesNotContain("Kernel panic", console, StringComparison.Ordinal);
    }

    // Without KVM the start takes some seconds on an idle machine; the limit is for one that is not.
    private string Boot(string initramfs)
    {
        var run = Judge.Run("timeout",
        [
            "240", "qemu-system-x86_64", "-accel", "tcg", "-m", "256", "-nodefaults", "-nographic", "-no-reboot", "-serial", "stdio",
            "-kernel", Kernel(), "-initrd", initramfs, "-append", "console=ttyS0 panic=-1 quiet",
        ]);
        return run.Succeeded().Output.Replace("\r", "", StringComparison.Ordinal);
    }

    // The package of the series depends on that of the kernel itself.
    private string Kernel()
    {
        const string Download = "apt-get -qq download -o APT::Sandbox::User=root";
        Judge.Run(
            "sh",
            ["-ec", $"{Download} linux-image-cloud-amd64; kernel=$(dpkg-deb -f linux-image-cloud-amd64_*.deb Depends | sed 's/ .*//'); {Download} \"$kernel\"; dpkg-deb --fsys-tarfile \"$kernel\"_*.deb | tar -xf - --wildcards './boot/vmlinuz-*'"],
            directory: _directory.Path).Succeeded();
        return Directory.GetFiles(_directory["boot"], "vmlinuz-*").Single();
    }
}
