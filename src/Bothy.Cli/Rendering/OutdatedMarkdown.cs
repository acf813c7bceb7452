using System.Globalization;
using System.Text;
using Bothy.Engine.Updating;
using Bothy.Formats.Text;
using Bothy.Inspection.Comparison;

namespace Bothy.Cli.Rendering;

/// <summary>What a new lock would change in Markdown, for the change that writes it.</summary>
internal static class OutdatedMarkdown
{
    private const int MostFiles = 200;

    public static string Of(LockUpdate update)
    {
        var page = new StringBuilder();
        foreach (var architecture in update.Architectures)
        {
            page.Append(CultureInfo.InvariantCulture, $"## {MarkdownText.Plain(OutdatedWords.Heading(update, architecture))}\n\n");
            Steps(page, architecture);
            if (architecture.Base is { } below)
            {
                page.Append(CultureInfo.InvariantCulture, $"- base: {MarkdownText.Code(OutdatedWords.Base(below))}\n");
            }

            if (update.Slices is { } slices)
            {
                page.Append(CultureInfo.InvariantCulture, $"- slice definitions: {OutdatedWords.Slices(slices)}\n");
            }

            foreach (var repository in architecture.Repositories)
            {
                page.Append(CultureInfo.InvariantCulture, $"- {MarkdownText.Code(repository.Name)}: {OutdatedWords.Dates(repository)}\n");
            }

            Files(page, architecture);
            Findings(page, architecture);
            page.Append('\n');
        }

        return page.ToString().TrimEnd('\n');
    }

    private static void Steps(StringBuilder page, ArchitectureUpdate architecture)
    {
        if (architecture.Steps.IsEmpty && architecture.Base is not { Packages.IsEmpty: false })
        {
            return;
        }

        page.Append(MarkdownText.Row("change", "package", "from", "to", "security", "bytes")).Append(MarkdownText.Rule(left: 5, right: 1));
        foreach (var step in architecture.Steps)
        {
            page.Append(MarkdownText.Row(
                OutdatedWords.Change(step),
                MarkdownText.Code(step.Name),
                MarkdownText.Code(step.Before?.Id.Version),
                MarkdownText.Code(step.After?.Id.Version),
                OutdatedWords.Security(step),
                ComparisonRows.WithSign(step.Bytes)));
        }

        foreach (var step in architecture.Base?.Packages ?? [])
        {
            page.Append(MarkdownText.Row($"{step.Kind.Word()}, in the base", MarkdownText.Code(step.Name), MarkdownText.Code(step.Before), MarkdownText.Code(step.After), "-", "-"));
        }

        page.Append(CultureInfo.InvariantCulture, $"\n- packages: {ByteSize.Text(architecture.BytesBefore)} → {ByteSize.Text(architecture.BytesAfter)} as they are fetched\n");
    }

    private static void Findings(StringBuilder page, ArchitectureUpdate architecture)
    {
        if (architecture.IsOutdated)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n**Known vulnerabilities**: {OutdatedWords.Findings(architecture)}\n");
            page.Append(architecture.Findings is { } change && FindingTable.Markdown(change) is { Length: > 0 } table ? $"\n{table}" : "");
        }
    }

    private static void Files(StringBuilder page, ArchitectureUpdate architecture)
    {
        if (!architecture.IsOutdated)
        {
            return;
        }

        page.Append(CultureInfo.InvariantCulture, $"- files: {MarkdownText.Plain(OutdatedWords.Files(architecture.Files))}\n");
        if (architecture.Files.Changes.IsEmpty)
        {
            return;
        }

        page.Append('\n').Append(MarkdownText.Row("change", "path", "bytes")).Append(MarkdownText.Rule(left: 2, right: 1));
        foreach (var change in architecture.Files.Changes.Take(MostFiles))
        {
            page.Append(MarkdownText.Row(string.Join(", ", change.Words()), MarkdownText.Code(change.Path.ToString()), ComparisonRows.WithSign(change.Bytes)));
        }

        if (architecture.Files.Changes.Length > MostFiles)
        {
            page.Append(CultureInfo.InvariantCulture, $"\nand {architecture.Files.Changes.Length - MostFiles} more\n");
        }
    }
}
