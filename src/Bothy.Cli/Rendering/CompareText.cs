using System.Globalization;
using System.Text;
using Bothy.Formats.Text;
using Bothy.Inspection.Comparison;

namespace Bothy.Cli.Rendering;

/// <summary>Prints images side by side.</summary>
internal static class CompareText
{
    private const int MostFiles = 30;

    // The longest name of a figure, and the gaps beside it.
    private const int FigureNames = 28;

    public static string Of(ComparisonReport report, PageStyle style)
    {
        var page = new StringBuilder();
        string[] names = ShortNames(report, style);
        page.Append(style.Bold("SIDE BY SIDE")).Append('\n');
        SideBySide(page, report, names, style);
        for (int i = 1; i < report.Images.Length; i++)
        {
            Packages(page, report, i, names, style);
            Files(page, report, i, names, style);
            Findings(page, report, i, names, style);
        }

        if (report.Config.Length > 0)
        {
            style.Heading(page, "configuration");
            var table = new TextTable(["FIELD", .. names]);
            foreach (var change in report.Config)
            {
                table.Add([style.Cut(change.Field, 24), .. change.Values.Select(value => style.Cut(value ?? "-", (style.Width - 28) / names.Length))]);
            }

            page.Append(Indented(table));
        }

        Cost(page, "together in a registry, compressed", report.Registry, names, style);
        Cost(page, "together on a host, unpacked", report.Host, names, style);
        if (report.Services is { } services)
        {
            Bases(page, report, services, names, style);
        }

        if (report.IsSame)
        {
            page.Append("\nthe same files, packages and configuration\n");
        }

        return page.ToString().TrimEnd('\n');
    }

    private static string[] ShortNames(ComparisonReport report, PageStyle style) => [.. report.Images.Select(image => style.Cut(image.Name, ColumnWidth(report, style)))];

    private static int ColumnWidth(ComparisonReport report, PageStyle style) => ((style.Width - FigureNames) / report.Images.Length) - 2;

    private static void SideBySide(StringBuilder page, ComparisonReport report, string[] names, PageStyle style)
    {
        var table = new TextTable(["", .. names]);
        for (int i = 0; i < names.Length; i++)
        {
            table.AlignRight(i + 1);
        }

        foreach (var row in ComparisonRows.Of(report))
        {
            table.Add([row.Name, .. row.Values.Select(value => style.Cut(value, ColumnWidth(report, style)))]);
        }

        page.Append(Indented(table));
    }

    private static void Findings(StringBuilder page, ComparisonReport report, int image, string[] names, PageStyle style)
    {
        if (report.FindingsOf(image) is not { } change || change is { Gone.IsEmpty: true, Come.IsEmpty: true })
        {
            return;
        }

        style.Heading(page, $"known vulnerabilities: {Number(change.Gone.Length)} go, {Number(change.Come.Length)} come");
        page.Append(CultureInfo.InvariantCulture, $"  {names[image]} beside {names[0]}\n");
        page.Append(Indented(FindingTable.Of(change, style)));
    }

    private static void Packages(StringBuilder page, ComparisonReport report, int image, string[] names, PageStyle style)
    {
        var changes = report.Differences[image].Packages;
        if (changes.IsEmpty)
        {
            return;
        }

        style.Heading(page, $"packages: {Number(changes.Length)} differ");
        page.Append(CultureInfo.InvariantCulture, $"  {names[image]} beside {names[0]}\n");
        var table = new TextTable("CHANGE", "PACKAGE", "BEFORE", "AFTER");
        foreach (var change in changes)
        {
            string name = change.Architecture is { } architecture ? $"{change.Name}:{architecture}" : change.Name;
            table.Add(change.Kind.Word(), style.Cut(name, 28), style.Cut(change.Before ?? "-", (style.Width - 44) / 2), style.Cut(change.After ?? "-", (style.Width - 44) / 2));
        }

        page.Append(Indented(table));
    }

    private static void Files(StringBuilder page, ComparisonReport report, int image, string[] names, PageStyle style)
    {
        var changes = report.Differences[image].Files;
        if (changes.IsEmpty)
        {
            return;
        }

        int added = changes.Count(static change => change.Difference == FileDifference.Added);
        int removed = changes.Count(static change => change.Difference == FileDifference.Removed);
        style.Heading(page, $"files: {Number(added)} added, {Number(removed)} removed, {Number(changes.Length - added - removed)} changed");
        bool isCut = style.IsTerminal && changes.Length > MostFiles;
        page.Append(CultureInfo.InvariantCulture, $"  {names[image]} beside {names[0]}\n");
        if (isCut)
        {
            page.Append(CultureInfo.InvariantCulture, $"  the {MostFiles} of the most bytes; a pipe, --format json and --html have them all\n");
        }

        var shown = isCut
            ? changes.OrderByDescending(static change => Math.Max(change.Before?.Content?.Length ?? 0, change.After?.Content?.Length ?? 0)).Take(MostFiles).OrderBy(static change => change.Path)
            : changes.AsEnumerable();
        var table = new TextTable("CHANGE", "BYTES", "PATH").AlignRight(1);
        foreach (var change in shown)
        {
            bool whole = change.Before is null || change.After is null;
            string detail = whole ? "" : $"  {change.Side(change.Before)} -> {change.Side(change.After)}";
            table.Add(string.Join(", ", change.Words()), ComparisonRows.WithSign(change.Bytes), style.Cut(change.Path.ToString(), style.Width - 30 - detail.Length) + detail);
        }

        page.Append(Indented(table));
    }

    private static void Cost(StringBuilder page, string heading, Company company, string[] names, PageStyle style)
    {
        style.Heading(page, heading);
        var table = new TextTable("IMAGE", "ALONE", "ADDS", "OWN", "SHARED", "").AlignRight(1).AlignRight(2).AlignRight(3).AlignRight(4);
        long most = Math.Max(company.Images.Max(static image => image.Alone), 1);
        for (int i = 0; i < names.Length; i++)
        {
            var share = company.Images[i];
            table.Add(names[i], ByteSize.Text(share.Alone), ByteSize.Text(share.Added), ByteSize.Text(share.Marginal), ByteSize.Text(share.Shared), style.Bar(share.Alone, most));
        }

        table.Add("together", ByteSize.Text(company.Apart), ByteSize.Text(company.Together), ByteSize.Text(company.Images.Sum(static share => share.Marginal)), ByteSize.Text(company.Apart - company.Together), "");
        page.Append(Indented(table));
    }

    private static void Bases(StringBuilder page, ComparisonReport report, int services, string[] names, PageStyle style)
    {
        style.Heading(page, $"as the base of {Number(services)} services");
        var table = new TextTable("BASE", "WHERE", "PAID ONCE", "EACH PAYS", "NOT SHARED").AlignRight(2).AlignRight(3).AlignRight(4);
        var rows = BaseRow.Of(report, services);
        for (int i = 0; i < rows.Length; i++)
        {
            table.Add(names[i % names.Length], rows[i].Where, ByteSize.Text(rows[i].Cost.Shared), ByteSize.Text(rows[i].Cost.PerService), ByteSize.Text(rows[i].Cost.Apart));
        }

        page.Append(Indented(table));
        foreach (string sentence in BaseRow.Sentences(report, services))
        {
            page.Append("  ").Append(style.Wrapped(VisibleText.Of(sentence)).Replace("\n", "\n  ", StringComparison.Ordinal)).Append('\n');
        }
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Indented(TextTable table) => string.Concat(table.ToString().Split('\n').Select(static line => $"  {line}\n"));
}
