using Bothy.Engine.Assembly;
using Bothy.Engine.Assembly.Alpine;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;
using Bothy.Packages.Alpine;

namespace Bothy.Engine.Tests.Assembly.Alpine;

/// <summary>How packages are laid over each other and recorded: each case is installed by the real apk too, where there is one.</summary>
public sealed class ApkOverlayTests : AssemblerTestBase, IDisposable
{
    private const string Passwd = "root:x:0:0:root:/root:/bin/sh\nbob:x:500:500::/:/bin/sh\n";
    private const string Group = "root:x:0:\nbobs:x:501:bob\n";

    private readonly ApkJudge? _judge = Needs.ReasonToSkip(ApkJudge.Need) is null && Needs.ReasonToSkip(Needs.Data) is null ? new ApkJudge() : null;

    /// <summary>Cases by name: packages in the order of installation, and the name of one that is pinned to a tagged repository.</summary>
    private static Dictionary<string, ApkBuilder[]> Cases { get; } = new(StringComparer.Ordinal)
    {
        ["a file of a package that is replaced"] = [new ApkBuilder("a").File("d/x", "a").File("d/y", "a"), new ApkBuilder("b").Replaces("a").File("d/x", "bb")],
        ["a package that is replaced by one before it"] = [new ApkBuilder("a").Replaces("b").File("d/x", "a"), new ApkBuilder("b").File("d/x", "bb").File("d/z", "b")],
        ["two that replace each other"] = [new ApkBuilder("a").Replaces("b").File("x", "a"), new ApkBuilder("b").Replaces("a").File("x", "bb")],
        ["the first has the higher priority"] =
            [new ApkBuilder("a").Replaces("b").Info(static info => info with { ReplacesPriority = 5 }).File("x", "a"), new ApkBuilder("b").Replaces("a").File("x", "bb")],
        ["the second has the higher priority"] =
            [new ApkBuilder("a").Replaces("b").File("x", "a"), new ApkBuilder("b").Replaces("a").Info(static info => info with { ReplacesPriority = 5 }).File("x", "bb")],
        ["a priority of one that is replaced"] =
            [new ApkBuilder("a").Info(static info => info with { ReplacesPriority = 5 }).File("x", "a"), new ApkBuilder("b").Replaces("a").File("x", "bb")],
        ["one origin"] = [Of("a", "o").Info(static info => info with { ReplacesPriority = 5 }).File("x", "a"), Of("b", "o").File("x", "bb")],
        ["one origin and a replacement the other way"] = [Of("a", "o").Replaces("b").File("x", "a"), Of("b", "o").File("x", "bb")],
        ["a version that is replaced"] = [new ApkBuilder("a").File("x", "a"), new ApkBuilder("b").Replaces("a<2").File("x", "bb")],
        ["links that are replaced"] = [new ApkBuilder("a").Link("d/x", "one"), new ApkBuilder("b").Replaces("a").Link("d/x", "two")],
        ["modes of a directory"] =
        [
            new ApkBuilder("a").Directory("m", 0b111_101_101).Directory("n", 0b111_111_111).Directory("s", 0b001_111_111_111).Directory("t", 0b001_111_111_111),
            new ApkBuilder("b").Directory("m", 0b111_001_001).Directory("n", 0b001_111_101_101).Directory("s", 0b111_101_101).Directory("t", 0b001_111_111_111),
            new ApkBuilder("c").Directory("m", 0b111_000_111).Directory("n").Directory("s", 0b111_111_111),
        ],
        ["owners of a directory"] =
        [
            new ApkBuilder("a").Add(OwnedBy("p", 5, 6)).Add(OwnedBy("q", 5, 6)).Add(OwnedBy("r", 7, 8)).Add(OwnedBy("u", 5, 9)).Add(OwnedBy("v", 0, 6)),
            new ApkBuilder("b").Add(OwnedBy("p", 0, 0)).Add(OwnedBy("q", 7, 8)).Add(OwnedBy("r", 5, 6)).Add(OwnedBy("u", 5, 6)).Add(OwnedBy("v", 5, 0)),
        ],
        ["directories of the root itself"] =
            [new ApkBuilder("a").Directory("tmp").Directory("dev", 0b111_000_000).Directory("proc").Directory("root", 0b111_000_000).Directory("etc/apk/keys", 0b111_000_000).Directory("var", 0b111_001_001)],
        ["owners by name"] =
        [
            new ApkBuilder("accounts").File("etc/passwd", Passwd).File("etc/group", Group),
            new ApkBuilder("b").Directory("h", owner: "bob:bobs").File("h/x", "x", owner: "bob:nosuch").File("h/y", "y", 0b100_110_100_100, owner: "nosuch:bobs"),
        ],
        ["owners in the package that brings the accounts"] =
        [
            new ApkBuilder("a").File("etc/group", Group).File("etc/passwd", Passwd).File("home/x", "x", owner: "bob:bobs"),
            new ApkBuilder("b").File("home/y", "x", owner: "bob:bobs"),
        ],
        ["hard links"] =
        [
            new ApkBuilder("a").File("bin/b", "one", 0b111_101_101).HardLink("bin/a", "bin/b").HardLink("sbin/c", "bin/b"),
            new ApkBuilder("b").Replaces("a").File("bin/a", "two"),
        ],
        ["devices, pipes, attributes"] =
        [
            new ApkBuilder("a").Device("dev/full", 1, 7).Directory("run").Add(new TreeEntry { Path = TreePath.Parse("run/pipe"), Kind = EntryKind.Fifo, Mode = 0b110_000_000, Origin = new Origin.Effect("test") })
                .File("bin/capable", "x", 0b100_111_101_101).ExtendedAttribute("bin/capable", "security.capability", Convert.FromHexString("0100000200200000000000000000000000000000"))
                .ExtendedAttribute("bin/capable", "user.note", "a note"u8.ToArray()).Directory("noted").ExtendedAttribute("noted", "user.note", [1]),
        ],
        ["files below a link to a directory"] =
            [new ApkBuilder("a").Directory("z").Link("z/d", "../zz").Directory("zz"), new ApkBuilder("b").File("z/d/q", "q")],
        ["files that are there already"] = [new ApkBuilder("a").File("etc/apk/repositories", "http://example.test\n").File("etc/apk/world", "other\n")],
        ["packages without files"] =
        [
            new ApkBuilder("a").Replaces("x").Info(static info => info with { InstalledSize = 1 }),
            new ApkBuilder("b").File("ignored", "x").Info(static info => info with { InstalledSize = 0, Replaces = ["y"] }),
            new ApkBuilder("c").Replaces("z").File("c", "c"),
            new ApkBuilder("d").Replaces("lost").Info(static info => info with { InstalledSize = 1, ReplacesPriority = 3 }),
        ],
        ["every field"] =
        [
            new ApkBuilder("a", "1.2_rc3-r4").Depends("b", "!none", "b>0").Provides("cmd:a=1", "v").InstallIf("b", "c=1").Replaces("x", "y<2").Trigger("#!/bin/sh\n", "/usr/*", "+/opt").Script(".post-upgrade", "#!/bin/sh\n")
                .Script(".pre-deinstall", "x").Info(static info => info with { ProviderPriority = 7, ReplacesPriority = 3, Commit = "c0ffee", Maintainer = "Sören <s@example.test>", License = "" }).File("usr/a"),
            new ApkBuilder("b", architecture: "noarch").Info(static info => info with { Description = "", Url = "", License = "", Origin = "", BuildTime = 0 }).File("opt/a-b/c").File("opt/a/z").File("opt/a/y").File("top"),
            new ApkBuilder("very-" + new string('l', 80)).Script(".post-install", "#!/bin/sh\n").Link("long", "target"),
        ],
    };

