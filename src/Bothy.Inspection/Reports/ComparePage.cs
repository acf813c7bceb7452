using System.Collections.Immutable;
using System.Globalization;
using Bothy.Formats.Text;
using Bothy.Inspection.Comparison;
using Bothy.Inspection.Size;
using static Bothy.Inspection.Reports.PageParts;

namespace Bothy.Inspection.Reports;

/// <summary>Images side by side as a page.</summary>
public static class ComparePage
{
    private const int MostFiles = 5000;

    private static readonly string[] FileGroups = ["added", "removed", "changed"];

    /// <summary>The whole page, UTF-8 text; the same for the same images.</summary>
    public static string Of(ComparisonReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        string title = string.Join(", ", report.Images.Select(static image => image.Name));
        var others = report.Images.Skip(1).ToImmutableArray();
        var body = Html.Tag(
            "main",
            "",
            Html.Tag(
                "header",
                "",
                Html.Tag("p", "class=\"eyebrow\"", "Comparison"),
                Html.Tag("h1", "", Html.Foreign(title))),
            SideBySide(report),
            Cost("registry", "In a registry", "compressed; a blob that several images have is kept once", report, report.Registry),
            Cost("host", "On a host", "unpacked; layers are shared from the lowest up, as a chain", report, report.Host),
            report.Services is { } services ? Bases(report, services) : Html.Nothing,
            Search(),
            Map("Where the images differ", "Bytes that were added, removed or changed.", "change", "image"),
            Html.Join(others.Select((image, i) => Packages(report, i + 1))),
            Html.Join(others.Select((image, i) => FileTable(report, i + 1))),
            Config(report),
            Footer());
        return HtmlPage.Of(title, body, Data(report));
    }

    private static Html SideBySide(ComparisonReport report) => Card(
        "summary",
        "Side by side",
        report.IsSame ? "the same files, packages and configuration" : "",
        Html.Tag(
            "div",
            "class=\"scroll\"",
            Html.Tag(
                "table",
                "",
                Html.Tag("thead", "", Html.Tag("tr", "", Headings(report, " class=\"number\""))),
                Html.Tag("tbody", "", ComparisonRows.Of(report).Select(static row => Html.Tag(
                    "tr",
                    "",
                    row.Values.Select(static value => Html.Tag("td", "class=\"number\"", Html.Foreign(value))).Prepend(Html.Tag("th", "scope=\"row\"", row.Name))))))));

    private static IEnumerable<Html> Headings(ComparisonReport report, string attributes) =>
        report.Images.Select(image => Html.Tag("th", $"scope=\"col\"{attributes}", Html.Foreign(image.Name))).Prepend(Html.Tag("th", "scope=\"col\"", ""));

    private static Html Cost(string id, string heading, string how, ComparisonReport report, Company company) => Card(
        id,
        heading,
        how,
        Table(
            $"{id}-table",
            [("Image", "plain"), ("Alone", "number"), ("Adds to those before it", "number"), ("Its own", "number"), ("Shared", "number"), ("Own share", "plain")],
            report.Images.Select((image, i) => Row(
                Cell(Html.Foreign(image.Name)),
                SizeCell(company.Images[i].Alone),
                SizeCell(company.Images[i].Added),
                SizeCell(company.Images[i].Marginal),
                SizeCell(company.Images[i].Shared),
                Meter(company.Images[i].Marginal, company.Images[i].Alone))),
            tall: false),
        Html.Tag(
            "p",
            "",
            "Together ",
            Html.Tag("strong", "", Bytes(company.Together)),
            company.Apart > company.Together ? $" instead of {ByteSize.Text(company.Apart)}; all of them have {ByteSize.Text(company.Common)}." : ": they share nothing."));

    private static Html Bases(ComparisonReport report, int services) => Card(
        "bases",
        $"As the base of {services.ToString(CultureInfo.InvariantCulture)} services",
        "shared where all are built on this very image; not shared where each is built on a rebuild of it, or flattened",
        Table(
            "base-table",
            [("Base", "plain"), ("Where", "plain"), ("Shared, paid once", "number"), ("Each service pays", "number"), ("Not shared", "number")],
            BaseRow.Of(report, services).Select(static row => Row(
                Cell(Html.Foreign(row.Image)), Cell(row.Where), SizeCell(row.Cost.Shared), SizeCell(row.Cost.PerService), SizeCell(row.Cost.Apart))),
            tall: false),
        Html.Tag("ul", "class=\"list\"", BaseRow.Sentences(report, services).Select(static sentence => Html.Tag("li", "", Html.Foreign(sentence)))));

