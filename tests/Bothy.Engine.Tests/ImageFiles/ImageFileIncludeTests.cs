using Bothy.Engine.ImageFiles;

namespace Bothy.Engine.Tests.ImageFiles;

public sealed class ImageFileIncludeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_including_file_wins_and_its_list_entries_come_last()
    {
        Write("base.yaml", """
            contents: {repositories: [deb bookworm main], keyring: [k], packages: [a, b], omit: [o], documentation: keep}
            entrypoint: {command: /bin/a}
            cmd: one two
            work-dir: /a
            environment: {A: 1, B: 2}
            accounts: {run-as: 0, users: [{username: u, uid: 1}]}
            paths: [{path: /p, type: directory}]
            archs: [amd64, arm64]
            labels: {l: 1}
            volumes: [/v]
            layering: {strategy: origin, budget: 5}
            os-release: {id: x, name: y}
            debug: true
            """);
        Write("x.yaml", """
            include: base.yaml
            contents: {packages: [b, c], repositories: [deb bookworm main, deb sid main]}
            cmd: three
            environment: {B: 3}
            accounts: {users: [{username: w, uid: 2}]}
            paths: [{path: /q, type: directory}]
            archs: [arm64]
            debug: false
            os-release: {name: z}
            """);

        var spec = Load("x.yaml");

        Golden.Matches(ImageSpecWriter.ToYaml(spec), "included.yaml");
        Assert.Equal("x.yaml:2:26", spec.Contents.Packages[2].Mark.ToString());
        Assert.Equal("base.yaml:2:1", spec.MarkOf("entrypoint")?.ToString());
        Assert.Equal("x.yaml:3:1", spec.MarkOf("cmd")?.ToString());
    }

    [Fact]
    public void An_include_is_looked_for_beside_the_file_and_then_from_the_working_directory()
    {
        Write("examples/base.yaml", "contents: {packages: [beside]}\n");
        Write("base.yaml", "contents: {packages: [here]}\n");
        Write("common.yaml", "contents: {packages: [common]}\n");
        Write("examples/x.yaml", "include: base.yaml\n");
        Write("examples/y.yaml", "include: examples/base.yaml\n"); // as apko's own examples have it
        Write("examples/z.yaml", "include: ../common.yaml\n");
        Write("examples/w.yaml", $"include: {_directory["common.yaml"]}\n");

        Assert.Equal("examples/base.yaml:1:23 beside", First("examples/x.yaml"));
        Assert.Equal("examples/base.yaml:1:23 beside", First("examples/y.yaml"));
        Assert.Equal("common.yaml:1:23 common", First("examples/z.yaml"));
        Assert.Equal($"{_directory["common.yaml"]}:1:23 common", First("examples/w.yaml"));

        string First(string file) => $"{Load(file).Contents.Packages[0].Mark} {Load(file).Contents.Packages[0].Value}";
    }

    [Fact]
    public void Of_several_files_each_lies_over_those_before_it_and_one_that_is_met_again_counts_once()
    {
        Write("common.yaml", "contents: {packages: [a]}\nwork-dir: /common\npaths: [{path: /p, type: directory}]\naccounts: {users: [{username: u, uid: 1, groups: [g]}]}\n");
        Write("left.yaml", "include: common.yaml\ncontents: {packages: [b]}\nwork-dir: /left\ncmd: left\n");
        Write("right.yaml", "include: ./common.yaml\ncontents: {packages: [c]}\ncmd: right\n");
        Write("x.yaml", "include: [left.yaml, right.yaml]\ncontents: {packages: [d]}\n");

        var spec = Load("x.yaml");

        Assert.Equal(["a", "b", "c", "d"], spec.Contents.Packages.Select(package => package.Value));
        Assert.Equal(("/left", "right"), (spec.WorkingDirectory, spec.Command.Single()));
        Assert.Single(spec.Paths);
        Assert.Single(spec.Accounts.Users);
    }

    [Theory]
    [InlineData("[gcc]", "[gcc, y]", "y")]
    [InlineData("[gcc=12*, y]", "[gcc, y]", "")]
    [InlineData("['gcc:arm64']", "[gcc, y]", "y")]
    [InlineData("[gcc/bookworm-backports]", "[gcc, y]", "y")]
    [InlineData("['so:gcc', gcc-12]", "[gcc, y]", "gcc y")]
    public void What_a_file_asks_for_by_name_is_no_longer_omitted_by_what_it_includes(string packages, string omitted, string left)
    {
        Write("base.yaml", $"contents: {{packages: [a], omit: {omitted}}}\n");
        Write("x.yaml", $"include: base.yaml\ncontents: {{packages: {packages}}}\n");

        Assert.Equal(left, string.Join(' ', Load("x.yaml").Contents.Omit.Select(name => name.Value)));
    }

    [Fact]
    public void An_included_file_that_is_no_text_is_a_mistake()
    {
        Write("x.yaml", "contents: {packages: [a]}\ninclude: [{a: b}, '', none.yaml]\n");

        Assert.Equal(
            """
            x.yaml:2:11: an entry of 'include' must be text, not a map
            x.yaml:2:19: an entry of 'include' is empty
            x.yaml:2:23: cannot read 'none.yaml': there is no such file
            """,
            Failure("x.yaml"));
    }

    [Fact]
    public void Mistakes_of_all_files_come_at_once_each_with_its_own_file()
    {
        Write("lib/base.yaml", "contents: {pacakges: [a]}\ncdm: x\n");
        Write("x.yaml", "include: lib/base.yaml\narchs: [amd46]\n");

        Assert.Equal(
            """
            x.yaml:2:9: unknown architecture 'amd46' (did you mean 'amd64'?)
            lib/base.yaml:1:12: unknown key 'pacakges' (did you mean 'packages'?)
            lib/base.yaml:2:1: unknown key 'cdm' (did you mean 'cmd'?)
            """,
            Failure("x.yaml"));
    }

    [Fact]
    public void Accounts_of_both_files_must_fit_together()
    {
        Write("base.yaml", "contents: {packages: [a]}\naccounts: {users: [{username: u, uid: 1}]}\n");
        Write("x.yaml", "include: base.yaml\naccounts: {users: [{username: u, uid: 2}]}\n");

        Assert.Equal("x.yaml:2:20: duplicate user 'u' (first at base.yaml:2:20)", Failure("x.yaml"));
    }

    [Fact]
    public void Circles_and_missing_files_are_mistakes()
    {
        Write("a.yaml", "contents: {packages: [a]}\ninclude: b.yaml\n");
        Write("b.yaml", "include: ./c.yaml\n");
        Write("c.yaml", "include: a.yaml\n");
        Write("self.yaml", "contents: {packages: [a]}\ninclude: self.yaml\n");
        Write("missing.yaml", "contents: {packages: [a]}\ninclude: nowhere.yaml\n");
        Write("directory.yaml", "contents: {packages: [a]}\ninclude: sub\n");
        Write("sub/x.yaml", "");

        Assert.Equal("c.yaml:1:10: 'a.yaml' includes itself: a.yaml → b.yaml → c.yaml → a.yaml", Failure("a.yaml"));
        Assert.Equal("self.yaml:2:10: 'self.yaml' includes itself: self.yaml → self.yaml", Failure("self.yaml"));
        Assert.Equal("missing.yaml:2:10: cannot read 'nowhere.yaml': there is no such file", Failure("missing.yaml"));
        Assert.Equal("directory.yaml:2:10: cannot read 'sub': it is a directory", Failure("directory.yaml"));
    }

    [Fact]
    public void A_chain_of_includes_has_an_end()
    {
        for (int file = 0; file < 20; file++)
        {
            Write($"{file}.yaml", $"contents: {{packages: [a]}}\ninclude: {file + 1}.yaml\n");
        }

        Assert.Equal("16.yaml:2:10: more than 16 files include each other", Failure("0.yaml"));
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_named()
    {
        var failure = Assert.Throws<BothyException>(() => Load("none.yaml"));

        Assert.Equal("cannot read none.yaml: there is no such file", failure.Message);
    }

    private ImageSpec Load(string file) => ImageFile.Load(file, _directory.Path);

    private string Failure(string file) => Assert.Throws<ImageFileException>(() => Load(file)).Message;

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_directory[file])!);
        File.WriteAllText(_directory[file], text);
    }
}
