using Bothy.EndToEnd.Tests.Alpine;

namespace Bothy.EndToEnd.Tests;

/// <summary>Images started from memory by Debian's kernel in a machine that QEMU emulates.</summary>
[Collection(RealImages.Name)]
public sealed class BootTests(SharedStore store, DebianKernel kernel) : IClassFixture<DebianKernel>, IDisposable
{
    private const string Hello = "#!/bin/busybox sh\necho \"hello $1 from $(id -u):$(id -g) in $PWD at $HOME: $GREETING\"\nread -r up rest < /proc/uptime && echo up ${up:+yes}\nexit 7\n";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [RequiresFact(Needs.Network, "judges:qemu-system-x86_64", "judges:dpkg-deb")]
    public void A_kernel_starts_the_entrypoint_as_the_image_says_and_the_machine_ends_with_it()
    {
        WriteHello();
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

    // Its BusyBox is linked with musl and has no start-stop-daemon.
    [RequiresFact(Needs.Network, Needs.Data, "judges:qemu-system-x86_64", "judges:dpkg-deb")]
    public void A_kernel_starts_an_image_of_Alpine_by_the_BusyBox_that_it_has()
    {
        WriteHello();
        File.WriteAllText(
            _directory["image.yaml"],
            $$"""
            contents:
              repositories: [{{AlpineExamples.Repository}}]
              keyring: [{{AlpineExamples.Keys}}/alpine-devel@lists.alpinelinux.org-6165ee59.rsa.pub]
              packages: [alpine-baselayout, busybox]
              files: [{source: hello, path: /opt/app/}]
            environment: {GREETING: "it's me", PATH: "/opt/app:/usr/bin:/bin"}
            work-dir: /opt/app
            entrypoint: {command: hello}
            cmd: -you
            accounts: {run-as: web, users: [{username: web, uid: 10000, gid: 10001}], groups: [{groupname: web, gid: 10001}]}
            archs: [amd64]
            """);
        BothyProgram.Run(store.Path, ["build", "image.yaml", "-o", "initramfs:image.gz"], _directory.Path).Succeeded();

        string console = Boot(_directory["image.gz"]);

        Assert.Contains("hello -you from 10000:10001 in /opt/app at /home/web: it's me\n", console, StringComparison.Ordinal);
        Assert.Contains("up yes\n", console, StringComparison.Ordinal);
        Assert.Contains("bothy: the entrypoint has ended with status 7\n", console, StringComparison.Ordinal);
        Assert.DoesNotContain("Kernel panic", console, StringComparison.Ordinal);
    }

    private void WriteHello()
    {
        File.WriteAllText(_directory["hello"], Hello);
        Judge.Run("chmod", ["755", _directory["hello"]]).Succeeded();
    }

    // Without KVM the start takes some seconds on an idle machine; the limit is for one that is not.
    private string Boot(string initramfs)
    {
        var run = Judge.Run("timeout",
        [
            "240", "qemu-system-x86_64", "-accel", "tcg", "-m", "256", "-nodefaults", "-nographic", "-no-reboot", "-serial", "stdio",
            "-kernel", kernel.Path, "-initrd", initramfs, "-append", "console=ttyS0 panic=-1 quiet",
        ]);
        return run.Succeeded().Output.Replace("\r", "", StringComparison.Ordinal);
    }
}

/// <summary>The kernel of Debian's package for machines that are emulated, fetched by apt when it is first asked for.</summary>
public sealed class DebianKernel : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Lazy<string> _path;

    public DebianKernel() => _path = new Lazy<string>(Fetch);

    public string Path => _path.Value;

    public void Dispose() => _directory.Dispose();

    // The package of the series depends on that of the kernel itself.
    private string Fetch()
    {
        const string Download = "apt-get -qq download -o APT::Sandbox::User=root";
        Judge.Run(
            "sh",
            ["-ec", $"{Download} linux-image-cloud-amd64; kernel=$(dpkg-deb -f linux-image-cloud-amd64_*.deb Depends | sed 's/ .*//'); {Download} \"$kernel\"; dpkg-deb --fsys-tarfile \"$kernel\"_*.deb | tar -xf - --wildcards './boot/vmlinuz-*'"],
            directory: _directory.Path).Succeeded();
        return Directory.GetFiles(_directory["boot"], "vmlinuz-*").Single();
    }
}
