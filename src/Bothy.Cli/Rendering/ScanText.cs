using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Bothy.Formats.Text;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Scans;

namespace Bothy.Cli.Rendering;

/// <summary>Prints a scan for people: the findings source by source, the worst source first, then what they come to.</summary>
internal static class ScanText
{
    private const int MostSources = 12;

    public static string Of(ScanOutcome outcome, PageStyle style)
    {
        var report = outcome.Report;
        var page = new StringBuilder();
        page.Append(style.Bold(VisibleText.Of(report.Subject.Name))).Append('\n');
        page.Append(VisibleText.Of(ScanWords.Facts(report.Subject))).Append('\n');
        page.Append(style.Dim(VisibleText.Of(ScanWords.Snapshot(report)))).Append('\n');
        if (outcome.Sources.Length > 0)
        {
            page.Append(style.Dim($"from {style.List(outcome.SourceNames, MostSources, 6)}")).Append('\n');
        }

        if (!report.Vulnerabilities.IsEmpty)
        {
            page.Append('\n').Append(Findings(outcome, style)).Append('\n');
        }

        page.Append('\n').Append(style.Bold(ScanWords.Summary(outcome))).Append('\n');
        foreach (string line in ScanWords.Remarks(outcome))
        {
            page.Append(style.Wrapped(VisibleText.Of(line))).Append('\n');
        }

        return page.ToString().TrimEnd('\n');
    }

    private static TextTable Findings(ScanOutcome outcome, PageStyle style)
    {
        bool hasUpgrade = outcome.Upgrade is { NotComputed: null };
        string[] headings = ["SOURCE", "VERSION", "FINDING", "SEVERITY", "FIXED IN", "EPSS", "KEV", "CODE"];
        var table = new TextTable(hasUpgrade ? [.. headings, "NEW LOCK"] : headings).AlignRight(5);
        foreach (var source in ScanWords.BySource(outcome.Report.Vulnerabilities))
        {
            bool isFirst = true;
            foreach (var finding in source)
            {
                string[] cells =
                [
                    isFirst ? style.Cut(finding.Package.SourceName, 24) : "",
                    isFirst ? style.Cut(finding.Package.SourceVersion ?? "-", 20) : "",
                    finding.Id,
                    finding.Severity.Level.Word(),
                    style.Cut(finding.Remedy(), 20),
                    FindingWords.Percent(finding.Epss),
                    finding.IsKnownExploited ? "yes" : "",
                    finding.Code.Presence == CodePresence.Unknown ? "" : finding.Code.Presence.Word(),
                ];
                table.Add(hasUpgrade ? [.. cells, ScanWords.Upgrade(outcome, finding)] : cells);
                isFirst = false;
            }
        }

        return table;
    }
}

/// <summary>The words of scans, the same for people in every form.</summary>
internal static class ScanWords
{
    /// <summary>The findings by source and its version; the source of the finding that ranks first is first.</summary>
    public static IEnumerable<IGrouping<(string, string?), Vulnerability>> BySource(ImmutableArray<Vulnerability> findings) =>
        findings.GroupBy(static finding => (finding.Package.SourceName, finding.Package.SourceVersion));

    /// <summary>What was scanned.</summary>
    public static string Facts(ScanSubject subject) => string.Join("  ", new[]
    {
        subject.Distribution,
        string.Create(CultureInfo.InvariantCulture, $"{subject.Packages.Length} packages"),
        subject.Kind switch
        {
            ScanSubjectKind.Lock => "a lock: what its packages would bring; their files are not looked at",
            ScanSubjectKind.Bill => "a bill of materials: its files are not looked at",
            ScanSubjectKind.Directory => "a directory",
            _ => null,
        },
    }.OfType<string>());

    /// <summary>By which advisories.</summary>
    public static string Snapshot(ScanReport report) => $"advisories {report.Snapshot}, {(report.SnapshotDate is { } date ? $"of {FindingWords.Date(date)}" : "without a date")}";

    /// <summary>What the findings come to.</summary>
    public static string Summary(ScanOutcome outcome)
    {
        string summary = ScanCounts.Of(outcome.Report.Vulnerabilities).Summary();
        return outcome.HasBaseline ? $"new since the baseline: {summary}" : summary;
    }

    /// <summary>Whether a new lock ends the finding.</summary>
    public static string Upgrade(ScanOutcome outcome, Vulnerability finding) => outcome.Upgrade?.Ends(finding) switch
    {
        true => "fixes it",
        false => "does not",
        null => "",
    };

    /// <summary>What has to be known beside the findings.</summary>
    public static IEnumerable<string> Remarks(ScanOutcome outcome)
    {
        var report = outcome.Report;
        if (outcome.Upgrade is { } upgrade)
        {
            int ended = report.Vulnerabilities.Count(finding => upgrade.Ends(finding) == true);
            yield return upgrade.NotComputed is { } reason
                ? $"whether a new lock fixes them is not known: {reason}"
                : string.Create(CultureInfo.InvariantCulture, $"a new lock fixes {ended} of {report.Vulnerabilities.Length}");
        }

        if (!report.Known.IsEmpty)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"in the baseline already: {report.Known.Length}");
        }

        foreach (var group in report.Suppressed.GroupBy(static finding => (finding.Suppression!.Source, finding.Suppression.Word)).OrderBy(static group => group.Key))
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"not counted, {group.Key.Word} by {group.Key.Source}: {group.Count()} ({Listed(group.Select(static finding => finding.Id))})");
        }

        foreach (var unjudged in report.Unjudged)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"not judged, {unjudged.Packages.Length}: {unjudged.Sentence} ({Listed(unjudged.Packages.Select(static package => package.Name))})");
        }

        foreach (string note in report.Notes)
        {
            yield return note;
        }
    }

    private static string Listed(IEnumerable<string> names)
    {
        string[] all = [.. names.Distinct(StringComparer.Ordinal)];
        return string.Join(", ", all.Take(6)) + (all.Length > 6 ? string.Create(CultureInfo.InvariantCulture, $" and {all.Length - 6} more") : "");
    }
}
