using System.Text;
using System.Text.Json;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Scans;

namespace Bothy.Inspection.Tests.Scans;

/// <summary>Scans in the formats of others, judged by their schemas.</summary>
public sealed class ScanDocumentsTests
{
    [RequiresTheory(SbomJudge.Need)]
    [InlineData(false)]
    [InlineData(true)]
    public void Sarif_is_what_its_published_schema_wants(bool baseline) =>
        SbomJudge.Sarif(Bytes(json => SarifWriter.Write(ScanSamples.Outcome(baseline), "1.2.3", json))).Succeeded();

    [RequiresFact(SbomJudge.Need)]
    public void What_judges_Sarif_finds_a_mistake()
    {
        string broken = Encoding.UTF8.GetString(Bytes(json => SarifWriter.Write(ScanSamples.Outcome(), "1.2.3", json))).Replace("\"level\":\"error\"", "\"level\":\"bad\"", StringComparison.Ordinal);

        Assert.NotEqual(0, SbomJudge.Sarif(Encoding.UTF8.GetBytes(broken)).ExitCode);
    }

    [RequiresTheory(SbomJudge.Need)]
    [InlineData(false)]
    [InlineData(true)]
    public void CycloneDX_is_what_its_published_schema_wants(bool baseline) =>
        SbomJudge.CycloneDx(Bytes(json => CycloneDxFindings.Write(ScanSamples.Outcome(baseline), "1.2.3", json))).Succeeded();

