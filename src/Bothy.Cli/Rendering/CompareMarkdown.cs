using System.Globalization;
using System.Text;
using Bothy.Formats.Text;
using Bothy.Inspection.Comparison;

namespace Bothy.Cli.Rendering;

/// <summary>Images side by side in Markdown, for a review or a release note.</summary>
internal static class CompareMarkdown
{
    private const int MostFiles = 200;

    public static string Of(ComparisonReport report)
    {
        var page = new StringBuilder();
        string[] names = [.. report.Images.Select(static image => MarkdownText.Code(image.Name))];
        page.Append(CultureInfo.InvariantCulture, $"## {string.Join(", ", names)}\n\n");
        Row(page, ["", .. names]);
        Rule(page, names.Length, left: 1);
        foreach (var row in ComparisonRows.Of(report))
        {
            Row(page, [row.Name, .. row.Values.Select(MarkdownText.Plain)]);
        }

        for (int i = 1; i < names.Length; i++)
        {
            Packages(page, report, i, names);
            Files(page, report, i, names);
            if (report.FindingsOf(i) is { } change && FindingTable.Markdown(change) is { Length: > 0 } table)
            {
                Heading(page, $"Known vulnerabilities: {Number(change.Gone.Length)} go, {Number(change.Come.Length)} come");
                page.Append(table);
            }
        }

        Config(page, report, names);
        Cost(page, "Together in a registry, compressed", report.Registry, names);
        Cost(page, "Together on a host, unpacked", report.Host, names);
        if (report.Services is { } services)
        {
            Bases(page, report, services);
        }

        return page.ToString().TrimEnd('\n');
    }

    private static void Packages(StringBuilder page, ComparisonReport report, int image, string[] names)
    {
        var changes = report.Differences[image].Packages;
        if (changes.IsEmpty)
        {
            return;
        }

        Heading(page, $"Packages: {Number(changes.Length)} differ");
        Row(page, ["change", "package", names[0], names[image]]);
        Rule(page, 0, left: 4);
        foreach (var change in changes)
        {
            Row(page, [change.Kind.Word(), MarkdownText.Code(change.Architecture is { } architecture ? $"{change.Name}:{architecture}" : change.Name), MarkdownText.Code(change.Before), MarkdownText.Code(change.After)]);
        }
    }

    private static void Files(StringBuilder page, ComparisonReport report, int image, string[] names)
    {
        var changes = report.Differences[image].Files;
        if (changes.IsEmpty)
        {
            return;
        }

        Heading(page, $"Files: {Number(changes.Length)} differ");
        Row(page, ["change", "path", names[0], names[image], "bytes"]);
        Rule(page, 1, left: 4);
        foreach (var change in changes.Take(MostFiles))
        {
            Row(page, [string.Join(", ", change.Words()), MarkdownText.Code(change.Path.ToString()), MarkdownText.Code(change.Side(change.Before)), MarkdownText.Code(change.Side(change.After)), ComparisonRows.WithSign(change.Bytes)]);
        }

        if (changes.Length > MostFiles)
        {
            page.Append(CultureInfo.InvariantCulture, $"\nand {changes.Length - MostFiles} more\n");
        }
    }

    private static void Config(StringBuilder page, ComparisonReport report, string[] names)
    {
        if (report.Config.IsEmpty)
        {
            return;
        }

        Heading(page, "Configuration");
        Row(page, ["field", .. names]);
        Rule(page, 0, left: names.Length + 1);
        foreach (var change in report.Config)
        {
            Row(page, [MarkdownText.Code(change.Field), .. change.Values.Select(MarkdownText.Code)]);
        }
    }

    private static void Cost(StringBuilder page, string heading, Company company, string[] names)
    {
        Heading(page, heading);
        Row(page, ["image", "alone", "adds to those before it", "its own", "shared"]);
        Rule(page, 4, left: 1);
        for (int i = 0; i < names.Length; i++)
        {
            var share = company.Images[i];
            Row(page, [names[i], ByteSize.Text(share.Alone), ByteSize.Text(share.Added), ByteSize.Text(share.Marginal), ByteSize.Text(share.Shared)]);
        }

        page.Append(CultureInfo.InvariantCulture, $"\n**{ByteSize.Text(company.Together)}** together, instead of {ByteSize.Text(company.Apart)}\n");
    }

    private static void Bases(StringBuilder page, ComparisonReport report, int services)
    {
        Heading(page, $"As the base of {Number(services)} services");
        Row(page, ["base", "where", "shared, paid once", "each service pays", "not shared"]);
        Rule(page, 3, left: 2);
        foreach (var row in BaseRow.Of(report, services))
        {
            Row(page, [MarkdownText.Code(row.Image), row.Where, ByteSize.Text(row.Cost.Shared), ByteSize.Text(row.Cost.PerService), ByteSize.Text(row.Cost.Apart)]);
        }
    }

    private static void Heading(StringBuilder page, string text) => page.Append(CultureInfo.InvariantCulture, $"\n### {text}\n\n");

    private static void Row(StringBuilder page, IEnumerable<string> cells) => page.Append(MarkdownText.Row(cells));

    private static void Rule(StringBuilder page, int right, int left) => page.Append(MarkdownText.Rule(left, right));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
