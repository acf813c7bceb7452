using System.Text.Json;

namespace Bothy.Cli.Tests;

public sealed class SlicesCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public SlicesCommandTests()
    {
        Directory.CreateDirectory(_directory["release/slices"]);
        File.WriteAllText(_directory["release/chisel.yaml"], """
            format: v3
            maintenance: {standard: 2023-06-10, end-of-life: 2028-06-30}
            archives: {debian: {version: 12, suites: [bookworm], components: [main]}}
            """);
        File.WriteAllText(_directory["release/slices/openssl.yaml"], """
            package: openssl
            slices:
              bins:
                hint: The command line tool
                contents:
                  /usr/bin/openssl:
              config:
                contents:
                  /etc/ssl/openssl.cnf:
                  /usr/lib/*-linux-*/engines-*/**:
            """);
    }

    private Surroundings Here => CommandLine.NoSurroundings with { WorkingDirectory = _directory.Path };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Check_of_a_good_release_answers_nothing()
    {
        var said = await CommandLine.RunAsync(Here, "slices", "check", "release");

        Assert.Equal(new Said(0, "", "1 packages, 2 slices: no mistakes\n"), said);
    }

    [Fact]
    public async Task Check_answers_with_every_mistake_and_its_place()
    {
        File.WriteAllText(_directory["release/slices/other.yaml"], """
            package: other
            slices:
              bins:
                essential: {opensll_bins: }
                contents:
                  /usr/bin/open*:
                mutate: |
                  while True: pass
            """);

        var text = await CommandLine.RunAsync(Here, "slices", "check", "release");
        var json = await CommandLine.RunAsync(Here, "slices", "check", "release", "--format", "json");

        Assert.Equal((1, """
            release/slices/openssl.yaml:6:7: slices openssl_bins and other_bins conflict on /usr/bin/openssl and /usr/bin/open* (release/slices/other.yaml:6:7)
            release/slices/other.yaml:4:17: there are no slices of opensll, so no opensll_bins; did you mean 'openssl'?
            release/slices/other.yaml:8:1: the script cannot be run: 'while' is not supported

            """), (text.ExitCode, text.Output));
        Assert.Equal("2 packages, 3 slices: 3 mistakes\n", text.Error);
        using var document = JsonDocument.Parse(json.Output);
        Assert.Equal(1, json.ExitCode);
        Assert.Equal(["conflict", "unknown-reference", "script"], document.RootElement.GetProperty("findings").EnumerateArray().Select(static finding => finding.GetProperty("kind").GetString()));
    }

    [Theory]
    [InlineData("openssl", "openssl_bins|openssl_config")]
    [InlineData("opensl", "openssl_bins|openssl_config")] // nearly
    [InlineData("opensssl_bins", "openssl_bins")]
    [InlineData("config", "openssl_config")]
    [InlineData("command", "openssl_bins")] // of the hint
    [InlineData("/usr/bin/openssl", "openssl_bins")]
    [InlineData("openssl.cnf", "openssl_config")]
    [InlineData("/usr/lib/x86_64-linux-gnu/engines-3/afalg.so", "openssl_config")] // a pattern matches it
    [InlineData("openssl tool", "openssl_bins")] // both words
    public async Task Find_knows_slices_by_package_name_hint_and_path(string words, string slices)
    {
        var json = await CommandLine.RunAsync(Here, ["slices", "find", .. words.Split(' '), "--release", "release", "--format", "json"]);

        using var document = JsonDocument.Parse(json.Output);
        Assert.Equal(slices.Split('|'), document.RootElement.GetProperty("slices").EnumerateArray().Select(static slice => slice.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Find_shows_a_table_and_fails_where_nothing_is_found()
    {
        var found = await CommandLine.RunAsync(Here with { WorkingDirectory = _directory["release"] }, "slices", "find", "/openssl");
        var none = await CommandLine.RunAsync(Here, "slices", "find", "quux", "--release", "release");

        Assert.Equal((0, """
            SLICE           HINT                   PATHS
            openssl_bins    The command line tool  /usr/bin/openssl
            openssl_config                         /etc/ssl/openssl.cnf

            """), (found.ExitCode, found.Output));
        Assert.Equal((1, "", "error: cannot find a slice for 'quux' in release\n"), (none.ExitCode, none.Output, none.Error));
    }

    [Fact]
    public async Task Says_what_a_directory_lacks_to_be_a_release()
    {
        var said = await CommandLine.RunAsync(Here, "slices", "check", ".");

        Assert.Equal((1, ""), (said.ExitCode, said.Output));
        Assert.StartsWith("error: cannot read the slices of .: there is no chisel.yaml\nhint: ", said.Error, StringComparison.Ordinal);
    }
}
