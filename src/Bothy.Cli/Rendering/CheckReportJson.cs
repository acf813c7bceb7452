using System.Text.Json;
using Bothy.Formats.Elf;
using Bothy.Inspection.Checks;
using Bothy.Inspection.Hardening;

namespace Bothy.Cli.Rendering;

/// <summary>What <c>bothy check --format json</c> prints: every finding, and the hardening of every file.</summary>
internal static class CheckReportJson
{
    /// <summary>The report.</summary>
    public static string Of(CheckReport report) => JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteStartArray("checked");
        foreach (var area in report.Areas)
        {
            json.WriteStringValue(Lower(area));
        }

        json.WriteEndArray();
        json.WriteStartObject("counts");
        foreach (var severity in new[] { Severity.Error, Severity.Warning, Severity.Note })
        {
            json.WriteNumber(Lower(severity), report.Count(severity));
        }

        json.WriteEndObject();
        json.WriteStartArray("findings");
        foreach (var finding in report.Findings)
        {
            Write(json, finding);
        }

        json.WriteEndArray();
        if (report.Hardening is { } hardening)
        {
            Write(json, hardening);
        }

        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, Finding finding)
    {
        json.WriteStartObject();
        json.WriteString("severity", Lower(finding.Severity));
        json.WriteString("area", Lower(finding.Area));
        json.WriteString("kind", finding.Kind);
        json.WriteString("path", finding.Path?.ToString());
        json.WriteString("package", finding.Package);
        json.WriteString("reason", finding.Reason);
        json.WriteString("hint", finding.Hint);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, HardeningReport report)
    {
        json.WriteStartObject("hardening");
        json.WriteStartArray("shares");
        foreach (var share in report.Shares)
        {
            json.WriteStartObject();
            json.WriteString("property", share.Property);
            json.WriteNumber("met", share.Met);
            json.WriteNumber("counted", share.Counted);
            json.WriteNumber("percent", share.Percent);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("files");
        foreach (var file in report.Files)
        {
            json.WriteStartObject();
            json.WriteString("path", file.Path.ToString());
            json.WriteString("package", file.Package);
            if (file.Language != ElfLanguage.Other)
            {
                json.WriteString("language", Lower(file.Language));
            }

            foreach (string property in HardeningReport.Properties)
            {
                if (HardeningReport.Holds(property, file) is { } holds)
                {
                    json.WriteBoolean(property, holds);
                }
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Lower(Enum value) => value.ToString().ToLowerInvariant();
}
