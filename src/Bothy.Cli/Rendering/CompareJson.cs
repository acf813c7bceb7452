using System.Text.Json;
using Bothy.Inspection.Comparison;
using Bothy.Inspection.Scans;

namespace Bothy.Cli.Rendering;

/// <summary>Images side by side for programs; docs/reports.md says what each field means.</summary>
internal static class CompareJson
{
    public static string Of(ComparisonReport report) => JsonText.Of(writer =>
    {
        writer.WriteStartObject();
        writer.WriteBoolean("same", report.IsSame);
        writer.WriteStartArray("images");
        foreach (var image in report.Images)
        {
            writer.WriteStartObject();
            InspectJson.WriteFields(writer, image);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("differences");
        for (int i = 1; i < report.Images.Length; i++)
        {
            WriteDifference(writer, report.Images[0].Name, report.Images[i].Name, report.Differences[i], report.FindingsOf(i));
        }

        writer.WriteEndArray();
        writer.WriteStartArray("config");
        foreach (var change in report.Config)
        {
            writer.WriteStartObject();
            writer.WriteString("field", change.Field);
            writer.WriteStartArray("values");
            foreach (string? value in change.Values)
            {
                writer.WriteStringValue(value);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartObject("company");
        WriteCompany(writer, "registry", report, report.Registry);
        WriteCompany(writer, "host", report, report.Host);
        writer.WriteEndObject();
        if (report.Services is { } services)
        {
            WriteBases(writer, report, services);
        }

        writer.WriteEndObject();
    });

    /// <summary>A file that differs.</summary>
    public static void Write(Utf8JsonWriter writer, FileChange change)
    {
        writer.WriteStartObject();
        writer.WriteString("path", change.Path.ToString());
        writer.WriteStartArray("change");
        foreach (string word in change.Words())
        {
            writer.WriteStringValue(word);
        }

        writer.WriteEndArray();
        writer.WriteString("before", change.Before is null ? null : change.Side(change.Before));
        writer.WriteString("after", change.After is null ? null : change.Side(change.After));
        writer.WriteNumber("bytes", change.Bytes);
        writer.WriteEndObject();
    }

    private static void WriteDifference(Utf8JsonWriter writer, string from, string to, ImageDifference difference, FindingChange? findings)
    {
        writer.WriteStartObject();
        writer.WriteString("from", from);
        writer.WriteString("to", to);
        writer.WriteNumber("sharedLayers", difference.SharedLayers);
        writer.WriteNumber("sharedBlobs", difference.SharedBlobs);
        writer.WriteStartArray("packages");
        foreach (var change in difference.Packages)
        {
            writer.WriteStartObject();
            writer.WriteString("name", change.Name);
            if (change.Architecture is { } architecture)
            {
                writer.WriteString("arch", architecture);
            }

            writer.WriteString("change", change.Kind.Word());
            writer.WriteString("before", change.Before);
            writer.WriteString("after", change.After);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("files");
        foreach (var change in difference.Files)
        {
            Write(writer, change);
        }

        writer.WriteEndArray();
        if (findings is not null)
        {
            writer.WriteStartObject("vulnerabilities");
            ScanJson.WriteShort(writer, "gone", findings.Gone);
            ScanJson.WriteShort(writer, "come", findings.Come);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteCompany(Utf8JsonWriter writer, string name, ComparisonReport report, Company company)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("apart", company.Apart);
        writer.WriteNumber("together", company.Together);
        writer.WriteNumber("common", company.Common);
        writer.WriteStartArray("images");
        for (int i = 0; i < report.Images.Length; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("name", report.Images[i].Name);
            InspectJson.WriteShareFields(writer, company.Images[i]);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteBases(Utf8JsonWriter writer, ComparisonReport report, int services)
    {
        writer.WriteStartObject("bases");
        writer.WriteNumber("services", services);
        writer.WriteStartArray("images");
        foreach (var row in BaseRow.Of(report, services))
        {
            writer.WriteStartObject();
            writer.WriteString("name", row.Image);
            writer.WriteString("where", row.Where);
            writer.WriteNumber("shared", row.Cost.Shared);
            writer.WriteNumber("perService", row.Cost.PerService);
            writer.WriteNumber("notShared", row.Cost.Apart);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
