using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Checks;
using Bothy.Inspection.Policy;
using Bothy.Oci;

namespace Bothy.Inspection.Tests.Policy;

public sealed class PolicyCheckTests
{
    private const string Database = """
        P:busybox
        V:1.36.1-r19
        A:x86_64
        L:GPL-2.0-only
        F:bin
        R:busybox

        P:zlib
        V:1.3.1-r0
        A:x86_64
        L:Zlib
        F:lib
        R:libz.so.1

        P:mixed
        V:1-r0
        A:x86_64
        L:MIT OR AGPL-3.0-only

        P:nameless
        V:1-r0
        A:x86_64


        """;

    private static readonly Origin Own = new Origin.ImageFile("files");

    public static TheoryData<string> Names => [.. Cases.Keys];

    private static readonly Dictionary<string, (ImagePolicy Policy, string Findings)> Cases = new(StringComparer.Ordinal)
    {
        ["nothing is asked"] = (new ImagePolicy(), ""),
        ["packages that are there"] = (new ImagePolicy { RequiredPackages = ["zlib", "busy*"], ForbiddenPackages = ["apk-*"] }, ""),
        ["a package that is not"] = (new ImagePolicy { RequiredPackages = ["ca-certificates*"] }, "required-package"),
        ["a package that must not be"] = (new ImagePolicy { ForbiddenPackages = ["z*"] }, "forbidden-package (zlib)"),
        ["a path that is not there"] = (new ImagePolicy { RequiredPaths = ["/etc/ssl/**", "/bin/sh", "/bin"] }, "required-path"),
        ["paths that must not be"] = (new ImagePolicy { ForbiddenPaths = ["/usr/share/doc"] }, "forbidden-path /usr/share/doc, forbidden-path /usr/share/doc/x"),
        ["no shells"] = (new ImagePolicy { Shells = new Allowance(false, []) }, "shell /bin/busybox (busybox), shell /bin/sh"),
        ["no shells but one"] = (new ImagePolicy { Shells = new Allowance(false, ["/bin/busybox"]) }, "shell /bin/sh"),
        ["no package managers"] = (new ImagePolicy { PackageManagers = new Allowance(false, []) }, "package-manager /sbin/apk"),
        ["no setuid files"] = (new ImagePolicy { SetUserIds = new Allowance(false, []) }, "setuid /bin/su"),
        ["no setuid files but su"] = (new ImagePolicy { SetUserIds = new Allowance(false, ["/bin/su"]) }, ""),
        ["nothing that everybody may write"] = (new ImagePolicy { WorldWritable = new Allowance(false, []) }, "world-writable /var/open"),
        ["nothing that nobody owns"] = (new ImagePolicy { Unowned = new Allowance(false, ["/lib/apk/**", "/usr/share"]) }, "unowned /bin/su, unowned /sbin/apk"),
        ["not as root"] = (new ImagePolicy { Root = false }, "root-user"),
        ["small"] = (new ImagePolicy { UnpackedSize = 10 }, "size"),
        ["large enough"] = (new ImagePolicy { UnpackedSize = 1 << 20, CompressedSize = 1 << 20 }, ""),
        ["small layers"] = (new ImagePolicy { CompressedSize = 100 }, "size"),
        ["a licence that is denied"] = (new ImagePolicy { DeniedLicenses = ["gpl-*"] }, "license (busybox), unknown-license (nameless)"),
        ["a licence that can be chosen"] = (new ImagePolicy { DeniedLicenses = ["AGPL-*"] }, "unknown-license (nameless)"),
        ["licences that are allowed"] = (new ImagePolicy { AllowedLicenses = ["MIT", "Zlib"] }, "license (busybox), unknown-license (nameless)"),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Finds_what_breaks_the_policy_and_nothing_else(string name)
    {
        var (policy, expected) = Cases[name];
        var contents = ImageContents.Of(Tree(), new ContainerConfig(), Platform.Parse("linux/amd64"));

        var findings = PolicyCheck.Run(contents, CheckSubject.Of(contents), policy, compressedSize: 5000, CancellationToken.None);

        Assert.Equal(expected, string.Join(", ", findings.Select(finding => $"{finding.Kind}{(finding.Path is { } path ? $" {path}" : "")}{(finding.Package is { } package ? $" ({package})" : "")}")));
    }

    [RequiresTheory(Needs.Judges + ":gcc")]
    [InlineData(100, "", 0)]
    [InlineData(51, "", 1)]
    [InlineData(50, "", 0)]
    [InlineData(100, "/bin/weak", 0)]
    [InlineData(100, "/bin/hard", 1)]
    public void A_share_of_hardening_is_held_to(int percent, string except, int findings)
    {
        using var build = new TemporaryDirectory();
        File.WriteAllText(build["a.c"], "int main(void) { return 0; }\n");
        var tree = new FileTree();
        foreach (string name in (string[])["hard", percent == 100 && except.Length == 0 ? "hard2" : "weak"])
        {
            Judge.Run("gcc", ["-o", name, "a.c", .. name == "weak" ? ["-no-pie"] : (string[])["-fPIE", "-pie"]], directory: build.Path).Succeeded();
            tree.Set(TreeEntry.File(TreePath.Parse("bin/" + name), FileContent.Of(File.ReadAllBytes(build[name])), Own, 0b111_101_101));
        }

        var contents = ImageContents.Of(tree, new ContainerConfig(), Platform.Parse("linux/amd64"));
        var policy = new ImagePolicy { HardeningExceptions = except.Length > 0 ? [except] : [] };
        policy = policy with { Hardening = policy.Hardening.Add("pie", percent) };

        Assert.Equal(findings, PolicyCheck.Run(contents, CheckSubject.Of(contents), policy, compressedSize: null, CancellationToken.None).Length);
    }

    private static FileTree Tree()
    {
        var tree = new FileTree();
        foreach (string directory in (string[])["bin", "etc", "lib", "lib/apk", "lib/apk/db", "sbin", "tmp", "usr", "usr/share", "usr/share/doc", "var", "var/open"])
        {
            tree.Set(TreeEntry.Directory(TreePath.Parse(directory), Own, directory switch { "tmp" => 0b001_111_111_111, "var/open" => 0b111_111_111, _ => TreeEntry.DefaultDirectoryMode }));
        }

        tree.Set(TreeEntry.File(TreePath.Parse("lib/apk/db/installed"), FileContent.Of(Database), Own));
        tree.Set(TreeEntry.File(TreePath.Parse("lib/libz.so.1"), FileContent.Of("z"), Own));
        tree.Set(TreeEntry.File(TreePath.Parse("usr/share/doc/x"), FileContent.Of("x"), Own));
        foreach (string program in (string[])["bin/busybox", "sbin/apk"])
        {
            tree.Set(TreeEntry.File(TreePath.Parse(program), FileContent.Of("x"), Own, 0b111_101_101));
        }

        tree.Set(TreeEntry.File(TreePath.Parse("bin/su"), FileContent.Of("x"), Own, 0b100_111_101_101));
        tree.Set(TreeEntry.SymbolicLink(TreePath.Parse("bin/sh"), "busybox", Own));
        return tree;
    }
}
