using System.IO.Compression;
using Bothy.Formats.Cpio;
using Bothy.Formats.Trees;
using Bothy.Oci.Archives;

namespace Bothy.Oci.Tests.Archives;

public sealed class InitramfsWriterTests : IDisposable
{
    private static readonly ContainerConfig Container = new()
    {
        Env = ["PATH=/opt/bin:/bin", "QUOTE=it's"],
        Entrypoint = ["app", "one two"],
        Cmd = ["$HOME"],
        User = "web",
        WorkingDir = "/srv",
    };

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_files_of_the_image_are_in_it_with_what_starts_them_and_the_console()
    {
        var (entries, script) = Write(Image(), Container);

        Assert.Equal(
            ["Directory /bin", "File /bin/busybox", "Directory /dev", "CharacterDevice /dev/console", "Directory /etc", "File /etc/group", "File /etc/passwd", "File /init", "Directory /opt", "Directory /opt/bin", "File /opt/bin/app"],
            entries.Select(static entry => $"{entry.Kind} {entry.Path}"));
        Assert.Equal(
            """
            #!/bin/busybox sh
            # Starts the image as a container's runtime would. Written by bothy.
            busybox=/bin/busybox
            "$busybox" mkdir -p /proc /sys /dev /tmp
            "$busybox" mount -t proc proc /proc
            "$busybox" mount -t sysfs sysfs /sys
            "$busybox" mount -t devtmpfs devtmpfs /dev
            "$busybox" mkdir -p /dev/pts /dev/shm
            "$busybox" mount -t devpts devpts /dev/pts
            "$busybox" mount -t tmpfs -o mode=1777 tmpfs /dev/shm
            "$busybox" ip link set lo up
            "$busybox" mkdir -p '/srv'
            cd '/srv'
            if "$busybox" start-stop-daemon --help > /dev/null 2>&1; then
              "$busybox" env -i HOME='/home/web' PATH='/opt/bin:/bin' QUOTE='it'\''s' TERM='linux' "$busybox" start-stop-daemon -S -q -p /proc/none -c 1000:50 -x '/opt/bin/app' -- 'one two' '$HOME'
            else
              "$busybox" env -i HOME='/home/web' PATH='/opt/bin:/bin' QUOTE='it'\''s' TERM='linux' "$busybox" su -p -s '/opt/bin/app' -- 'web' 'one two' '$HOME'
            fi
            echo "bothy: the entrypoint has ended with status $?"
            "$busybox" poweroff -f

            """.ReplaceLineEndings("\n"),
            script);
    }

    [Theory]
    [InlineData(null, "HOME='/root' PATH='/opt/bin:/bin' QUOTE='it'\\''s' TERM='linux' '/opt/bin/app'")]
    [InlineData("0:0", "TERM='linux' '/opt/bin/app'")]
    [InlineData("1000", "-c 1000:50 ")]
    [InlineData("7", "-c 7:0 ")]
    [InlineData("web:staff", "-c 1000:60 ")]
    [InlineData("7:8", "HOME='/' ")]
    [InlineData("web:staff", "echo 'bothy: this BusyBox starts nothing as 1000:60: it has no start-stop-daemon, and /etc/passwd no such account'\n  false\n")]
    public void The_user_is_a_name_or_a_number_with_a_group_or_without(string? user, string expected) =>
        Assert.Contains(expected, Write(Image(), Container with { User = user }).Script, StringComparison.Ordinal);

    [Fact]
    public void An_init_of_the_image_is_what_starts()
    {
        var tree = Samples.Tree(Samples.File("init", "own"));

        Assert.Equal("own", Write(tree, new ContainerConfig()).Script);
    }

    [Fact]
    public void Capabilities_that_files_lose_are_named()
    {
        var tree = Image();
        Assert.Empty(InitramfsWriter.Losses("x", tree));
        foreach (int number in Enumerable.Range(1, 7))
        {
            var file = Samples.File($"bin/p{number}", "elf", 0b111_101_101);
            tree.Set(file with { ExtendedAttributes = file.ExtendedAttributes.Add("security.capability", new byte[] { 1 }) });
        }

        Assert.Equal("x has no place for the capabilities of files: /bin/p1, /bin/p2, /bin/p3, /bin/p4, /bin/p5 and 2 more lack theirs", Assert.Single(InitramfsWriter.Losses("x", tree)));
    }

    [Fact]
    public void The_same_image_gives_the_same_bytes()
    {
        Write(Image(), Container);
        byte[] once = File.ReadAllBytes(_directory["x"]);
        InitramfsWriter.Write(_directory["x"], Image(), Container, Samples.Epoch, parallelism: 4, CancellationToken.None);

        Assert.Equal(once, File.ReadAllBytes(_directory["x"]));
    }

    [Theory]
    [InlineData(true, "x", "nobody", "the image has no user 'nobody'")]
    [InlineData(true, "", null, "the image has neither an entrypoint nor a command to start")]
    [InlineData(false, "x", null, "nothing in the image can start it: an initramfs needs BusyBox, or an /init of its own")]
    public void What_cannot_be_started_is_refused(bool hasBusyBox, string command, string? user, string reason)
    {
        var tree = hasBusyBox ? Image() : Samples.Rich();

        var refused = Assert.Throws<BothyException>(() => Write(tree, new ContainerConfig { Cmd = command.Length == 0 ? [] : [command], User = user }));

        Assert.Equal($"cannot write {_directory["x"]}: {reason}", refused.Message);
        Assert.False(File.Exists(_directory["x"]));
    }

    private static FileTree Image() => Samples.Tree(
        Samples.File("bin/busybox", "elf", 0b111_101_101),
        Samples.File("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nweb:x:1000:50::/home/web:/bin/sh\n"),
        Samples.File("etc/group", "web:x:50:\nstaff:x:60:web\n"),
        Samples.File("opt/bin/app", "elf", 0b111_101_101));

    private (List<TreeEntry> Entries, string Script) Write(FileTree tree, ContainerConfig container)
    {
        InitramfsWriter.Write(_directory["x"], tree, container, Samples.Epoch, parallelism: 1, CancellationToken.None);
        using var archive = new GZipStream(File.OpenRead(_directory["x"]), CompressionMode.Decompress);
        var reader = new CpioReader(archive, "x");
        var entries = new List<TreeEntry>();
        string script = "";
        while (reader.TryReadNext(out var entry))
        {
            entries.Add(entry);
            script = entry.Path.Value == "init" ? new StreamReader(reader.Content).ReadToEnd() : script;
        }

        return (entries, script);
    }
}
