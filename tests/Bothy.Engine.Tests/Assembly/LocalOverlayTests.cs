using System.Text;
using Bothy.Engine.Assembly;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.LocalFiles;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Tests.Assembly;

public sealed class LocalOverlayTests : AssemblerTestBase
{
    private static readonly Origin Local = new Origin.LocalFile("app");

    [Fact]
    public void Local_files_lie_above_what_packages_bring_and_change_nothing_of_it()
    {
        var without = Assemble(Hello());
        var with = Assemble(Image, [File("opt/app/main", "1"), File("usr/bin/tool", "2")], Hello());

        Assert.Equal(TreeDump.WithOrigins(without.Tree), TreeDump.WithOrigins(with.Below));
        Assert.Equal("local files", Assert.Single(with.Above).What);
        Assert.Equal(
            ["/opt", "/opt/app", "/opt/app/main", "/usr", "/usr/bin", "/usr/bin/tool"],
            with.Above[0].Tree.Entries.Select(static entry => entry.Path.ToString()));
        Assert.Equal("1", Text(with, "opt/app/main"));
        Assert.Equal("hello", Text(with, "usr/bin/hello"));
        Assert.Empty(with.Warnings);
    }

    [Fact]
    public void A_file_of_a_package_is_replaced_and_that_is_said()
    {
        var result = Assemble(Image, [File("usr/bin/hello", "mine")], Hello());

        Assert.Equal("mine", Text(result, "usr/bin/hello"));
        Assert.Equal("local files of 'app' replace /usr/bin/hello (hello 1.0 (amd64))", Assert.Single(result.Warnings));
        Assert.Equal(Local, Entry(result, "usr/bin/hello").Origin);
    }

    [Fact]
    public void Other_names_of_a_file_that_is_replaced_keep_its_bytes()
    {
        var package = new TestPackage("hello").File("usr/bin/hello", "shipped").HardLink("usr/bin/hi", "usr/bin/hello").HardLink("usr/bin/hallo", "usr/bin/hello");

        var result = Assemble(Image, [File("usr/bin/hello", "mine")], package);

        Assert.Equal(("mine", "shipped", "shipped"), (Text(result, "usr/bin/hello"), Text(result, "usr/bin/hi"), Text(result, "usr/bin/hallo")));
    }

    [Fact]
    public void Links_to_directories_on_the_way_are_followed_and_directories_stay_as_they_are()
    {
        var result = Assemble(
            Image,
            [Directory("bin", 0b111_000_000), File("bin/tool", "1"), Directory("tmp", 0b111_000_000), File("tmp/x", "2")],
            Hello(),
            new TestPackage("base-files").Link("bin", "usr/bin"));

        Assert.Equal("1", Text(result, "usr/bin/tool"));
        Assert.Equal(EntryKind.SymbolicLink, Entry(result, "bin").Kind);
        Assert.Equal(0b001_111_111_111, Entry(result, "tmp").Mode);
    }

    [Theory]
    [InlineData("usr/bin", "cannot lay the local files of 'app' into the image: /usr/bin is a directory there", "End 'path' with a slash to put a file into a directory.")]
    [InlineData("usr/bin/hello/x", "cannot lay the local files of 'app' into the image: /usr/bin/hello is not a directory there (hello 1.0 (amd64))", null)]
    [InlineData("round/x", "cannot lay the local files of 'app' into the image: the links on the way to /round/x form a loop there", null)]
    public void A_file_where_there_is_a_directory_or_the_other_way_round_is_refused(string path, string message, string? hint)
    {
        var refused = Assert.Throws<BothyException>(() => Assemble(Image, [File(path, "")], Hello(), new TestPackage("loop").Link("round", "dnuor").Link("dnuor", "round")));

        Assert.Equal((message, hint), (refused.Message, refused.Hint));
    }

    [Fact]
    public void A_directory_over_a_file_is_refused() => Assert.Equal(
        "cannot lay the local files of 'app' into the image: /usr/bin/hello is to be a directory, and is a file there (hello 1.0 (amd64))",
        Assert.Throws<BothyException>(() => Assemble(Image, [Directory("usr/bin/hello")], Hello())).Message);

    [Fact]
    public void A_link_that_leads_to_nothing_is_said_unless_it_leads_to_the_host()
    {
        var result = Assemble(Image, [Link("a", "/nowhere"), Link("b", "usr/bin/hello"), Link("c", "c"), Link("d", "/proc/self"), Link("e", "/")], Hello());

        Assert.Equal("links among the local files lead to nothing in the image: /a → /nowhere, /c → c", Assert.Single(result.Warnings));
    }

    [Fact]
    public void Paths_of_the_image_file_are_applied_to_local_files_too()
    {
        var image = Parse("paths:\n- {path: /opt/app, type: permissions, uid: 7, permissions: 0o700, recursive: true}\n- {path: /hard, type: hardlink, source: /opt/app/main}\n");

        var result = Assemble(image, [File("opt/app/main", "1")], Hello());

        Assert.Equal((7, 0b111_000_000), (Entry(result, "opt/app/main").UserId, Entry(result, "opt/app/main").Mode));
        Assert.Equal("opt/app/main", Entry(result, "hard").LinkTarget);
        Assert.DoesNotContain(result.Below.Entries, static entry => entry.Path.Value is "hard" or "opt/app");
    }

    [Fact]
    public void What_the_image_file_changes_and_nobody_brings_is_refused_as_ever() => Assert.Equal(
        "cannot assemble x.yaml:2:3: the image has nothing at /gone to change",
        Assert.Throws<BothyException>(() => Assemble(Parse("paths:\n- {path: /gone, type: permissions, uid: 7}\n"), [File("opt/app/main", "1")], Hello())).Message);

    [Fact]
    public void What_the_image_file_excludes_stays_out_and_documentation_that_somebody_added_does_not()
    {
        var image = Parse("contents: {packages: [a], exclude: [/**/*.pdb]}\n");

        var result = Assemble(image, [File("app/main.pdb", "123"), File("usr/share/doc/app/README", "1")], Hello());

        Assert.False(Has(result, "app/main.pdb"));
        Assert.True(Has(result, "usr/share/doc/app/README"));
        Assert.Contains(new DroppedFiles("exclude /**/*.pdb", 1, 3), result.Dropped);
    }

    private static TestPackage Hello() => new TestPackage("hello").File("usr/bin/hello", "hello");

    private static ImageSpec Parse(string yaml) =>
        ImageFile.Parse("x.yaml", Encoding.UTF8.GetBytes(yaml.StartsWith("contents", StringComparison.Ordinal) ? yaml : yaml + "contents: {packages: [a]}\n"));

    private static TreeEntry File(string path, string text) => TreeEntry.File(TreePath.Parse(path), FileContent.Of(text), Local);

    private static TreeEntry Link(string path, string target) => TreeEntry.SymbolicLink(TreePath.Parse(path), target, Local);

    private static TreeEntry Directory(string path, int mode = TreeEntry.DefaultDirectoryMode) => TreeEntry.Directory(TreePath.Parse(path), Local, mode);

    private static AssemblyResult Assemble(ImageSpec image, TreeEntry[] files, params TestPackage[] packages)
    {
        var source = new LocalFileSource("app", TreePath.Root, [.. files], Digest.Of([]));
        return Assembler.Assemble(
            new AssemblyRequest([.. packages.Select(static package => package.Build())], [], image) { Files = new LocalFileSet([source], Digest.Of([])) }, CancellationToken.None);
    }
}
