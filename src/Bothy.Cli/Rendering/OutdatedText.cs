using System.Globalization;
using System.Text;
using Bothy.Engine.Updating;
using Bothy.Formats.Text;
using Bothy.Inspection.Comparison;

namespace Bothy.Cli.Rendering;

/// <summary>Prints what a new lock would change, for people.</summary>
internal static class OutdatedText
{
    private const int MostFiles = 12;

    public static string Of(LockUpdate update, PageStyle style)
    {
        var page = new StringBuilder();
        foreach (var architecture in update.Architectures)
        {
            page.Append(page.Length > 0 ? "\n" : "").Append(style.Bold(VisibleText.Of(OutdatedWords.Heading(update, architecture)))).Append('\n');
            Steps(page, architecture);
            Origins(page, update, architecture);
            Files(page, architecture, style);
            Findings(page, architecture, style);
        }

        return page.ToString().TrimEnd('\n');
    }

    private static void Steps(StringBuilder page, ArchitectureUpdate architecture)
    {
        if (architecture.Steps.IsEmpty && architecture.Base is not { Packages.IsEmpty: false })
        {
            return;
        }

        var table = new TextTable("PACKAGE", "FROM", "TO", "CHANGE", "SECURITY", "SIZE").AlignRight(5);
        foreach (var step in architecture.Steps)
        {
            table.Add(
                step.Name, step.Before?.Id.Version ?? "-", step.After?.Id.Version ?? "-", OutdatedWords.Change(step), OutdatedWords.Security(step), ComparisonRows.WithSign(step.Bytes));
        }

        foreach (var step in architecture.Base?.Packages ?? [])
        {
            table.Add(step.Name, step.Before ?? "-", step.After ?? "-", $"{step.Kind.Word()}, in the base", "-", "-");
        }

        page.Append(table).Append("\n\n");
        page.Append(CultureInfo.InvariantCulture, $"packages  {ByteSize.Text(architecture.BytesBefore)} → {ByteSize.Text(architecture.BytesAfter)} ({ComparisonRows.WithSign(architecture.BytesAfter - architecture.BytesBefore)}) as they are fetched\n");
    }

    private static void Origins(StringBuilder page, LockUpdate update, ArchitectureUpdate architecture)
    {
        if (architecture.Base is { } below)
        {
            page.Append(CultureInfo.InvariantCulture, $"base      {VisibleText.Of(OutdatedWords.Base(below))}\n");
        }

        if (update.Slices is { } slices)
        {
            page.Append(CultureInfo.InvariantCulture, $"slices    {OutdatedWords.Slices(slices)}\n");
        }

        foreach (var repository in architecture.Repositories)
        {
            page.Append(CultureInfo.InvariantCulture, $"index     {VisibleText.Of(repository.Name)}: {OutdatedWords.Dates(repository)}\n");
        }
    }

    private static void Findings(StringBuilder page, ArchitectureUpdate architecture, PageStyle style)
    {
        if (!architecture.IsOutdated)
        {
            return;
        }

        page.Append(CultureInfo.InvariantCulture, $"known vulnerabilities  {OutdatedWords.Findings(architecture)}\n");
        if (architecture.Findings is { } change && !(change.Gone.IsEmpty && change.Come.IsEmpty))
        {
            foreach (string line in FindingTable.Of(change, style).ToString().Split('\n'))
            {
                page.Append("  ").Append(line).Append('\n');
            }
        }
    }

    private static void Files(StringBuilder page, ArchitectureUpdate architecture, PageStyle style)
    {
        if (!architecture.IsOutdated)
        {
            return;
        }

        page.Append(CultureInfo.InvariantCulture, $"files     {VisibleText.Of(OutdatedWords.Files(architecture.Files))}\n");
        if (architecture.Files.Changes.IsEmpty)
        {
            return;
        }

        var table = new TextTable("", "", "").AlignRight(2).WithoutHeadings();
        foreach (var change in architecture.Files.Changes.OrderByDescending(static change => Math.Abs(change.Bytes)).ThenBy(static change => change.Path).Take(MostFiles))
        {
            table.Add(string.Join(", ", change.Words()), style.Cut(change.Path.ToString(), style.Width - 40), ComparisonRows.WithSign(change.Bytes));
        }

        foreach (string line in table.ToString().Split('\n'))
        {
            page.Append("  ").Append(line).Append('\n');
        }

        if (architecture.Files.Changes.Length > MostFiles)
        {
            page.Append(CultureInfo.InvariantCulture, $"  and {architecture.Files.Changes.Length - MostFiles} more, by bytes; --format json has them\n");
        }
    }
}
