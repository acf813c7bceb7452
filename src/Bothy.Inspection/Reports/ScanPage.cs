using System.Globalization;
using Bothy.Inspection.Matching;
using Bothy.Inspection.Scans;
using static Bothy.Inspection.Reports.PageParts;

namespace Bothy.Inspection.Reports;

/// <summary>A scan as a page.</summary>
public static class ScanPage
{
    private const int MostFindings = 5000;
    private const int MostNamed = 400;

    // The page's program draws no map where there are no files.
    private const string NoFiles = "{}";

    /// <summary>The whole page, UTF-8 text; the same for the same scan.</summary>
    public static string Of(ScanOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        var report = outcome.Report;
        var body = Html.Tag(
            "main",
            "",
            Header(report),
            Html.Tag("div", "class=\"answers\"", Found(outcome.HasBaseline ? "What is new?" : "How many?", outcome), WhatToDo(outcome), NotCounted(report), Advisories(outcome)),
            Search(),
            report.Vulnerabilities.IsEmpty ? Html.Nothing : Findings("findings", outcome.HasBaseline ? "New findings" : "Findings", outcome, [.. report.Vulnerabilities]),
            report.Known.IsEmpty ? Html.Nothing : Findings("known", "In the baseline already", outcome, [.. report.Known]),
            report.Suppressed.IsEmpty ? Html.Nothing : Suppressed(report),
            report.Unjudged.IsEmpty ? Html.Nothing : Unjudged(report),
            report.Notes.IsEmpty && report.Subject.Warnings.IsEmpty ? Html.Nothing : Notes(report),
            Sources(outcome),
            Footer());
        return HtmlPage.Of(report.Subject.Name, body, NoFiles);
    }

    private static Html Header(ScanReport report) => Html.Tag(
        "header",
        "",
        Html.Tag("p", "class=\"eyebrow\"", "Known vulnerabilities"),
        Html.Tag("h1", "", Html.Foreign(report.Subject.Name)),
        Html.Tag(
            "p",
            "class=\"facts\"",
            report.Subject.Distribution is { } distribution ? Html.Tag("b", "", Html.Foreign(distribution)) : Html.Nothing,
            Html.Tag("span", "", Html.Number(report.Subject.Packages.Length), " packages"),
            Html.Tag("span", "class=\"digest\"", $"advisories {report.Snapshot}")));

    /// <summary>How many there are, as an answer to <paramref name="question"/>.</summary>
    internal static Html Found(string question, ScanOutcome outcome, bool withMore = false)
    {
        var counts = ScanCounts.Of(outcome.Report.Vulnerabilities);
        bool isBad = counts.BySeverity[0].Count + counts.BySeverity[1].Count > 0;
        return Answer(
            question,
            Html.Tag("span", $"class=\"{(counts.Total == 0 ? "good" : isBad ? "bad" : "warn")}\"", Html.Number(counts.Total), " ", Html.Tag("small", "", counts.Total == 1 ? "vulnerability" : "vulnerabilities")),
            Figures(
            [
                .. counts.BySeverity.Where(static level => level.Count > 0).Select(static level => (level.Level.Word(), Html.Tag("span", $"class=\"{ClassOf(level.Level)}\"", Html.Number(level.Count)))),
                .. withMore ? More(outcome, counts) : [],
            ]));
    }

    private static IEnumerable<(string, Html)> More(ScanOutcome outcome, ScanCounts counts) =>
    [
        ("with a fixed version", Html.Number(counts.Fixable)),
        ("known to be exploited", Html.Number(counts.KnownExploited)),
        ("packages not judged", Html.Number(outcome.Report.Unjudged.Sum(static one => one.Packages.Length))),
        ("advisories of", outcome.Report.SnapshotDate is { } date ? date.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "no date"),
    ];

    private static Html WhatToDo(ScanOutcome outcome)
    {
        var counts = ScanCounts.Of(outcome.Report.Vulnerabilities);
        var figures = new List<(string, Html)>
        {
            ("known to be exploited", counts.KnownExploited == 0 ? "none" : Html.Tag("span", "class=\"bad\"", Html.Number(counts.KnownExploited))),
            ("without code in the image", Html.Number(counts.WithoutCode)),
            ("sources and packages", Html.Number(counts.Sources)),
        };
        if (outcome.Upgrade is { } upgrade)
        {
            figures.Insert(0, ("a new lock fixes", upgrade.NotComputed is null ? Html.Number(outcome.Report.Vulnerabilities.Count(finding => upgrade.Ends(finding) == true)) : "not known"));
        }

        return Answer("What can be done?", Html.Join(Html.Number(counts.Fixable), " ", Html.Tag("small", "", "with a fixed version")), Figures(figures));
    }

