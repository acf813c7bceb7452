using Bothy.Engine.Assembly;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;
using Bothy.Packages.Slices;

namespace Bothy.Engine.Tests.Assembly.Slices;

/// <summary>Images of slices, beside whole packages.</summary>
public sealed class SlicedAssemblyTests : AssemblerTestBase
{
    private static readonly ImageSpec WithoutDatabase = Image with { Contents = new ContentsSpec { Database = DatabaseChoice.None } };

    [Fact]
    public void Of_a_package_there_is_what_its_slices_name_and_make()
    {
        using var release = new ReleaseFiles(("tool", """
              bins:
                essential:
                  tool_config:
                contents:
                  /bin/tool:
                  /usr/bin/t: {symlink: /usr/bin/tool}
              config:
                contents:
                  /etc/tool/*.conf:
                  /var/lib/tool/: {make: true, mode: 0700}
                  /etc/tool/made: {text: "made\n"}
            """));
        var tool = new TestPackage("tool").File("bin/tool", "x", 0b111_101_101).File("bin/other").File("etc/tool/a.conf", "a").File("etc/tool/b.old").File("usr/share/tool/data");

        var result = Assemble(release, WithoutDatabase, ["tool_bins"], tool);

        Assert.Equal(
            """
            /bin -> usr/bin effect usrmerge
            /etc/tool/ tool 1.0 (amd64)
            /etc/tool/a.conf tool 1.0 (amd64)
            /etc/tool/made effect slice tool_config
            /usr/bin/ tool 1.0 (amd64)
            /usr/bin/t -> /usr/bin/tool effect slice tool_bins
            /usr/bin/tool tool 1.0 (amd64)
            /var/lib/tool/ effect slice tool_config
            """,
            Lines(result, "bin", "etc/tool", "usr", "var/lib"));
        Assert.Equal(0b111_000_000, Entry(result, "var/lib/tool").Mode);
        Assert.Equal("made\n", Text(result, "etc/tool/made"));
    }

    [Fact]
    public void Scripts_of_slices_run_before_effects_over_all_that_is_there_and_maintainer_scripts_of_their_packages_do_not()
    {
        using var release = new ReleaseFiles(("list", """
              all:
                contents:
                  /usr/share/list/**: {until: mutate}
                  /etc/list: {text: "", mutable: true}
                mutate: |
                  content.write("/etc/list", "".join([content.read("/usr/share/list/" + f) for f in content.list("/usr/share/list/")]))
            """));
        var list = new TestPackage("list").File("usr/share/list/a", "1\n").File("usr/share/list/b", "2\n").Script("postinst", "mkdir /srv/list");
        var whole = new TestPackage("whole").File("usr/share/whole/x").Script("postinst", "if [ -e /etc/list ]; then cp /etc/list /etc/copy; fi\nmkdir /srv/whole");

        var result = Assemble(release, WithoutDatabase, ["list_all"], list, whole);

        Assert.Empty(result.Uncovered);
        Assert.Equal("1\n2\n", Text(result, "etc/list"));
        Assert.Equal("1\n2\n", Text(result, "etc/copy"));
        Assert.False(Has(result, "usr/share/list"));
        Assert.True(Has(result, "srv/whole"));
        Assert.False(Has(result, "srv/list"));
    }

    [Fact]
    public void Accounts_go_on_from_those_that_a_slice_has_made()
    {
        using var release = new ReleaseFiles(("base-passwd", """
              data:
                contents:
                  /etc/passwd: {text: "", mutable: true}
                  /etc/group: {text: "", mutable: true}
                  /usr/share/base-passwd/*.master: {until: mutate}
                mutate: |
                  for name in ("passwd", "group"):
                      content.write("/etc/" + name, content.read("/usr/share/base-passwd/" + name + ".master"))
            """));
        var passwd = new TestPackage("base-passwd")
            .File("usr/share/base-passwd/passwd.master", "root:*:0:0:root:/root:/bin/bash\nwww-data:*:33:33:www-data:/var/www:/usr/sbin/nologin\n")
            .File("usr/share/base-passwd/group.master", "root:*:0:\nwww-data:*:33:\n");

        var result = Assemble(release, WithoutDatabase, ["base-passwd_data"], passwd);

        Assert.Contains("www-data:", Text(result, "etc/passwd"), StringComparison.Ordinal);
        Assert.Contains("\nnonroot:", Text(result, "etc/passwd"), StringComparison.Ordinal);
        Assert.Contains("www-data:", Text(result, "etc/group"), StringComparison.Ordinal);
        Assert.False(Has(result, "usr/share/base-passwd/passwd.master"));
    }

    [Fact]
    public void Certificates_of_the_image_file_come_behind_a_bundle_that_a_slice_has_made()
    {
        using var release = new ReleaseFiles(("ca-certificates", """
              data:
                contents:
                  /etc/ssl/certs/ca-certificates.crt: {text: "theirs\n"}
            """));
        var image = WithoutDatabase with { Certificates = [new CertificateSpec("mine", "mine", Mark)] };

        var result = Assemble(release, image, ["ca-certificates_data"], new TestPackage("ca-certificates").File("usr/share/ca-certificates/x.crt"));

        Assert.Equal("theirs\nmine\n", Text(result, "etc/ssl/certs/ca-certificates.crt"));
        Assert.Equal("/etc/ssl/certs/ca-certificates.crt", Lines(result, "etc/ssl").Split(' ')[0]);
    }

