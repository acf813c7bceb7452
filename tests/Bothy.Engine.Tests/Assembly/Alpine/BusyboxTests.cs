using System.Formats.Tar;
using System.IO.Compression;
using Bothy.Engine.Assembly.Alpine;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Tests.Assembly.Alpine;

/// <summary>What stands in for BusyBox: its links and its programs for accounts, compared with the real ones.</summary>
public sealed class BusyboxTests : AssemblerTestBase
{
    [RequiresTheory(Needs.Data)]
    [InlineData("3.10.3")]
    [InlineData("3.10.9")]
    [InlineData("3.20.3")]
    public void The_applets_in_a_program_are_those_that_it_installed(string release)
    {
        var (program, links, paths) = ReadRoot(release);

        var applets = BusyboxApplets.Find(program);

        Assert.NotNull(applets);
        Assert.Equal([], links.Except(applets));
        Assert.Equal([], applets.Except(paths)); // each is in the root, as a link or as another package's program
    }

    [Fact]
    public void The_list_of_applets_may_follow_other_data_without_a_zero_between()
    {
        byte[] program = BusyboxSample.Program();
        var applets = BusyboxApplets.Find(program);
        program[Array.IndexOf(program, (byte)0)] = 0xAE;

        Assert.Equal(BusyboxSample.Names, applets!.Select(path => path[(path.LastIndexOf('/') + 1)..]));
        Assert.Equal(applets, BusyboxApplets.Find(program));
    }

    [Fact]
    public void A_program_without_applets_has_no_list() => Assert.Null(BusyboxApplets.Find(new byte[10_000]));

    [Fact]
    public void A_program_full_of_false_lists_is_soon_given_up()
    {
        byte[] list = [.. "\0[\0[[\0ash\0awk\0cat\0chmod\0chown\0cp\0cut\0date\0dd\0df\0"u8];
        byte[] program = new byte[4 << 20];
        for (int at = 0; at + list.Length < program.Length; at += list.Length)
        {
            list.CopyTo(program, at);
        }

        Assert.Null(BusyboxApplets.Find(program));
    }

    [Fact]
    public void Links_are_made_where_nothing_is()
    {
        var result = ApkOverlayTests.Assemble(
            Image,
            new ApkBuilder("busybox").File("bin/busybox", "elf", 0b111_101_101).File("etc/busybox-paths.d/busybox", "bin/cat\nbin/ls\nusr/bin/awk\nsbin/init\nno/such/dir\n")
                .Script(".post-install", "#!/bin/busybox sh\n/bin/busybox mkdir -p /bin /sbin\nexec /bin/busybox --install -s\n"),
            new ApkBuilder("coreutils").File("bin/ls", "real", 0b111_101_101));

        Assert.Equal("/bin/busybox", Entry(result, "bin/cat").LinkTarget);
        Assert.Equal("/bin/busybox", Entry(result, "sbin/init").LinkTarget);
        Assert.Equal("real", Text(result, "bin/ls"));
        Assert.False(Has(result, "usr/bin/awk"));
        Assert.Empty(result.Uncovered);
    }

    [Fact]
    public void A_program_whose_applets_are_unknown_is_reported()
    {
        var result = ApkOverlayTests.Assemble(Image, new ApkBuilder("busybox").File("bin/busybox", "elf").Script(".post-install", "#!/bin/busybox sh\n/bin/busybox --install -s\n"));

        Assert.Equal("busybox: post-install line 2: /bin/busybox --install -s: which programs it has is not to be found", Assert.Single(result.Uncovered).ToString());
    }

    [Fact]
    public void A_trigger_runs_for_the_directories_it_is_for()
    {
        const string script = "#!/bin/sh\nfor i in \"$@\"; do touch /seen/${i##*/}; done\n";
        var result = ApkOverlayTests.Assemble(
            Image,
            new ApkBuilder("a").Directory("seen").Trigger(script, "/usr/*", "+/opt", "/none").File("opt/x"),
            new ApkBuilder("b").File("usr/bin/b").File("usr/lib/c/d"),
            new ApkBuilder("c").Trigger("#!/bin/sh\nno-such-program\n", "/none/*"));

        Assert.Equal(["bin", "lib", "opt"], result.Tree.Entries.Where(static entry => entry.Path.Parent.Value == "seen").Select(static entry => entry.Path.Name));
        Assert.Empty(result.Uncovered);
    }

