using System.Runtime.Versioning;
using Bothy.Packages.Alpine.Writing;

namespace Bothy.Cli.Tests;

[SupportedOSPlatform("linux")]
public sealed class PackageCommandTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    [Fact]
    public async Task A_key_is_its_owners_alone_and_has_the_time_in_its_name()
    {
        var run = await RunAsync("package", "keygen", "me@example.test", "-o", "keys");

        Assert.Equal((0, "keys/me@example.test-69a42aa0.rsa\n", ""), (run.ExitCode, run.Output, run.Error));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_temporary["keys/me@example.test-69a42aa0.rsa"]));
        Assert.Equal((UnixFileMode)0b110_100_100, File.GetUnixFileMode(_temporary["keys/me@example.test-69a42aa0.rsa.pub"]));
        Assert.StartsWith("-----BEGIN PUBLIC KEY-----\n", File.ReadAllText(_temporary["keys/me@example.test-69a42aa0.rsa.pub"]), StringComparison.Ordinal);

        var again = await RunAsync("package", "keygen", "me@example.test", "-o", "keys");
        Assert.Equal(1, again.ExitCode);
        Assert.StartsWith("error: cannot write keys/me@example.test-69a42aa0.rsa: ", again.Error, StringComparison.Ordinal);
    }

    [RequiresFact("judges:openssl")]
    public async Task A_key_is_what_openssl_takes_for_one()
    {
        await RunAsync("package", "keygen");
        string key = Assert.Single(Directory.GetFiles(_temporary.Path, "bothy-*.rsa"));

        Assert.Contains("4096 bit", Judge.Run("openssl", "rsa", "-in", key, "-check", "-noout", "-text").Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal(Judge.Run("openssl", "rsa", "-in", key, "-pubout").Succeeded().Output, File.ReadAllText(key + ".pub"));
    }

    [Fact]
    public async Task The_same_packages_give_the_same_index_whatever_the_clock_says()
    {
        Repository();
        string key = WriteKey("me.rsa");

        var first = await RunAsync("package", "index", "repo", "--sign", key);
        byte[] index = File.ReadAllBytes(_temporary["repo/APKINDEX.tar.gz"]);
        var second = await CommandLine.RunAsync(Surroundings(2099), "package", "index", "repo/a-1-r0.apk", "repo/b-2-r0.apk", "--sign", key, "-o", "other.tar.gz");

        Assert.Equal((0, "repo/APKINDEX.tar.gz\n"), (first.ExitCode, first.Output));
        Assert.Equal("packages need what none of them provides: nowhere, so:missing.so.1\nindexed 2 packages\n", first.Error);
        Assert.Equal((0, "other.tar.gz\n"), (second.ExitCode, second.Output));
        Assert.Equal(index, File.ReadAllBytes(_temporary["other.tar.gz"]));
    }

    [Fact]
    public async Task Json_says_what_is_in_the_index_and_who_signed_it()
    {
        Repository();
        WriteKey("me.rsa");

        var run = await RunAsync("package", "index", "repo", "--format", "json", "--allow-untrusted", "--rewrite-arch", "riscv64", "-q");

        Assert.StartsWith(
            """
            {
              "index": "repo/APKINDEX.tar.gz",
              "packages": [
                {
                  "name": "a",
                  "version": "1-r0",
                  "arch": "riscv64",
                  "checksum": "Q1
            """,
            run.Output,
            StringComparison.Ordinal);
        Assert.Contains("\"key\": null", run.Output, StringComparison.Ordinal);
        Assert.Equal("warning: 2 of 2 packages are signed by no known key (--allow-untrusted)\n", run.Error);
    }

    [Fact]
    public async Task Says_where_apk_will_look_for_packages_of_every_architecture()
    {
        Write("a-1-r0.apk", new ApkBuilder("a", "1-r0", "noarch").Build());

        var run = await RunAsync("package", "index", "a-1-r0.apk", "--allow-untrusted", "-q");

        Assert.Equal((0, "APKINDEX.tar.gz\n"), (run.ExitCode, run.Output));
        Assert.Contains("warning: the index says 'noarch' of packages, and apk will look for them in a directory of that name", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_package_that_nobody_known_signed_is_not_indexed()
    {
        Repository();
        string other = WriteKey("other.rsa", ApkSigner.Generate("other.rsa.pub", 2048));

        var run = await RunAsync("package", "index", "repo", "--sign", other);

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("error: cannot index repo/a-1-r0.apk: it is signed by me.rsa.pub, which is no key of the keyring", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_temporary["repo/APKINDEX.tar.gz"]));
    }

    [Theory]
    [InlineData("package index none.apk", 1, "error: cannot read none.apk: there is no such file or directory")]
    [InlineData("package index empty", 1, "error: cannot index empty: there is no .apk in it")]
    [InlineData("package index text --allow-untrusted", 1, "error: cannot read text")]
    [InlineData("package index same --allow-untrusted", 1, "error: cannot index same/z.apk: same/a.apk is a-1-r0 too, and has other content")]
    [InlineData("package index v3 --allow-untrusted", 1, "error: cannot index v3/a.apk: it is of format 3")]
    [InlineData("package index", 2, "See 'bothy package index --help'.")]
    [InlineData("package indx", 2, "Did you mean 'index'? See 'bothy package --help'.")]
    [InlineData("package sign text same/a.apk", 1, "error: cannot use the private key of 'text.pub': it is not a private RSA key in PEM")]
    [InlineData("package sign me.rsa text", 1, "error: cannot read text")]
    [InlineData("package sign me.rsa v3/a.apk", 1, "error: cannot sign v3/a.apk: it is of format 3, which is only read")]
    [InlineData("package sign me.rsa damaged.apk", 1, "error: cannot trust damaged.apk: its data segment has the SHA-256")]
    [InlineData("package sign me.rsa same/a.apk --signature DSA", 2, "cannot sign by 'DSA': want RSA256, RSA512 or RSA")]
    [InlineData("package keygen a/b", 1, "error: cannot sign as 'a/b-69a42aa0.rsa.pub': ")]
    public async Task What_goes_wrong_is_said_and_nothing_is_written(string line, int exitCode, string said)
    {
        WriteKey("me.rsa");
        Directory.CreateDirectory(_temporary["empty"]);
        File.WriteAllText(_temporary["text"], "no package at all");
        Write("same/a.apk", new ApkBuilder("a", "1-r0").Build());
        Write("same/z.apk", new ApkBuilder("a", "1-r0").File("x").Build());
        Write("v3/a.apk", new AdbBuilder().Build(new ApkBuilder("a")).File);
        byte[] damaged = new ApkBuilder("a").File("etc/a", "12345").Build();
        damaged[^20] ^= 1;
        Write("damaged.apk", damaged);
        string[] before = Files();

        var run = await RunAsync(line.Split(' '));

        Assert.Equal((exitCode, ""), (run.ExitCode, run.Output));
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.Equal(before, Files());
    }

    [RequiresFact(Needs.Data, ApkJudge.Need)]
    public async Task Real_packages_are_indexed_as_apk_does_and_as_they_came()
    {
        string real = Path.Combine(RealData.Directory, "alpine", "v3.19.1-boot", "x86_64");
        var run = await RunAsync("package", "index", real, "-o", "APKINDEX.tar.gz", "--rewrite-arch", "x86_64", "--keys", Path.Combine(RealData.Directory, "alpine", "keys"), "-q");
        using var judge = new ApkJudge();
        Judge.Run("cp", "-r", real, judge["repo"]).Succeeded();
        judge.Run("/bin/sh", "-c", "cd /repo && /sbin/apk index --quiet --rewrite-arch x86_64 -o /tmp/theirs.tar.gz *.apk").Succeeded();

        Assert.Equal((0, "APKINDEX.tar.gz\n", ""), (run.ExitCode, run.Output, run.Error));
        string ours = IndexText(_temporary["APKINDEX.tar.gz"]);
        Assert.Equal(IndexText(judge["tmp/theirs.tar.gz"]), ours);
        Assert.Equal(IndexText(Path.Combine(real, "APKINDEX.tar.gz")), ours);
    }

    [RequiresTheory(Needs.Data, ApkJudge.Need)]
    [InlineData("RSA")]
    [InlineData("RSA256")]
    [InlineData("RSA512")]
    public async Task Apk_trusts_what_was_signed_in_place_by_either_key(string kind)
    {
        Repository();
        string second = WriteKey("second.rsa", ApkSigner.Generate("second.rsa.pub", 2048));
        await RunAsync("package", "index", "repo", "--sign", WriteKey("me.rsa"));
        byte[] before = File.ReadAllBytes(_temporary["repo/a-1-r0.apk"]);
        File.SetUnixFileMode(_temporary["repo/a-1-r0.apk"], UnixFileMode.UserRead);

        var run = await RunAsync("package", "sign", second, "repo/a-1-r0.apk", "repo/b-2-r0.apk", "repo/APKINDEX.tar.gz", "--signature", kind);
        byte[] once = File.ReadAllBytes(_temporary["repo/a-1-r0.apk"]);
        await RunAsync("package", "sign", second, "repo/a-1-r0.apk", "--signature", kind);

        Assert.Equal((0, "repo/a-1-r0.apk\nrepo/b-2-r0.apk\nrepo/APKINDEX.tar.gz\n", ""), (run.ExitCode, run.Output, run.Error));
        Assert.NotEqual(before, once);
        Assert.Equal(once, File.ReadAllBytes(_temporary["repo/a-1-r0.apk"]));
        foreach (string key in new[] { "me.rsa.pub", "second.rsa.pub" })
        {
            using var judge = new ApkJudge();
            Judge.Run("cp", "-r", _temporary["repo"], judge["repo"]).Succeeded();
            File.Copy(_temporary[key], judge["etc/apk/keys/" + key]);
            Assert.EndsWith(" - OK", judge.Apk("verify", "/repo/a-1-r0.apk").Output.TrimEnd(), StringComparison.Ordinal);
            Assert.EndsWith(" - OK", judge.Apk("verify", "/repo/APKINDEX.tar.gz").Output.TrimEnd(), StringComparison.Ordinal);
        }
    }

    [RequiresFact(Needs.Data, ApkJudge.Need)]
    public async Task Apk_installs_from_what_the_commands_made()
    {
        Write("repo/x86_64/a-1-r0.apk", new ApkBuilder("a", "1-r0", "noarch").File("etc/a", "hello\n").Build());
        string key = (await RunAsync("package", "keygen", "me")).Output.TrimEnd();
        await RunAsync("package", "sign", key, "repo/x86_64/a-1-r0.apk");
        var indexed = await RunAsync("package", "index", "repo/x86_64", "--sign", key, "-d", "v1", "--rewrite-arch", "x86_64");
        using var judge = new ApkJudge();
        Judge.Run("cp", "-r", _temporary["repo"], judge["repo"]).Succeeded();
        File.Copy(_temporary[key + ".pub"], judge["etc/apk/keys/" + key + ".pub"]);

        judge.Apk("add", "--no-network", "-X", "/repo", "a").Succeeded();

        Assert.Equal(0, indexed.ExitCode);
        Assert.Equal("hello\n", File.ReadAllText(judge["etc/a"]));
        Assert.Contains("v1", judge.Apk("update", "--no-network", "-X", "/repo").Output, StringComparison.Ordinal);
    }

    public void Dispose() => _temporary.Dispose();

    private static string IndexText(string path) => Judge.Run("tar", "-xzOf", path, "APKINDEX").Succeeded().Output;

    private Task<Said> RunAsync(params string[] arguments) => CommandLine.RunAsync(Surroundings(2026), arguments);

    private Surroundings Surroundings(int year) => new()
    {
        Environment = new Dictionary<string, string>(StringComparer.Ordinal),
        Time = new FixedClock(new DateTimeOffset(year, 3, 1, 12, 1, 36, TimeSpan.Zero)),
        MachineRoot = _temporary["machine"],
        WorkingDirectory = _temporary.Path,
    };

    // Two packages signed by me.rsa.
    private void Repository()
    {
        using var signer = ApkSigner.FromPem(ApkRepositoryBuilder.Key.ExportPrivateKey(), "me.rsa.pub");
        Write("repo/a-1-r0.apk", new ApkBuilder("a", "1-r0").Depends("b>1", "nowhere", "so:missing.so.1", "!c").File("etc/a").Build(signer));
        Write("repo/b-2-r0.apk", new ApkBuilder("b", "2-r0").Provides("cmd:b=2-r0").Build(signer));
    }

    private string WriteKey(string name, ApkSigner? signer = null)
    {
        signer ??= ApkRepositoryBuilder.Key;
        Write(name, System.Text.Encoding.ASCII.GetBytes(signer.ExportPrivateKey()));
        Write(name + ".pub", System.Text.Encoding.ASCII.GetBytes(signer.ExportPublicKey()));
        return name;
    }

    private void Write(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_temporary[path])!);
        File.WriteAllBytes(_temporary[path], bytes);
    }

    private string[] Files() => [.. Directory.GetFiles(_temporary.Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