    [Fact]
    public void Sarif_has_a_rule_for_each_vulnerability_and_says_what_is_new_known_and_suppressed()
    {
        using var json = JsonDocument.Parse(Bytes(json => SarifWriter.Write(ScanSamples.Outcome(baseline: true), "1.2.3", json)));
        var run = json.RootElement.GetProperty("runs")[0];
        var rules = run.GetProperty("tool").GetProperty("driver").GetProperty("rules");
        var results = run.GetProperty("results").EnumerateArray().ToList();

        Assert.Equal(7, rules.GetArrayLength());
        Assert.All(results, result => Assert.Equal(result.GetProperty("ruleId").GetString(), rules[result.GetProperty("ruleIndex").GetInt32()].GetProperty("id").GetString()));
        Assert.Equal(["new", "new", "new", "new", "unchanged", "-", "-"], results.Select(result => result.TryGetProperty("baselineState", out var state) ? state.GetString() : "-"));
        Assert.Equal(["error", "error", "warning", "note"], results.Take(4).Select(result => result.GetProperty("level").GetString()));
        Assert.Equal(2, results.Count(result => result.TryGetProperty("suppressions", out _)));
        Assert.Equal("9.8", rules[0].GetProperty("properties").GetProperty("security-severity").GetString());
        Assert.Equal("https://advisories.example/CVE-2021-0001", rules[0].GetProperty("helpUri").GetString());
        Assert.Equal("usr/bin/openssl", results[0].GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri").GetString());
        Assert.Equal([true, true, false, false], results.Take(4).Select(result => result.GetProperty("properties").GetProperty("fixedByUpgrade").GetBoolean()));
    }

    [Fact]
    public void A_VEX_document_says_of_what_has_no_code_that_it_is_not_present_and_why()
    {
        var time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        byte[] bytes = Bytes(json => OpenVexWriter.Write(ScanSamples.Outcome().Report, time, "1.2.3", json));
        using var json = JsonDocument.Parse(bytes);
        var statement = Assert.Single(json.RootElement.GetProperty("statements").EnumerateArray());

        Assert.Equal("https://openvex.dev/ns/v0.2.0", json.RootElement.GetProperty("@context").GetString());
        Assert.Equal("2026-01-02T03:04:05Z", json.RootElement.GetProperty("timestamp").GetString());
        Assert.Equal("CVE-2021-0003", statement.GetProperty("vulnerability").GetProperty("name").GetString());
        Assert.Equal("vulnerable_code_not_present", statement.GetProperty("justification").GetString());
        Assert.Equal("of tzdata only /usr/share/doc/tzdata is there", statement.GetProperty("impact_statement").GetString());
        Assert.Equal("pkg:oci/app@sha256:0123", statement.GetProperty("products")[0].GetProperty("@id").GetString());
        Assert.StartsWith("pkg:apk/alpine/tzdata@1.0-r0", statement.GetProperty("products")[0].GetProperty("subcomponents")[0].GetProperty("@id").GetString(), StringComparison.Ordinal);
        Assert.Equal(bytes, Bytes(json => OpenVexWriter.Write(ScanSamples.Outcome().Report, time, "1.2.3", json)));
    }

    [Fact]
    public void The_counts_are_those_of_the_findings_that_count()
    {
        var counts = ScanCounts.Of(ScanSamples.Outcome().Report.Vulnerabilities);

        Assert.Equal("4 vulnerabilities in 3 sources: 1 critical, 1 high, 1 medium, 1 unknown; 2 fixable, 1 known to be exploited, 1 without code in the image", counts.Summary());
        Assert.Equal("no known vulnerabilities", ScanCounts.Of([]).Summary());
    }

    [Theory]
    [InlineData("critical", 1)]
    [InlineData("high", 2)]
    [InlineData("high,fixable", 2)]
    [InlineData("unknown", 4)]
    [InlineData("fixable", 2)]
    [InlineData("medium,present", 2)] // what has no code does not count
    [InlineData("unknown,present", 3)] // what is not known counts
    [InlineData("kev", 1)]
    [InlineData("critical, kev", 1)]
    public void A_threshold_counts_what_it_names(string text, int count)
    {
        Assert.True(ScanThreshold.TryParse(text, out var threshold, out _));
        Assert.Equal(count, ScanSamples.Outcome().Report.Vulnerabilities.Count(threshold.Counts));
    }

    [Theory]
    [InlineData("hihg", "cannot fail on 'hihg' (did you mean 'high'?): want a severity (critical, high, medium, low, negligible, unknown), fixable, kev or present, separated by commas")]
    [InlineData("", "cannot fail on '': want a severity (critical, high, medium, low, negligible, unknown), fixable, kev or present, separated by commas")]
    [InlineData("high;fixable", "cannot fail on 'high;fixable': want a severity (critical, high, medium, low, negligible, unknown), fixable, kev or present, separated by commas")]
    public void A_threshold_that_is_none_is_told(string text, string problem)
    {
        Assert.False(ScanThreshold.TryParse(text, out _, out string? said));
        Assert.Equal(problem, said);
    }

    [Theory]
    [InlineData("[]", "it has no list 'vulnerabilities', so it is no report of 'bothy scan --format json'")]
    [InlineData("{\"vulnerabilities\": [{\"id\": 5, \"source\": \"x\"}]}", "a finding has no text 'id'")]
    [InlineData("{\"vulnerabilities\": [null]}", "a finding has no text 'id'")]
    public void A_baseline_that_is_no_report_is_told(string text, string problem) =>
        Assert.Equal(problem, Assert.Throws<MalformedDataException>(() => BaselineReader.Read("last.json", Encoding.UTF8.GetBytes(text))).Problem);

    [Theory]
    [InlineData("{\"vulnerabilities\": [{\"id\": \"\\ud800\", \"source\": \"x\"}]}")] // half a surrogate pair
    [InlineData("{\"vulnerabilities\": [")]
    [InlineData("")]
    public void A_baseline_that_is_no_JSON_is_told(string text) => Assert.Throws<MalformedDataException>(() => BaselineReader.Read("last.json", Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void A_baseline_nested_too_deeply_is_told() =>
        Assert.Throws<MalformedDataException>(() => BaselineReader.Read("last.json", Encoding.UTF8.GetBytes(new string('[', 10_000))));

    [Fact]
    public void Scans_differ_by_vulnerability_and_source()
    {
        var report = ScanSamples.Outcome().Report;
        var other = report with { Vulnerabilities = [.. report.Vulnerabilities.Skip(1), ScanSamples.Finding("CVE-2026-1", "curl", SeverityLevel.Low)] };
        var newer = report with { Vulnerabilities = [.. report.Vulnerabilities.Select(finding => finding with { Packages = [.. finding.Packages.Select(package => package with { SourceVersion = "9" })] })] };

        var change = FindingChange.Between(report, other);

        Assert.Equal(("CVE-2021-0001", "CVE-2026-1"), (Assert.Single(change.Gone).Id, Assert.Single(change.Come).Id));
        Assert.Equal((0, 0), (FindingChange.Between(report, newer).Gone.Length, FindingChange.Between(report, newer).Come.Length));
    }

    private static byte[] Bytes(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            write(json);
        }

        return stream.ToArray();
    }
}
