using System.Collections.Immutable;
using Bothy.Engine.Assembly;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Tests.Assembly;

public sealed class EffectTests : AssemblerTestBase
{
    private static ImmutableSortedDictionary<string, string> Texts { get; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    [Fact]
    public void An_image_of_nothing_has_the_accounts_that_every_image_needs()
    {
        var result = Assemble();

        Golden.Matches(TreeDump.WithOrigins(result.Tree) + Text(result, "etc/passwd") + Text(result, "etc/group"), "minimal.txt");
    }

    [Fact]
    public void Accounts_come_from_base_passwd_sysusers_scripts_and_the_image_file()
    {
        var image = Image with
        {
            Accounts = new AccountsSpec
            {
                Groups = [new GroupSpec("app", 5000, ["helper"], Mark)],
                Users = [new UserSpec("app", 5000, Mark) { Gid = 5000, Groups = ["daemon"] }],
            },
        };
        var result = Assemble(
            image,
            new TestPackage("base-passwd")
                .File("usr/share/base-passwd/passwd.master", "root:*:0:0:root:/root:/bin/bash\ndaemon:*:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n")
                .File("usr/share/base-passwd/group.master", "root:*:0:\ndaemon:*:1:\nshadow:*:42:\nnogroup:*:65534:\n"),
            new TestPackage("a").File("usr/lib/sysusers.d/a.conf", "# users of a\nu asys - \"A system\" /var/lib/a\ng agroup 700\nm asys agroup\n"),
            new TestPackage("b")
                .Script("postinst", """
                    if ! getent passwd b >/dev/null; then
                      adduser --quiet --system --group --home /var/lib/b --gecos "B daemon" b
                    fi
                    addgroup --system --quiet c || true
                    adduser b c
                    useradd -r -g daemon -d /nonexistent -s /bin/false d
                    adduser --system --force-badname --no-create-home --home /nonexistent _e
                    chown b:c /var/lib/b.log
                    """)
                .File("var/lib/b.log", group: "shadow")
                .File("var/lib/secret", group: "shadow"),
            new TestPackage("passwd").Script("postinst", "[ -z \"$2\" ] && shadowconfig on"));

        Assert.Empty(result.Uncovered);
        Golden.Matches(
            Dump(result, "/etc/passwd", "/etc/group", "/etc/shadow", "/etc/gshadow", "/home", "/var/lib/", "/root") + Text(result, "etc/passwd") + Text(result, "etc/group") + Text(result, "etc/shadow"),
            "accounts.txt");
    }

    [Theory]
    [InlineData("nonroot", "65532:65532")]
    [InlineData("65532", "65532:65532")]
    [InlineData("1234", "1234:1234")] // no account need have the number
    [InlineData("nobody:tty", "65534:5")]
    [InlineData("0:0", "0:0")]
    public void The_container_runs_as_numbers(string runAs, string numbers) =>
        Assert.Equal(numbers, Assemble(Image with { Accounts = new AccountsSpec { RunAs = new Marked<string>(runAs, Mark) } }).RunAs);

    [Fact]
    public void The_container_cannot_run_as_nobody_known() =>
        Assert.EndsWith(
            "the container is to run as ghost, but the image has no user 'ghost'",
            Assert.Throws<BothyException>(() => Assemble(Image with { Accounts = new AccountsSpec { RunAs = new Marked<string>("ghost", Mark) } })).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Alternatives_go_to_the_highest_priority_with_its_slaves()
    {
        var result = Assemble(
            new TestPackage("mawk").File("usr/bin/mawk").Script("postinst", """
                update-alternatives --install /usr/bin/awk awk /usr/bin/mawk 5 \
                    --slave /usr/share/man/man1/awk.1.gz awk.1.gz /usr/share/man/man1/mawk.1.gz \
                    --slave /usr/bin/nawk nawk /usr/bin/mawk
                """),
            new TestPackage("gawk").File("usr/bin/gawk").Script("postinst", "priority=10\nupdate-alternatives --quiet --install /usr/bin/awk awk /usr/bin/gawk $priority --slave /usr/bin/nawk nawk /usr/bin/gawk"),
            new TestPackage("less").File("bin/less").Script("postinst", "update-alternatives --install /usr/bin/pager pager /bin/less 77\nupdate-alternatives --install /usr/bin/x x /usr/bin/missing 1 || true"));

        Assert.Empty(result.Uncovered);
        Golden.Matches(Dump(result, "/etc/alternatives", "/usr/bin", "/var/lib/dpkg"), "alternatives.txt");
    }

    [Fact]
    public void Capabilities_and_overrides_are_given_to_files()
    {
        var result = Assemble(new TestPackage("ping").File("bin/ping", "x", 0b111_101_101).File("usr/bin/write", "x").Script("postinst", """
            PROGRAM=$(dpkg-divert --truename /bin/ping)
            if command -v setcap > /dev/null; then
                if setcap cap_net_raw+ep $PROGRAM; then
                    chmod u-s $PROGRAM
                else
                    chmod u+s $PROGRAM
                fi
            else
                chmod u+s $PROGRAM
            fi
            if ! dpkg-statoverride --list /usr/bin/write >/dev/null; then
                dpkg-statoverride --update --add root tty 2755 /usr/bin/write
            fi
            """));

        Assert.Empty(result.Uncovered);
        Assert.Equal(0b111_101_101, Entry(result, "usr/bin/ping").Mode);
        Assert.Equal("0100000200200000000000000000000000000000", Convert.ToHexStringLower(Entry(result, "usr/bin/ping").ExtendedAttributes["security.capability"].Span));
        Assert.Equal((5, 0b010_111_101_101), (Entry(result, "usr/bin/write").GroupId, Entry(result, "usr/bin/write").Mode));
    }

    [Fact]
    public void Temporary_files_time_zone_and_shells_are_made()
    {
        var result = Assemble(
            new TestPackage("tzdata").File("usr/share/zoneinfo/Etc/UTC", "TZif"),
            new TestPackage("debianutils").File("usr/share/debianutils/shells", "# shells\n/bin/sh\n")
                .Script("postinst", "if test -z \"$2\" && test ! -f /etc/shells; then cp -p /usr/share/debianutils/shells /etc/shells; fi\nupdate-shells"),
            new TestPackage("dash").File("bin/dash").File("usr/share/debianutils/shells.d/dash", "/bin/dash\n"),
            new TestPackage("a").File("usr/lib/tmpfiles.d/a.conf", "d /var/lib/a 0750 nobody tty - -\nL /var/lib/b - - - - a\nd! /run/boot\nf /run/%b/x\nf /etc/c 0600 - - - hello\n"));

        Golden.Matches(Dump(result, "/etc/localtime", "/etc/timezone", "/etc/shells", "/var/lib/a", "/var/lib/b", "/run", "/etc/c") + Text(result, "etc/shells"), "system-files.txt");
    }

    [Fact]
    public void The_image_file_replaces_fields_of_the_release()
    {
        var image = Image with { OsRelease = Texts.Add("ID", "mine").Add("PRETTY_NAME", "My \"own\"") };
        var result = Assemble(image, new TestPackage("base-files").File("usr/lib/os-release", "ID=debian\nVERSION_ID=\"12\"\n"));

        Assert.Equal("ID=mine\nVERSION_ID=\"12\"\nPRETTY_NAME=\"My \\\"own\\\"\"\n", Text(result, "etc/os-release"));
        Assert.Equal("image file, os-release", Entry(result, "usr/lib/os-release").Origin.ToString());
    }

    [Fact]
    public void Paths_of_the_image_file_come_last()
    {
        var image = Image with
        {
            Paths =
            [
                new PathSpec(PathKind.Directory, TreePath.Parse("data/deep"), Mark) { Uid = 65532, Gid = 65532, Permissions = 0b111_000_000 },
                new PathSpec(PathKind.EmptyFile, TreePath.Parse("data/deep/empty"), Mark),
                new PathSpec(PathKind.SymbolicLink, TreePath.Parse("usr/bin/link"), Mark) { Source = "a" },
                new PathSpec(PathKind.HardLink, TreePath.Parse("bin/hard"), Mark) { Source = "/usr/bin/a" },
                new PathSpec(PathKind.Permissions, TreePath.Parse("data"), Mark) { Uid = 7, Permissions = 0b111_111_111, Recursive = true },
            ],
        };
        var result = Assemble(image, new TestPackage("a").File("bin/a", "x"));

        Golden.Matches(Dump(result, "/data", "/usr/bin"), "paths.txt");
    }

    [Fact]
    public void A_path_that_is_not_there_cannot_be_changed()
    {
        var image = Image with { Paths = [new PathSpec(PathKind.Permissions, TreePath.Parse("nowhere"), Mark) { Permissions = 0 }] };

        Assert.EndsWith("the image has nothing at /nowhere to change", Assert.Throws<BothyException>(() => Assemble(image)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_small_database_names_files_that_are_there()
    {
        var result = Assemble(new TestPackage("a").File("bin/a", "x").File("usr/share/man/man1/a.1.gz").Control("md5sums", "9dd4e461268c8034f5c8564e155c67a6  bin/a\nd41d8cd98f00b204e9800998ecf8427e  usr/share/man/man1/a.1.gz\n"));

        Assert.Equal("Package: a\nVersion: 1.0\nArchitecture: amd64\n", Text(result, "var/lib/dpkg/status.d/a"));
        Assert.Equal("9dd4e461268c8034f5c8564e155c67a6  bin/a\n", Text(result, "var/lib/dpkg/status.d/a.md5sums"));
    }

    [RequiresFact(Needs.Judges + ":true")]
    public void A_kept_program_must_not_need_a_library_of_an_omitted_package()
    {
        var program = new TestPackage("a").Field("Depends", "libc6 (>= 2.1)").File("usr/bin/true", File.ReadAllBytes(Needs.Find("true")!), 0b111_101_101);
        var failure = Assert.Throws<BothyException>(() => Assembler.Assemble(new AssemblyRequest([program.Build()], ["debconf", "libc6"], Image), CancellationToken.None));

        Assert.Equal("cannot assemble: /usr/bin/true needs libc.so.6, but 'libc6' is omitted", failure.Message);
        Assert.NotNull(Assembler.Assemble(new AssemblyRequest([program.Build()], ["debconf"], Image), CancellationToken.None));
    }

    [RequiresFact(Needs.Judges + ":ldconfig")]
    public void The_loader_finds_libraries_by_links_and_a_cache()
    {
        var result = Assemble(
            new TestPackage("libc6").File("lib/x86_64-linux-gnu/libc.so.6", File.ReadAllBytes("/lib/x86_64-linux-gnu/libc.so.6"))
                .File("lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", File.ReadAllBytes("/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"))
                .Link("lib64/ld-linux-x86-64.so.2", "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2")
                .File("etc/ld.so.conf.d/x86_64-linux-gnu.conf", "/lib/x86_64-linux-gnu\n/usr/lib/x86_64-linux-gnu\n")
                .File("etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n"));

        Assert.Equal("effect ldconfig", Entry(result, "etc/ld.so.cache").Origin.ToString());
    }

    [Fact]
    public void Assembles_the_same_tree_twice() =>
        Assert.Equal(
            TreeDump.WithOrigins(Assemble(new TestPackage("a").File("bin/a")).Tree),
            TreeDump.WithOrigins(Assemble(new TestPackage("a").File("bin/a")).Tree));
}
