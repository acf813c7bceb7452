using Bothy.Formats.Trees;
using Bothy.Inspection.Checks;
using Bothy.Inspection.Hardening;
using Bothy.Oci;

namespace Bothy.Inspection.Tests.Hardening;

public sealed class HardeningReportTests
{
    private static readonly Origin Own = new Origin.ImageFile("files");

    // What readelf and hardening-check say of single properties is compared where they are read; here it is which of them count.
    [RequiresTheory(Needs.Judges + ":gcc")]
    [InlineData("-O2 -fPIE -pie -fstack-protector-all -Wl,-z,relro,-z,now", "")]
    [InlineData("-O0 -no-pie -fno-stack-protector -U_FORTIFY_SOURCE -Wl,-z,norelro", "no-fortify no-pie no-relro no-stack-protector")]
    [InlineData("-O2 -fPIE -pie -fstack-protector-all -Wl,-z,relro,-z,lazy", "partial-relro")]
    [InlineData("-O2 -fPIE -pie -fstack-protector-all -Wl,-z,relro,-z,now,-z,execstack", "executable-stack")]
    [InlineData("-O2 -fPIE -pie -fstack-protector-all -Wl,-z,relro,-z,now,-rpath,/tmp/x", "writable-search-path")]
    [InlineData("-O2 -fPIE -pie -fstack-protector-all -Wl,-z,relro,-z,now,-rpath,lib", "writable-search-path")]
    [InlineData("-O2 -fPIE -pie -fstack-protector-all -Wl,-z,relro,-z,now,-rpath,/usr/lib/x", "")]
    public void What_a_compiler_was_not_told_is_found(string flags, string kinds)
    {
        using var build = new TemporaryDirectory();
        File.WriteAllText(build["a.c"], "#include <string.h>\n#include <stdio.h>\nint main(int n, char **v) { char b[40]; strcpy(b, v[n-1]); puts(b); return 0; }\n");
        Judge.Run("gcc", ["-o", "a", "a.c", .. flags.Contains("-O2", StringComparison.Ordinal) ? ["-D_FORTIFY_SOURCE=2"] : Array.Empty<string>(), .. flags.Split(' ')], directory: build.Path).Succeeded();
        var tree = new FileTree();
        tree.Set(TreeEntry.Directory(TreePath.Parse("tmp"), Own, 0b001_111_111_111));
        tree.Set(TreeEntry.Directory(TreePath.Parse("usr"), Own));
        tree.Set(TreeEntry.File(TreePath.Parse("usr/bin/a"), FileContent.Of(File.ReadAllBytes(build["a"])), Own, 0b111_101_101));

        var report = HardeningReport.Of(Subject(tree), CancellationToken.None);

        Assert.Equal(kinds, string.Join(' ', report.Findings().Select(finding => finding.Kind).Order(StringComparer.Ordinal)));
        Assert.Equal(kinds.Contains("no-pie", StringComparison.Ordinal) ? 0 : 100, report.Shares.Single(share => share.Property == "pie").Percent);
    }

    [RequiresFact(Needs.Data, Needs.Judges + ":tar")]
    public void Alpines_claims_for_its_packages_hold()
    {
        using var directory = new TemporaryDirectory();
        Judge.Run("tar", "-xzf", Path.Combine(RealData.Directory, "alpine/minirootfs/alpine-minirootfs-3.20.3-x86_64.tar.gz"), "-C", directory.Path).Succeeded();

        var report = HardeningReport.Of(Subject(DiskTree.Read(directory.Path)), CancellationToken.None);

        var shares = report.Shares.ToDictionary(share => share.Property, StringComparer.Ordinal);
        Assert.True(report.Files.Length >= 10);
        Assert.Equal((100, 100, 100), (shares["pie"].Percent, shares["full-relro"].Percent, shares["nx"].Percent));
        // Musl's means against overflows leave no trace: nothing is claimed of it.
        Assert.Equal(0, shares["fortify"].Counted);
    }

    private static CheckSubject Subject(FileTree tree) => new(tree, new ContainerConfig(), Platform.Parse("linux/amd64"), static _ => null);
}
