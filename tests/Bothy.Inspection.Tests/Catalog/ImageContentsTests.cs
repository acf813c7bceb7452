using System.Text;
using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Oci;

namespace Bothy.Inspection.Tests.Catalog;

public sealed class ImageContentsTests
{
    private const string Apk = """
        C:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=
        P:musl
        V:1.2.4-r2
        A:x86_64
        S:1
        I:655360
        T:the musl c library (libc) implementation
        U:https://musl.libc.org/
        L:MIT
        o:musl-src
        m:Somebody <somebody@example.org>
        p:so:libc.musl-x86_64.so.1=1
        F:lib
        R:ld-musl-x86_64.so.1
        a:0:0:755
        Z:Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=
        R:libc.musl-x86_64.so.1

        C:Q1BBBBBBBBBBBBBBBBBBBBBBBBBBB=
        P:busybox
        V:1.36.1-r15
        A:x86_64
        L:GPL-2.0-only
        D:so:libc.musl-x86_64.so.1 !other>2
        F:bin
        R:busybox
        F:etc
        R:busybox.conf
        F:lib
        R:gone


        """;

    private const string Status = """
        Package: base-files
        Status: install ok installed
        Priority: required
        Section: admin
        Installed-Size: 340
        Maintainer: Somebody <somebody@example.org>
        Architecture: amd64
        Essential: yes
        Version: 12.4+deb12u5
        Depends: libc6 (>= 2.36) | other
        Provides: base (= 1)
        Description: base system miscellaneous files
         More text.
        Homepage: https://example.org/

        Package: libc6
        Status: install ok installed
        Architecture: amd64
        Multi-Arch: same
        Source: glibc (2.36-9)
        Version: 2.36-9+deb12u7
        Conffiles:
         /etc/ld.so.conf d41d8cd98f00b204e9800998ecf8427e

        Package: removed
        Status: deinstall ok config-files
        Architecture: all
        Version: 1

        """;

