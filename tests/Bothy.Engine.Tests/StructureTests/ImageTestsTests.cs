using System.Text;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Engine.StructureTests;
using Bothy.Inspection.StructureTests;

namespace Bothy.Engine.Tests.StructureTests;

public sealed class ImageTestsTests : IDisposable
{
    private const string Existence = "schemaVersion: 2.0.0\nfileExistenceTests: [{name: a, path: /a}]\n";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("tests: [{fileExistencTests: []}]", "x.yaml:2:10: unknown key 'fileExistencTests' (did you mean 'fileExistenceTests'?)")]
    [InlineData("tests: {globTests: [{name: a}]}", "x.yaml:2:21: 'glob' is missing")]
    [InlineData("tests: [{schemaVersion: 3}]", "x.yaml:2:25: 'schemaVersion' must be 1.0.0 or 2.0.0, not '3'")]
    [InlineData("tests: [{fileContentTests: [{name: a, path: /a, expectedContents: ['(']}]}]", "x.yaml:2:68: '(' is not a regular expression of Go's: missing closing ): `(`")]
    [InlineData("tests: [[a.yaml]]", "x.yaml:2:9: an entry of 'tests' must be the path of a file of tests, or a map like one, not a list")]
    [InlineData("tests: [a.yaml, ~]", "x.yaml:2:17: an entry of 'tests' must be the path of a file of tests, or a map like one, not nothing")]
    [InlineData("tests: ['']", "x.yaml:2:9: an entry of 'tests' must be the path of a file of tests, or a map like one, not nothing")]
    [InlineData("tests: [\"a\\0b\"]", "x.yaml:2:9: an entry of 'tests' holds a NUL character")]
    public void Mistakes_in_an_image_file_are_told_when_it_is_read(string tests, string problem) =>
        Assert.Equal(problem, Assert.Throws<ImageFileException>(() => Parse(tests)).Message);

    [Fact]
    public void Files_are_looked_for_beside_the_file_that_names_them_and_then_from_the_working_directory()
    {
        Write("a.yaml", Existence);
        Write("common/b.yaml", Existence.Replace("/a", "/b", StringComparison.Ordinal));
        Write("common/base.yaml", "contents: {packages: [p]}\ntests:\n- ../common/./b.yaml\n- a.yaml\n- linkTests: [{name: l, path: /l, target: t}]\n");
        Write("images/x.yaml", "include: ../common/base.yaml\n");

        var tests = ImageTests.Of(ImageFile.Load("images/x.yaml", _directory.Path), _directory.Path)!;

        Assert.Equal(["common/b.yaml", "a.yaml", "common/base.yaml:5"], tests.Files.Select(file => file.FileName));
        Assert.Equal("/b", Assert.IsType<StructureTest.FileExistence>(Assert.Single(tests.Files[0].Tests)).Path);
        Assert.IsType<StructureTest.Link>(Assert.Single(tests.Files[2].Tests));
    }

    [Fact]
    public void Mistakes_of_all_files_are_told_at_once()
    {
        Write("bad.yaml", "schemaVersion: 2.0.0\nfileExistenceTests: [{name: a}]\n");
        Write("odd.yaml", "fileExistenceTests: []\n");
        var spec = Parse("tests: [gone.yaml, bad.yaml, odd.yaml]");

        var mistakes = Assert.Throws<ImageFileException>(() => ImageTests.Of(spec, _directory.Path)).Problems;

        Assert.Equal(
            ["x.yaml:2:9: cannot read 'gone.yaml': there is no such file", "bad.yaml:2:22: 'path' is missing", "odd.yaml:1:1: 'schemaVersion' is missing"],
            mistakes.Select(problem => $"{problem.Mark}: {problem.Value}"));
    }

    [Fact]
    public void Whatever_a_test_asks_for_is_in_the_digest()
    {
        Write("a.yaml", Existence);
        var before = Digest("tests: [a.yaml]");

        Assert.Equal(before, Digest("tests:\n  - a.yaml"));
        Assert.NotEqual(before, Digest("tests: [a.yaml, {linkTests: [{name: l, path: /l, target: t}]}]"));
        Assert.NotEqual(Digest("tests: [{linkTests: [{name: l, path: /l, target: t}]}]"), Digest("tests: [{linkTests: [{name: l, path: /l, target: u}]}]"));
        Write("a.yaml", Existence + "\n");
        Assert.NotEqual(before, Digest("tests: [a.yaml]"));

        Digest Digest(string tests) => ImageTests.Of(Parse(tests), _directory.Path)!.Digest;
    }

    [Fact]
    public void A_file_for_bothy_test_is_one_of_tests_or_an_image_file()
    {
        Write("a.yaml", Existence);
        Write("x.yaml", "contents: {packages: [p]}\ntests: [a.yaml, {linkTests: [{name: l, path: /l, target: t}]}]\n");
        Write("none.yaml", "contents: {packages: [p]}\n");
        Write("neither.yaml", "fileExistenceTests: []\n");

        Assert.Equal(["a.yaml"], ImageTests.Load("a.yaml", _directory.Path).Select(file => file.FileName));
        Assert.Equal(["a.yaml", "x.yaml:2"], ImageTests.Load("x.yaml", _directory.Path).Select(file => file.FileName));
        Assert.Equal("cannot test by none.yaml: the image file has no 'tests'", Assert.Throws<BothyException>(() => ImageTests.Load("none.yaml", _directory.Path)).Message);
        Assert.Equal("neither.yaml:1:1: 'schemaVersion' is missing", Assert.Throws<ImageFileException>(() => ImageTests.Load("neither.yaml", _directory.Path)).Message);
    }

    [Fact]
    public void A_lock_stays_good_whatever_tests_there_are() =>
        Assert.Equal(LockInputs.Of(Parse("tests: [a.yaml]")).Digest, LockInputs.Of(Parse("cmd: ls")).Digest);

    private static ImageSpec Parse(string more) => ImageFile.Parse("x.yaml", Encoding.UTF8.GetBytes($"contents: {{packages: [p], repositories: [deb bookworm main]}}\n{more}\n"));

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_directory[name])!);
        File.WriteAllText(_directory[name], text);
    }
}
