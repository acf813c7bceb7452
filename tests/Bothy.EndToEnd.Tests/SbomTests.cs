using System.Text.Json;

namespace Bothy.EndToEnd.Tests;

/// <summary>Bills of materials of images of real packages.</summary>
[Collection(RealImages.Name)]
public sealed class SbomTests(SharedStore store)
{
    private const string Languages = """
        contents:
          repositories:
            - deb bookworm main
            - deb bookworm-updates main
            - deb bookworm-security main
          documentation: keep
          packages: [base-files, python3-requests, python3-yaml, node-semver, libcommons-lang3-java, libgoogle-gson-java, runc]
          omit: [mawk, debconf, openssl, python3, nodejs]

        """;

    private const string Distributions =
        "import importlib.metadata, sys; print(*sorted(d.metadata['Name'] + ' ' + d.version for d in importlib.metadata.distributions(path=[sys.argv[1]])), sep='\\n')";

    [RequiresFact(Needs.Network, SbomJudge.Need)]
    public void Packages_of_languages_are_found_in_those_of_the_distribution_that_brought_them()
    {
        using var output = new TemporaryDirectory();
        File.WriteAllText(output["languages.yaml"], Languages);
        BothyProgram.Build(store.Path, output["languages.yaml"], $"oci:{output["image"]}", "-o", $"rootfs:{output["root.tar"]}", "--sbom-path", output["sboms"], "--sbom-formats", "spdx,cyclonedx");
        byte[] spdx = File.ReadAllBytes(output["sboms/sbom-amd64.spdx.json"]);
        byte[] cycloneDx = File.ReadAllBytes(output["sboms/sbom-amd64.cdx.json"]);

        SbomJudge.Spdx(spdx).Succeeded();
        SbomJudge.CycloneDx(cycloneDx).Succeeded();
        Assert.Equal(spdx, Sbom(output["image"]));
        Assert.Equal(cycloneDx, Sbom(output["image"], "--format", "cyclonedx"));

        var packages = JsonDocument.Parse(spdx).RootElement.GetProperty("packages").EnumerateArray().ToList();
        var contained = JsonDocument.Parse(spdx).RootElement.GetProperty("relationships").EnumerateArray()
            .Where(static one => one.GetProperty("relationshipType").GetString() == "CONTAINS")
            .ToLookup(static one => one.GetProperty("relatedSpdxElement").GetString()!, static one => one.GetProperty("spdxElementId").GetString()!, StringComparer.Ordinal);
        foreach (var (package, purl) in new[]
        {
            ("python3-requests", "pkg:pypi/requests@2.28.1"),
            ("python3-yaml", "pkg:pypi/pyyaml@6.0"),
            ("node-semver", "pkg:npm/semver@7.3.5"),
            ("libcommons-lang3-java", "pkg:maven/org.apache.commons/commons-lang3@3.12.0"),
            ("libgoogle-gson-java", "pkg:maven/com.google.code.gson/gson@2.10"),
            ("runc", "pkg:golang/github.com/opencontainers/runc"),
        })
        {
            string id = Assert.Single(packages, one => PurlOf(one) == purl).GetProperty("SPDXID").GetString()!;
            Assert.Contains(contained[id], owner => owner.StartsWith($"SPDXRef-Package-deb-{package}-", StringComparison.Ordinal));
        }

        Judge.Run("tar", "-xf", output["root.tar"], "--one-top-level=" + output["root"]).Succeeded();
        string[] expected = Judge.Run("/usr/bin/python3", "-c", Distributions, output["root/usr/lib/python3/dist-packages"]).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
            expected,
            packages.Where(static one => PurlOf(one)?.StartsWith("pkg:pypi/", StringComparison.Ordinal) == true)
                .Select(static one => $"{one.GetProperty("name").GetString()} {one.GetProperty("versionInfo").GetString()}")
                .Order(StringComparer.Ordinal));
    }

    [RequiresTheory(Needs.Network, SbomJudge.Need)]
    [InlineData("static")]
    [InlineData("java")]
    public void The_validators_find_nothing_in_the_bills_of_examples(string example)
    {
        using var output = new TemporaryDirectory();
        BothyProgram.Build(store.Path, $"examples/{example}.yaml", $"oci:{output["image"]}");
        byte[] spdx = Sbom(output["image"]);

        Assert.Equal(spdx, Sbom(output["image"]));
        SbomJudge.Spdx(spdx).Succeeded();
        SbomJudge.CycloneDx(Sbom(output["image"], "--format", "cyclonedx")).Succeeded();
    }

    private byte[] Sbom(string layout, params string[] options) =>
        [.. BothyProgram.Run(store.Path, ["sbom", $"oci:{layout}", .. options]).Succeeded().OutputBytes[..^1]];

    private static string? PurlOf(JsonElement package) =>
        package.TryGetProperty("externalRefs", out var references) ? references[0].GetProperty("referenceLocator").GetString() : null;
}