    [Fact]
    public void Documentation_stays_out_though_a_slice_names_it_and_copyright_stays_in()
    {
        using var release = new ReleaseFiles(("tool", "  doc:\n    contents:\n      /usr/share/doc/tool/*:\n      /usr/share/man/man1/tool.1:\n"));
        TestPackage Tool() => new TestPackage("tool").File("usr/share/doc/tool/README").File("usr/share/doc/tool/copyright").File("usr/share/man/man1/tool.1");

        Assert.Equal("/usr/share/doc/tool/copyright tool 1.0 (amd64)", Lines(Assemble(release, WithoutDatabase, ["tool_doc"], Tool()), "usr/share"));
        var kept = Assemble(release, WithoutDatabase with { Contents = WithoutDatabase.Contents with { Documentation = DocumentationChoice.Keep } }, ["tool_doc"], Tool());
        Assert.True(Has(kept, "usr/share/man/man1/tool.1"));
    }

    [Fact]
    public void Slices_of_two_packages_may_make_one_link_where_they_agree()
    {
        const string link = "  link:\n    contents:\n      /usr/bin/sh: {symlink: /usr/bin/dash}\n";
        using var release = new ReleaseFiles(("aa", link), ("bb", link));

        var result = Assemble(release, WithoutDatabase, ["aa_link", "bb_link"], new TestPackage("aa"), new TestPackage("bb"));

        Assert.Equal("/usr/bin/dash", Entry(result, "usr/bin/sh").LinkTarget);
    }

    [Fact]
    public void A_file_of_a_slice_that_a_whole_package_has_too_is_a_conflict()
    {
        using var release = new ReleaseFiles(("tool", "  bins:\n    contents:\n      /usr/bin/tool:\n"));

        var failure = Assert.Throws<BothyException>(() =>
            Assemble(release, WithoutDatabase, ["tool_bins"], new TestPackage("tool").File("usr/bin/tool"), new TestPackage("whole").File("usr/bin/tool")));

        Assert.Equal("cannot assemble: /usr/bin/tool is in both tool 1.0 (amd64) and whole 1.0 (amd64)", failure.Message);
    }

    [Fact]
    public void A_path_that_the_package_does_not_have_is_named_with_its_place()
    {
        using var release = new ReleaseFiles(("tool", "  bins:\n    contents:\n      /usr/bin/tool:\n      /usr/bin/gone:\n"));

        var failure = Assert.Throws<SliceReleaseException>(() => Assemble(release, WithoutDatabase, ["tool_bins"], new TestPackage("tool").File("usr/bin/tool")));

        Assert.Contains("slices/tool.yaml:6:", failure.Message, StringComparison.Ordinal);
        Assert.Contains("/usr/bin/gone", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_is_written_where_a_slice_generates_one()
    {
        using var release = new ReleaseFiles(
            ("base-files", "  chisel:\n    contents:\n      /var/lib/chisel/**: {generate: manifest}\n"),
            ("tool", "  bins:\n    contents:\n      /bin/tool:\n"));

        var result = Assemble(release, WithoutDatabase, ["base-files_chisel", "tool_bins"], new TestPackage("base-files").Directory("var/lib"), new TestPackage("tool").File("bin/tool", "x"));

        using var packed = new MemoryStream(result.Tree.Find(TreePath.Parse("var/lib/chisel/manifest.wall"))!.Content!.ReadAll());
        using var text = new StreamReader(Formats.Compression.Decompression.OpenRead(packed, "manifest", 1 << 20));
        string manifest = text.ReadToEnd();
        Assert.StartsWith("{\"jsonwall\":\"1.0\",\"schema\":\"1.0\",\"count\":", manifest, StringComparison.Ordinal);
        Assert.Contains("\"slice\":\"tool_bins\"", manifest, StringComparison.Ordinal);
        Assert.Contains("\"name\":\"tool\",\"version\":\"1.0\"", manifest, StringComparison.Ordinal);
    }

    private static AssemblyResult Assemble(ReleaseFiles release, ImageSpec image, string[] slices, params TestPackage[] packages)
    {
        var contents = packages.Select(package => package.Build()).ToList();
        return Assembler.Assemble(new AssemblyRequest([.. contents], [], image) { Slices = release.Select(contents, slices) }, CancellationToken.None);
    }

    // Directories that lead to something are left out.
    private static string Lines(AssemblyResult result, params string[] beginnings) => string.Join('\n', result.Tree.Entries
        .Where(entry => beginnings.Any(beginning => entry.Path.IsAtOrBelow(TreePath.Parse(beginning))))
        .Where(entry => entry.Kind != EntryKind.Directory || beginnings.Length > 1 && entry.Path.Value is "etc/tool" or "usr/bin" or "var/lib/tool")
        .Select(entry => $"{entry.Path}{(entry.Kind == EntryKind.Directory ? "/" : "")}{(entry.LinkTarget is { } target ? " -> " + target : "")} {entry.Origin}"));
}
