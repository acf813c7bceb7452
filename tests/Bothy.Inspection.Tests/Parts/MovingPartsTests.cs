using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Bothy.Inspection.Parts;
using Bothy.Oci;

namespace Bothy.Inspection.Tests.Parts;

public sealed class MovingPartsTests
{
    private static readonly Origin Test = new Origin.ImageFile("test");

    [Fact]
    public void Counts_what_can_be_started_changed_or_misused()
    {
        var parts = Of(
            File("usr/bin/tool", "", "755"),
            File("usr/bin/passwd", "", "4755"),
            File("usr/bin/wall", "", "2755"),
            File("usr/lib/libz.so.1.3", "", "755"), // a library, though Alpine marks it so
            File("usr/libexec/helper", "", "711"),
            File("srv/upload.txt", "", "666"),
            Directory("tmp", "1777"), // sticky: nobody removes what is another's
            Directory("srv/open", "777"),
            TreeEntry.SymbolicLink(TreePath.Parse("srv/link"), "upload.txt", Test), // links are always 777
            File("usr/bin/ping", "", "755") with { ExtendedAttributes = TreeEntry.NoAttributes.Add(FileCapabilities.Attribute, Convert.FromHexString("0100000200200000000000000000000000000000")) },
            File("usr/bin/odd", "", "755") with { ExtendedAttributes = TreeEntry.NoAttributes.Add(FileCapabilities.Attribute, new byte[3]) });

        Assert.Equal(["usr/bin/odd", "usr/bin/passwd", "usr/bin/ping", "usr/bin/tool", "usr/bin/wall", "usr/libexec/helper"], Texts(parts.Executables));
        Assert.Equal(["usr/bin/odd", "usr/bin/passwd", "usr/bin/ping", "usr/bin/tool", "usr/bin/wall"], Texts(parts.Commands));
        Assert.Equal(["usr/bin/passwd"], Texts(parts.SetUserIds));
        Assert.Equal(["usr/bin/wall"], Texts(parts.SetGroupIds));
        Assert.Equal(["srv/open", "srv/upload.txt"], Texts(parts.WorldWritable));
        Assert.Equal([new CapableFile(TreePath.Parse("usr/bin/odd"), "damaged"), new CapableFile(TreePath.Parse("usr/bin/ping"), "cap_net_raw=ep")], parts.Capabilities.AsEnumerable());
        Assert.Equal(3, parts.Packages);
    }

    [Fact]
    public void Names_shells_package_managers_and_interpreters_where_they_can_be_called()
    {
        var parts = Of(
            TreeEntry.SymbolicLink(TreePath.Parse("bin"), "usr/bin", Test), // counted once, under its real path
            File("usr/bin/busybox", "", "755"),
            TreeEntry.SymbolicLink(TreePath.Parse("usr/bin/sh"), "/bin/busybox", Test),
            TreeEntry.SymbolicLink(TreePath.Parse("usr/bin/bash"), "/bin/missing", Test),
            TreeEntry.SymbolicLink(TreePath.Parse("usr/bin/zsh"), "zsh", Test), // leads to itself
            File("usr/bin/dash", "", "644"), // may not be executed
            File("usr/share/doc/bash", "", "755"), // not where programs are called from
            File("usr/bin/python3.11", "", "755"),
            File("usr/local/bin/pip3.11", "", "755"),
            File("usr/bin/perl5.36.0", "", "755"),
            File("usr/bin/apt-get", "", "755"),
            File("usr/bin/lua5.4", "", "755"),
            File("usr/bin/pythonic", "", "755"));

        Assert.Equal(["usr/bin/busybox", "usr/bin/sh"], Texts(parts.Shells));
        Assert.Equal(["usr/bin/apt-get", "usr/local/bin/pip3.11"], Texts(parts.PackageManagers));
        Assert.Equal(["usr/bin/lua5.4", "usr/bin/perl5.36.0", "usr/bin/python3.11"], Texts(parts.Interpreters));
    }

    [Fact]
    public void Programs_are_looked_for_in_the_images_own_path()
    {
        var tree = Tree(File("opt/app/bin/node", "", "755"));

        Assert.Empty(MovingParts.Of(tree, new ContainerConfig(), 0).Interpreters);
        Assert.Equal(["opt/app/bin/node"], Texts(MovingParts.Of(tree, new ContainerConfig { Env = ["PATH=/opt/app/bin:/usr/bin:../..:"] }, 0).Interpreters));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("root", true)]
    [InlineData("0:0", true)]
    [InlineData("0", true)]
    [InlineData("toor", true)] // another name of number 0
    [InlineData("65532", false)]
    [InlineData("app:app", false)]
    [InlineData("stranger", false)]
    [InlineData("-1", false)]
    public void Says_whether_containers_run_as_root(string? user, bool isRoot)
    {
        var tree = Tree(File("etc/passwd", "root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\napp:x:1000:1000::/app:/sbin/nologin\n", "644"));

        Assert.Equal(isRoot, MovingParts.Of(tree, new ContainerConfig { User = user }, 0).RunsAsRoot);
    }

