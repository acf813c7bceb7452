using System.Security.Cryptography;
using Bothy.Packages.Alpine.Writing;

namespace Bothy.Packages.Tests.Alpine.Writing;

/// <summary>What the writers write, judged by the real apk.</summary>
public sealed class ApkPackageWriterJudgeTests : IDisposable
{
    private static readonly ApkBuilder[] Packages =
    [
        new ApkBuilder("plain").Directory("etc/plain", 0b111_000_000).File("etc/plain/plain.conf", "x = 1\n").File("usr/bin/plain", "#!/bin/sh\n", 0b111_101_101),
        new ApkBuilder("links", "2.1_rc3-r4").File("bin/b", "one").HardLink("bin/a", "bin/b").HardLink("bin/c", "bin/b").Link("bin/d", "../bin/b"),
        new ApkBuilder("owned").File("srv/www/index.html", "<p>", 0b110_100_000, owner: "nobody:www-data").Directory("srv/data", 0b111_101_101, "games:users"),
        new ApkBuilder("scripted").Script(".pre-install", "#!/bin/sh\nexit 0\n").Script(".post-install", "#!/bin/sh\ntrue\n").Trigger("#!/bin/sh\n", "/usr/share/fonts/*", "+/opt"),
        new ApkBuilder("meta", architecture: "noarch").Depends("plain>1", "links~2.1", "!absent").Info(info => info with { InstalledSize = 0 }),
        new ApkBuilder("needy").Provides("cmd:needy=1.0-r0", "thing").Replaces("plain").InstallIf("plain=1.0-r0", "links")
            .Info(info => info with { ProviderPriority = 7, ReplacesPriority = 3, Commit = "0123abcd", Maintainer = "Sören <s@example.test>", Packager = "P" })
            .File($"usr/share/{new string('n', 90)}/{new string('m', 120)}", "long"),
        new ApkBuilder("bare").Info(info => info with { Description = "", Url = "", License = "", Origin = "", BuildTime = 0 }),
        new ApkBuilder("attributed").File("usr/bin/attributed", "x", 0b111_101_101).ExtendedAttribute("usr/bin/attributed", "user.note", [1, 0, 2]),
        new ApkBuilder("large").File("usr/share/large", RandomNumberGenerator.GetBytes(300_000)),
    ];

    private readonly ApkJudge? _judge = Needs.ReasonToSkip(ApkJudge.Need) is null && Needs.ReasonToSkip(Needs.Data) is null ? new ApkJudge() : null;

    private ApkJudge Judge => _judge!;

    [RequiresFact(Needs.Data, ApkJudge.Need)]
    public void Apk_verifies_installs_and_audits_what_is_written()
    {
        var repository = Repository();

        foreach (var package in Packages)
        {
            Assert.EndsWith(" - OK", Judge.Apk("verify", $"/repo/x86_64/{package.FileName}").Output.TrimEnd(), StringComparison.Ordinal);
        }

        Add("meta", "owned", "scripted", "needy", "attributed", "large", "bare").Succeeded();
        string listed = Judge.Apk("info", "-v").Output;
        Assert.All(Packages, package => Assert.Contains($"{package.Name}-{package.Version}\n", listed, StringComparison.Ordinal));
        Assert.Equal("one", File.ReadAllText(Judge["bin/a"]));
        Assert.Equal("3", Judge.Run("/bin/stat", "-c", "%h", "/bin/a").Output.Trim());
        Assert.Equal("nobody:www-data 640", Judge.Run("/bin/stat", "-c", "%U:%G %a", "/srv/www/index.html").Output.Trim());
        Assert.Equal("", Judge.Apk("audit", "--system", "/usr", "/bin", "/srv").Output);
        Assert.True(File.Exists(repository.IndexPath));
    }

    [RequiresFact(Needs.Data, ApkJudge.Need)]
    public void Apk_indexes_the_packages_as_the_writer_does()
    {
        Repository();
        Judge.Run("/bin/sh", "-c", "cd /repo/x86_64 && /sbin/apk index --quiet --rewrite-arch x86_64 -o /tmp/theirs.tar.gz *.apk").Succeeded();

        Assert.Equal(IndexText(Judge["tmp/theirs.tar.gz"]), IndexText(Judge["repo/x86_64/APKINDEX.tar.gz"]));
    }

    [RequiresTheory(Needs.Data, ApkJudge.Need)]
    [InlineData(ApkSignatureKind.Rsa)]
    [InlineData(ApkSignatureKind.Rsa256)]
    [InlineData(ApkSignatureKind.Rsa512)]
    public void Apk_accepts_each_kind_of_signature(ApkSignatureKind kind)
    {
        using var signer = ApkSigner.FromPem(ApkRepositoryBuilder.Key.ExportPrivateKey(), "other.rsa.pub", kind);
        var repository = Repository(signer);

        Assert.EndsWith(" - OK", Judge.Apk("verify", $"/repo/x86_64/{Packages[0].FileName}").Output.TrimEnd(), StringComparison.Ordinal);
        Add("plain").Succeeded();

        File.Delete(Judge["etc/apk/keys/other.rsa.pub"]);
        var refused = Judge.Apk("verify", $"/repo/x86_64/{Packages[0].FileName}");
        Assert.Contains("UNTRUSTED", refused.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(repository.IndexPath));
    }

    [RequiresFact(Needs.Data, ApkJudge.Need)]
    public void Apk_refuses_an_unsigned_repository()
    {
        var repository = new ApkRepositoryBuilder(Judge["repo"]) { SignIndex = false, SignPackages = false }.Add(Packages[0]).Write();

        Assert.NotEqual(0, Add("plain").ExitCode);
        Assert.Equal(0, Judge.Apk("add", "--allow-untrusted", "--no-network", "-X", "/repo", "plain").ExitCode);
        Assert.True(File.Exists(repository.IndexPath));
    }

    public void Dispose() => _judge?.Dispose();

    private static string IndexText(string path) => Testing.Judge.Run("tar", "-xzOf", path, "APKINDEX").Succeeded().Output;

    private ApkRepositoryBuilder Repository(ApkSigner? signer = null)
    {
        var repository = new ApkRepositoryBuilder(Judge["repo"]) { Signer = signer ?? ApkRepositoryBuilder.Key };
        repository.WriteKey(Judge["etc/apk/keys"]);
        return repository.Add([.. Packages.OrderBy(package => package.Name, StringComparer.Ordinal)]).Write();
    }

    private JudgeResult Add(params string[] names) =>
        Judge.Apk(["add", "--no-network", "-X", "/repo", .. names]);
}
