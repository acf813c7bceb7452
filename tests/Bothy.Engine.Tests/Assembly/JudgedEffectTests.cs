using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Tests.Assembly;

public sealed class JudgedEffectTests : AssemblerTestBase
{
    private const string MachineCertificates = "/usr/share/ca-certificates";

    [RequiresFact(Needs.Judges + ":update-ca-certificates", Needs.Judges + ":openssl")]
    public void Certificates_are_those_that_update_ca_certificates_makes()
    {
        using var directory = new TemporaryDirectory();
        var result = Assemble(CaCertificates());
        string configuration = directory["ca-certificates.conf"];
        File.WriteAllText(configuration, Text(result, "etc/ca-certificates.conf"));
        Directory.CreateDirectory(directory["certs"]);
        Judge.Run("update-ca-certificates", "--certsconf", configuration, "--localcertsdir", directory["none"], "--etccertsdir", directory["certs"], "--hooksdir", "").Succeeded();

        var theirs = Directory.GetFiles(directory["certs"])
            .Select(file => $"{Path.GetFileName(file)} {new FileInfo(file).LinkTarget ?? Digest.Of(File.ReadAllBytes(file)).Hex}")
            .Order(StringComparer.Ordinal);
        var ours = result.Tree.Entries
            .Where(static entry => entry.Path.Parent.Value == "etc/ssl/certs" && entry.Kind != EntryKind.Directory)
            .Select(static entry => $"{entry.Path.Name} {entry.LinkTarget ?? entry.Content!.Digest.Hex}")
            .Order(StringComparer.Ordinal);
        Assert.Equal(theirs, ours);
    }

    [RequiresFact(Needs.Judges + ":keytool")]
    public void Java_reads_the_key_store()
    {
        using var directory = new TemporaryDirectory();
        var result = Assemble(CaCertificates(), new TestPackage("ca-certificates-java").Directory("etc/ssl/certs/java"));
        File.WriteAllBytes(directory["cacerts"], result.Tree.Find(TreePath.Parse("etc/ssl/certs/java/cacerts"))!.Content!.ReadAll());

        string list = Judge.Run("keytool", "-list", "-keystore", directory["cacerts"], "-storepass", "changeit", "-storetype", "JKS").Succeeded().Output;
        int certificates = Directory.GetFiles(MachineCertificates, "*.crt", SearchOption.AllDirectories).Length;
        Assert.Contains(FormattableString.Invariant($"contains {certificates} entries"), list, StringComparison.Ordinal);
        Assert.Contains("debian:isrg_root_x1.pem, Jan 1, 1970, trustedCertEntry", list, StringComparison.Ordinal);
        Assert.NotEqual(0, Judge.Run("keytool", "-list", "-keystore", directory["cacerts"], "-storepass", "other-password").ExitCode);
    }

