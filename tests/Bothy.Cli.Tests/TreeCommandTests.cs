using System.Text;
using System.Text.Json;

namespace Bothy.Cli.Tests;

public sealed class TreeCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Surroundings _surroundings;

    public TreeCommandTests()
    {
        _surroundings = CommandLine.NoSurroundings with
        {
            Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["BOTHY_STORE"] = _directory["store"] },
            WorkingDirectory = _directory.Path,
        };
        new ImageSample(
        [
            RawTar.Write(
            [
                new RawTarEntry("etc/", '5') { Mode = 0b111_101_101 },
                File("etc/passwd", "root:x:0:0::/root:/bin/sh\n"),
                File("etc/shadow", "secret\n", 0b110_100_000) with { Group = ("shadow", 42) },
                new RawTarEntry("bin", '2') { Link = "usr/bin", Mode = 0b111_111_111 },
                File("usr/bin/tool", new string('x', 5000), 0b100_111_101_101),
                new RawTarEntry("usr/bin/other", '1') { Link = "usr/bin/tool" },
                new RawTarEntry("dev/null", '3') { Mode = 0b110_110_110 },
                File("lib/apk/db/installed", "C:Q1AAAA=\nP:tool\nV:1.0-r0\nA:x86_64\nF:usr/bin\nR:tool\nR:other\n"),
            ]),
            RawTar.Write([File("etc/shadow", "more secret\n"), new RawTarEntry("usr/bin/.wh.other", '0'), File("new \u001b[31m", "y")]),
        ]).WriteLayout(_directory["image"]);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Prints_each_directory_with_what_is_in_it()
    {
        Assert.Equal(
            """
            /: 5 files, 5.0 KiB
            lrwxrwxrwx  0:0        -  bin -> usr/bin
            drwxr-xr-x  0:0      0 B  dev
            drwxr-xr-x  0:0     38 B  etc
            drwxr-xr-x  0:0     60 B  lib
            -rw-r--r--  0:0      1 B  new \x1b[31m
            drwxr-xr-x  0:0  4.9 KiB  usr

            /dev: 0 files, 0 B
            crw-rw-rw-  0:0     1, 3  null

            /etc: 2 files, 38 B
            -rw-r--r--  0:0     26 B  passwd
            -rw-r--r--  0:0     12 B  shadow

            /lib: 1 file, 60 B
            drwxr-xr-x  0:0     60 B  apk

            /lib/apk: 1 file, 60 B
            drwxr-xr-x  0:0     60 B  db

            /lib/apk/db: 1 file, 60 B
            -rw-r--r--  0:0     60 B  installed

            /usr: 1 file, 4.9 KiB
            drwxr-xr-x  0:0  4.9 KiB  bin

            /usr/bin: 1 file, 4.9 KiB
            -rwsr-xr-x  0:0  4.9 KiB  tool

            total: 5 files, 5.0 KiB

            """,
            await OutputAsync("image"));
    }

    [Fact]
    public async Task Patterns_and_depth_choose_what_is_shown_and_counted()
    {
        Assert.Equal(
            """
            /: 2 files, 38 B
            drwxr-xr-x  0:0  38 B  etc

            total: 2 files, 38 B

            """,
            await OutputAsync("image", "/etc", "--depth", "1"));
        Assert.Equal("total: 0 files, 0 B\n", await OutputAsync("image", "/nothing/*"));
    }

    [Fact]
    public async Task Gathers_files_by_package_and_says_what_is_of_none()
    {
        Assert.Equal(
            """
            tool 1.0-r0 (x86_64): 1 file, 4.9 KiB
            of no package: 4 files, 99 B
            total: 5 files, 5.0 KiB

            """,
            await OutputAsync("image", "--by", "package", "--depth", "0"));
    }

    [Fact]
    public async Task Gathers_files_by_layer()
    {
        string output = await OutputAsync("image", "--by", "layer", "/etc/**", "/new*");

        Assert.Matches("^layer 0 [0-9a-f]{12}: 1 file, 26 B\n-rw-r--r--  0:0  26 B  /etc/passwd\n\nlayer 1 [0-9a-f]{12}: 2 files, 13 B\n", output);
        Assert.Contains("-rw-r--r--  0:0  12 B  /etc/shadow\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Says_what_each_layer_adds_changes_and_hides()
    {
        string[] lines = (await OutputAsync("image", "--diff-layers")).Split('\n');
        int second = Array.FindIndex(lines, line => line.StartsWith("layer 1 ", StringComparison.Ordinal));

        Assert.EndsWith(": adds 5.0 KiB, changes 0 B, hides 0 B", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(": adds 1 B, changes 12 B, hides 7 B", lines[second], StringComparison.Ordinal);
        Assert.Equal(
            [
                "~ -rw-r--r--        12 B  /etc/shadow  (was 7 B)",
                "+ -rw-r--r--         1 B  /new \\x1b[31m",
                "- -rwsr-xr-x         0 B  /usr/bin/other  (layer 0)",
            ],
            lines[(second + 1)..].TakeWhile(line => line.Length > 0));
    }

    [Fact]
    public async Task Answers_in_json()
    {
        using var tree = JsonDocument.Parse(await OutputAsync("image", "/usr/bin", "--format", "json"));
        var entry = tree.RootElement.GetProperty("groups").EnumerateArray().Last().GetProperty("entries")[0];
        using var layers = JsonDocument.Parse(await OutputAsync("image", "--diff-layers", "--format", "json"));
        var hidden = layers.RootElement.GetProperty("layers")[1].GetProperty("hidden")[0];

        Assert.Equal("linux/amd64", tree.RootElement.GetProperty("platform").GetString());
        Assert.Equal("/usr/bin/tool", entry.GetProperty("path").GetString());
        Assert.Equal("4755", entry.GetProperty("mode").GetString());
        Assert.Equal(5000, entry.GetProperty("size").GetInt64());
        Assert.Equal("tool", entry.GetProperty("package").GetString());
        Assert.Equal("/usr/bin/other", hidden.GetProperty("path").GetString());
        Assert.Equal("whiteout", hidden.GetProperty("by").GetString());
    }

    [Theory]
    [InlineData("no/such.tar", "error: cannot find the image: there is no 'no/such.tar'\n")]
    [InlineData("oci:", "error: cannot find the image: 'oci:' names no directory\n")]
    [InlineData("oci:image:none", "error: cannot find image 'none' in {0}/image: it holds none\nhint:  The layout holds: latest.\n")]
    [InlineData("docker-archive:image/oci-layout", "error: cannot read {0}/image/oci-layout: the archive ends too early (at byte 30)\n")]
    public async Task Says_what_is_wrong_with_the_image(string image, string error)
    {
        var run = await CommandLine.RunAsync(_surroundings, "tree", image);

        Assert.Equal((ExitCode.Failed, string.Format(System.Globalization.CultureInfo.InvariantCulture, error, _directory.Path)), (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("--by", "owner", "cannot gather by 'owner': want directory, package or layer")]
    [InlineData("--depth", "-1", "cannot show '-1' levels: want a number from 0")]
    [InlineData("--platform", "linux", "cannot choose 'linux': want a platform such as linux/amd64 or linux/arm/v7")]
    public async Task Refuses_options_that_mean_nothing(string option, string value, string problem)
    {
        var run = await CommandLine.RunAsync(_surroundings, "tree", "image", option, value);

        Assert.Equal((ExitCode.Usage, $"error: {problem}\nhint:  See 'bothy tree --help'.\n"), (run.ExitCode, run.Error));
    }

    private static RawTarEntry File(string name, string content, int mode = 0b110_100_100) => new(name, '0') { Content = Encoding.UTF8.GetBytes(content), Mode = mode };

    private async Task<string> OutputAsync(params string[] arguments)
    {
        var run = await CommandLine.RunAsync(_surroundings, ["tree", .. arguments]);
        Assert.Equal((ExitCode.Success, ""), (run.ExitCode, run.Error));
        return run.Output;
    }
}
