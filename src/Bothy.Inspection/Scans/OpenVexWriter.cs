using System.Text.Json;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Sbom;

namespace Bothy.Inspection.Scans;

/// <summary>
/// Writes what the files of an image prove, as an OpenVEX 0.2.0 document: of each finding whose source has no code there, that the vulnerable code
/// is not present, with the evidence.
/// </summary>
public static class OpenVexWriter
{
    /// <summary>The findings that such a document is about.</summary>
    public static IEnumerable<Vulnerability> Provable(ScanReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        return report.Vulnerabilities.Concat(report.Known).Where(static finding => finding.Code.Presence == CodePresence.Absent);
    }

    /// <summary>Writes the document; the same for the same scan and time.</summary>
    /// <param name="report">What was found.</param>
    /// <param name="time">When it is said; of two statements about the same the later counts.</param>
    /// <param name="toolVersion">The version of Bothy.</param>
    /// <param name="json">Where to.</param>
    public static void Write(ScanReport report, DateTimeOffset time, string toolVersion, Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(json);
        var findings = Provable(report).OrderBy(static finding => finding.Id, StringComparer.Ordinal).ThenBy(static finding => finding.Package.SourceName, StringComparer.Ordinal).ToList();
        string identity = $"openvex {report.Subject.Name} {string.Join(' ', report.Subject.Products)} {FindingWords.Date(time)} bothy {toolVersion} {string.Join(' ', findings.Select(static finding => $"{finding.Id} {finding.Package}"))}";
        json.WriteStartObject();
        json.WriteString("@context", "https://openvex.dev/ns/v0.2.0");
        json.WriteString("@id", $"urn:uuid:{NameUuid.Of(identity)}");
        json.WriteString("author", "bothy");
        json.WriteString("role", "the scan of the image's files");
        json.WriteString("timestamp", FindingWords.Date(time));
        json.WriteNumber("version", 1);
        json.WriteString("tooling", $"bothy {toolVersion}");
        json.WriteStartArray("statements");
        foreach (var finding in findings)
        {
            Write(json, report.Subject, finding);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ScanSubject subject, Vulnerability finding)
    {
        json.WriteStartObject();
        json.WriteStartObject("vulnerability");
        json.WriteString("name", finding.Id);
        if (!finding.Aliases.IsEmpty)
        {
            json.WriteStartArray("aliases");
            foreach (string alias in finding.Aliases)
            {
                json.WriteStringValue(alias);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        WriteProducts(json, subject, finding);
        json.WriteString("status", "not_affected");
        json.WriteString("justification", "vulnerable_code_not_present");
        json.WriteString("impact_statement", finding.Code.Sentence);
        json.WriteEndObject();
    }

    // The product is the image, and the packages are parts of it; where the image has no name of its own, they are the product.
    private static void WriteProducts(Utf8JsonWriter json, ScanSubject subject, Vulnerability finding)
    {
        string[] packages = [.. finding.Packages.Select(static package => package.Purl?.ToString()).OfType<string>().Distinct(StringComparer.Ordinal)];
        json.WriteStartArray("products");
        if (subject.Products.IsEmpty)
        {
            WriteIds(json, packages);
        }

        foreach (var product in subject.Products)
        {
            json.WriteStartObject();
            json.WriteString("@id", product.ToString());
            json.WriteStartArray("subcomponents");
            WriteIds(json, packages);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteIds(Utf8JsonWriter json, IEnumerable<string> ids)
    {
        foreach (string id in ids)
        {
            json.WriteStartObject();
            json.WriteString("@id", id);
            json.WriteEndObject();
        }
    }
}