    private static Html Packages(ComparisonReport report, int image)
    {
        var changes = report.Differences[image].Packages;
        string id = string.Create(CultureInfo.InvariantCulture, $"packages-{image}");
        return Card(
            id,
            "Packages",
            Html.Join(Html.Foreign(report.Images[image].Name), " beside ", Html.Foreign(report.Images[0].Name), ": ", Count($"{id}-table", changes.Length), " differ"),
            changes.IsEmpty ? Html.Nothing : Table(
                $"{id}-table",
                [("Change", "text"), ("Package", "text"), ("Before", "text"), ("After", "text")],
                changes.Select(static change => Row(
                    Cell(Html.Tag("span", $"class=\"change {ClassOf(change.Kind)}\"", change.Kind.Word())),
                    Cell(Html.Foreign(change.Architecture is { } architecture ? $"{change.Name}:{architecture}" : change.Name)),
                    Cell(Html.Foreign(change.Before)),
                    Cell(Html.Foreign(change.After))))));
    }

    private static Html FileTable(ComparisonReport report, int image)
    {
        var changes = report.Differences[image].Files;
        string id = string.Create(CultureInfo.InvariantCulture, $"files-{image}");
        string more = changes.Length > MostFiles ? string.Create(CultureInfo.InvariantCulture, $"; the first {MostFiles} of {changes.Length}") : "";
        return Card(
            id,
            "Files",
            Html.Join(Html.Foreign(report.Images[image].Name), " beside ", Html.Foreign(report.Images[0].Name), ": ", Count($"{id}-table", Math.Min(changes.Length, MostFiles)), $" differ{more}"),
            changes.IsEmpty ? Html.Nothing : Table(
                $"{id}-table",
                [("Path", "text"), ("What differs", "text"), ("From", "plain"), ("To", "plain"), ("Bytes", "number")],
                changes.Take(MostFiles).Select(static change => Row(
                    Cell(Path(change.Path), "class=\"path\""),
                    Cell(Html.Tag("span", $"class=\"{ClassOf(change.Difference)}\"", string.Join(", ", change.Words()))),
                    Cell(Html.Tag("code", "", Html.Foreign(change.Side(change.Before)))),
                    Cell(Html.Tag("code", "", Html.Foreign(change.Side(change.After)))),
                    Html.Tag("td", $"class=\"number\" data-value=\"{change.Bytes.ToString(CultureInfo.InvariantCulture)}\"", ComparisonRows.WithSign(change.Bytes))))));
    }

    private static Html Config(ComparisonReport report) => report.Config.IsEmpty ? Html.Nothing : Card(
        "config",
        "Configuration",
        "fields that differ",
        Html.Tag(
            "div",
            "class=\"scroll\"",
            Html.Tag(
                "table",
                "",
                Html.Tag("thead", "", Html.Tag("tr", "", Headings(report, ""))),
                Html.Tag("tbody", "", report.Config.Select(static change => Html.Tag(
                    "tr",
                    "",
                    change.Values.Select(static value => Html.Tag("td", "", value is null ? Html.Tag("span", "class=\"quiet\"", "–") : Html.Tag("code", "", Html.Foreign(value))))
                        .Prepend(Html.Tag("th", "scope=\"row\"", Html.Foreign(change.Field)))))))));

    private static string Data(ComparisonReport report)
    {
        var files = report.Differences.SelectMany(static (difference, image) => difference.Files
            .Where(static change => (change.Difference & ~(FileDifference.Mode | FileDifference.Owner)) != FileDifference.None)
            .Select(change => new MappedFile(
                change.Path,
                Math.Max(change.Before?.Content?.Length ?? 0, change.After?.Content?.Length ?? 0),
                Array.IndexOf(FileGroups, change.Difference switch { FileDifference.Added => "added", FileDifference.Removed => "removed", _ => "changed" }),
                image - 1,
                FileKinds.Of((change.After ?? change.Before)!))));
        return FileColumns.Json([.. files.Where(static file => file.Bytes > 0)], FileGroups, report.Images.Skip(1).Select(static image => image.Name), "nothing");
    }

    private static string ClassOf(PackageChangeKind kind) => kind switch
    {
        PackageChangeKind.Added => "added",
        PackageChangeKind.Removed => "removed",
        PackageChangeKind.Upgraded => "up",
        PackageChangeKind.Downgraded => "down",
        _ => "changed",
    };

    private static string ClassOf(FileDifference difference) => difference switch
    {
        FileDifference.Added => "added",
        FileDifference.Removed => "removed",
        _ => "changed",
    };
}