    [Fact]
    public void Reads_accounts_and_passes_over_lines_that_are_none()
    {
        var users = UserAccount.Of(Tree(File("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n# no\nbad:x:one:2::/:\ndaemon:x:1:1::/:/usr/sbin/nologin\nplus:x:2:2::/:\nhuge:x:4294967295:0::/:/bin/false\n+::::::\n", "644")));

        Assert.Equal([("root", 0u, true), ("daemon", 1u, false), ("plus", 2u, true), ("huge", uint.MaxValue, false)], users.Select(user => (user.Name, user.UserId, user.MayLogIn)));
    }

    [Theory]
    [InlineData("lib/ld-musl-x86_64.so.1", CLibraryKind.Musl)]
    [InlineData("lib64/ld-linux-x86-64.so.2", CLibraryKind.Glibc)]
    [InlineData("lib/ld-linux.so.2", CLibraryKind.Glibc)]
    [InlineData("lib/ld-linux-aarch64.so.1", CLibraryKind.Glibc)]
    [InlineData("lib64/ld64.so.2", CLibraryKind.Glibc)]
    public void Knows_the_C_library_by_its_loader(string loader, CLibraryKind kind)
    {
        var libraries = CLibrary.Of(Tree(File(loader, "", "755")), path => path.Value == loader ? "1.2.5-r9" : null);

        Assert.Equal([new CLibrary(kind, TreePath.Parse(loader), "1.2.5")], libraries.AsEnumerable());
    }

    [Fact]
    public void An_image_without_a_loader_has_no_C_library() => Assert.Empty(CLibrary.Of(Tree(File("usr/bin/ld-linux-tool", "", "755")), _ => null));

    [Theory]
    [InlineData("app", "opt/bin/app", null, true)] // by PATH
    [InlineData("/opt/bin/app", "opt/bin/app", null, true)]
    [InlineData("bin/app", "opt/bin/app", null, true)] // from the working directory
    [InlineData("/opt/bin/script", "opt/bin/script", "/bin/sh", false)] // nothing interprets it
    [InlineData("/opt/bin/script2", "opt/bin/script2", "/opt/bin/app", true)]
    [InlineData("/opt/bin/text", null, null, false)] // may not be executed
    [InlineData("missing", null, null, false)]
    [InlineData("/../app", null, null, false)]
    public void Finds_what_a_container_starts(string word, string? program, string? interpreter, bool starts)
    {
        var tree = Tree(
            File("opt/bin/app", "static", "755"),
            File("opt/bin/text", "x", "644"),
            File("opt/bin/script", "#! /bin/sh -e\nexit\n", "755"),
            File("opt/bin/script2", "#!/opt/bin/app\n", "755"));

        var start = StartedProgram.Of(tree, new ContainerConfig { Entrypoint = [word], Cmd = ["x"], Env = ["PATH=/opt/bin"], WorkingDir = "/opt" });

        Assert.Equal([word, "x"], start!.Command.AsEnumerable());
        Assert.Equal((program, interpreter, starts), (start.Program?.Value, start.Interpreter, start.Starts));
    }

    [Fact]
    public void A_container_may_start_nothing() => Assert.Null(StartedProgram.Of(new FileTree(), new ContainerConfig()));

    private static MovingParts Of(params TreeEntry[] entries) => MovingParts.Of(Tree(entries), new ContainerConfig(), 3);

    private static string[] Texts(ImmutableArray<TreePath> paths) => [.. paths.Select(path => path.Value)];

    private static TreeEntry File(string path, string content, string mode) => TreeEntry.File(TreePath.Parse(path), FileContent.Of(content), Test, Convert.ToInt32(mode, 8));

    private static TreeEntry Directory(string path, string mode) => TreeEntry.Directory(TreePath.Parse(path), Test, Convert.ToInt32(mode, 8));

    private static FileTree Tree(params TreeEntry[] entries)
    {
        var tree = new FileTree();
        foreach (var entry in entries)
        {
            tree.Set(entry);
        }

        return tree;
    }
}
