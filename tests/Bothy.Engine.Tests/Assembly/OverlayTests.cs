using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Tests.Assembly;

public sealed class OverlayTests : AssemblerTestBase
{
    [Fact]
    public void Refuses_a_file_that_two_packages_have()
    {
        var failure = Assert.Throws<BothyException>(() => Assemble(new TestPackage("a").File("usr/bin/x", "1"), new TestPackage("b").File("usr/bin/x", "2")));

        Assert.Equal("cannot assemble: /usr/bin/x is in both a 1.0 (amd64) and b 1.0 (amd64)", failure.Message);
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a (<< 2)")]
    [InlineData("virtual")] // a name that the other one provides
    public void The_package_that_replaces_wins_whichever_comes_first(string replaces)
    {
        TestPackage A() => new TestPackage("a").Field("Provides", "virtual").File("usr/bin/x", "a's");
        TestPackage B() => new TestPackage("b").Field("Replaces", replaces).File("usr/bin/x", "b's");

        Assert.Equal("b's", Text(Assemble(A(), B()), "usr/bin/x"));
        Assert.Equal("b's", Text(Assemble(B(), A()), "usr/bin/x"));
    }

    [Fact]
    public void A_replacement_of_earlier_versions_leaves_later_ones_alone() =>
        Assert.Throws<BothyException>(() => Assemble(
            new TestPackage("a", "2").File("usr/bin/x"),
            new TestPackage("b").Field("Replaces", "a (<< 2)").File("usr/bin/x")));

    [Fact]
    public void Two_architectures_of_a_package_share_the_files_that_are_the_same()
    {
        var result = Assemble(
            new TestPackage("libx").Field("Multi-Arch", "same").File("usr/share/x", "same"),
            new TestPackage("libx", architecture: "i386").Field("Multi-Arch", "same").File("usr/share/x", "same"));

        Assert.Equal("same", Text(result, "usr/share/x"));
        Assert.Throws<BothyException>(() => Assemble(
            new TestPackage("libx").Field("Multi-Arch", "same").File("usr/share/x", "one"),
            new TestPackage("libx", architecture: "i386").Field("Multi-Arch", "same").File("usr/share/x", "other")));
    }

    [Fact]
    public void The_first_package_says_the_mode_of_a_directory()
    {
        var result = Assemble(new TestPackage("a").Directory("srv/x", 0b111_000_000), new TestPackage("b").Directory("srv/x"));

        Assert.Equal(0b111_000_000, Entry(result, "srv/x").Mode);
    }

    [Fact]
    public void A_link_to_a_directory_and_a_directory_are_no_conflict()
    {
        var result = Assemble(
            new TestPackage("a").Directory("opt/real").Link("opt/x", "real"),
            new TestPackage("b").Directory("opt/x"));

        Assert.Equal(EntryKind.SymbolicLink, Entry(result, "opt/x").Kind);
    }

    [Fact]
    public void A_diversion_moves_the_file_of_the_other_package()
    {
        var result = Assemble(
            new TestPackage("a").File("usr/bin/x", "a's"),
            new TestPackage("b")
                .Script("preinst", "if [ \"$1\" = install ]; then\n dpkg-divert --package b --add --rename \\\n  --divert /usr/bin/x.real /usr/bin/x\nfi")
                .File("usr/bin/x", "b's"));

        Assert.Equal("a's", Text(result, "usr/bin/x.real"));
        Assert.Equal("b's", Text(result, "usr/bin/x"));
        Assert.Empty(result.Uncovered);
    }

    [Fact]
    public void Merged_usr_moves_files_links_and_hard_links()
    {
        var result = Assemble(
            new TestPackage("a").File("bin/x", "x").HardLink("bin/y", "bin/x").File("lib64/ld.so").Link("sbin/z", "/bin/x"),
            new TestPackage("b").Directory("bin"));

        Golden.Matches(Dump(result, "/bin", "/sbin", "/lib", "/usr"), "merged-usr.txt");
    }

    [Fact]
    public void Before_Debian_12_usr_is_not_merged()
    {
        var result = Assemble(new TestPackage("base-files").File("usr/lib/os-release", "ID=debian\nVERSION_ID=\"11\"\n").File("bin/x"));

        Assert.Equal(EntryKind.Directory, Entry(result, "bin").Kind);
    }

    [Fact]
    public void A_conflict_that_only_merging_brings_is_one() =>
        Assert.Throws<BothyException>(() => Assemble(new TestPackage("a").File("bin/x", "1"), new TestPackage("b").File("usr/bin/x", "2")));

    [Fact]
    public void Documentation_stays_out_but_licences_stay_in()
    {
        var result = Assemble(
            new TestPackage("a")
                .File("usr/bin/a")
                .File("usr/share/doc/a/README", "12345")
                .File("usr/share/doc/a/COPYING", "licence")
                .Link("usr/share/doc/a/copyright", "COPYING")
                .File("usr/share/man/man1/a.1.gz", "123")
                .File("usr/share/locale/de/LC_MESSAGES/a.mo")
                .File("usr/lib/locale/C.utf8/LC_CTYPE")
                .File("usr/share/lintian/overrides/a"),
            new TestPackage("b").Link("usr/share/doc/b", "a"));

        Golden.Matches(Dump(result, "/usr"), "documentation.txt");
        Assert.Equal(
            ["documentation 1 5", "manual pages 1 3", "packaging data 1 0", "translations 1 0"],
            result.Dropped.Select(static dropped => FormattableString.Invariant($"{dropped.Rule} {dropped.Files} {dropped.Bytes}")));
    }

    [Fact]
    public void The_image_file_keeps_documentation_and_excludes_patterns()
    {
        var image = Image with
        {
            Contents = new ContentsSpec
            {
                Documentation = DocumentationChoice.Keep,
                Exclude = [new Marked<string>("/usr/lib/*/x?.a", Mark), new Marked<string>("/opt/**", Mark)],
            },
        };
        var result = Assemble(image, new TestPackage("a")
            .File("usr/share/man/man1/a.1.gz")
            .File("usr/lib/a/x1.a")
            .File("usr/lib/a/b/x2.a") // one star does not cross a slash
            .File("opt/a/b/c"));

        Assert.True(Has(result, "usr/share/man/man1/a.1.gz"));
        Assert.False(Has(result, "usr/lib/a/x1.a"));
        Assert.True(Has(result, "usr/lib/a/b/x2.a"));
        Assert.False(Has(result, "opt"));
    }
}
