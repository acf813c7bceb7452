using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Checks;
using Bothy.Inspection.Linkage;
using Bothy.Oci;

namespace Bothy.EndToEnd.Tests.Linkage;

/// <summary>Real trees, in which nothing is wrong, and whose own loaders say what they load for each program.</summary>
[Collection(RealImages.Name)]
public sealed class RealTreesTests(SharedStore store)
{
    [RequiresTheory(Needs.Data, Needs.Containers)]
    [InlineData("3.10.3-x86_64", "linux/amd64")]
    [InlineData("3.10.9-x86_64", "linux/amd64")]
    [InlineData("3.20.3-x86_64", "linux/amd64")]
    [InlineData("3.20.3-aarch64", "linux/arm64")]
    public void Alpines_root_filesystems_are_whole(string name, string platform)
    {
        using var directory = new TemporaryDirectory();
        Judge.Run("tar", "-xzf", Path.Combine(RealData.Directory, $"alpine/minirootfs/alpine-minirootfs-{name}.tar.gz"), "-C", directory.Path).Succeeded();

        AssertWhole(directory.Path, platform, ["/bin/sh"], programs: 4);
    }

    [RequiresTheory(Needs.Network, Needs.Containers)]
    [InlineData("base", 1)]
    [InlineData("cc", 1)]
    [InlineData("java", 8)]
    [InlineData("nodejs", 2)]
    [InlineData("python", 2)]
    [InlineData("python-trixie", 2)]
    [InlineData("static", 0)]
    public void The_examples_are_whole(string example, int programs)
    {
        using var directory = new TemporaryDirectory();
        BothyProgram.Build(store.Path, $"examples/{example}.yaml", $"rootfs:{directory["tar"]}");
        string root = Directory.CreateDirectory(directory["root"]).FullName;
        Judge.Run("tar", "-xf", directory["tar"], "-C", root).Succeeded();

        AssertWhole(root, "linux/amd64", [], programs);
    }

    [RequiresTheory(Needs.Network, Needs.Containers, Needs.Judges + ":mmdebstrap")]
    [InlineData("")]
    [InlineData("python3,perl,curl,git,python3-numpy")]
    public void Debians_own_are_whole(string packages)
    {
        using var directory = new TemporaryDirectory();
        string[] more = packages.Length > 0 ? ["--include=" + packages] : [];
        Judge.Run("mmdebstrap", ["--variant=minbase", .. more, "bookworm", directory["root"]]).Succeeded();

        AssertWhole(directory["root"], "linux/amd64", ["bash"], programs: 200);
    }

    private static void AssertWhole(string root, string platform, string[] command, int programs)
    {
        var tree = DiskTree.Read(root);
        var container = new ContainerConfig { Cmd = [.. command] };
        var contents = ImageContents.Of(tree, container, Platform.Parse(platform));
        var subject = new CheckSubject(tree, container, Platform.Parse(platform), entry => contents.OwnerOf(entry.Path)?.Name);

        var findings = LinkageCheck.Run(subject, CancellationToken.None);

        var wrong = findings.Where(finding => finding.Severity != Severity.Note);
        Assert.Equal("", string.Join('\n', wrong.Select(finding => $"{finding.Severity} {finding.Kind} {finding.Path} ({finding.Package}): {finding.Reason}")));
        var linkage = LinkageCheck.Programs(tree, CancellationToken.None).ToList();
        Assert.True(linkage.Count >= programs, $"{linkage.Count} programs");
        if (platform == "linux/amd64")
        {
            Assert.All(linkage, program => AssertLoaderAgrees(root, tree, program));
        }
    }

    private static void AssertLoaderAgrees(string root, FileTree tree, ProgramLinkage linkage)
    {
        string program = linkage.Program.Path.ToString();
        var verdict = LoaderJudge.List(root, linkage.Program.Facts.Interpreter!, program);

        string[] said = [.. verdict.Libraries.Select(path => tree.Follow(TreePath.Parse(Path.GetFullPath(path)[1..]))?.ToString() ?? path).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        Assert.Equal((program, ""), (program, verdict.Error));
        Assert.Equal((program, string.Join(' ', said)), (program, string.Join(' ', linkage.Libraries.Select(path => path.ToString()).Order(StringComparer.Ordinal))));
        Assert.Equal(verdict.Missing, linkage.Missing);
    }
}
