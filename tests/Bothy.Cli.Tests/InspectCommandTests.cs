using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bothy.Cli.Tests;

public sealed class InspectCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Surroundings _surroundings;

    public InspectCommandTests()
    {
        _surroundings = CommandLine.NoSurroundings with
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["BOTHY_STORE"] = _directory["store"] },
            WorkingDirectory = _directory.Path,
        };
        var below = RawTar.Write(
        [
            File("etc/passwd", "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/app:/sbin/nologin\n"),
            File("etc/os-release", "ID=small\nPRETTY_NAME=\"Small Linux 1\"\n"),
            File("lib/ld-musl-x86_64.so.1", new string('m', 3000), "755"),
            File("bin/sh", new string('s', 2000), "4755"),
            File("lib/apk/db/installed", Database("1.2.4-r0", "2.0-r1")),
            File("var/cache/leftover", new string('c', 700)),
        ]);
        Write("base", ["sh"], "0", below);
        Write("app", ["/app/run", "--port", "80 80"], "app", below, RawTar.Write(
        [
            File("app/run", "#!/bin/sh\nexit\n", "755"),
            File("app/data", new string('d', 1500), "666"),
            new RawTarEntry("var/cache/.wh.leftover", '0'),
        ]));
        Write("next", ["/app/run"], "app", RawTar.Write(
        [
            File("etc/passwd", "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/app:/sbin/nologin\n"),
            File("etc/os-release", "ID=small\nPRETTY_NAME=\"Small Linux 2\"\n"),
            File("lib/ld-musl-x86_64.so.1", new string('M', 3100), "755"),
            File("bin/sh", new string('s', 2000), "755"),
            File("lib/apk/db/installed", Database("1.2.10-r0", null)),
            File("app/run", "#!/bin/sh\nexit\n", "755"),
            File("app/data", new string('d', 1500), "666"),
            new RawTarEntry("app/link", '2') { Link = "data", Mode = 0b111_111_111 },
        ]));
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("inspect.txt", "inspect", "oci:app", "--beside", "oci:base")]
    [InlineData("inspect.json", "inspect", "oci:app", "--beside", "oci:base", "--format", "json")]
    [InlineData("compare.txt", "compare", "oci:base", "oci:app", "oci:next", "--times", "20")]
    [InlineData("compare.json", "compare", "oci:app", "oci:next", "--times", "20", "--format", "json")]
    [InlineData("compare.md", "compare", "oci:app", "oci:next", "--times", "20", "--format", "markdown")]
    public async Task Answers_are_those_of_the_golden_files(string golden, params string[] args)
    {
        var said = await CommandLine.RunAsync(_surroundings, args);

        Assert.Equal("", said.Error);
        Assert.Equal(ExitCode.Success, said.ExitCode);
        Golden.Matches(said.Output, golden);
    }

    [Theory]
    [InlineData("inspect", "oci:app")]
    [InlineData("compare", "oci:base", "oci:app", "oci:next", "--times", "20")]
    [InlineData("compare", "oci:app", "oci:next")]
    public async Task A_terminal_gets_bars_and_what_fits_its_width(params string[] args)
    {
        var output = new StringWriter();
        int exitCode = await App.RunAsync(args, _surroundings, new Terminal(output, TextWriter.Null, tables: true, width: 80));

        Assert.Equal(ExitCode.Success, exitCode);
        Assert.Contains("████████████", output.ToString(), StringComparison.Ordinal);
        Assert.All(output.ToString().Split('\n'), line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public async Task Comparing_exits_with_3_for_a_difference_where_that_is_asked_for()
    {
        Assert.Equal(ExitCode.Success, (await CommandLine.RunAsync(_surroundings, "compare", "oci:app", "oci:next")).ExitCode);
        Assert.Equal(ExitCode.Threshold, (await CommandLine.RunAsync(_surroundings, "compare", "oci:app", "oci:next", "--exit-code")).ExitCode);
        var same = await CommandLine.RunAsync(_surroundings, "compare", "oci:app", "oci:app", "--exit-code");
        Assert.Equal(ExitCode.Success, same.ExitCode);
        Assert.EndsWith("the same files, packages and configuration\n", same.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_are_written_beside_the_answer()
    {
        var said = await CommandLine.RunAsync(_surroundings, "inspect", "oci:app", "--html", "app.html", "--format", "json");
        await CommandLine.RunAsync(_surroundings, "compare", "oci:app", "oci:next", "--html", "compare.html");

        Assert.Equal("wrote app.html\n", said.Error);
        JsonDocument.Parse(said.Output).Dispose();
        Assert.StartsWith("<!doctype html>", await System.IO.File.ReadAllTextAsync(_directory["app.html"]), StringComparison.Ordinal);
        Assert.Contains("oci:next", await System.IO.File.ReadAllTextAsync(_directory["compare.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_page_that_cannot_be_written_is_a_failure()
    {
        var said = await CommandLine.RunAsync(_surroundings, "inspect", "oci:app", "--html", "no/such/directory.html");

        Assert.Equal((ExitCode.Failed, "error: cannot write no/such/directory.html: there is no such file or directory\n"), (said.ExitCode, said.Error));
    }

    [Theory]
    [InlineData("compare", "oci:app")]
    [InlineData("compare", "oci:app", "oci:next", "--times", "0")]
    [InlineData("compare", "oci:app", "oci:next", "--format", "yaml")]
    [InlineData("inspect", "oci:app", "--format", "markdown")]
    public async Task Mistakes_in_the_line_are_told(params string[] args) => Assert.Equal(ExitCode.Usage, (await CommandLine.RunAsync(_surroundings, args)).ExitCode);

    // Nothing that an image says moves the cursor, colours or reverses text, or breaks out of a cell.
    [Fact]
    public async Task Names_of_an_image_do_nothing_to_a_terminal_or_to_Markdown()
    {
        const string Evil = "\u001b[2J\u202e|`x`<script>\u0007\u009b31m\n# heading @you";
        Write("evil", [Evil], Evil, RawTar.Write([File($"bin/{Evil[..20]}", "x", "4755"), File("bin/sh", "x", "755"), File("etc/os-release", $"PRETTY_NAME='{Evil.Split('\n')[0]}'\n"), File("lib/apk/db/installed", "C:Q1AAAA=\nP:\u001b[31m|x\nV:\u202e1\nA:x86_64\n\n")]));
        foreach (string[] args in new string[][]
        {
            ["inspect", "oci:evil"], ["inspect", "oci:evil", "--format", "json"], ["compare", "oci:app", "oci:evil"], ["compare", "oci:app", "oci:evil", "--format", "json"], ["compare", "oci:app", "oci:evil", "--format", "markdown"],
        })
        {
            var said = await CommandLine.RunAsync(_surroundings, args);

            Assert.Equal(ExitCode.Success, said.ExitCode);
            Assert.DoesNotContain(said.Output, character => character is (< ' ' and not '\n') or (>= '\u007f' and <= '\u009f') or (>= '\u202a' and <= '\u202e'));
            Assert.DoesNotContain("\n# heading", said.Output, StringComparison.Ordinal);
        }

        string markdown = (await CommandLine.RunAsync(_surroundings, "compare", "oci:app", "oci:evil", "--format", "markdown")).Output;
        Assert.All(markdown.Split('\n').Where(line => line.StartsWith("| added", StringComparison.Ordinal)), line => Assert.Equal(line.Contains("KiB", StringComparison.Ordinal) || line.Contains(" B ", StringComparison.Ordinal) ? 6 : 5, line.Count(character => character == '|')));
        Assert.DoesNotContain("<script>", markdown.Replace("`<script>", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private static string Database(string musl, string? tool) =>
        $"C:Q1AAAA=\nP:musl\nV:{musl}\nA:x86_64\no:musl\nL:MIT\nF:lib\nR:ld-musl-x86_64.so.1\n\n" + (tool is null ? "" : $"C:Q1BBBB=\nP:tool\nV:{tool}\nA:x86_64\nF:bin\nR:sh\n\n");

    private static RawTarEntry File(string name, string content, string mode = "644") => new(name, '0') { Content = Encoding.UTF8.GetBytes(content), Mode = Convert.ToInt32(mode, 8) };

    private void Write(string name, string[] command, string user, params byte[][] layers)
    {
        var sample = new ImageSample(layers);
        sample.Config["created"] = "2026-01-02T03:04:05Z";
        sample.Config["config"] = new JsonObject { ["Entrypoint"] = new JsonArray([.. command.Select(word => JsonValue.Create(word))]), ["User"] = user };
        sample.WriteLayout(_directory[name]);
    }
}