    [Theory]
    [InlineData("lib/apk/db/installed")]
    [InlineData("usr/lib/apk/db/installed")]
    public void Reads_the_database_of_apk(string place)
    {
        var contents = Of(File("lib/ld-musl-x86_64.so.1"), Link("lib/libc.musl-x86_64.so.1", "ld-musl-x86_64.so.1"), File("bin/busybox"), File("etc/busybox.conf"), File("etc/own"), File(place, Apk));

        Assert.Empty(contents.Warnings);
        Assert.Equal(["busybox 1.36.1-r15 (x86_64)", "musl 1.2.4-r2 (x86_64)"], contents.Packages.Select(package => package.ToString()));
        var musl = contents.Packages[1];
        Assert.Equal(
            ("musl-src", "1.2.4-r2", "MIT", 655360L, "Q1AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "https://musl.libc.org/"),
            (musl.SourceName, musl.SourceVersion, musl.License, musl.InstalledSize, musl.Checksum, musl.Url));
        Assert.Equal("so:libc.musl-x86_64.so.1=1", Assert.Single(musl.Apk!.Provides).ToString());
        Assert.Equal(["so:libc.musl-x86_64.so.1", "!other>2"], contents.Packages[0].Apk!.Depends.Select(dependency => dependency.ToString()));
        Assert.Equal(["/lib/ld-musl-x86_64.so.1", "/lib/libc.musl-x86_64.so.1"], contents.FilesOf(musl).Select(path => path.ToString()));
        Assert.Equal("busybox", OwnerOf(contents, "etc/busybox.conf"));
        Assert.Equal(("busybox", null), (OwnerOf(contents, "bin"), OwnerOf(contents, "lib"))); // the latter is both's
        Assert.Null(OwnerOf(contents, "etc/own"));
        Assert.Null(OwnerOf(contents, place));
    }

    [Fact]
    public void Reads_the_database_of_dpkg()
    {
        var contents = Of(
            Link("bin", "usr/bin"),
            File("usr/bin/tool"),
            File("usr/lib/x86_64-linux-gnu/libc.so.6"),
            Link("lib", "usr/lib"),
            File("etc/ld.so.conf"),
            File("var/lib/dpkg/status", Status),
            File("var/lib/dpkg/info/base-files.list", "/.\n/bin\n/bin/tool\n/usr\n"),
            File("var/lib/dpkg/info/libc6:amd64.list", "/.\n/lib\n/lib/x86_64-linux-gnu\n/lib/x86_64-linux-gnu/libc.so.6\n/etc\n/etc/ld.so.conf\n/usr\n"));

        Assert.Empty(contents.Warnings);
        Assert.Equal(["base-files 12.4+deb12u5 (amd64)", "libc6 2.36-9+deb12u7 (amd64)"], contents.Packages.Select(package => package.ToString()));
        var (files, libc) = (contents.Packages[0], contents.Packages[1]);
        Assert.Equal(("base-files", "12.4+deb12u5", "base system miscellaneous files", 340L << 10, true), (files.SourceName, files.SourceVersion, files.Description, files.InstalledSize, files.Dpkg!.Essential));
        Assert.Equal("libc6 (>= 2.36) | other", Assert.Single(files.Dpkg.Depends).ToString());
        Assert.Equal(("glibc", "2.36-9"), (libc.SourceName, libc.SourceVersion));
        Assert.Equal("/etc/ld.so.conf", Assert.Single(libc.Dpkg!.ConfigurationFiles).ToString());
        Assert.Equal("base-files", OwnerOf(contents, "usr/bin/tool")); // listed below /bin
        Assert.Equal("base-files", OwnerOf(contents, "bin/tool"));
        Assert.Equal("libc6", OwnerOf(contents, "usr/lib/x86_64-linux-gnu/libc.so.6"));
        Assert.Equal("base-files", OwnerOf(contents, "bin"));
    }

    [Fact]
    public void Reads_the_files_that_stand_for_the_database_in_distroless_images()
    {
        var contents = Of(
            File("etc/group"),
            File("usr/bin/tool"),
            File("var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 1\nArchitecture: amd64\n"),
            File("var/lib/dpkg/status.d/base.md5sums", "d41d8cd98f00b204e9800998ecf8427e  etc/group\n"),
            File("var/lib/dpkg/status.d/tool", "Package: tool\nVersion: 2\nArchitecture: amd64\n"),
            File("var/lib/dpkg/status.d/tool.md5sums", "d41d8cd98f00b204e9800998ecf8427e  usr/bin/tool\nd41d8cd98f00b204e9800998ecf8427e *usr/share/doc/gone\n"));

        Assert.Empty(contents.Warnings);
        Assert.Equal(["base-files", "tool"], contents.Packages.Select(package => package.Name));
        Assert.Equal(("base-files", "tool"), (OwnerOf(contents, "etc/group"), OwnerOf(contents, "usr/bin/tool")));
    }

    [Fact]
    public void Where_there_is_no_list_the_sums_tell_whose_files_are()
    {
        var contents = Of(
            File("usr/bin/tool"),
            File("var/lib/dpkg/status", "Package: tool\nStatus: install ok installed\nVersion: 2\nArchitecture: amd64\n"),
            File("var/lib/dpkg/info/tool.md5sums", "d41d8cd98f00b204e9800998ecf8427e  usr/bin/tool\n"));

        Assert.Equal("tool", OwnerOf(contents, "usr/bin/tool"));
    }

    [Fact]
    public void A_diverted_file_is_its_packages_where_it_went()
    {
        var contents = Of(
            File("bin/sh"),
            File("bin/sh.distrib"),
            File("var/lib/dpkg/status", "Package: bash\nStatus: install ok installed\nVersion: 2\nArchitecture: amd64\n\nPackage: dash\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n"),
            File("var/lib/dpkg/diversions", "/bin/sh\n/bin/sh.distrib\nbash\n"),
            File("var/lib/dpkg/info/dash.list", "/.\n/bin\n/bin/sh\n"),
            File("var/lib/dpkg/info/bash.list", "/.\n/bin\n/bin/sh\n"));

        Assert.Equal(("bash", "dash"), (OwnerOf(contents, "bin/sh"), OwnerOf(contents, "bin/sh.distrib")));
    }

    [Theory]
    [InlineData("lib/apk/db/installed", "P:a\nV:1\nnonsense\nF:../etc\n\nV:2\n\nP:b\nV:1\nD:ok >\n", "a b",
        "cannot read all of a in /lib/apk/db/installed: line 3 is not a letter, a colon and a value|cannot read a package of /lib/apk/db/installed that ends at line 7: it has no name or no version|cannot read all of b in /lib/apk/db/installed: '>' is not a dependency")]
    [InlineData("var/lib/dpkg/status", "Package: a\nVersion: 1\nDepends: b (\nPackage: c\n\nPackage: d\nVersion: 2\n", "d",
        "cannot read the package of /var/lib/dpkg/status from line 1 on, which is left out: line 4: the field Package comes twice in one paragraph")]
    [InlineData("var/lib/dpkg/status", "Package: a\nVersion: 1\n\nnonsense\nVersion: 1\n\nPackage: d\nVersion: 2\n", "a d",
        "cannot read the package of /var/lib/dpkg/status from line 4 on, which is left out: line 4: the line is not a field ('Name: value')")]
    [InlineData("var/lib/dpkg/status.d/x", "Package: a\nVersion: 1\n\nPackage: b\nPackage: b\n", "a",
        "cannot read the package of /var/lib/dpkg/status.d/x from line 4 on, which is left out: line 5: the field Package comes twice in one paragraph")]
    [InlineData("var/lib/dpkg/status", "Package: a\nVersion: 1\nDepends: b (\n\nPackage: c\n", "a",
        "cannot read all of a in /var/lib/dpkg/status: in Depends: 'b (' lacks a ')'|cannot read a package of /var/lib/dpkg/status: it has no name or no version")]
    [InlineData("var/lib/dpkg/diversions", "/bin/sh\n/bin/x\n", "", "cannot read all of /var/lib/dpkg/diversions: '/bin/sh' is not a diversion")]
    public void Says_what_of_a_damaged_database_it_cannot_read(string place, string text, string packages, string warnings)
    {
        var contents = Of(File(place, text));

        Assert.Equal((packages, warnings), (string.Join(' ', contents.Packages.Select(package => package.Name)), string.Join('|', contents.Warnings)));
    }

    [Fact]
    public void Of_many_damaged_packages_a_few_are_told_and_the_others_counted()
    {
        var contents = Of(File("var/lib/dpkg/status", string.Concat(Enumerable.Range(0, 13).Select(static _ => "x\n\n")) + "Package: a\nVersion: 1\n"));

        Assert.Equal("a", Assert.Single(contents.Packages).Name);
        Assert.Equal((11, "cannot read 3 more packages of /var/lib/dpkg/status, which are left out"), (contents.Warnings.Length, contents.Warnings[^1]));
    }

    [Theory]
    [InlineData("lib/apk/db/installed", Apk)]
    [InlineData("var/lib/dpkg/status", Status)]
    [InlineData("var/lib/dpkg/status.d/x", Status)]
    public void A_mutated_database_is_read_with_or_without_warnings_and_never_ends_a_report(string place, string good)
    {
        var random = new Random(20261);
        byte[] bytes = Encoding.UTF8.GetBytes(good);
        for (int i = 0; i < 1000; i++)
        {
            var contents = Of(TreeEntry.File(TreePath.Parse(place), FileContent.Of(Mutation.Of(bytes, random)), Origin), File("bin/busybox"));
            Assert.All(contents.Packages, package => Assert.NotEmpty(package.Name));
        }
    }

    [Fact]
    public void What_an_image_says_it_is_is_read_through_links()
    {
        var contents = Of(
            File("usr/lib/os-release", "# comment\nNAME=\"A \\\"quoted\\\" name\"\nID=debian\nVERSION_ID='12'\nID_LIKE=\"a b\"\nPRETTY_NAME=Plain\nnonsense\n"),
            Link("etc/os-release", "../usr/lib/os-release"));
        var release = contents.Release!;

        Assert.Equal(("debian", "12", "Plain", "A \"quoted\" name"), (release.Id, release.VersionId, release.PrettyName, release["NAME"]));
        Assert.Equal(["a", "b"], release.IdLike);
        Assert.Null(Of().Release);
    }

    private static Origin Origin { get; } = new Origin.ImageFile("test");

    private static TreeEntry File(string path, string content = "x") => TreeEntry.File(TreePath.Parse(path), FileContent.Of(content), Origin);

    private static TreeEntry Link(string path, string target) => TreeEntry.SymbolicLink(TreePath.Parse(path), target, Origin);

    private static string? OwnerOf(ImageContents contents, string path) => contents.OwnerOf(TreePath.Parse(path))?.Name;

    private static ImageContents Of(params TreeEntry[] entries)
    {
        var tree = new FileTree();
        foreach (var entry in entries)
        {
            for (var parent = entry.Path.Parent; !parent.IsRoot && !tree.Contains(parent); parent = parent.Parent)
            {
                if (!entries.Any(other => other.Path == parent))
                {
                    tree.Set(TreeEntry.Directory(parent, Origin));
                }
            }

            tree.Set(entry);
        }

        return ImageContents.Of(tree, new ContainerConfig(), new Platform("linux", "amd64"));
    }
}
