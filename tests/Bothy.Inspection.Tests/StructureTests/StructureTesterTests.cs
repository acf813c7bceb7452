using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.StructureTests;
using Bothy.Oci;

namespace Bothy.Inspection.Tests.StructureTests;

public sealed class StructureTesterTests
{
    private static readonly Origin Origin = new Origin.ImageFile("paths");

    private static readonly ContainerConfig Container = new()
    {
        Env = ["PATH=/usr/bin", "HOME=/root"],
        User = "65532",
        Entrypoint = ["/usr/bin/app"],
        Cmd = ["-v", ""],
        WorkingDir = "/srv",
        ExposedPorts = ["8080/tcp"],
        Volumes = ["/data"],
        Labels = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("maker", "us 1.2"),
    };

    // Each with the twin that fails, and what is said then.
    public static TheoryData<StructureTest, StructureTest, string> Twins { get; } = new()
    {
        { Exists("/etc/motd"), Exists("/etc/mot"), "/etc/mot should exist and does not" },
        { Exists("/etc/mot", false), Exists("/etc/motd", false), "/etc/motd should not exist and does" },
        { Exists("/"), Exists("/", false), "/ should not exist and does" },
        { Exists("$HOME/link"), Exists("${HOME}/lin"), "/root/lin should exist and does not" },
        { Exists("/lib/deep"), Exists("/lib/shallow"), "/lib/shallow should exist and does not" }, // through a link
        { Exists("/etc/motd") with { Permissions = "-rw-r--r--" }, Exists("/etc/motd") with { Permissions = "-rw-------" }, "/etc/motd has the permissions -rw-r--r--, not -rw-------" },
        { Exists("/usr/bin/su") with { Permissions = "urwxr-xr-x" }, Exists("/usr/bin/su") with { Permissions = "-rwxr-xr-x" }, "/usr/bin/su has the permissions urwxr-xr-x, not -rwxr-xr-x" },
        { Exists("/tmp") with { Permissions = "dtrwxrwxrwx" }, Exists("/tmp") with { Permissions = "drwxrwxrwx" }, "/tmp has the permissions dtrwxrwxrwx, not drwxrwxrwx" },
        { Exists("/root/link") with { Permissions = "Lrwxrwxrwx" }, Exists("/root/link") with { Permissions = "-rw-r--r--" }, "/root/link has the permissions Lrwxrwxrwx, not -rw-r--r--" },
        { Exists("/usr/bin/su") with { UserId = 0, GroupId = 4 }, Exists("/usr/bin/su") with { GroupId = 5 }, "/usr/bin/su is owned by group 4, not 5" },
        { Exists("/usr/bin/su") with { IsExecutableBy = "other" }, Exists("/etc/motd") with { IsExecutableBy = "any" }, "/etc/motd is not executable by any: it has the permissions -rw-r--r--" },
        { Text("/etc/motd", ["^hello\nworld\n$"], ["bye"]), Text("/etc/motd", ["^world"], []), "/etc/motd does not match '^world': \"hello\\x0aworld\\x0a\"" },
        { Text("/root/link", ["hello"], []), Text("/root/link", [], ["hello"]), "/root/link matches 'hello', which is excluded: \"hello\\x0aworld\\x0a\"" },
        { Text("/etc/motd", [], []), Text("/etc", ["x"], []), "cannot read /etc: it is not a file" },
        { new StructureTest.License("l", true, []), new StructureTest.License("l", false, ["/usr/share/bad"]), "/usr/share/bad names the licence AGPL" },
        { new StructureTest.Glob("g", "/etc/*", 1, 1), new StructureTest.Glob("g", "/usr/bin/*", 0, 0), "1 paths match /usr/bin/*, such as /usr/bin/su; wanted are 0" },
        { new StructureTest.FileDigest("d", "/etc/motd", Digest.Of("hello\nworld\n"u8)), new StructureTest.FileDigest("d", "/nothing", Digest.Of("x"u8)), "cannot read /nothing: there is no such file" },
        { new StructureTest.Link("k", "/root/link", "../etc/motd"), new StructureTest.Link("k", "/root/link", "/etc/motd"), "/root/link leads to ../etc/motd, not to /etc/motd" },
        { new StructureTest.Link("k", "/lib", "usr/lib"), new StructureTest.Link("k", "/etc/motd", "x"), "/etc/motd is not a symbolic link" },
        { new StructureTest.Package("p", "curl", true, GoPattern.Parse("^8\\.")), new StructureTest.Package("p", "curl", true, GoPattern.Parse("^9")), "curl is installed in version 8.5.0-r0, which does not match '^9'" },
        { new StructureTest.Package("p", "bash", false, null), new StructureTest.Package("p", "curl", false, null), "curl 8.5.0-r0 is installed" },
        { new StructureTest.Size("s", 10_000, null, 1), new StructureTest.Size("s", null, null, 0), "it has 1 packages, more than 0" },
        { new StructureTest.Setuid("u", [new PathPattern("/usr/bin/*")]), new StructureTest.Setuid("u", []), "/usr/bin/su is setuid: urwxr-xr-x" },
        { new StructureTest.Metadata("m") { User = "65532", WorkingDirectory = "/srv" }, new StructureTest.Metadata("m") { User = "root" }, "the user is '65532', not 'root'" },
        { new StructureTest.Metadata("m") { Environment = [new("PATH", "/usr/bin", null)] }, new StructureTest.Metadata("m") { Environment = [new("PATH", "/bin", null)] }, "the variable PATH is '/usr/bin', not '/bin'" },
        { new StructureTest.Metadata("m") { UnboundEnvironment = ["DEBUG"] }, new StructureTest.Metadata("m") { UnboundEnvironment = ["HOME"] }, "the variable HOME is set" },
        { new StructureTest.Metadata("m") { Labels = [new("maker", "1", GoPattern.Parse(@"^us \d"))] }, new StructureTest.Metadata("m") { Labels = [new("maker", "", GoPattern.Parse("^them"))] }, "the label maker is 'us 1.2', which does not match '^them'" },
        { new StructureTest.Metadata("m") { ExposedPorts = ["8080"], UnexposedPorts = ["80"] }, new StructureTest.Metadata("m") { ExposedPorts = ["8080/udp"] }, "port 8080/udp is not exposed" },
        { new StructureTest.Metadata("m") { Volumes = ["/data"] }, new StructureTest.Metadata("m") { UnmountedVolumes = ["/data"] }, "/data is a volume" },
        { new StructureTest.Metadata("m") { Entrypoint = ["/usr/bin/app"], Cmd = ["-v", ""] }, new StructureTest.Metadata("m") { Cmd = [] }, "the command is [-v, ], not []" },
    };

