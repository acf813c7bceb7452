using System.Text.Json;
using Bothy.EndToEnd.Tests.Alpine;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>Known vulnerabilities from the advisories to the answer, by the command line alone.</summary>
public sealed class ScanTests : IDisposable
{
    private const string Secdb = """
        {"distroversion": "v3.17", "reponame": "main", "packages": [
          {"pkg": {"name": "openssl", "secfixes": {"3.0.8-r0": ["CVE-2023-0286"], "3.0.7-r0": ["CVE-2022-3602"], "0": ["CVE-2022-1292"]}}},
          {"pkg": {"name": "tzdata", "secfixes": {"2023a-r0": ["CVE-2023-9999"]}}}
        ]}
        """;

    private const string Kev = """{"title": "CISA Catalog of Known Exploited Vulnerabilities", "catalogVersion": "2026.02.01", "dateReleased": "2026-02-01T00:00:00Z", "count": 1, "vulnerabilities": [{"cveID": "CVE-2023-0286", "dateAdded": "2023-03-01", "knownRansomwareCampaignUse": "Unknown", "vendorProject": "o", "product": "o", "vulnerabilityName": "n", "shortDescription": "Reads memory.", "requiredAction": "", "dueDate": "2023-04-01"}]}""";

    private readonly Workshop _workshop = ApkWorkshop.Create();

