using System.Text.Json;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>Bills of materials, without the network.</summary>
public sealed class SbomTests : IDisposable
{
    private readonly Workshop _workshop = Workshop.WithArchive();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task A_bill_beside_the_build_is_what_the_command_says_of_the_image()
    {
        (await _workshop.RunAsync("build", "image.yaml", "--quiet", "-o", $"oci:{_workshop["layout"]}", "--sbom-path", "bills/here", "--sbom-formats", "spdx,cyclonedx")).Succeeded();
        string[] written = [.. Directory.GetFiles(_workshop["bills/here"]).Order(StringComparer.Ordinal)];

        Assert.Equal(["sbom-amd64.cdx.json", "sbom-amd64.spdx.json"], written.Select(Path.GetFileName));
        Assert.Equal(File.ReadAllText(written[0]) + "\n", (await _workshop.RunAsync("sbom", $"oci:{_workshop["layout"]}", "--format", "cyclonedx")).Succeeded().Output);
        Assert.Equal(File.ReadAllText(written[1]) + "\n", (await _workshop.RunAsync("sbom", $"oci:{_workshop["layout"]}")).Succeeded().Output);

        // The image is found again, without its files at hand.
        (await _workshop.RunAsync("build", "image.yaml", "--quiet", "--sbom-path", "again")).Succeeded();
        Assert.Equal(File.ReadAllBytes(written[1]), File.ReadAllBytes(_workshop["again/sbom-amd64.spdx.json"]));
    }