    [Theory]
    [MemberData(nameof(Twins))]
    public async Task A_test_passes_and_its_twin_fails_with_a_reason(StructureTest good, StructureTest bad, string problem)
    {
        var outcomes = await RunAsync(new Runner(), good, bad);

        Assert.Empty(outcomes[0].Problems);
        Assert.Equal((TestVerdict.Passed, TestVerdict.Failed), (outcomes[0].Verdict, outcomes[1].Verdict));
        Assert.Equal([problem], outcomes[1].Problems.AsEnumerable());
    }

    [Fact]
    public async Task Commands_are_judged_by_what_they_say_and_how_they_end()
    {
        var test = new StructureTest.Command("c", ["ls", "$HOME/$MORE"]) { Environment = [new("MORE", "x$HOME", null)], ExpectedOutput = [GoPattern.Parse("^out")], ExitCode = 3 };
        var runner = new Runner();

        var outcomes = await RunAsync(runner, test, test with { ExpectedOutput = [], ExcludedOutput = [GoPattern.Parse("ut")], ExpectedError = [GoPattern.Parse("^x")], ExitCode = 0 });

        Assert.Equal(["ls", "/root/x/root"], runner.Words.AsEnumerable());
        Assert.Equal(TestVerdict.Passed, outcomes[0].Verdict);
        Assert.Equal(
            ["standard error does not match '^x': \"err\"", "the output matches 'ut', which is excluded: \"out\"", "it exited with 3, not with 0"], outcomes[1].Problems.AsEnumerable());
    }

    [Fact]
    public async Task Commands_that_cannot_be_run_are_said_not_to_be()
    {
        var outcome = Assert.Single(await RunAsync(new Runner { Problem = "there is no podman" }, new StructureTest.Command("c", ["ls"])));

        Assert.Equal((TestVerdict.NotRun, "there is no podman"), (outcome.Verdict, outcome.Problems.Single()));
    }

    private static Task<ImmutableArray<TestOutcome>> RunAsync(ICommandRunner runner, params StructureTest[] tests) =>
        new StructureTester(ImageContents.Of(Tree(), Container, Platform.Parse("linux/amd64")), runner)
            .RunAsync(new StructureTestFile { FileName = "t.yaml", Tests = [.. tests] }, CancellationToken.None);

    private static FileTree Tree()
    {
        var tree = new FileTree();
        foreach (string directory in new[] { "etc", "root", "usr", "usr/bin", "usr/lib", "usr/share" })
        {
            tree.Set(TreeEntry.Directory(TreePath.Parse(directory), Origin));
        }

        tree.Set(TreeEntry.Directory(TreePath.Parse("tmp"), Origin, 0b001_111_111_111));
        tree.Set(TreeEntry.SymbolicLink(TreePath.Parse("lib"), "usr/lib", Origin));
        tree.Set(TreeEntry.SymbolicLink(TreePath.Parse("root/link"), "../etc/motd", Origin));
        tree.Set(File("etc/motd", "hello\nworld\n"));
        tree.Set(File("usr/lib/deep", ""));
        tree.Set(File("usr/share/bad", "GNU agpl"));
        tree.Set(File("lib/apk/db/installed", "P:curl\nV:8.5.0-r0\nA:x86_64\n\n") with { Path = TreePath.Parse("usr/lib/apk/db/installed") });
        tree.Set(TreeEntry.Directory(TreePath.Parse("usr/share/doc"), Origin));
        tree.Set(TreeEntry.Directory(TreePath.Parse("usr/share/doc/good"), Origin));
        tree.Set(File("usr/share/doc/good/copyright", "MIT"));
        tree.Set(File("usr/bin/su", "su") with { Mode = 0b100_111_101_101, GroupId = 4 });
        return tree;
    }

    private static TreeEntry File(string path, string text) => TreeEntry.File(TreePath.Parse(path), FileContent.Of(text), Origin);

    private static StructureTest.FileExistence Exists(string path, bool shouldExist = true) => new("x", path, shouldExist);

    private static StructureTest.FileText Text(string path, string[] expected, string[] excluded) =>
        new("x", path, [.. expected.Select(GoPattern.Parse)], [.. excluded.Select(GoPattern.Parse)]);

    private sealed class Runner : ICommandRunner
    {
        public string? Problem { get; init; }

        public ImmutableArray<string> Words { get; private set; } = [];

        public Task<CommandResult> RunAsync(StructureTest.Command test, StructureTestFile file, CancellationToken cancellationToken)
        {
            Words = test.Words;
            return Task.FromResult(new CommandResult(3, "out", "err"));
        }
    }
}