    public ScanTests() => WriteRepository("3.0.7-r2");

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task An_image_is_scanned_and_asked_about_and_mended_by_the_command_line_alone()
    {
        await ImportAsync();
        (await _workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        (await _workshop.BuildAsync("--attach")).Succeeded();
        string image = $"oci:{_workshop["out/image"]}";

        var scanned = await _workshop.RunAsync("scan", image, "--fail-on", "unknown,fixable", "--emit-vex", "image.vex.json");
        Assert.Equal(3, scanned.Code);
        Assert.Matches(@"openssl +3\.0\.7-r2 +CVE-2023-0286 +unknown +3\.0\.8-r0", scanned.Output);
        Assert.DoesNotContain("CVE-2022-3602", scanned.Output, StringComparison.Ordinal);
        Assert.Contains("2 vulnerabilities in 2 sources: 2 unknown; 2 fixable, 1 known to be exploited, 1 without code in the image", scanned.Output, StringComparison.Ordinal);
        Assert.Contains("not judged, ", scanned.Output, StringComparison.Ordinal);

        // What the files prove takes the finding out.
        var vexed = await _workshop.RunAsync("scan", image, "--vex", "image.vex.json", "--format", "json");
        using (var json = JsonDocument.Parse(vexed.Output))
        {
            Assert.Equal(["CVE-2023-0286"], json.RootElement.GetProperty("vulnerabilities").EnumerateArray().Select(finding => finding.GetProperty("id").GetString()));
            Assert.Equal(["CVE-2023-9999"], json.RootElement.GetProperty("suppressed").EnumerateArray().Select(finding => finding.GetProperty("id").GetString()));
        }

        File.WriteAllText(_workshop["last.json"], vexed.Output);
        Assert.Contains("new since the baseline: no known vulnerabilities", (await _workshop.RunAsync("scan", image, "--baseline", "last.json")).Output, StringComparison.Ordinal);
        File.WriteAllText(_workshop["ignore.yaml"], "ignore:\n  - {id: CVE-2023-0286, reason: not reached, expires: 2030-01-01}\n  - {id: CVE-2023-9999, reason: data alone}\n");
        Assert.Contains("no known vulnerabilities", (await _workshop.RunAsync("scan", image, "--ignore", "ignore.yaml", "--fail-on", "unknown")).Output, StringComparison.Ordinal);

        var why = await _workshop.RunAsync("why", image, "CVE-2023-0286");
        Assert.Contains("openssl 3.0.7-r2 is affected; fixed in 3.0.8-r0", why.Output, StringComparison.Ordinal);
        Assert.Contains("/usr/bin/openssl", why.Output, StringComparison.Ordinal);
        Assert.Contains("asked for as 'hello' by the image file\n    hello → libcrypto3\n", why.Output, StringComparison.Ordinal);
        var free = await _workshop.RunAsync("why", image, "CVE-2022-3602");
        Assert.StartsWith("CVE-2022-3602 was not found in it\n  it has openssl 3.0.7-r2; ", free.Output, StringComparison.Ordinal);

        WriteRepository("3.0.8-r0", time: 1_700_000_900);
        var outdated = await _workshop.RunAsync("outdated", "image.yaml", "--quiet");
        Assert.Contains("known vulnerabilities  1 go, 0 come\n", outdated.Output, StringComparison.Ordinal);
        Assert.Matches(@"goes +CVE-2023-0286 +unknown +openssl +3\.0\.7-r2 +3\.0\.8-r0", outdated.Output);
        var upgrade = await _workshop.RunAsync("scan", image, "--upgrade");
        Assert.Contains("a new lock fixes 1 of 2", upgrade.Output, StringComparison.Ordinal);

        (await _workshop.RunAsync("build", "image.yaml", "--quiet", "-o", $"oci:{_workshop["out/new"]}")).Succeeded();
        var compared = await _workshop.RunAsync("compare", image, $"oci:{_workshop["out/new"]}");
        Assert.Contains("KNOWN VULNERABILITIES: 1 GO, 0 COME", compared.Output, StringComparison.Ordinal);
        Assert.Contains("1 vulnerability in 1 source: 1 unknown", (await _workshop.RunAsync("inspect", $"oci:{_workshop["out/new"]}")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_scan_finds_is_attested_with_the_advisories_it_was_found_by()
    {
        await ImportAsync();
        _workshop.Set("COSIGN_PASSWORD", "secret");
        await _workshop.RunAsync("sign", "keygen", "me");
        string digest = (await _workshop.BuildAsync()).Succeeded().Output;
        string image = $"oci:{_workshop["out/image"]}";

        Assert.Equal(digest, (await _workshop.RunAsync("attest", image, "--key", "me.key", "--type", "vuln")).Output);
        using var verified = JsonDocument.Parse((await _workshop.RunAsync("verify", image, "--key", "me.pub", "--type", "vuln", "--format", "json")).Output);
        using var status = JsonDocument.Parse((await _workshop.RunAsync("db", "status", "--format", "json")).Output);

        var predicate = verified.RootElement.GetProperty("images")[0].GetProperty("verified")[0].GetProperty("predicate");
        var scanner = predicate.GetProperty("scanner");
        Assert.Contains(scanner.GetProperty("db").GetProperty("version").GetString()!, status.RootElement.GetRawText(), StringComparison.Ordinal);
        Assert.Equal(["CVE-2023-0286 openssl", "CVE-2023-9999 tzdata"], Findings(scanner.GetProperty("result").GetRawText()));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT", predicate.GetProperty("metadata").GetProperty("scanFinishedOn").GetString());

        // Without advisories there is nothing to say, and nothing is signed.
        Assert.Equal(1, (await _workshop.RunAsync("attest", image, "--key", "me.key", "--type", "vuln", "--db", Digest.Of([]).ToString())).Code);
    }

    [Fact]
    public async Task Image_lock_and_bill_of_materials_have_the_same_findings_and_the_same_bytes_each_time()
    {
        await ImportAsync();
        (await _workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        (await _workshop.BuildAsync()).Succeeded();
        string image = $"oci:{_workshop["out/image"]}";
        File.WriteAllText(_workshop["bill.spdx.json"], (await _workshop.RunAsync("sbom", image)).Output);
        File.WriteAllText(_workshop["bill.cdx.json"], (await _workshop.RunAsync("sbom", image, "--format", "cyclonedx")).Output);
        (await _workshop.RunAsync("build", "image.yaml", "--quiet", "-o", $"rootfs:{_workshop["root.tar"]}")).Succeeded();
        Directory.CreateDirectory(_workshop["root"]);
        Judge.Run("tar", "-xf", _workshop["root.tar"], "-C", _workshop["root"]).Succeeded();

        foreach (string what in new[] { image, "image.lock.json", "bill.spdx.json", "bill.cdx.json", "root" })
        {
            Assert.Equal(["CVE-2023-0286 openssl", "CVE-2023-9999 tzdata"], Findings((await _workshop.RunAsync("scan", what, "--format", "json")).Output));
        }

        foreach (string format in new[] { "text", "json", "sarif", "cyclonedx", "markdown", "html" })
        {
            Assert.Equal(
                (await _workshop.RunAsync("scan", image, "--format", format)).Output,
                (await _workshop.RunAsync("scan", image, "--format", format)).Output);
        }
    }

    [Fact]
    public async Task A_policy_limits_vulnerabilities_and_the_age_of_advisories_and_is_broken_where_there_are_none()
    {
        _workshop.WriteApkImage(packages: "hello", more: "policy: {vulnerabilities: {known-exploited: 0}, advisories-max-age: 5000d}\n");
        var without = await _workshop.BuildAsync();
        Assert.Equal(3, without.Code);
        Assert.Contains("there are no advisories on this machine to find them by", without.Error, StringComparison.Ordinal);

        await ImportAsync();
        var broken = await _workshop.BuildAsync();
        Assert.Equal(3, broken.Code);
        Assert.Contains("'known-exploited' is 1, and the policy allows 0: CVE-2023-0286 in openssl 3.0.7-r2 (fixed in 3.0.8-r0)", broken.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await _workshop.BuildAsync("--no-check")).Code);
        Assert.Equal(3, (await _workshop.RunAsync("check", $"oci:{_workshop["out/image"]}", "--only", "policy", "--policy", "image.yaml")).Code);

        WriteRepository("3.0.8-r0", time: 1_700_000_900);
        Assert.Equal(0, (await _workshop.BuildAsync()).Code);
        Assert.Equal(0, (await _workshop.BuildAsync()).Code);

        // What was good is not good for ever: the same image is judged anew.
        _workshop.WriteApkImage(packages: "hello", more: "policy: {advisories-max-age: 1h}\n");
        var old = await _workshop.BuildAsync();
        Assert.Equal(3, old.Code);
        Assert.Contains("the policy allows 1 hour", old.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_names_what_does_not_count_in_files_beside_it_and_in_itself()
    {
        await ImportAsync();
        Directory.CreateDirectory(_workshop["policies"]);
        File.WriteAllText(_workshop["policies/held.yaml"], "policy: {vulnerabilities: {known-exploited: 0, low: 0}, ignore: ignored.yaml}\n");
        File.WriteAllText(_workshop["policies/ignored.yaml"], "ignore:\n  - {id: CVE-2023-0286, reason: not reached}\n");
        _workshop.WriteApkImage(packages: "hello", more: "include: policies/held.yaml\n");
        Assert.Equal(0, (await _workshop.BuildAsync()).Code);
        Assert.Equal(0, (await _workshop.RunAsync("check", $"oci:{_workshop["out/image"]}", "--only", "policy", "--policy", "policies/held.yaml")).Code);

        // A rule that has expired takes nothing out, and the build says so; the image has not changed.
        File.WriteAllText(_workshop["policies/ignored.yaml"], "ignore:\n  - {id: CVE-2023-0286, reason: not reached, expires: 2001-01-01}\n");
        var expired = await _workshop.BuildAsync();
        Assert.Equal(3, expired.Code);
        Assert.Contains("policies/ignored.yaml:2:5 no longer ignores CVE-2023-0286: the rule expired after 2001-01-01", expired.Error, StringComparison.Ordinal);

        File.Delete(_workshop["policies/ignored.yaml"]);
        Assert.Equal("cannot read 'ignored.yaml' (policies/held.yaml:1:65): there is no such file", (await _workshop.BuildAsync()).Message);

        File.WriteAllText(
            _workshop["image.vex.json"],
            """{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "urn:x", "author": "me", "timestamp": "2026-01-01T00:00:00Z", "version": 1, "statements": [{"vulnerability": {"name": "CVE-2023-0286"}, "products": [{"@id": "pkg:apk/alpine/openssl"}], "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path"}]}""");
        _workshop.WriteApkImage(packages: "hello", more: "policy: {vulnerabilities: {known-exploited: 0}, vex: [image.vex.json]}\n");
        Assert.Equal(0, (await _workshop.BuildAsync()).Code);
        _workshop.WriteApkImage(packages: "hello", more: "policy: {vulnerabilities: {known-exploited: 0}, ignore: {id: CVE-2023-0286, package: openssl, reason: not reached}}\n");
        Assert.Equal(0, (await _workshop.BuildAsync()).Code);
    }

    [Fact]
    public async Task An_image_that_is_judged_by_advisories_is_found_again_and_judged_by_those_of_the_day()
    {
        File.WriteAllText(_workshop["main.json"], Secdb);
        Assert.Equal(0, (await _workshop.RunAsync("db", "import", "main.json")).Code);
        _workshop.WriteApkImage(packages: "hello", more: "policy: {vulnerabilities: {known-exploited: 0}}\n");
        string first = (await _workshop.BuildAsync()).Output;
        Assert.NotEmpty(first);

        var again = await _workshop.RunAsync("build", "image.yaml", "-o", $"oci:{_workshop["out/again"]}");
        Assert.Equal((0, first), (again.Code, again.Output));
        Assert.Contains("nothing has changed since it was built", again.Error, StringComparison.Ordinal);

        // Nothing of the image has changed, and what is known of it has.
        await ImportAsync();
        var judged = await _workshop.RunAsync("build", "image.yaml", "-o", $"oci:{_workshop["out/later"]}");
        Assert.Equal((3, ""), (judged.Code, judged.Output));
        Assert.Contains("nothing has changed since it was built", judged.Error, StringComparison.Ordinal);
        Assert.Contains("'known-exploited' is 1, and the policy allows 0: CVE-2023-0286 in openssl 3.0.7-r2 (fixed in 3.0.8-r0)", judged.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_workshop["out/later"]));
    }

    [Fact]
    public async Task A_policy_counts_what_it_names_and_checks_an_image_by_the_advisories_it_is_told()
    {
        await ImportAsync();
        string digest = (await _workshop.RunAsync("db", "status", "--format", "json")).Output;
        (await _workshop.BuildAsync()).Succeeded();
        File.WriteAllText(_workshop["policy.yaml"], "vulnerabilities: {high: 0, known-exploited: 1}\n");

        var kept = await _workshop.RunAsync("check", $"oci:{_workshop["out/image"]}", "--only", "policy", "--policy", "policy.yaml");
        Assert.Equal(0, kept.Code);
        Assert.Contains("warning: not-judged (policy)", kept.Output, StringComparison.Ordinal);
        var pinned = await _workshop.RunAsync("check", $"oci:{_workshop["out/image"]}", "--only", "policy", "--policy", "policy.yaml", "--db", Digest.Of([]).ToString());
        Assert.Equal(1, pinned.Code);
        Assert.Contains("they are not in the store", pinned.Message, StringComparison.Ordinal);
        Assert.Contains("sha256:", digest, StringComparison.Ordinal);
    }

    [RequiresFact(Needs.Data)]
    public async Task Real_root_file_systems_have_fewer_findings_after_their_updates()
    {
        string advisories = Path.Combine(RealData.Directory, "advisories", "alpine", "v3.10");
        Assert.Equal(0, (await _workshop.RunAsync("db", "import", Path.Combine(advisories, "main.json"), Path.Combine(advisories, "community.json"))).Code);
        var found = new Dictionary<string, string[]>(StringComparer.Ordinal);
        foreach (string version in new[] { "3.10.3", "3.10.9" })
        {
            Directory.CreateDirectory(_workshop[version]);
            string archive = Directory.GetFiles(Path.Combine(RealData.Directory, "alpine", "minirootfs"), $"*{version}-x86_64*").Single();
            Judge.Run("tar", "-xf", archive, "-C", _workshop[version]).Succeeded();
            found[version] = Findings((await _workshop.RunAsync("scan", version, "--format", "json")).Output);
        }

        Assert.Contains("CVE-2019-1551 openssl", found["3.10.3"]);
        Assert.Contains("CVE-2020-28928 musl", found["3.10.3"]);
        Assert.True(found["3.10.9"].Length < found["3.10.3"].Length / 2, $"{found["3.10.9"].Length} of {found["3.10.3"].Length}");
        Assert.Empty(found["3.10.9"].Except(found["3.10.3"], StringComparer.Ordinal));
    }

    [RequiresFact(Needs.Data)]
    public async Task A_Debian_image_is_judged_by_its_sources_and_the_tracker()
    {
        using var workshop = Workshop.WithArchive();
        var archive = new DebianArchiveBuilder(workshop["archive"], Workshop.Signer) { Endings = [".gz"] };
        archive.Add(new DebBuilder("libsope1", "5.8.0-1+b2").Field("Source", "sope (5.8.0-1)").Directory("usr").Directory("usr/bin").File("usr/bin/sope", "#!/bin/sh\n", 0b111_101_101));
        archive.Add(new DebBuilder("base-files", "12").Directory("etc").File("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nPRETTY_NAME=\"Debian 12\"\n"));
        archive.Write();
        workshop.WriteImage("libsope1, base-files");
        await workshop.RunAsync("db", "import", Path.Combine(RealData.Directory, "advisories", "debian", "tracker-sample.json"));
        (await workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        (await workshop.BuildAsync()).Succeeded();

        foreach (string what in new[] { $"oci:{workshop["out/image"]}", "image.lock.json" })
        {
            var said = await workshop.RunAsync("scan", what);
            Assert.Matches(@"sope +5\.8\.0-1 +CVE-2025-53603 +unknown +5\.8\.0-1\+deb12u1", said.Output);
        }

        var why = await workshop.RunAsync("why", $"oci:{workshop["out/image"]}", "CVE-2025-53603");
        Assert.Contains("sope 5.8.0-1 is affected; fixed in 5.8.0-1+deb12u1\n  in libsope1 5.8.0-1+b2\n", why.Output, StringComparison.Ordinal);
        Assert.Contains("asked for as 'libsope1' by the image file", why.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_advisories_nothing_is_claimed()
    {
        (await _workshop.BuildAsync()).Succeeded();
        string image = $"oci:{_workshop["out/image"]}";

        var scanned = await _workshop.RunAsync("scan", image);
        Assert.Equal((1, "", "cannot look up advisories: there are none on this machine"), (scanned.Code, scanned.Output, scanned.Message));
        Assert.Equal("cannot look up advisories: there are none on this machine", (await _workshop.RunAsync("why", image, "CVE-2023-0286")).Message);
        Assert.Contains("this is no statement that there are none", (await _workshop.RunAsync("inspect", image)).Output, StringComparison.Ordinal);
        Assert.Contains("not looked up", (await _workshop.RunAsync("compare", image, image)).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cannot fail on 'hihg' (did you mean 'high'?)", "scan", "x", "--fail-on", "hihg")]
    [InlineData("cannot scan as 'bill'", "scan", "x", "--as", "bill")]
    [InlineData("cannot print as 'xml'", "scan", "x", "--format", "xml")]
    public async Task Mistakes_in_the_line_are_told(string problem, params string[] line)
    {
        var said = await _workshop.RunAsync(line);

        Assert.Equal(2, said.Code);
        Assert.StartsWith(problem, said.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"a\": 1}", "neither a lock nor a bill of materials (SPDX, CycloneDX)")]
    [InlineData("{\"a\": ", "cannot scan bad.json: it begins as JSON and is none")]
    [InlineData("{\"bomFormat\": \"CycloneDX\", \"components\": [", "cannot read bad.json")]
    public async Task What_is_nothing_to_scan_is_told(string text, string problem)
    {
        await ImportAsync();
        File.WriteAllText(_workshop["bad.json"], text);

        var said = await _workshop.RunAsync("scan", "bad.json");

        Assert.Equal(1, said.Code);
        Assert.Contains(problem, said.Message, StringComparison.Ordinal);
    }

    private static string[] Findings(string report)
    {
        using var json = JsonDocument.Parse(report);
        return [.. json.RootElement.GetProperty("vulnerabilities").EnumerateArray().Select(finding => $"{finding.GetProperty("id").GetString()} {finding.GetProperty("source").GetString()}")];
    }

    private async Task ImportAsync()
    {
        File.WriteAllText(_workshop["main.json"], Secdb);
        File.WriteAllText(_workshop["kev.json"], Kev);
        Assert.Equal(0, (await _workshop.RunAsync("db", "import", "main.json", "kev.json")).Code);
    }

    private void WriteRepository(string openssl, long time = 1_700_000_000)
    {
        if (Directory.Exists(_workshop["repository"]))
        {
            Directory.Delete(_workshop["repository"], recursive: true);
        }

        new ApkRepositoryBuilder(_workshop["repository"]) { IndexTime = time, Description = "v3.17.1-5-g0123456789a" }
            .Add(
                new ApkBuilder("hello").Depends("libcrypto3", "tzdata", "alpine-release").Directory("usr").Directory("usr/bin").File("usr/bin/hello", "#!/usr/bin/openssl\n", 0b111_101_101),
                new ApkBuilder("libcrypto3", openssl).Info(info => info with { Origin = "openssl" }).Directory("usr").Directory("usr/bin").File("usr/bin/openssl", $"{openssl}", 0b111_101_101),
                new ApkBuilder("tzdata", "2022f-r1").Directory("usr").Directory("usr/share").Directory("usr/share/zoneinfo").File("usr/share/zoneinfo/UTC", "UTC"),
                new ApkBuilder("alpine-release", "3.17.1-r0").Directory("etc").File("etc/os-release", "ID=alpine\nVERSION_ID=3.17.1\nPRETTY_NAME=\"Alpine Linux v3.17\"\n"))
            .Write();
    }
}
