using System.Text.Json;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>What a build checks before it writes anything, and what <c>bothy check</c> says of the same image afterwards.</summary>
public sealed class BuildCheckTests : IDisposable
{
    private const string Reason = "/usr/bin/hello (hello): its interpreter /bin/greet is not in the image, and the container starts it";

    private readonly Workshop _workshop = Workshop.WithArchive();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task What_would_not_run_is_not_written()
    {
        _workshop.WriteImage(more: "cmd: [hello]\n");

        // The second time nothing is looked at, and the answer is the same.
        for (int i = 0; i < 2; i++)
        {
            var outcome = await _workshop.BuildAsync();

            Assert.Equal(3, outcome.Code);
            Assert.Equal($"cannot build image.yaml: it would not work as it should, or breaks its policy:\n  {Reason}", outcome.Message);
            Assert.Equal("'--no-check' builds it all the same.", outcome.Hint);
            Assert.False(Directory.Exists(_workshop["out"]));
        }
    }

    [Fact]
    public async Task Unchecked_it_is_built_and_found_wanting_whenever_somebody_asks()
    {
        _workshop.WriteImage(more: "  database: dpkg\ncmd: [hello]\n");
        string digest = (await _workshop.BuildAsync("--no-check")).Succeeded().Output;

        Assert.Equal(digest, (await _workshop.BuildAsync("--no-check")).Succeeded().Output);
        Assert.Equal(3, (await _workshop.BuildAsync()).Code);

        var outcome = await _workshop.RunAsync("check", $"oci:{_workshop["out/image"]}", "--format", "json");
        Assert.Equal(3, outcome.Code);
        using var report = JsonDocument.Parse(outcome.Output);
        var finding = Assert.Single(report.RootElement.GetProperty("findings").EnumerateArray());
        Assert.Equal(
            ("error", "linkage", "missing-interpreter", "/usr/bin/hello", "hello"),
            (Text("severity"), Text("area"), Text("kind"), Text("path"), Text("package")));

        string? Text(string name) => finding.GetProperty(name).GetString();
    }

    [Theory]
    [InlineData("packages: {forbid: [libgreet]}", "the package libgreet 1.0-1 is installed, and the policy forbids 'libgreet'")]
    [InlineData("paths: {forbid: [/usr/bin]}", "/usr/bin/hello (hello): the policy forbids '/usr/bin'")]
    [InlineData("root: false", "containers of it run as root")]
    [InlineData("size: {compressed: 1K}", "its layers have ")]
    [InlineData("size: {unpacked: 1K}", "it unpacks to ")]
    [InlineData("root: true", null)]
    [InlineData("size: {compressed: 1M, unpacked: 1M}", null)]
    public async Task The_image_files_policy_holds(string policy, string? reason)
    {
        _workshop.WriteImage(more: $"  database: dpkg\npolicy:\n  {policy}\n");

        for (int i = 0; i < 2; i++)
        {
            var outcome = await _workshop.BuildAsync();

            Assert.Equal(reason is null ? 0 : 3, outcome.Code);
            Assert.Contains(reason ?? "", outcome.Message, StringComparison.Ordinal);
        }

        // The same is said of the image by its own database.
        (await _workshop.BuildAsync("--no-check")).Succeeded();
        var check = await _workshop.RunAsync("check", $"oci:{_workshop["out/image"]}", "--only", "policy", "--policy", _workshop["image.yaml"]);
        Assert.Equal(reason is null ? 0 : 3, check.Code);
        Assert.Contains((reason ?? "policy: 0 errors").Split('\n')[0], check.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Notes_and_warnings_count_for_who_asks()
    {
        // Without a database nobody owns the script, and whoever put it there means to use it.
        _workshop.WriteImage(more: "  database: dpkg\n");
        (await _workshop.BuildAsync()).Succeeded();
        string image = $"oci:{_workshop["out/image"]}";

        Assert.Equal(0, (await _workshop.RunAsync("check", image)).Code);
        Assert.Equal(0, (await _workshop.RunAsync("check", image, "--fail-on", "warning")).Code);
        Assert.Equal(3, (await _workshop.RunAsync("check", image, "--fail-on", "note")).Code);
        Assert.Equal(0, (await _workshop.RunAsync("check", image, "--fail-on", "note", "--only", "hardening")).Code);
        Assert.Equal(2, (await _workshop.RunAsync("check", image, "--only", "hardness")).Code);
        Assert.Equal(1, (await _workshop.RunAsync("check", image, "--only", "policy")).Code);
    }
}
