using Bothy.Formats.Trees;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Matching.Cvss;
using Bothy.Inspection.Sbom;
using Bothy.Inspection.Scans;
using Bothy.Packages;

namespace Bothy.Inspection.Tests.Scans;

/// <summary>A report with a finding of every sort.</summary>
internal static class ScanSamples
{
    private const string Vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";

    private static readonly OsRelease Release = OsRelease.Parse("ID=alpine\nVERSION_ID=3.11.3\nPRETTY_NAME=\"Alpine Linux v3.11\"\n");

    public static Vulnerability Finding(string id, string source, SeverityLevel severity, string? fixedVersion = null, string version = "1.0-r0", CodePresence code = CodePresence.Present, AdvisoryFacts? facts = null) => new()
    {
        Id = id,
        Packages = [ScanSubjects.Package(PackageSystem.Apk, new PackageId(source, version, "x86_64"), source, version, Release) with { Location = TreePath.Parse("lib/apk/db/installed") }],
        State = VulnerabilityState.Affected,
        FixedVersion = fixedVersion,
        Severity = new SeverityStatement(severity, severity == SeverityLevel.Unknown ? "" : "CVSS 3.1"),
        Statements =
        [
            new AdvisoryEntry { Id = id, Feed = AdvisoryFeed.Secdb, Space = AdvisorySpace.Alpine, Release = "v3.11", Package = source, State = AdvisoryState.Affected, Ranges = fixedVersion is null ? [] : [VersionRange.Before(fixedVersion)] },
        ],
        Code = code switch
        {
            CodePresence.Present => new CodeEvidence(code, [TreePath.Parse($"usr/bin/{source}"), TreePath.Parse($"usr/lib/a b#c%/lib{source}.so.1")], 2, [], 0, $"/usr/bin/{source} is there"),
            CodePresence.Absent => new CodeEvidence(code, [], 0, [TreePath.Parse($"usr/share/doc/{source}")], 1, $"of {source} only /usr/share/doc/{source} is there"),
            _ => CodeEvidence.Unknown("nothing tells"),
        },
        Facts = facts,
    };

    public static ScanOutcome Outcome(bool baseline = false)
    {
        CvssScore.TryOf(Vector, out var cvss);
        var exploited = Finding("CVE-2021-0001", "openssl", SeverityLevel.Critical, "1.1.1g-r0", facts: new AdvisoryFacts
        {
            Id = "CVE-2021-0001",
            Summary = "Reads more than there is.",
            CvssVectors = [Vector],
            Epss = 0.943,
            EpssPercentile = 0.99,
            KnownExploited = new DateOnly(2021, 6, 1),
            Published = new DateTimeOffset(2021, 5, 1, 0, 0, 0, TimeSpan.Zero),
            References = ["https://advisories.example/CVE-2021-0001", "javascript:alert(1)"],
        }) with
        { Cvss = cvss, Aliases = ["GHSA-aaaa-bbbb-cccc"] };
        var secondOfSame = Finding("CVE-2021-0002", "openssl", SeverityLevel.High, "1.1.1h-r0");
        var absent = Finding("CVE-2021-0003", "tzdata", SeverityLevel.Medium, code: CodePresence.Absent);
        var unfixed = Finding("CVE-2021-0004", "zlib", SeverityLevel.Unknown, code: CodePresence.Unknown) with { State = VulnerabilityState.Undetermined };
        var ignored = Finding("CVE-2021-0005", "busybox", SeverityLevel.Low, "1.31.1-r11") with
        {
            Suppression = new Suppression(SuppressionKind.Ignore, "ignore.yaml:3:5", "ignored", "not reachable", new DateOnly(2030, 1, 31)),
        };
        var vexed = Finding("CVE-2021-0006", "musl", SeverityLevel.High) with
        {
            Suppression = new Suppression(SuppressionKind.Vex, "app.vex.json", "not_affected vulnerable_code_not_in_execute_path", "never called"),
        };
        var known = Finding("CVE-2021-0007", "apk-tools", SeverityLevel.Negligible, "2.10.5-r0");
        var report = new ScanReport
        {
            Subject = ScanSubjects.Of("oci:app", ScanSubjectKind.Image, Release, [exploited.Package, absent.Package, unfixed.Package, ignored.Package, vexed.Package, known.Package]) with
            {
                Products = [new PackageUrl("oci", null, "app", "sha256:0123")],
            },
            Snapshot = Digest.Of("advisories"u8),
            SnapshotDate = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
            Vulnerabilities = [exploited, secondOfSame, absent, unfixed],
            Suppressed = [ignored, vexed],
            Known = baseline ? [known] : [],
            Unjudged = [new Unjudged(UnjudgedReason.NoRecord, "no source speaks of it", [Strange])],
            Notes = ["a rule of ignore.yaml has expired"],
        };
        return new ScanOutcome(report, [new SnapshotSource(AdvisoryFeed.Secdb, "Alpine v3.11 main", "https://secdb.example/v3.11/main.json", Digest.Of("main"u8), report.SnapshotDate, 120, 0, 3)])
        {
            HasBaseline = baseline,
            Upgrade = baseline ? new UpgradeOutlook([new BaselineFinding("CVE-2021-0003", "tzdata"), new BaselineFinding("CVE-2021-0004", "zlib")], null) : null,
        };
    }

    private static readonly ScanPackage Strange = ScanSubjects.Package(PackageSystem.Apk, new PackageId("zero", "0-r0", "x86_64"), null, null, Release);
}