    public static TheoryData<string> CaseNames => [.. Cases.Keys];

    [RequiresTheory(Needs.Data, ApkJudge.Need)]
    [MemberData(nameof(CaseNames))]
    public void Gives_the_tree_and_the_database_of_apk(string name)
    {
        var packages = Cases[name];
        var result = Assemble(Image, packages);
        Install(packages).Succeeded();

        var theirs = RootTree.Lines(RootTree.Read(_judge!["/root-of-test"]));
        var ours = RootTree.Lines(result.Tree);
        Assert.Equal(string.Join('\n', theirs.Select(static line => line.ToString())), string.Join('\n', ours.Select(static line => line.ToString())));
        Assert.Equal(File.ReadAllText(_judge["/root-of-test/lib/apk/db/installed"]), Text(result, "lib/apk/db/installed"));
    }

    [Theory]
    [InlineData("the same path", "cannot assemble: d/x is in both a 1.0-r0 (x86_64) and b 1.0-r0 (x86_64), and neither replaces the other")]
    [InlineData("the same content", "cannot assemble: d/x is in both a 1.0-r0 (x86_64) and b 1.0-r0 (x86_64), and neither replaces the other")]
    [InlineData("another version replaced", "cannot assemble: d/x is in both a 1.0-r0 (x86_64) and b 1.0-r0 (x86_64), and neither replaces the other")]
    [InlineData("a provided name replaced", "cannot assemble: d/x is in both a 1.0-r0 (x86_64) and b 1.0-r0 (x86_64), and neither replaces the other")]
    [InlineData("a file where a directory is", "cannot assemble: d/x is a directory in a 1.0-r0 (x86_64) and none in b 1.0-r0 (x86_64)")]
    [InlineData("a directory where a file is", "cannot assemble: d/x is a directory in b 1.0-r0 (x86_64) and none in a 1.0-r0 (x86_64)")]
    public void Refuses_what_apk_refuses_and_names_both_packages(string name, string message)
    {
        var a = new ApkBuilder("a").Provides("v=1");
        var b = new ApkBuilder("b");
        ApkBuilder[] packages = name switch
        {
            "the same path" => [a.File("d/x", "a"), b.File("d/x", "b")],
            "the same content" => [a.File("d/x", "a"), b.File("d/x", "a")],
            "another version replaced" => [a.File("d/x", "a"), b.File("d/x", "b").Replaces("a>2")],
            "a provided name replaced" => [a.File("d/x", "a"), b.File("d/x", "b").Replaces("v")],
            "a file where a directory is" => [a.File("d/x/y", "a"), b.File("d/x", "b")],
            _ => [a.File("d/x", "a"), b.File("d/x/y", "b")],
        };
        if (_judge is not null)
        {
            Assert.NotEqual(0, Install(packages).ExitCode);
        }

        var failure = Assert.Throws<BothyException>(() => Assemble(Image, packages));

        Assert.Equal(message.Replace("d/x", "/d/x", StringComparison.Ordinal), failure.Message);
        Assert.NotNull(failure.Hint);
    }

