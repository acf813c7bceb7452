using System.Collections.Immutable;
using System.Text.Json;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Scans;

namespace Bothy.Cli.Rendering;

/// <summary>A scan for programs, and for the baseline of the next; docs/reports.md says what each field means.</summary>
internal static class ScanJson
{
    // A name may be spoken of for every release of every distribution.
    private const int MostStatements = 20;

    public static string Of(ScanOutcome outcome) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        WriteFields(writer, outcome);
        writer.WriteEndObject();
    });

    /// <summary>The fields of a report.</summary>
    public static void WriteFields(Utf8JsonWriter writer, ScanOutcome outcome)
    {
        var report = outcome.Report;
        WriteSubject(writer, report.Subject);
        WriteSnapshot(writer, outcome);
        WriteCounts(writer, ScanCounts.Of(report.Vulnerabilities));
        if (outcome.Upgrade is { } upgrade)
        {
            writer.WriteStartObject("upgrade");
            writer.WriteString("notKnown", upgrade.NotComputed);
            writer.WriteNumber("fixes", report.Vulnerabilities.Count(finding => upgrade.Ends(finding) == true));
            writer.WriteEndObject();
        }

        Write(writer, "vulnerabilities", outcome, report.Vulnerabilities);
        Write(writer, "suppressed", outcome, report.Suppressed);
        Write(writer, "known", outcome, report.Known);
        writer.WriteStartArray("unjudged");
        foreach (var unjudged in report.Unjudged)
        {
            writer.WriteStartObject();
            writer.WriteString("reason", Camel(unjudged.Reason));
            writer.WriteString("sentence", unjudged.Sentence);
            Write(writer, unjudged.Packages);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        Texts(writer, "notes", report.Notes);
        Texts(writer, "warnings", report.Subject.Warnings);
    }

    /// <summary>How many findings there are.</summary>
    public static void WriteCounts(Utf8JsonWriter writer, ScanCounts counts)
    {
        writer.WriteStartObject("counts");
        writer.WriteNumber("total", counts.Total);
        foreach (var (level, count) in counts.BySeverity)
        {
            writer.WriteNumber(level.Word(), count);
        }

        writer.WriteNumber("fixable", counts.Fixable);
        writer.WriteNumber("knownExploited", counts.KnownExploited);
        writer.WriteNumber("withoutCode", counts.WithoutCode);
        writer.WriteNumber("sources", counts.Sources);
        writer.WriteEndObject();
    }

    /// <summary>The findings called <paramref name="name"/>, in short: what, where and how bad.</summary>
    public static void WriteShort(Utf8JsonWriter writer, string name, IEnumerable<Vulnerability> findings)
    {
        writer.WriteStartArray(name);
        foreach (var finding in findings)
        {
            writer.WriteStartObject();
            writer.WriteString("id", finding.Id);
            writer.WriteString("source", finding.Package.SourceName);
            writer.WriteString("sourceVersion", finding.Package.SourceVersion);
            writer.WriteString("severity", finding.Severity.Level.Word());
            writer.WriteString("fixedVersion", finding.FixedVersion);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <summary>By which advisories.</summary>
    public static void WriteSnapshot(Utf8JsonWriter writer, ScanOutcome outcome)
    {
        writer.WriteStartObject("snapshot");
        writer.WriteString("digest", outcome.Report.Snapshot.ToString());
        writer.WriteString("date", outcome.Report.SnapshotDate is { } date ? FindingWords.Date(date) : null);
        writer.WriteStartArray("sources");
        foreach (var source in outcome.Sources)
        {
            writer.WriteStartObject();
            writer.WriteString("name", source.Name);
            writer.WriteString("date", source.Date is { } made ? FindingWords.Date(made) : null);
            writer.WriteString("digest", source.Digest.ToString());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteSubject(Utf8JsonWriter writer, ScanSubject subject)
    {
        writer.WriteStartObject("subject");
        writer.WriteString("name", subject.Name);
        writer.WriteString("kind", Camel(subject.Kind));
        writer.WriteString("distribution", subject.Distribution);
        writer.WriteString("space", subject.Release?.Space.Name());
        writer.WriteString("release", subject.Release?.Release);
        writer.WriteNumber("packages", subject.Packages.Length);
        writer.WriteEndObject();
    }

    /// <summary>The findings called <paramref name="name"/>, with all that is known of them.</summary>
    public static void Write(Utf8JsonWriter writer, string name, ScanOutcome outcome, ImmutableArray<Vulnerability> findings)
    {
        writer.WriteStartArray(name);
        foreach (var finding in findings)
        {
            writer.WriteStartObject();
            writer.WriteString("id", finding.Id);
            Texts(writer, "aliases", finding.Aliases);
            writer.WriteString("space", finding.Package.Space?.Name());
            writer.WriteString("source", finding.Package.SourceName);
            writer.WriteString("sourceVersion", finding.Package.SourceVersion);
            writer.WriteString("state", finding.State.Word());
            writer.WriteString("fixedVersion", finding.FixedVersion);
            writer.WriteStartObject("severity");
            writer.WriteString("level", finding.Severity.Level.Word());
            writer.WriteString("from", finding.Severity.From);
            writer.WriteEndObject();
            WriteScores(writer, finding);
            writer.WriteString("summary", finding.Facts?.Summary);
            Texts(writer, "references", finding.Facts?.References ?? []);
            Write(writer, finding.Packages);
            Write(writer, finding.Code);
            if (outcome.Upgrade?.Ends(finding) is { } ends)
            {
                writer.WriteBoolean("fixedByUpgrade", ends);
            }

            WriteStatements(writer, finding.Statements);
            if (finding.Suppression is { } suppression)
            {
                writer.WriteStartObject("suppression");
                writer.WriteString("by", Camel(suppression.Kind));
                writer.WriteString("word", suppression.Word);
                writer.WriteString("reason", suppression.Reason);
                writer.WriteString("document", suppression.Source);
                writer.WriteString("expires", suppression.Expires?.ToString("O", System.Globalization.CultureInfo.InvariantCulture));
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteScores(Utf8JsonWriter writer, Vulnerability finding)
    {
        if (finding.Cvss is { } cvss)
        {
            writer.WriteStartObject("cvss");
            writer.WriteString("version", cvss.Version);
            writer.WriteNumber("score", cvss.Score);
            writer.WriteString("vector", cvss.Vector);
            writer.WriteEndObject();
        }

        if (finding.Epss is { } epss)
        {
            writer.WriteNumber("epss", epss);
        }

        writer.WriteBoolean("knownExploited", finding.IsKnownExploited);
    }

    /// <summary>What advisories say.</summary>
    public static void WriteStatements(Utf8JsonWriter writer, ImmutableArray<AdvisoryEntry> statements)
    {
        writer.WriteStartArray("statements");
        foreach (var statement in statements.Take(MostStatements))
        {
            writer.WriteStartObject();
            writer.WriteString("id", statement.Id);
            writer.WriteString("feed", Camel(statement.Feed));
            writer.WriteString("release", statement.Release);
            writer.WriteString("package", statement.Package);
            writer.WriteString("state", Camel(statement.State));
            writer.WriteString("urgency", statement.Urgency);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, CodeEvidence code)
    {
        writer.WriteStartObject("code");
        writer.WriteString("presence", code.Presence.Word());
        writer.WriteString("sentence", code.Sentence);
        writer.WriteNumber("count", code.CodeCount);
        Texts(writer, "files", code.Code.Select(static path => path.ToString()));
        writer.WriteNumber("otherCount", code.OtherCount);
        Texts(writer, "otherFiles", code.Others.Select(static path => path.ToString()));
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ImmutableArray<ScanPackage> packages)
    {
        writer.WriteStartArray("packages");
        foreach (var package in packages)
        {
            writer.WriteStartObject();
            writer.WriteString("name", package.Name);
            writer.WriteString("version", package.Version);
            if (package.Architecture.Length > 0)
            {
                writer.WriteString("arch", package.Architecture);
            }

            writer.WriteString("purl", package.Purl?.ToString());
            writer.WriteString("location", package.Location?.ToString());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void Texts(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (string text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    private static string Camel(Enum value) => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
