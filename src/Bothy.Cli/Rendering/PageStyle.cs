using System.Globalization;
using System.Text;
using Bothy.Formats.Text;

namespace Bothy.Cli.Rendering;

/// <summary>How a page of text is set: plain and uncut in a pipe; in a terminal to its width, with headings that stand out.</summary>
/// <param name="Width">How many columns there are; names are cut to fit.</param>
/// <param name="IsTerminal">Whether bars are drawn.</param>
/// <param name="HasColour">Whether headings may be bold.</param>
internal sealed record PageStyle(int Width, bool IsTerminal, bool HasColour)
{
    // Beyond what any name has: nothing is cut for a program that reads a pipe.
    private const int Unlimited = 1 << 20;

    private const int BarLength = 12;

    /// <summary>For a pipe.</summary>
    public static PageStyle Plain { get; } = new(Unlimited, false, false);

    /// <summary>For standard output as it is.</summary>
    public static PageStyle Of(Terminal terminal) => terminal.Tables ? new(Math.Max(terminal.Width, 60), true, terminal.PaintsOutput) : Plain;

    public string Bold(string text) => HasColour ? $"\e[1m{text}\e[0m" : text;

    public string Dim(string text) => HasColour ? $"\e[2m{text}\e[0m" : text;

    /// <summary>Begins a section.</summary>
    public void Heading(StringBuilder page, string text) => page.Append('\n').Append(Bold(text.ToUpperInvariant())).Append('\n');

    /// <summary><paramref name="text"/>, in the middle of which something is left out where it is longer than <paramref name="length"/>.</summary>
    public string Cut(string text, int length)
    {
        string visible = VisibleText.Of(text);
        int most = Math.Max(length, 12);
        if (!IsTerminal || visible.Length <= most)
        {
            return visible;
        }

        // Not between the halves of a pair.
        int head = (most - 1) / 2;
        int tail = visible.Length - (most - 1 - head);
        head -= char.IsHighSurrogate(visible[head - 1]) ? 1 : 0;
        tail += char.IsLowSurrogate(visible[tail]) ? 1 : 0;
        return $"{visible[..head]}…{visible[tail..]}";
    }

    /// <summary>A bar for <paramref name="part"/> of <paramref name="whole"/>, in eighths of a column.</summary>
    public string Bar(long part, long whole)
    {
        if (!IsTerminal || whole <= 0)
        {
            return "";
        }

        int eighths = (int)Math.Round(8.0 * BarLength * part / whole);
        return new string('█', eighths / 8) + (eighths % 8 == 0 ? "" : ((char)('▉' + (7 - (eighths % 8)))).ToString());
    }

    /// <summary>The first few of <paramref name="items"/> on one line, as many as fit beside <paramref name="taken"/> columns, and how many more there are.</summary>
    public string List(IEnumerable<string> items, int most, int taken, string after = "")
    {
        var all = items.Select(VisibleText.Of).ToList();
        if (all.Count == 0)
        {
            return "";
        }

        int room = Math.Max(Width - taken, 20);
        int shown = Math.Min(most, all.Count);
        while (shown > 1 && Line(shown).Length > room)
        {
            shown--;
        }

        return Line(shown);

        string Line(int count) => string.Join(", ", all.Take(count)) + (count < all.Count ? string.Create(CultureInfo.InvariantCulture, $" and {all.Count - count} more") : "") + after;
    }

    /// <summary>Words in lines of the page's width.</summary>
    public string Wrapped(string text)
    {
        var lines = new StringBuilder();
        int column = 0;
        foreach (string word in text.Split(' '))
        {
            if (column > 0 && column + word.Length + 3 > Width)
            {
                lines.Append('\n');
                column = 0;
            }

            lines.Append(column > 0 ? " " : "").Append(word);
            column += word.Length + 1;
        }

        return lines.ToString();
    }
}