    [Fact]
    public void A_pinned_package_has_its_tag_in_the_database()
    {
        var (contents, facts) = ApkFile.Read(new ApkBuilder("a").File("a"), "edge");

        Assert.Contains("\ns:edge\nF:\nR:a\n", Text(Assemble(Image, [contents], [facts]), "lib/apk/db/installed"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_world_is_sorted_by_name_and_has_each_name_once() =>
        Assert.Equal("!a\nb@edge>=1\nc<2\n", Text(Assemble(Image, [], [], ["c>1", "b@edge=>1", "!a", "c<2"]), "etc/apk/world"));

    [Theory]
    [InlineData("../passwd")]
    [InlineData("sub/key.rsa.pub")]
    [InlineData("")]
    [InlineData(".")]
    public void A_key_cannot_be_put_elsewhere(string name)
    {
        var request = new AssemblyRequest([], [], Image) { Apk = new ApkAssembly { Architecture = "x86_64", Packages = [], Keys = [new ApkKeyFile(name, "key")] } };

        Assert.Equal($"cannot assemble: '{name}' cannot be the name of a key's file", Assert.Throws<BothyException>(() => Assembler.Assemble(request, CancellationToken.None)).Message);
    }

    [Fact]
    public void Without_a_database_the_image_says_nothing_of_packages()
    {
        var image = Image with { Contents = new ContentsSpec { Database = DatabaseChoice.None } };

        Assert.DoesNotContain("apk", Dump(Assemble(image, new ApkBuilder("a").File("bin/a")), "/").Replace("effect apk-root", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_left_out_unless_the_image_file_says_so()
    {
        var package = new ApkBuilder("a").File("usr/share/man/man1/a.1.gz", "m").File("usr/share/doc/a/README", "d").File("usr/bin/a", "a");
        var omitting = Image with
        {
            Contents = new ContentsSpec { Documentation = DocumentationChoice.Omit, Exclude = [new Marked<string>("/usr/share/doc", Mark)] },
            Keys = Image.Keys.Add("contents.documentation", Mark),
        };

        Assert.True(Has(Assemble(Image, package), "usr/share/man/man1/a.1.gz"));
        var result = Assemble(omitting, package);

        Assert.Equal(["documentation", "manual pages"], result.Dropped.Select(static rule => rule.Rule.Replace("exclude /usr/share/doc", "documentation", StringComparison.Ordinal)));
        Assert.False(Has(result, "usr/share/man"));
        Assert.DoesNotContain("man", Text(result, "lib/apk/db/installed"), StringComparison.Ordinal);
        Assert.DoesNotContain("README", Text(result, "lib/apk/db/installed"), StringComparison.Ordinal);
    }

    [Fact]
    public void With_a_merged_usr_the_database_is_below_usr()
    {
        var result = Assemble(Image, new ApkBuilder("baselayout").Directory("usr/lib").Link("lib", "usr/lib").Directory("usr/bin").Link("bin", "usr/bin"), new ApkBuilder("a").File("usr/lib/liba.so", "a"));

        Assert.True(Has(result, "usr/lib/apk/db/installed"));
        Assert.Equal("usr/lib", Entry(result, "lib").LinkTarget);
    }

    [Fact]
    public void The_root_is_that_of_apk_and_what_the_image_file_says() => Golden.Matches(
        TreeDump.WithOrigins(Assemble(Image, [], [], ["a"]).Tree),
        "apk-root.txt");

    public void Dispose() => _judge?.Dispose();

    internal static AssemblyResult Assemble(ImageSpec image, params ApkBuilder[] packages)
    {
        var read = packages.Select(static package => ApkFile.Read(package)).ToList();
        return Assemble(image, [.. read.Select(static one => one.Contents)], [.. read.Select(static one => one.Facts)], [.. packages.Select(static package => package.Name)]);
    }

    private static AssemblyResult Assemble(ImageSpec image, Bothy.Packages.PackageContents[] packages, ApkPackageFacts[] facts, params string[] world) => Assembler.Assemble(
        new AssemblyRequest([.. packages], [], image)
        {
            Apk = new ApkAssembly
            {
                Architecture = "x86_64",
                Packages = [.. facts],
                World = [.. world.Select(static one => ApkDependency.Parse(one))],
                Repositories = ["/repo"],
                Keys = [new ApkKeyFile("test.rsa.pub", "key\n")],
            },
        },
        CancellationToken.None);

    // The real apk settles the order by names and dependencies; the cases are in the order of names.
    private JudgeResult Install(ApkBuilder[] packages)
    {
        new ApkRepositoryBuilder(_judge!["/repo"]) { SignIndex = false, SignPackages = false }.Add(packages).Write();
        string keys = _judge["/root-of-test/etc/apk/keys"];
        Directory.CreateDirectory(keys);
        File.WriteAllText(Path.Combine(keys, "test.rsa.pub"), "key\n");
        File.WriteAllText(_judge["/root-of-test/etc/apk/repositories"], "/repo\n");
        Judge.Run("chmod", "-R", "u=rwX,go=rX", _judge["/root-of-test"]).Succeeded();
        return _judge.Apk(["add", "--initdb", "--root", "/root-of-test", "--no-cache", "--no-scripts", "--allow-untrusted", .. packages.Select(static package => package.Name)]);
    }

    private static ApkBuilder Of(string name, string origin) => new ApkBuilder(name).Info(info => info with { Origin = origin });

    private static TreeEntry OwnedBy(string path, int user, int group) => TreeEntry.Directory(TreePath.Parse(path), new Origin.Effect("test")) with { UserId = user, GroupId = group };
}