    private static Html NotCounted(ScanReport report) => Answer(
        "What is not counted?",
        Html.Join(Html.Number(report.Unjudged.Sum(static one => one.Packages.Length)), " ", Html.Tag("small", "", "packages not judged")),
        Html.Join(
            Figures(
                ("suppressed, with a reason", Html.Number(report.Suppressed.Length)),
                ("in the baseline already", Html.Number(report.Known.Length))),
            report.Unjudged.IsEmpty ? Html.Nothing : Html.Tag("p", "class=\"remark\"", "Of what was not judged nothing is known, which is not the same as nothing being wrong with it.")));

    private static Html Advisories(ScanOutcome outcome) => Answer(
        "By which advisories?",
        outcome.Report.SnapshotDate is { } date ? Html.Tag("span", "", date.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)) : Html.Tag("span", "class=\"quiet\"", "No date"),
        Figures(("documents", Html.Number(outcome.Sources.Length)), ("statements about packages", Html.Number(outcome.Sources.Sum(static source => (long)source.Entries)))));

    /// <summary>The table of findings.</summary>
    internal static Html Findings(string id, string heading, ScanOutcome outcome, IReadOnlyList<Vulnerability> findings)
    {
        bool hasUpgrade = outcome.Upgrade is { NotComputed: null };
        string more = findings.Count > MostFindings ? string.Create(CultureInfo.InvariantCulture, $"; the first {MostFindings} of {findings.Count}") : "";
        return Card(
            id,
            heading,
            Html.Join(Count($"{id}-table", Math.Min(findings.Count, MostFindings)), $" rows: known to be exploited first, then by the probability of it and by severity{more}"),
            Table(
                $"{id}-table",
                [
                    ("Finding", "text"), ("Severity", "number"), ("CVSS", "number"), ("EPSS", "number"), ("Source", "text"), ("Version", "text"), ("Fixed in", "text"),
                    .. hasUpgrade ? [("New lock", "text")] : Array.Empty<(string, string)>(),
                    ("Code in the image", "text"), ("What it is", "plain"),
                ],
                findings.Take(MostFindings).Select(finding => Row(
                    Cell(Html.Join(Name(finding), finding.IsKnownExploited ? Html.Join(" ", Html.Tag("span", "class=\"bad\"", "exploited")) : Html.Nothing), "class=\"name\""),
                    Html.Tag("td", $"class=\"number {ClassOf(finding.Severity.Level)}\" data-value=\"{((int)finding.Severity.Level).ToString(CultureInfo.InvariantCulture)}\"", finding.Severity.Level.Word()),
                    Figure(finding.Cvss?.Score, finding.Cvss?.Score.ToString("F1", CultureInfo.InvariantCulture)),
                    Figure(finding.Epss, FindingWords.Percent(finding.Epss)),
                    Cell(Html.Join(Html.Foreign(finding.Package.SourceName), Binaries(finding))),
                    Cell(Html.Foreign(finding.Package.SourceVersion), "class=\"name\""),
                    Cell(finding.FixedVersion is { } version ? Html.Foreign(version) : Html.Tag("span", "class=\"quiet\"", finding.Remedy()), "class=\"name\""),
                    hasUpgrade ? Cell(outcome.Upgrade!.Ends(finding) switch { true => Html.Tag("span", "class=\"good\"", "fixes it"), false => "does not", null => "" }) : Html.Nothing,
                    Cell(Code(finding)),
                    Cell(Html.Foreign(Shortened(finding.Facts?.Summary)))))));
    }

    private static Html Suppressed(ScanReport report) => Card(
        "suppressed",
        "Not counted, with a reason",
        "by VEX documents and ignore files",
        Table(
            "suppressed-table",
            [("Finding", "text"), ("Severity", "number"), ("Source", "text"), ("Word", "text"), ("Reason", "text"), ("Until", "text"), ("Who says so", "text")],
            report.Suppressed.Take(MostFindings).Select(static finding => Row(
                Cell(Name(finding)),
                Html.Tag("td", $"class=\"number {ClassOf(finding.Severity.Level)}\" data-value=\"{((int)finding.Severity.Level).ToString(CultureInfo.InvariantCulture)}\"", finding.Severity.Level.Word()),
                Cell(Html.Foreign($"{finding.Package.SourceName} {finding.Package.SourceVersion}")),
                Cell(Html.Foreign(finding.Suppression!.Word)),
                Cell(Html.Foreign(finding.Suppression.Reason)),
                Cell(finding.Suppression.Expires?.ToString("O", CultureInfo.InvariantCulture)),
                Cell(Html.Foreign(finding.Suppression.Source))))));

    private static Html Unjudged(ScanReport report) => Card(
        "unjudged",
        "Not judged",
        "nothing is known of these",
        Html.Join(report.Unjudged.Select(static one => Html.Tag(
            "div",
            "",
            Html.Tag("h3", "", Html.Foreign(one.Sentence), " ", Html.Number(one.Packages.Length)),
            Html.Tag(
                "ul",
                "class=\"list\"",
                one.Packages.Take(MostNamed).Select(static package => Html.Tag("li", "", Html.Foreign(package.ToString())))
                    .Concat(one.Packages.Length > MostNamed ? [Html.Tag("li", "class=\"quiet\"", $"and {(one.Packages.Length - MostNamed).ToString(CultureInfo.InvariantCulture)} more")] : []))))));

    private static Html Notes(ScanReport report) => Card(
        "notes",
        "To be known beside it",
        "what did not count, and what could not be read",
        Html.Tag("ul", "class=\"list\"", report.Notes.Concat(report.Subject.Warnings).Take(MostNamed).Select(static note => Html.Tag("li", "", Html.Foreign(note)))));

    private static Html Sources(ScanOutcome outcome) => outcome.Sources.IsEmpty ? Html.Nothing : Card(
        "sources",
        "Advisories",
        Html.Join("snapshot ", Html.Tag("span", "class=\"digest\"", outcome.Report.Snapshot.ToString())),
        Table(
            "source-table",
            [("About", "text"), ("From", "text"), ("Made", "text"), ("Statements", "number"), ("Scores and texts", "number")],
            outcome.Sources.Select(static source => Row(
                Cell(Html.Foreign(source.Name)),
                Cell(Html.Foreign(source.Address), "class=\"path\""),
                Cell(source.Date is { } date ? FindingWords.Date(date) : "–"),
                Number(source.Entries),
                Number(source.Facts))),
            tall: outcome.Sources.Length > 12));

    private static Html Answer(string question, Html big, Html more) =>
        Html.Tag("section", "", Html.Tag("h2", "", question), Html.Tag("p", "class=\"big\"", big), more);

    // The names of findings are shown, and lead nowhere: the page loads nothing, and its addresses would be anybody's.
    private static Html Name(Vulnerability finding) => Html.Tag("b", finding.Aliases.IsEmpty ? "" : Html.Attribute("title", string.Join(", ", finding.Aliases)), Html.Foreign(finding.Id));

    private static Html Binaries(Vulnerability finding)
    {
        string[] names = [.. finding.Packages.Select(static package => package.Name).Where(name => name != finding.Package.SourceName).Distinct(StringComparer.Ordinal)];
        return names.Length == 0 ? Html.Nothing : Html.Join(" ", Html.Tag("span", "class=\"quiet\"", Html.Foreign($"in {string.Join(", ", names.Take(4))}{(names.Length > 4 ? ", …" : "")}")));
    }

    private static Html Code(Vulnerability finding) => finding.Code.Presence switch
    {
        CodePresence.Present => Html.Tag("span", $"class=\"path\" {Html.Attribute("title", finding.Code.Sentence)}", Html.Foreign(Files(finding.Code))),
        CodePresence.Absent => Html.Tag("span", $"class=\"good\" {Html.Attribute("title", finding.Code.Sentence)}", "absent"),
        _ => Html.Tag("span", "class=\"quiet\"", "not known"),
    };

    private static string Files(CodeEvidence code) =>
        string.Join(", ", code.Code.Take(2).Select(static path => path.ToString())) + (code.CodeCount > 2 ? $" and {(code.CodeCount - 2).ToString(CultureInfo.InvariantCulture)} more" : "");

    private static Html Figure(double? number, string? text) => Html.Tag(
        "td",
        $"class=\"number\" data-value=\"{(number ?? -1).ToString("F6", CultureInfo.InvariantCulture)}\"",
        number is null ? "–" : text);

    private static string Shortened(string? summary)
    {
        string text = summary ?? "";
        return text.Length <= 240 ? text : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[238]) ? 238 : 239), "…");
    }

    private static string ClassOf(SeverityLevel level) => level switch
    {
        SeverityLevel.Critical or SeverityLevel.High => "bad",
        SeverityLevel.Medium => "warn",
        _ => "quiet",
    };
}
