using System.Text;
using Bothy.Engine.Assembly;
using Bothy.Engine.Assembly.Alpine;
using Bothy.Engine.Assembly.Bases;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Tests.Assembly.Alpine;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Oci;
using Bothy.Packages.Alpine;

namespace Bothy.Engine.Tests.Assembly;

/// <summary>Packages laid over an image.</summary>
public sealed class BaseTests : AssemblerTestBase
{
    private static readonly ImageSpec Full = Image with { Contents = new ContentsSpec { Database = DatabaseChoice.Dpkg } };

    private static TestPackage Tool => new TestPackage("tool").Field("Depends", "lib").File("usr/bin/tool", "tool", 0b111_101_101).File("etc/tool.conf", "mine").Control("conffiles", "/etc/tool.conf\n");

    private static TestPackage Lib(string version = "1.0") => new TestPackage("lib", version)
        .File("usr/lib/lib.so." + version, "lib " + version)
        .File("usr/lib/lib/common", "common")
        .Control("md5sums", $"{new string('0', 32)}  usr/lib/lib.so.{version}\n{new string('0', 32)}  usr/lib/lib/common\n");

    [Theory]
    [InlineData(DatabaseChoice.Dpkg)]
    [InlineData(DatabaseChoice.StatusDirectory)]
    public void A_package_on_a_base_gives_the_files_of_both_at_once(DatabaseChoice database)
    {
        var image = Image with { Contents = new ContentsSpec { Database = database } };
        var script = new TestPackage("extra").File("usr/sbin/extra").Script("postinst", "update-alternatives --install /usr/bin/x x /usr/sbin/extra 10\nadduser --system --group extra");

        var onBase = Over(Base(image, Lib(), Tool), image, script);
        var atOnce = Assemble(image, Lib(), Tool, script);

        Assert.Equal(Plain(atOnce.Tree), Plain(onBase.Tree));
        Assert.Empty(UpperLayer.Between(Base(image, Lib(), Tool).Tree, onBase.Tree).Whiteouts);
    }

    [Theory]
    [InlineData(DatabaseChoice.Dpkg)]
    [InlineData(DatabaseChoice.StatusDirectory)]
    public void A_later_version_takes_the_place_of_the_bases(DatabaseChoice database)
    {
        var image = Image with { Contents = new ContentsSpec { Database = database } };
        var below = Base(image, Lib(), Tool);

        var result = Over(below, image, Lib("2.0"));
        var upper = UpperLayer.Between(below.Tree, result.Tree);

        Assert.Equal(Plain(Assemble(image, Tool, Lib("2.0")).Tree), Plain(result.Tree));
        Assert.Contains(TreePath.Parse("usr/lib/lib.so.1.0"), upper.Whiteouts);
        Assert.False(upper.Tree.Contains(TreePath.Parse("usr/lib/lib/common"))); // which is as it was
        Assert.False(upper.Tree.Contains(TreePath.Parse("usr/bin/tool")));
    }

