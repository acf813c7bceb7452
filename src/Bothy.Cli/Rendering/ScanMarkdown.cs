using System.Globalization;
using System.Text;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Scans;

namespace Bothy.Cli.Rendering;

/// <summary>A scan in Markdown, for a review or a release note.</summary>
internal static class ScanMarkdown
{
    public static string Of(ScanOutcome outcome)
    {
        var report = outcome.Report;
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"## {MarkdownText.Code(report.Subject.Name)}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"{MarkdownText.Plain(ScanWords.Facts(report.Subject))}; {MarkdownText.Plain(ScanWords.Snapshot(report))}\n\n");
        page.Append(CultureInfo.InvariantCulture, $"**{MarkdownText.Plain(ScanWords.Summary(outcome))}**\n");
        if (!report.Vulnerabilities.IsEmpty)
        {
            page.Append('\n').Append(MarkdownText.Row("source", "version", "finding", "severity", "fixed in", "known to be exploited", "code", "new lock", "EPSS")).Append(MarkdownText.Rule(left: 8, right: 1));
            foreach (var finding in ScanWords.BySource(report.Vulnerabilities).SelectMany(static source => source))
            {
                page.Append(MarkdownText.Row(
                    MarkdownText.Code(finding.Package.SourceName),
                    MarkdownText.Code(finding.Package.SourceVersion),
                    MarkdownText.Code(finding.Id),
                    finding.Severity.Level.Word(),
                    finding.FixedVersion is { } version ? MarkdownText.Code(version) : MarkdownText.Plain(finding.Remedy()),
                    finding.IsKnownExploited ? "**yes**" : "",
                    finding.Code.Presence == CodePresence.Unknown ? "" : finding.Code.Presence.Word(),
                    ScanWords.Upgrade(outcome, finding),
                    MarkdownText.Plain(FindingWords.Percent(finding.Epss))));
            }
        }

        page.Append('\n');
        foreach (string remark in ScanWords.Remarks(outcome))
        {
            page.Append(CultureInfo.InvariantCulture, $"- {MarkdownText.Plain(remark)}\n");
        }

        return page.ToString().TrimEnd('\n');
    }
}
