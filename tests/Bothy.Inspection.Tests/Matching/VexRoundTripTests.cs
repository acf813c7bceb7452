using System.Text.Json;
using System.Text.Json.Nodes;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Sbom;
using Bothy.Inspection.Scans;
using static Bothy.Inspection.Tests.Matching.Planted;

namespace Bothy.Inspection.Tests.Matching;

/// <summary>What a scan writes as VEX is what the next one reads.</summary>
public sealed class VexRoundTripTests
{
    [Fact]
    public void What_has_no_code_in_the_image_is_said_with_its_evidence_and_takes_the_finding_out_of_the_next_scan()
    {
        var advisories = new AdvisoryMemory([Debian("CVE-2024-1", "x"), Debian("CVE-2024-2", "y")]);
        var subject = Subject() with { Products = [PackageUrls.OfImage("example.org/app", Digest.Of([]), "amd64")] };
        var report = Scan(subject, advisories);
        byte[] written = Written(report);

        var statement = Assert.Single(JsonNode.Parse(written)!["statements"]!.AsArray())!;
        Assert.Equal("CVE-2024-1", (string?)statement["vulnerability"]!["name"]);
        Assert.Equal(("not_affected", "vulnerable_code_not_present"), ((string?)statement["status"], (string?)statement["justification"]));
        Assert.Equal("only 1 file that can be neither run nor loaded, such as /usr/share/doc/x/copyright", (string?)statement["impact_statement"]);
        Assert.Equal("pkg:deb/debian/x@1-1?arch=amd64&distro=debian-12", (string?)statement["products"]![0]!["subcomponents"]![0]!["@id"]);

        var read = VexDocument.Read(new MemoryStream(written), "vex.json");
        var again = Scan(subject, advisories, ScanRules.None(Now) with { Vex = [new VexSource("vex.json", read)] });
        Assert.Equal(["CVE-2024-2"], again.Vulnerabilities.Select(static found => found.Id));
        Assert.Equal(["CVE-2024-1"], again.Suppressed.Select(static found => found.Id));
    }

    [Fact]
    public void The_same_findings_make_the_same_bytes_and_others_another_name()
    {
        var advisories = new AdvisoryMemory([Debian("CVE-2024-1", "x")]);
        byte[] one = Written(Scan(Subject(), advisories));
        byte[] other = Written(Scan(Subject(), new AdvisoryMemory([Debian("CVE-2024-3", "x")])));

        Assert.Equal(one, Written(Scan(Subject(), advisories)));
        Assert.NotEqual((string?)JsonNode.Parse(one)!["@id"], (string?)JsonNode.Parse(other)!["@id"]);
    }

    [Fact]
    public void Without_a_name_of_the_image_the_packages_are_the_products()
    {
        byte[] written = Written(Scan(Subject(), new AdvisoryMemory([Debian("CVE-2024-1", "x")])));

        Assert.Equal("pkg:deb/debian/x@1-1?arch=amd64&distro=debian-12", (string?)JsonNode.Parse(written)!["statements"]![0]!["products"]![0]!["@id"]);
    }

    private static ScanSubject Subject() => Image(
        ("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"),
        ("var/lib/dpkg/status", "Package: x\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1-1\n\nPackage: y\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1-1\n"),
        ("var/lib/dpkg/info/x.list", "/usr/share/doc/x/copyright\n"),
        ("var/lib/dpkg/info/y.list", "/usr/bin/y\n"),
        ("usr/share/doc/x/copyright", "c"),
        ("usr/bin/y*", "\x7f" + "ELF"));

    private static byte[] Written(ScanReport report)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output))
        {
            OpenVexWriter.Write(report, Now, "1.0", json);
        }

        return output.ToArray();
    }
}