    [Fact]
    public void Only_what_differs_is_in_the_layer_on_top()
    {
        var below = Base(Full, Lib());

        Assert.True(UpperLayer.Between(below.Tree, Over(below, Full).Tree).IsEmpty);
        Assert.Equal(
            ["/usr", "/usr/bin", "/usr/bin/new"],
            UpperLayer.Between(below.Tree, Over(below, Image with { Contents = new ContentsSpec { Database = DatabaseChoice.None } }, new TestPackage("new").File("usr/bin/new")).Tree)
                .Tree.Entries.Select(entry => entry.Path.ToString()).Where(path => !path.StartsWith("/etc", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_changed_configuration_file_stays_and_the_packages_goes_beside_it()
    {
        var tree = Base(Full, Tool).Tree;
        tree.Set(Entry(tree, "etc/tool.conf") with { Content = FileContent.Of("changed") });
        var newer = new TestPackage("tool", "2").File("usr/bin/tool", "tool 2").File("etc/tool.conf", "theirs").Control("conffiles", "/etc/tool.conf\n");

        var kept = Over(Contents(tree), Full, newer);
        Assert.Equal(("changed", "theirs"), (Text(kept, "etc/tool.conf"), Text(kept, "etc/tool.conf.dpkg-dist")));

        var unchanged = Over(Base(Full, Tool), Full, newer);
        Assert.Equal("theirs", Text(unchanged, "etc/tool.conf"));
        Assert.False(Has(unchanged, "etc/tool.conf.dpkg-dist"));
    }

    [Fact]
    public void A_configuration_file_that_the_new_version_lacks_is_remembered_as_obsolete()
    {
        var result = Over(Base(Full, Tool), Full, new TestPackage("tool", "2").File("usr/bin/tool", "tool 2"));

        Assert.Equal("mine", Text(result, "etc/tool.conf"));
        Assert.Contains(" obsolete\n", Text(result, "var/lib/dpkg/status"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_the_bases_package_needs_leave_to_be_replaced()
    {
        var failure = Assert.Throws<BothyException>(() => Over(Base(Full, Tool), Full, new TestPackage("other").File("usr/bin/tool")));
        Assert.Equal("cannot assemble: /usr/bin/tool is in both tool 1.0 (amd64), which is in the base, and other 1.0 (amd64)", failure.Message);

        Assert.Equal("theirs", Text(Over(Base(Full, Tool), Full, new TestPackage("other").Field("Replaces", "tool").File("usr/bin/tool", "theirs")), "usr/bin/tool"));
        var replacing = Base(Full, new TestPackage("tool").Field("Replaces", "other").File("usr/bin/tool", "tool"));
        Assert.Equal("tool", Text(Over(replacing, Full, new TestPackage("other").File("usr/bin/tool", "theirs")), "usr/bin/tool"));
    }

    [Fact]
    public void Accounts_are_added_to_those_of_the_base_whose_lines_stay()
    {
        var tree = Base(Full, Tool).Tree;
        Set(tree, "etc/passwd", "root:x:0:0:Administrator:/root:/bin/zsh\n+::::::\n");
        Set(tree, "etc/group", "root:x:0:alice\n");
        Set(tree, "etc/shadow", "root:secret:19000:0:99999:7:::\n");

        var result = Over(Contents(tree), Full with { Accounts = new AccountsSpec { Users = [new UserSpec("web", 1000, Mark)] } });

        Assert.Equal("root:x:0:0:Administrator:/root:/bin/zsh\n+::::::\nweb:x:1000:1000:Account created by bothy:/home/web:/bin/sh\n", Text(result, "etc/passwd"));
        Assert.Equal("root:x:0:alice\n", Text(result, "etc/group"));
        Assert.Equal("root:secret:19000:0:99999:7:::\nweb:!::0:99999:7:::\n", Text(result, "etc/shadow"));
    }

    [Theory]
    [InlineData(20, "/usr/sbin/new")]
    [InlineData(10, "/usr/sbin/old")] // not higher
    [InlineData(5, "/usr/sbin/old")]
    public void An_alternative_competes_with_those_of_the_base(int priority, string chosen)
    {
        var old = new TestPackage("old").File("usr/sbin/old").Script("postinst", "update-alternatives --install /usr/bin/x x /usr/sbin/old 10");
        var other = new TestPackage("new").File("usr/sbin/new").Script("postinst", $"update-alternatives --install /usr/bin/x x /usr/sbin/new {priority}");

        var result = Over(Base(Full, old), Full, other);

        Assert.Equal(chosen, Entry(result, "etc/alternatives/x").LinkTarget);
        Assert.Equal(Text(Assemble(Full, old, other), "var/lib/dpkg/alternatives/x"), Text(result, "var/lib/dpkg/alternatives/x"));
    }

    [Fact]
    public void What_is_excluded_of_the_base_is_hidden_and_its_bytes_are_said_to_stay()
    {
        var below = Base(Full, Lib(), Tool);

        var result = Over(below, Full with { Contents = Full.Contents with { Exclude = [new Marked<string>("/usr/lib/**", Mark)] } });

        Assert.Contains(TreePath.Parse("usr/lib/lib"), UpperLayer.Between(below.Tree, result.Tree).Whiteouts);
        Assert.Contains(result.Warnings, warning => warning.Contains("2 files of the base are excluded: their 13 B", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_keeps_its_other_names_when_the_first_goes()
    {
        var names = new TestPackage("names").File("usr/bin/first", "bytes").HardLink("usr/bin/second", "usr/bin/first").HardLink("usr/bin/third", "usr/bin/first");
        var below = Base(Full, names);

        var result = Over(below, Full with { Contents = Full.Contents with { Exclude = [new Marked<string>("/usr/bin/first", Mark)] } });
        var upper = UpperLayer.Between(below.Tree, result.Tree);

        Assert.Equal("bytes", Text(result, "usr/bin/second"));
        Assert.Equal("usr/bin/second", Entry(result, "usr/bin/third").LinkTarget);
        Assert.Equal((true, true), (upper.Tree.Contains(TreePath.Parse("usr/bin/second")), upper.Tree.Contains(TreePath.Parse("usr/bin/third"))));
    }

    [Fact]
    public void Apks_packages_on_a_base_give_the_files_and_the_database_of_both_at_once()
    {
        ApkBuilder[] below =
        [
            new ApkBuilder("accounts").File("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n").File("etc/group", "root:x:0:\n").Directory("usr").Directory("usr/bin"),
            new ApkBuilder("lib").File("usr/lib/lib.so", "lib").File("usr/lib/lib-old", "old").File("etc/lib.conf", "conf").Script(".post-install", "#!/bin/sh\n"),
            new ApkBuilder("openrc").File("etc/init.d/web", "service"),
        ];
        ApkBuilder web = new ApkBuilder("web").File("usr/bin/web", "web", owner: "web:web").Script(".pre-install", "#!/bin/sh\naddgroup -S web\nadduser -S -G web web\n").Script(".post-install", "#!/bin/sh\nrc-update add web\n");

        var onBase = OverApk(Contents(OverApk(null, below).Tree), web);
        Assert.Equal(Plain(OverApk(null, [.. below, web]).Tree), Plain(onBase.Tree));
        Assert.Equal("/etc/init.d/web", Entry(onBase, "etc/runlevels/default/web").LinkTarget);

        // A later version: what it lacks goes, what was changed below /etc stays.
        var newer = new ApkBuilder("lib", "2.0-r0").File("usr/lib/lib.so", "lib 2").File("etc/lib.conf", "conf 2").Script(".post-upgrade", "#!/bin/sh\nmkdir -p /var/upgraded\n");
        var tree = OverApk(null, below).Tree;
        var upgraded = OverApk(Contents(tree), newer);
        Assert.Equal(("lib 2", "conf 2", true), (Text(upgraded, "usr/lib/lib.so"), Text(upgraded, "etc/lib.conf"), Has(upgraded, "var/upgraded")));
        Assert.Contains(TreePath.Parse("usr/lib/lib-old"), UpperLayer.Between(tree, upgraded.Tree).Whiteouts);
        Assert.Equal(["accounts", "lib", "openrc"], Text(upgraded, "lib/apk/db/installed").Split('\n').Where(line => line.StartsWith("P:", StringComparison.Ordinal)).Select(line => line[2..]));
        tree.Set(Entry(tree, "etc/lib.conf") with { Content = FileContent.Of("changed") });
        upgraded = OverApk(Contents(tree), newer);
        Assert.Equal(("changed", "conf 2"), (Text(upgraded, "etc/lib.conf"), Text(upgraded, "etc/lib.conf.apk-new")));

        Assert.Equal(
            "cannot assemble: /usr/lib/lib.so is in both lib 1.0-r0 (x86_64), which is in the base, and thief 1.0-r0 (x86_64), and neither replaces the other",
            Assert.Throws<BothyException>(() => OverApk(Contents(OverApk(null, below).Tree), new ApkBuilder("thief").File("usr/lib/lib.so", "x"))).Message);
    }

    [Fact]
    public void A_record_that_would_not_be_true_any_more_is_not_left_there()
    {
        var without = Full with { Contents = Full.Contents with { Database = DatabaseChoice.None } };

        Assert.StartsWith("cannot assemble: the base records lib 1.0 (amd64)", Assert.Throws<BothyException>(() => Over(Base(Full, Lib()), without, Lib("2.0"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_takes_the_place_of_a_directory_needs_no_whiteouts_for_what_was_in_it()
    {
        var below = Tree(("a", null), ("a/x", "x"), ("b", null), ("b/y", "y"));
        var after = Tree(("a", "now a file"));

        var upper = UpperLayer.Between(below, after);

        Assert.Equal(TreePath.Parse("b"), Assert.Single(upper.Whiteouts));
        Assert.Equal(["/a"], upper.Tree.Entries.Select(entry => entry.Path.ToString()));
    }

    [Fact]
    public void What_no_database_knows_gives_way_but_for_configuration_files()
    {
        var below = Contents(Tree(("usr", null), ("usr/bin", null), ("usr/bin/tool", "unknown"), ("etc", null), ("etc/tool.conf", "unknown")));

        var result = Over(below, Full, Tool);

        Assert.Equal(("tool", "unknown", "mine"), (Text(result, "usr/bin/tool"), Text(result, "etc/tool.conf"), Text(result, "etc/tool.conf.dpkg-dist")));
    }

    private static AssemblyResult OverApk(ImageContents? below, params ApkBuilder[] packages)
    {
        var read = packages.Select(static package => ApkFile.Read(package)).ToList();
        return Assembler.Assemble(
            new AssemblyRequest([.. read.Select(static one => one.Contents)], [], Image)
            {
                Base = below,
                Apk = new ApkAssembly
                {
                    Architecture = "x86_64",
                    Packages = [.. read.Select(static one => one.Facts)],
                    World = [.. packages.Select(static package => ApkDependency.Parse(package.Name))],
                    Repositories = ["/repo"],
                },
            },
            CancellationToken.None);
    }

    private static ImageContents Base(ImageSpec image, params TestPackage[] packages) => Contents(Assemble(image, packages).Tree);

    // As it is read back: origins are layers, and no names of owners are left.
    private static ImageContents Contents(FileTree tree)
    {
        var read = new FileTree();
        foreach (var entry in tree.Entries)
        {
            read.Set(entry with { Origin = new Origin.Layer(Digest.Of("base"u8)), UserName = null, GroupName = null });
        }

        return ImageContents.Of(read, new ContainerConfig(), new Platform("linux", "amd64"));
    }

    private static AssemblyResult Over(ImageContents below, ImageSpec image, params TestPackage[] packages) =>
        Assembler.Assemble(new AssemblyRequest([.. packages.Select(static package => package.Build())], [], image) { Base = below }, CancellationToken.None);

    private static string Plain(FileTree tree) => string.Join('\n', tree.Entries.Select(entry =>
        $"{entry.Path} {entry.Kind} {Convert.ToString(entry.Mode, 8)} {entry.UserId}:{entry.GroupId} {entry.LinkTarget} {(entry.Content is { Length: < 4096 } content ? Encoding.UTF8.GetString(content.ReadAll()) : entry.Content?.Digest.ToString())}"));

    private static void Set(FileTree tree, string path, string text) =>
        tree.Set(TreeEntry.File(TreePath.Parse(path), FileContent.Of(text), new Origin.Layer(Digest.Of("base"u8))));

    private static TreeEntry Entry(FileTree tree, string path) => tree.TryGet(TreePath.Parse(path), out var entry) ? entry : throw new InvalidOperationException($"the tree has no {path}");

    private static FileTree Tree(params (string Path, string? Text)[] entries)
    {
        var tree = new FileTree();
        foreach (var (path, text) in entries)
        {
            var origin = new Origin.Layer(Digest.Of("base"u8));
            tree.Set(text is null ? TreeEntry.Directory(TreePath.Parse(path), origin) : TreeEntry.File(TreePath.Parse(path), FileContent.Of(text), origin));
        }

        return tree;
    }
}
