using System.Globalization;
using System.Text;
using Bothy.Formats.Text;
using Bothy.Inspection.Checks;
using Bothy.Inspection.Hardening;

namespace Bothy.Cli.Rendering;

/// <summary>What <c>bothy check</c> prints for people: the worst first, gathered by kind.</summary>
internal static class CheckReportText
{
    // Of what is only worth knowing, a few of each kind; JSON has all.
    private const int MaxNotes = 3;

    /// <summary>The report.</summary>
    public static string Of(CheckReport report)
    {
        var text = new StringBuilder();
        foreach (var severity in new[] { Severity.Error, Severity.Warning, Severity.Note })
        {
            foreach (var kind in report.Findings.Where(finding => finding.Severity == severity).GroupBy(finding => (finding.Area, finding.Kind)))
            {
                Write(text, severity, kind.Key.Area, kind.Key.Kind, [.. kind]);
            }
        }

        if (report.Hardening is { Files.IsEmpty: false } hardening)
        {
            text.Append(Shares(hardening)).Append("\n\n");
        }

        string areas = string.Join(", ", report.Areas.Select(area => area.ToString().ToLowerInvariant()));
        text.Append(CultureInfo.InvariantCulture, $"{areas}: {Count(report, Severity.Error, "error")}, {Count(report, Severity.Warning, "warning")}, {Count(report, Severity.Note, "note")}");
        return text.ToString();
    }

    private static void Write(StringBuilder text, Severity severity, CheckArea area, string kind, List<Finding> findings)
    {
        text.Append(CultureInfo.InvariantCulture, $"{severity.ToString().ToLowerInvariant()}: {kind} ({area.ToString().ToLowerInvariant()}), {findings.Count}\n");
        int shown = severity == Severity.Note ? Math.Min(MaxNotes, findings.Count) : findings.Count;
        foreach (var finding in findings.Take(shown))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {VisibleText.Of(finding.ToString())}\n");
        }

        if (shown < findings.Count)
        {
            text.Append(CultureInfo.InvariantCulture, $"  … and {findings.Count - shown} more\n");
        }

        foreach (string hint in findings.Select(finding => finding.Hint).OfType<string>().Distinct(StringComparer.Ordinal).Take(MaxNotes))
        {
            text.Append(CultureInfo.InvariantCulture, $"  hint: {VisibleText.Of(hint)}\n");
        }

        text.Append('\n');
    }

    private static TextTable Shares(HardeningReport report)
    {
        var table = new TextTable("HARDENING", "SHARE", "FILES").AlignRight(1).AlignRight(2);
        foreach (var share in report.Shares)
        {
            table.Add(
                share.Property,
                share.Counted == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{share.Percent} %"),
                string.Create(CultureInfo.InvariantCulture, $"{share.Met} of {share.Counted}"));
        }

        return table;
    }

    private static string Count(CheckReport report, Severity severity, string name) =>
        report.Count(severity) is 1 ? $"1 {name}" : string.Create(CultureInfo.InvariantCulture, $"{report.Count(severity)} {name}s");
}
