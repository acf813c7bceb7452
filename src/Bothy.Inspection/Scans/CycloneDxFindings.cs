using System.Globalization;
using System.Text.Json;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Sbom;

namespace Bothy.Inspection.Scans;

/// <summary>Writes a scan as a CycloneDX 1.6 document: the packages with findings as components, and their vulnerabilities.</summary>
public static class CycloneDxFindings
{
    private const string Subject = "subject";
    private const string PropertyPrefix = "bothy:";

    /// <summary>Writes the document; the same for the same scan.</summary>
    public static void Write(ScanOutcome outcome, string toolVersion, Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        ArgumentNullException.ThrowIfNull(json);
        var report = outcome.Report;
        var findings = report.Vulnerabilities.Concat(report.Known).Concat(report.Suppressed).ToList();
        var references = References(findings);
        json.WriteStartObject();
        json.WriteString("$schema", "http://cyclonedx.org/schema/bom-1.6.schema.json");
        json.WriteString("bomFormat", "CycloneDX");
        json.WriteString("specVersion", "1.6");
        json.WriteString("serialNumber", $"urn:uuid:{NameUuid.Of(Identity(outcome, findings, toolVersion))}");
        json.WriteNumber("version", 1);
        WriteMetadata(json, report, toolVersion);
        json.WriteStartArray("components");
        foreach (var (package, reference) in references.OrderBy(static pair => pair.Value, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("type", "library");
            json.WriteString("bom-ref", reference);
            json.WriteString("name", package.Name);
            Optional(json, "version", package.Version);
            Optional(json, "purl", package.Purl?.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("vulnerabilities");
        int number = 0;
        foreach (var finding in findings)
        {
            WriteFinding(json, outcome, finding, number++, references);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // The same package may be known from several places; a document names it once.
    private static Dictionary<ScanPackage, string> References(List<Vulnerability> findings) => findings
        .SelectMany(static finding => finding.Packages)
        .Distinct()
        .Select(static (package, i) => (package, Reference: string.Create(CultureInfo.InvariantCulture, $"package-{i:D5}")))
        .ToDictionary(static pair => pair.package, static pair => pair.Reference);

    private static string Identity(ScanOutcome outcome, List<Vulnerability> findings, string toolVersion) =>
        $"findings {outcome.Report.Subject.Name} {string.Join(' ', outcome.Report.Subject.Products)} {outcome.Report.Snapshot} {outcome.HasBaseline} bothy {toolVersion} "
        + string.Join(' ', findings.Select(static finding => $"{finding.Id} {finding.Package.Name} {finding.Package.Version} {finding.Suppression}"));

    private static void WriteMetadata(Utf8JsonWriter json, ScanReport report, string toolVersion)
    {
        json.WriteStartObject("metadata");
        if (report.SnapshotDate is { } date)
        {
            json.WriteString("timestamp", FindingWords.Date(date));
        }

        json.WriteStartObject("tools");
        json.WriteStartArray("components");
        json.WriteStartObject();
        json.WriteString("type", "application");
        json.WriteString("name", "bothy");
        json.WriteString("version", toolVersion);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteStartObject("component");
        json.WriteString("type", report.Subject.Kind == ScanSubjectKind.Image ? "container" : report.Subject.Kind == ScanSubjectKind.Directory ? "operating-system" : "application");
        json.WriteString("bom-ref", Subject);
        json.WriteString("name", report.Subject.Name);
        Optional(json, "purl", report.Subject.Products.Select(static product => product.ToString()).FirstOrDefault());
        json.WriteEndObject();
        WriteProperties(
            json,
            [
                ("snapshot", report.Snapshot.ToString()),
                .. report.Unjudged.Select(static one => ("unjudged", (string?)string.Create(CultureInfo.InvariantCulture, $"{one.Packages.Length}: {one.Sentence}"))),
            ]);
        json.WriteEndObject();
    }

    private static void WriteFinding(Utf8JsonWriter json, ScanOutcome outcome, Vulnerability finding, int number, Dictionary<ScanPackage, string> references)
    {
        json.WriteStartObject();
        json.WriteString("bom-ref", string.Create(CultureInfo.InvariantCulture, $"vulnerability-{number:D5}"));
        json.WriteString("id", finding.Id);
        json.WriteStartObject("source");
        json.WriteString("name", finding.Statements[0].Feed.ToString());
        json.WriteEndObject();
        WriteAliases(json, finding);
        WriteRatings(json, finding);
        Optional(json, "description", finding.Facts?.Summary);
        Optional(json, "recommendation", finding.FixedVersion is { } version ? $"Upgrade {finding.Package.SourceName} to {version}." : null);
        WriteAdvisories(json, finding);
        if (finding.Facts?.Published is { } published)
        {
            json.WriteString("published", FindingWords.Date(published));
        }

        WriteAnalysis(json, finding);
        json.WriteStartArray("affects");
        foreach (string reference in finding.Packages.Select(package => references[package]).Distinct(StringComparer.Ordinal))
        {
            json.WriteStartObject();
            json.WriteString("ref", reference);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteProperties(
            json,
            [
                ("source:name", finding.Package.SourceName),
                ("source:version", finding.Package.SourceVersion),
                ("fixed-version", finding.FixedVersion),
                ("state", finding.State.Word()),
                ("epss", finding.Epss?.ToString(CultureInfo.InvariantCulture)),
                ("known-exploited", finding.IsKnownExploited ? "true" : null),
                ("code", finding.Code.Presence.Word()),
                ("code:evidence", finding.Code.Sentence),
                ("baseline", outcome.HasBaseline ? outcome.Report.Known.Contains(finding) ? "unchanged" : "new" : null),
                ("fixed-by-upgrade", outcome.Upgrade?.Ends(finding) is { } ends ? ends ? "true" : "false" : null),
                ("suppressed-by", finding.Suppression?.Source),
            ]);
        json.WriteEndObject();
    }

    private static void WriteAliases(Utf8JsonWriter json, Vulnerability finding)
    {
        if (finding.Aliases.IsEmpty)
        {
            return;
        }

        json.WriteStartArray("references");
        foreach (string alias in finding.Aliases)
        {
            json.WriteStartObject();
            json.WriteString("id", alias);
            json.WriteStartObject("source");
            json.WriteString("name", alias.Split('-')[0]);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteRatings(Utf8JsonWriter json, Vulnerability finding)
    {
        json.WriteStartArray("ratings");
        json.WriteStartObject();
        if (finding.Severity.From.Length > 0)
        {
            json.WriteStartObject("source");
            json.WriteString("name", finding.Severity.From);
            json.WriteEndObject();
        }

        json.WriteString("severity", SeverityOf(finding.Severity.Level));
        json.WriteEndObject();
        if (finding.Cvss is { } cvss)
        {
            json.WriteStartObject();
            json.WriteNumber("score", cvss.Score);
            json.WriteString("severity", SeverityOf(cvss.Severity));
            json.WriteString("method", cvss.Version switch { "2.0" => "CVSSv2", "3.0" => "CVSSv3", "3.1" => "CVSSv31", "4.0" => "CVSSv4", _ => "other" });
            json.WriteString("vector", cvss.Vector);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteAdvisories(Utf8JsonWriter json, Vulnerability finding)
    {
        string[] addresses = [.. (finding.Facts?.References ?? []).Where(SarifWriter.IsWebAddress)];
        if (addresses.Length == 0)
        {
            return;
        }

        json.WriteStartArray("advisories");
        foreach (string address in addresses)
        {
            json.WriteStartObject();
            json.WriteString("url", address);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteAnalysis(Utf8JsonWriter json, Vulnerability finding)
    {
        if (finding.Suppression is { } suppression)
        {
            json.WriteStartObject("analysis");

            // A rule says that somebody leaves it so, and not that there is nothing.
            if (suppression.Kind == SuppressionKind.Vex)
            {
                json.WriteString("state", suppression.Word.StartsWith("fixed", StringComparison.Ordinal) ? "resolved" : suppression.Word.StartsWith("under", StringComparison.Ordinal) ? "in_triage" : "not_affected");
                Optional(json, "justification", JustificationOf(suppression.Word));
            }
            else
            {
                json.WriteString("state", "exploitable");
                json.WriteStartArray("response");
                json.WriteStringValue("will_not_fix");
                json.WriteEndArray();
            }

            Optional(json, "detail", suppression.Reason.Length > 0 ? suppression.Reason : null);
            json.WriteEndObject();
        }
        else if (finding.State == VulnerabilityState.Undetermined)
        {
            json.WriteStartObject("analysis");
            json.WriteString("state", "in_triage");
            json.WriteEndObject();
        }
    }

    // OpenVEX's labels in CycloneDX' words, as far as there are such.
    private static string? JustificationOf(string word) =>
        word.Contains("vulnerable_code_not_present", StringComparison.Ordinal) || word.Contains("component_not_present", StringComparison.Ordinal) ? "code_not_present"
        : word.Contains("not_in_execute_path", StringComparison.Ordinal) ? "code_not_reachable"
        : word.Contains("inline_mitigations", StringComparison.Ordinal) ? "protected_by_mitigating_control"
        : null;

    private static string SeverityOf(SeverityLevel level) => level switch
    {
        SeverityLevel.Negligible => "none",
        _ => level.Word(),
    };

    private static void WriteProperties(Utf8JsonWriter json, IEnumerable<(string Name, string? Value)> properties)
    {
        json.WriteStartArray("properties");
        foreach (var (name, value) in properties.Where(static property => property.Value is not null))
        {
            json.WriteStartObject();
            json.WriteString("name", PropertyPrefix + name);
            json.WriteString("value", value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
