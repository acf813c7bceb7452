using System.Globalization;
using System.Text;
using System.Text.Json;
using Bothy.Inspection.Matching;

namespace Bothy.Inspection.Scans;

/// <summary>
/// Writes a scan as a log of the Static Analysis Results Interchange Format (SARIF 2.1.0, OASIS), which forges show beside the code: a rule for each
/// vulnerability, a result for each finding.
/// </summary>
public static class SarifWriter
{
    private const string Root = "ROOT";

    /// <summary>Writes the log; the same for the same scan.</summary>
    public static void Write(ScanOutcome outcome, string toolVersion, Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        ArgumentNullException.ThrowIfNull(json);
        var report = outcome.Report;
        var findings = report.Vulnerabilities.Concat(report.Known).Concat(report.Suppressed).ToList();
        var rules = findings.DistinctBy(static finding => finding.Id, StringComparer.Ordinal).OrderBy(static finding => finding.Id, StringComparer.Ordinal).ToList();
        var numbers = rules.Select(static (finding, i) => (finding.Id, i)).ToDictionary(static pair => pair.Id, static pair => pair.i, StringComparer.Ordinal);
        json.WriteStartObject();
        json.WriteString("$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json");
        json.WriteString("version", "2.1.0");
        json.WriteStartArray("runs");
        json.WriteStartObject();
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "bothy");
        json.WriteString("version", toolVersion);
        json.WriteStartArray("rules");
        foreach (var finding in rules)
        {
            WriteRule(json, finding);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        WriteInvocation(json, report);
        WriteRoot(json, report.Subject);
        json.WriteStartArray("results");
        WriteResults(json, outcome, report.Vulnerabilities, outcome.HasBaseline ? "new" : null, numbers);
        WriteResults(json, outcome, report.Known, "unchanged", numbers);
        WriteResults(json, outcome, report.Suppressed, null, numbers);
        json.WriteEndArray();
        json.WriteString("columnKind", "utf16CodeUnits");
        json.WriteStartObject("properties");
        json.WriteString("subject", report.Subject.Name);
        json.WriteString("snapshot", report.Snapshot.ToString());
        json.WriteString("snapshotDate", report.SnapshotDate is { } date ? FindingWords.Date(date) : null);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRule(Utf8JsonWriter json, Vulnerability finding)
    {
        json.WriteStartObject();
        json.WriteString("id", finding.Id);
        WriteText(json, "shortDescription", $"{finding.Id} in {finding.Package.SourceName}");
        if (finding.Facts?.Summary is { } summary)
        {
            WriteText(json, "fullDescription", summary);
        }

        if (finding.Facts?.References.FirstOrDefault(IsWebAddress) is { } address)
        {
            json.WriteString("helpUri", address);
        }

        json.WriteStartObject("defaultConfiguration");
        json.WriteString("level", LevelOf(finding));
        json.WriteEndObject();
        json.WriteStartObject("properties");
        if (finding.Cvss is { } cvss)
        {
            // GitHub's key: a text with the score.
            json.WriteString("security-severity", cvss.Score.ToString("F1", CultureInfo.InvariantCulture));
        }

        json.WriteStartArray("tags");
        json.WriteStringValue("security");
        json.WriteStringValue("vulnerability");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // What was not judged belongs to what the run itself has to say.
    private static void WriteInvocation(Utf8JsonWriter json, ScanReport report)
    {
        json.WriteStartArray("invocations");
        json.WriteStartObject();
        json.WriteBoolean("executionSuccessful", true);
        json.WriteStartArray("toolExecutionNotifications");
        foreach (string sentence in report.Unjudged.Select(static one => string.Create(CultureInfo.InvariantCulture, $"not judged, {one.Packages.Length}: {one.Sentence}")).Concat(report.Notes).Concat(report.Subject.Warnings))
        {
            json.WriteStartObject();
            json.WriteString("level", "warning");
            WriteText(json, "message", sentence);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteRoot(Utf8JsonWriter json, ScanSubject subject)
    {
        json.WriteStartObject("originalUriBaseIds");
        json.WriteStartObject(Root);
        WriteText(json, "description", $"the root of {subject.Name}");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteResults(Utf8JsonWriter json, ScanOutcome outcome, IEnumerable<Vulnerability> findings, string? baseline, Dictionary<string, int> rules)
    {
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("ruleId", finding.Id);
            json.WriteNumber("ruleIndex", rules[finding.Id]);
            json.WriteString("level", LevelOf(finding));
            WriteText(json, "message", Message(finding));
            WriteLocations(json, outcome.Report.Subject, finding);
            json.WriteStartObject("partialFingerprints");
            json.WriteString("finding/v1", Digest.Of(Encoding.UTF8.GetBytes($"{finding.Id}\n{finding.Package.SourceName}")).Hex);
            json.WriteEndObject();
            if (baseline is not null)
            {
                json.WriteString("baselineState", baseline);
            }

            WriteSuppression(json, finding);
            WriteProperties(json, outcome, finding);
            json.WriteEndObject();
        }
    }

    private static void WriteLocations(Utf8JsonWriter json, ScanSubject subject, Vulnerability finding)
    {
        json.WriteStartArray("locations");
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        string? path = finding.Code.Code.Select(static file => file.Value).FirstOrDefault() ?? finding.Package.Location?.Value;
        json.WriteString("uri", path is null ? Escaped(subject.Name) : Escaped(path));
        if (path is not null)
        {
            json.WriteString("uriBaseId", Root);
        }

        json.WriteEndObject();

        // A file as a whole needs no region, but forges show no result without a line.
        json.WriteStartObject("region");
        json.WriteNumber("startLine", 1);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("logicalLocations");
        foreach (var package in finding.Packages)
        {
            json.WriteStartObject();
            json.WriteString("name", package.Name);
            json.WriteString("fullyQualifiedName", package.Purl?.ToString() ?? package.ToString());
            json.WriteString("kind", "package");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteSuppression(Utf8JsonWriter json, Vulnerability finding)
    {
        if (finding.Suppression is not { } suppression)
        {
            return;
        }

        json.WriteStartArray("suppressions");
        json.WriteStartObject();
        json.WriteString("kind", "external");
        json.WriteString("status", "accepted");
        json.WriteString("justification", suppression.Reason.Length > 0 ? $"{suppression.Word}: {suppression.Reason} ({suppression.Source})" : $"{suppression.Word} ({suppression.Source})");
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteProperties(Utf8JsonWriter json, ScanOutcome outcome, Vulnerability finding)
    {
        json.WriteStartObject("properties");
        json.WriteString("source", finding.Package.SourceName);
        json.WriteString("sourceVersion", finding.Package.SourceVersion);
        json.WriteString("fixedVersion", finding.FixedVersion);
        json.WriteString("state", finding.State.Word());
        json.WriteString("severity", finding.Severity.Level.Word());
        json.WriteString("code", finding.Code.Presence.Word());
        json.WriteBoolean("knownExploited", finding.IsKnownExploited);
        if (finding.Epss is { } epss)
        {
            json.WriteNumber("epss", epss);
        }

        if (outcome.Upgrade?.Ends(finding) is { } ends)
        {
            json.WriteBoolean("fixedByUpgrade", ends);
        }

        json.WriteEndObject();
    }

    private static string Message(Vulnerability finding)
    {
        string remedy = finding.FixedVersion is { } version ? $"fixed in {version}" : finding.Remedy();
        return $"{finding.Package.SourceName} {finding.Package.SourceVersion} ({string.Join(", ", finding.Packages.Select(static package => package.Name).Distinct(StringComparer.Ordinal))}): {finding.Id}, {finding.Severity.Level.Word()}; {remedy}. {finding.Facts?.Summary}".TrimEnd();
    }

    private static string LevelOf(Vulnerability finding) => finding.Severity.Level switch
    {
        SeverityLevel.Critical or SeverityLevel.High => "error",
        SeverityLevel.Medium => "warning",
        _ => "note",
    };

    private static void WriteText(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    // A relative reference (RFC 3986, 4.2): its first part cannot hold a colon, and a path of an image may be any bytes.
    private static string Escaped(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    internal static bool IsWebAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "https" or "http" && Uri.IsWellFormedUriString(text, UriKind.Absolute);
}
