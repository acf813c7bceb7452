using Bothy.Inspection.Matching;
using Bothy.Inspection.Scans;

namespace Bothy.Cli.Rendering;

/// <summary>The findings that go and come.</summary>
internal static class FindingTable
{
    /// <summary>As a table of text.</summary>
    public static TextTable Of(FindingChange change, PageStyle style)
    {
        var table = new TextTable("CHANGE", "FINDING", "SEVERITY", "SOURCE", "VERSION", "FIXED IN");
        foreach (var (word, finding) in Rows(change))
        {
            table.Add(
                word, finding.Id, finding.Severity.Level.Word(), style.Cut(finding.Package.SourceName, 20), style.Cut(finding.Package.SourceVersion ?? "-", 18), style.Cut(finding.Remedy(), 18));
        }

        return table;
    }

    /// <summary>The rows of a table in Markdown, with its headings; empty where nothing changes.</summary>
    public static string Markdown(FindingChange change) => change is { Gone.IsEmpty: true, Come.IsEmpty: true }
        ? ""
        : string.Concat(
            Rows(change)
                .Select(static row => MarkdownText.Row(
                    row.Word, MarkdownText.Code(row.Finding.Id), row.Finding.Severity.Level.Word(), MarkdownText.Code(row.Finding.Package.SourceName), MarkdownText.Code(row.Finding.Package.SourceVersion), MarkdownText.Plain(row.Finding.Remedy())))
                .Prepend(MarkdownText.Rule(left: 6, right: 0))
                .Prepend(MarkdownText.Row("change", "finding", "severity", "source", "version", "fixed in")));

    private static IEnumerable<(string Word, Vulnerability Finding)> Rows(FindingChange change) =>
        change.Gone.Select(static finding => ("goes", finding)).Concat(change.Come.Select(static finding => ("comes", finding)));
}