    [Fact]
    public async Task Dependencies_are_the_locks_where_the_build_is_known_and_inferred_elsewhere()
    {
        (await _workshop.RunAsync("build", "image.yaml", "--quiet", "-o", $"oci:{_workshop["layout"]}")).Succeeded();
        string known = (await _workshop.RunAsync("sbom", $"oci:{_workshop["layout"]}", "--files", "none")).Succeeded().Output;
        Directory.Delete(_workshop.Store, recursive: true);
        string unknown = (await _workshop.RunAsync("sbom", $"oci:{_workshop["layout"]}", "--files", "none")).Succeeded().Output;

        Assert.Contains("from the lock", JsonDocument.Parse(known).RootElement.GetProperty("comment").GetString(), StringComparison.Ordinal);
        Assert.Contains("inferred", JsonDocument.Parse(unknown).RootElement.GetProperty("comment").GetString(), StringComparison.Ordinal);
        Assert.Contains("asked for by the image file", known, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_push_attaches_the_bill_to_the_image_unless_told_not_to()
    {
        using var registry = new TestRegistry();
        string digest = (await _workshop.RunAsync("build", "image.yaml", "--quiet", "--push", "-t", $"{registry.Host}/team/app:1", "-t", $"{registry.Host}/team/app:2")).Succeeded().Output.Trim();
        (await _workshop.RunAsync("build", "image.yaml", "--quiet", "--push", "-t", $"{registry.Host}/team/bare:1", "--no-sbom")).Succeeded();

        var referrer = Assert.Single(await ReferrersAsync(registry, "team/app", digest), static one => one.GetProperty("artifactType").GetString() == "application/spdx+json");
        Assert.DoesNotContain(await ReferrersAsync(registry, "team/bare", digest), static one => one.GetProperty("artifactType").GetString() == "application/spdx+json");

        using var manifest = JsonDocument.Parse(registry.Manifest("team/app", referrer.GetProperty("digest").GetString()!)!);
        string bill = System.Text.Encoding.UTF8.GetString(registry.Blob("team/app", Digest.Parse(manifest.RootElement.GetProperty("layers")[0].GetProperty("digest").GetString()!))!);
        Assert.Equal(bill + "\n", (await _workshop.RunAsync("sbom", $"{registry.Host}/team/app:1")).Succeeded().Output.Replace("HOST", registry.Host, StringComparison.Ordinal));
        Assert.Contains("pkg:oci/app@sha256:", bill, StringComparison.Ordinal);
    }

    private static async Task<JsonElement[]> ReferrersAsync(TestRegistry registry, string repository, string digest)
    {
        using var client = new HttpClient();
        using var document = JsonDocument.Parse(await client.GetStringAsync(new Uri(registry.Address, $"/v2/{repository}/referrers/{digest}")));
        return [.. document.RootElement.GetProperty("manifests").EnumerateArray().Select(static one => one.Clone())];
    }

    [Fact]
    public async Task An_index_has_a_bill_for_each_of_its_platforms()
    {
        string sources = string.Concat(_workshop.WriteArchives().Select(static source => $"    - {source}\n"));
        _workshop.WriteImageText($"contents:\n  repositories:\n{sources}  packages: [hello]\narchs: [amd64, arm64]\n");
        (await _workshop.BuildAsync("--sbom-path", "beside")).Succeeded();

        var all = (await _workshop.RunAsync("sbom", "oci:out/image", "--platforms", "all", "-o", "bills")).Succeeded();
        var one = (await _workshop.RunAsync("sbom", "oci:out/image", "--platforms", "linux/arm64", "-o", "one", "--format", "cyclonedx")).Succeeded();

        Assert.Equal("bills/sbom-amd64.spdx.json\nbills/sbom-arm64.spdx.json\n", all.Output);
        Assert.Equal("one/sbom-arm64.cdx.json\n", one.Output);
        foreach (string architecture in new[] { "amd64", "arm64" })
        {
            string written = File.ReadAllText(_workshop[$"bills/sbom-{architecture}.spdx.json"]);
            Assert.Contains($"pkg:deb/debian/hello@1.0-1?arch={architecture}", written, StringComparison.Ordinal);
            Assert.Equal(written, File.ReadAllText(_workshop[$"beside/sbom-{architecture}.spdx.json"]));
            Assert.Equal(written + "\n", (await _workshop.RunAsync("sbom", "oci:out/image", "--platform", $"linux/{architecture}")).Succeeded().Output);
        }

        var printed = await _workshop.RunAsync("sbom", "oci:out/image", "--platforms", "all");
        Assert.Equal((2, "cannot print several bills: name a directory for them with --output"), (printed.Code, printed.Message.Split('\n')[0]));
        var missing = await _workshop.RunAsync("sbom", "oci:out/image", "--platforms", "linux/s390x", "-o", "none");
        Assert.Equal((1, "cannot find linux/s390x in oci:out/image: it is for other platforms"), (missing.Code, missing.Message));
        Assert.StartsWith("cannot write a bill for 'x'", (await _workshop.RunAsync("sbom", "oci:out/image", "--platforms", "x", "-o", "none")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_platform_of_an_index_is_tested_for_itself()
    {
        string sources = string.Concat(_workshop.WriteArchives().Select(static source => $"    - {source}\n"));
        _workshop.WriteImageText($"contents:\n  repositories:\n{sources}  packages: [hello]\narchs: [amd64, arm64]\n");
        (await _workshop.BuildAsync()).Succeeded();
        File.WriteAllText(_workshop["tests.yaml"], "schemaVersion: 2.0.0\nfileContentTests:\n  - {name: machine, path: /usr/bin/machine, expectedContents: [arm64]}\n");

        foreach (string platforms in new[] { "all", "linux/amd64,linux/arm64" })
        {
            var said = await _workshop.RunAsync("test", "oci:out/image", "-c", "tests.yaml", "--platforms", platforms, "--format", "junit");
            Assert.Equal(3, said.Code);
            var suites = System.Xml.Linq.XDocument.Parse(said.Output).Descendants("testsuite").ToDictionary(static suite => suite.Attribute("name")!.Value, static suite => suite.Attribute("failures")!.Value);
            Assert.Equal(["0", "1"], suites.Values.Order(StringComparer.Ordinal));
            Assert.Equal("0", suites.Single(static suite => suite.Key.Contains("arm64", StringComparison.Ordinal)).Value);
        }

        Assert.Equal(0, (await _workshop.RunAsync("test", "oci:out/image", "-c", "tests.yaml", "--platforms", "linux/arm64")).Code);
    }

    [Fact]
    public async Task Mistakes_are_named()
    {
        var format = await _workshop.RunAsync("sbom", "x", "--format", "swid");
        var missing = await _workshop.RunAsync("sbom", "./nothing-here");

        Assert.Equal((2, 1), (format.Code, missing.Code));
        Assert.Contains("cannot write a bill of materials as 'swid': want spdx or cyclonedx", format.Error, StringComparison.Ordinal);
    }
}
