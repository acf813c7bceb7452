using System.Globalization;
using System.Text;
using Bothy.Formats.Text;

namespace Bothy.Cli.Rendering;

/// <summary>Text of any origin in Markdown: shown as it is, never read as markup, a mention or a link, and never leaving its cell.</summary>
internal static class MarkdownText
{
    /// <summary>Set as code, in which nothing is special; empty for nothing.</summary>
    public static string Code(string? text)
    {
        string visible = VisibleText.Of(text ?? "").Trim();
        if (visible.Length == 0)
        {
            return "";
        }

        // A bar would end the cell and a backtick the code: character references do neither.
        return visible.AsSpan().ContainsAny('`', '|') ? $"<code>{References(visible)}</code>" : $"`{visible}`";
    }

    /// <summary>Set as text.</summary>
    public static string Plain(string text) => References(VisibleText.Of(text));

    /// <summary>A row of a table, of cells that are set already.</summary>
    public static string Row(params IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |\n";

    /// <summary>The line below the headings of a table: first the columns of text, then those of numbers.</summary>
    public static string Rule(int left, int right) => Row(Enumerable.Repeat("---", left).Concat(Enumerable.Repeat("---:", right)));

    private static string References(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (char character in text)
        {
            if (char.IsAsciiLetterOrDigit(character) || character is ' ' or '.' or ',' or '/' or '-' or '+' or '(' or ')' || character > '~')
            {
                escaped.Append(character);
            }
            else
            {
                escaped.Append(CultureInfo.InvariantCulture, $"&#{(int)character};");
            }
        }

        return escaped.ToString();
    }
}