    [RequiresTheory(Needs.Data, ApkJudge.Need)]
    [InlineData("addgroup foo")]
    [InlineData("addgroup -S foo; addgroup -S foo; addgroup -S bar")]
    [InlineData("addgroup -g 55 foo; addgroup -S -g 56 bar; addgroup -g 55 baz")]
    [InlineData("addgroup -g 100 foo; addgroup --gid 77 --system bar")]
    [InlineData("addgroup man wheel; addgroup man nosuch; addgroup nosuch wheel; addgroup man wheel")]
    [InlineData("adduser -S foo")]
    [InlineData("adduser -D foo")]
    [InlineData("adduser -S -D -H foo; adduser -SDH bar")]
    [InlineData("addgroup -S foo; adduser -S -D -h /var/lib/foo -s /bin/false -G foo -g 'Foo Bar' foo")]
    [InlineData("adduser -S -D -H -G nosuch foo")]
    [InlineData("adduser -D -G users foo; adduser -D bar")]
    [InlineData("adduser -u 55 -D foo; adduser -S -u 55 bar; adduser -D -u 20 baz")]
    [InlineData("adduser -SDH -h /dev/null -s /sbin/nologin -g foo foo")]
    [InlineData("adduser --system --disabled-password --no-create-home --home /nx --shell /bin/false --gecos 'x y' --ingroup wheel --uid 88 foo")]
    [InlineData("adduser -D -h /no/such/dir foo")]
    [InlineData("adduser -D -h /opt foo")] // is there already
    [InlineData("adduser -S -D -H foo -g x; adduser foo tty; deluser foo; adduser -S -D -H bar")]
    [InlineData("adduser -D foo; addgroup bar; adduser foo bar; delgroup foo bar; delgroup bar; delgroup foo; delgroup nosuch")]
    [InlineData("addgroup -S 'a b'; adduser -S 'c:d'; addgroup -S 9x")]
    public void Accounts_are_those_that_busybox_makes(string commands)
    {
        using var judge = new ApkJudge();
        var etc = new ApkBuilder("base").Directory("opt").Directory("home").Directory("var/lib");
        foreach (string file in new[] { "passwd", "group", "shadow" })
        {
            etc.File("etc/" + file, File.ReadAllText(judge["etc/" + file]));
        }

        var result = ApkOverlayTests.Assemble(Image, etc, new ApkBuilder("scripted").Script(".pre-install", "#!/bin/sh\n" + commands.Replace("; ", "\n", StringComparison.Ordinal) + "\n").Info(static info => info with { InstalledSize = 1 }));
        Judge.Run("env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "chroot", judge.Root, "/bin/sh", "-c", commands);

        Assert.Empty(result.Uncovered);
        foreach (string file in new[] { "etc/passwd", "etc/group", "etc/shadow" })
        {
            Assert.Equal(WithoutDays(File.ReadAllText(judge[file])), WithoutDays(Text(result, file)));
        }

        foreach (string directory in new[] { "home", "home/foo", "home/bar", "var/lib/foo", "opt", "no", "nx" })
        {
            string theirs = Judge.Run("stat", "-c", "%a %u:%g", judge[directory]).Output.Trim();
            Assert.Equal(theirs, result.Tree.TryGet(TreePath.Parse(directory), out var entry) ? $"{Convert.ToString(entry.Mode, 8)} {entry.UserId}:{entry.GroupId}" : "");
        }
    }

    [Fact]
    public void Accounts_of_the_image_file_are_added_to_those_of_the_packages()
    {
        var image = Image with
        {
            Accounts = new Bothy.Engine.ImageFiles.AccountsSpec
            {
                Groups = [new Bothy.Engine.ImageFiles.GroupSpec("app", 900, ["root"], Mark)],
                Users = [new Bothy.Engine.ImageFiles.UserSpec("app", 900, Mark) { Groups = ["wheel"] }],
            },
        };
        var result = ApkOverlayTests.Assemble(image, new ApkBuilder("base").File("etc/passwd", "# kept\nroot:x:0:0:root:/root:/bin/ash\n").File("etc/group", "root:x:0:root\nwheel:x:10:\n").File("etc/shadow", "root:*::0:::::\n", 0b110_100_000));

        Assert.Equal("# kept\nroot:x:0:0:root:/root:/bin/ash\napp:x:900:900:Account created by bothy:/home/app:/bin/sh\n", Text(result, "etc/passwd"));
        Assert.Equal("root:x:0:root\nwheel:x:10:app\napp:x:900:root\n", Text(result, "etc/group"));
        Assert.Equal("root:*::0:::::\napp:!::0:99999:7:::\n", Text(result, "etc/shadow"));
        Assert.Equal(0b110_100_000, Entry(result, "etc/shadow").Mode);
        Assert.Equal((900, 900), (Entry(result, "home/app").UserId, Entry(result, "home/app").GroupId));
    }

    [Fact]
    public void Without_account_files_a_script_adds_nothing_and_that_is_said()
    {
        var result = ApkOverlayTests.Assemble(Image, new ApkBuilder("a").Script(".pre-install", "#!/bin/sh\naddgroup -S a\nadduser -S a\n").File("a", owner: "a:a"));

        Assert.Equal("a adds accounts, but no package has put /etc/passwd and /etc/group into the image before it.", Assert.Single(result.Warnings));
        Assert.False(Has(result, "etc/passwd"));
    }

    [Fact]
    public void Certificates_go_into_the_bundle_of_the_packages()
    {
        var image = Image with { Certificates = [new Bothy.Engine.ImageFiles.CertificateSpec("mine", "-----MINE-----\n", Mark)] };

        var bundled = ApkOverlayTests.Assemble(image, new ApkBuilder("ca-certificates-bundle").File("etc/ssl/certs/ca-certificates.crt", "-----THEIRS-----"));
        var full = ApkOverlayTests.Assemble(
            image,
            new ApkBuilder("ca-certificates").File("etc/ca-certificates.conf", "# all\nmozilla/A.crt\n!mozilla/B.crt\n").File("usr/share/ca-certificates/mozilla/A.crt", "-----A-----\n").File("usr/share/ca-certificates/mozilla/B.crt", "-----B-----\n")
                .Directory("etc/ssl/certs").Trigger("#!/bin/sh\nupdate-ca-certificates\n", "/usr/share/ca-certificates"));

        Assert.Equal("-----THEIRS-----\n-----MINE-----\n", Text(bundled, "etc/ssl/certs/ca-certificates.crt"));
        Assert.Equal("-----A-----\n-----MINE-----\n", Text(full, "etc/ssl/certs/ca-certificates.crt"));
        Assert.Equal("/usr/share/ca-certificates/mozilla/A.crt", Entry(full, "etc/ssl/certs/ca-cert-A.pem").LinkTarget);
        Assert.Empty(full.Uncovered);
    }

    private static (byte[] Program, HashSet<string> Links, HashSet<string> Paths) ReadRoot(string release)
    {
        string path = Path.Combine(RealData.Directory, "alpine", "minirootfs", $"alpine-minirootfs-{release}-x86_64.tar.gz");
        using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var archive = new TarReader(stream);
        byte[] program = [];
        var links = new HashSet<string>(StringComparer.Ordinal);
        var paths = new HashSet<string>(StringComparer.Ordinal);
        while (archive.GetNextEntry() is { } entry)
        {
            string name = entry.Name[2..];
            paths.Add(name);
            if (entry.LinkName == "/bin/busybox")
            {
                links.Add(name);
            }
            else if (name == "bin/busybox")
            {
                using var bytes = new MemoryStream();
                entry.DataStream!.CopyTo(bytes);
                program = bytes.ToArray();
            }
        }

        links.Remove("bin/sh"); // a package's own link, in later releases
        return (program, links, paths);
    }

    private static string WithoutDays(string shadow) => string.Join('\n', shadow.Split('\n').Select(static line =>
        line.Split(':') is { Length: 9 } fields && fields[1] == "!" && fields[7].Length == 0 ? string.Join(':', [.. fields[..2], "", .. fields[3..]]) : line));
}