    [RequiresFact(Needs.Judges + ":update-alternatives")]
    public void Alternatives_are_those_that_update_alternatives_makes()
    {
        string[][] calls =
        [
            ["--install", "/usr/bin/awk", "awk", "/usr/bin/mawk", "5", "--slave", "/usr/bin/nawk", "nawk", "/usr/bin/mawk"],
            ["--install", "/usr/bin/awk", "awk", "/usr/bin/gawk", "10", "--slave", "/usr/bin/nawk", "nawk", "/usr/bin/gawk", "--slave", "/usr/bin/pgawk", "pgawk", "/usr/bin/missing"],
            ["--install", "/usr/bin/awk", "awk", "/usr/bin/busybox", "1"],
            ["--install", "/usr/bin/pager", "pager", "/usr/bin/gawk", "7"],
            ["--install", "/usr/bin/pager", "pager", "/usr/bin/busybox", "7"],
        ];
        using var directory = new TemporaryDirectory();
        var package = new TestPackage("a");
        foreach (string sub in new[] { "usr/bin", "etc/alternatives", "var/lib/dpkg/alternatives", "var/log" })
        {
            Directory.CreateDirectory(directory[sub]);
        }

        foreach (string program in new[] { "usr/bin/mawk", "usr/bin/gawk", "usr/bin/busybox" })
        {
            File.WriteAllText(directory[program], "");
            package.File(program);
        }

        foreach (string[] call in calls)
        {
            Judge.Run("update-alternatives", ["--root", directory.Path, "--quiet", .. call]).Succeeded();
        }

        package.Script("postinst", string.Concat(calls.Select(static call => $"update-alternatives {string.Join(' ', call)}\n")));
        var image = Image with { Contents = new ContentsSpec { Database = DatabaseChoice.Dpkg } };
        var result = Assemble(image, package);

        foreach (string link in new[] { "usr/bin/awk", "usr/bin/nawk", "usr/bin/pgawk", "usr/bin/pager", "etc/alternatives/awk", "etc/alternatives/nawk", "etc/alternatives/pager" })
        {
            Assert.Equal(new FileInfo(directory[link]).LinkTarget, Has(result, link) ? Entry(result, link).LinkTarget : null);
        }

        foreach (string name in new[] { "awk", "pager" })
        {
            Assert.Equal(File.ReadAllText(directory["var/lib/dpkg/alternatives/" + name]), Text(result, "var/lib/dpkg/alternatives/" + name));
        }
    }

    [RequiresFact(Needs.Judges + ":dpkg", Needs.Judges + ":dpkg-query")]
    public void dpkg_reads_the_full_database()
    {
        using var directory = new TemporaryDirectory();
        var image = Image with { Contents = new ContentsSpec { Database = DatabaseChoice.Dpkg } };
        var result = Assemble(
            image,
            new TestPackage("a").Field("Maintainer", "A <a@example.org>").Field("Description", "a\n more").File("bin/a", "x").File("etc/a.conf", "conf").Control("conffiles", "/etc/a.conf\n")
                .Control("md5sums", "9dd4e461268c8034f5c8564e155c67a6  bin/a\n").Control("triggers", "interest-noawait /usr/share/x\ninterest ldconfig\n"),
            new TestPackage("libb").Field("Maintainer", "B <b@example.org>").Field("Description", "b").Field("Multi-Arch", "same").File("usr/lib/b.so").Control("md5sums", "d41d8cd98f00b204e9800998ecf8427e  usr/lib/b.so\n"));
        foreach (var entry in result.Tree.Entries.Where(static entry => entry.Path.Value.StartsWith("var/lib/dpkg/", StringComparison.Ordinal)))
        {
            string path = directory[entry.Path.Value];
            if (entry.Kind == EntryKind.Directory)
            {
                Directory.CreateDirectory(path);
            }
            else
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllBytes(path, entry.Content!.ReadAll());
            }
        }

        string admin = directory["var/lib/dpkg"];
        Assert.Equal(
            $"a ii  /etc/a.conf {Md5("conf")}\nlibb:amd64 ii \n",
            Judge.Run("dpkg-query", "--admindir", admin, "-W", "-f", "${binary:Package} ${db:Status-Abbrev}${Conffiles}\\n").Succeeded().Output);
        Assert.Equal("/.\n/bin\n/bin/a\n/etc\n/etc/a.conf\n", Judge.Run("dpkg-query", "--admindir", admin, "-L", "a").Succeeded().Output);
        Assert.Equal("", Judge.Run("dpkg", "--admindir", admin, "--audit").Succeeded().Output);
    }

    private static string Md5(string text) => Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(System.Text.Encoding.UTF8.GetBytes(text)));

    private static TestPackage CaCertificates()
    {
        var package = new TestPackage("ca-certificates");
        foreach (string file in Directory.GetFiles(MachineCertificates, "*.crt", SearchOption.AllDirectories))
        {
            package.File(file[1..], File.ReadAllBytes(file));
        }

        return package;
    }
}
