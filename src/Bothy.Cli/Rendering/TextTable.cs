using System.Text;
using Bothy.Formats.Text;

namespace Bothy.Cli.Rendering;

/// <summary>Rows in aligned columns, two spaces apart, as plain text that reads the same in a terminal and in a pipe.</summary>
internal sealed class TextTable(params string[] headings)
{
    private readonly List<string[]> _rows = [headings];
    private readonly HashSet<int> _right = [];

    /// <summary>Aligns a column of numbers at its right.</summary>
    public TextTable AlignRight(int column)
    {
        _right.Add(column);
        return this;
    }

    /// <summary>Leaves out the row of headings.</summary>
    public TextTable WithoutHeadings()
    {
        _rows.RemoveAt(0);
        return this;
    }

    /// <summary>Adds a row with a cell for each heading. Whatever a cell holds, it stays on its line and does nothing to the terminal.</summary>
    public void Add(params string[] cells) => _rows.Add([.. cells.Select(VisibleText.Of)]);

    /// <inheritdoc />
    public override string ToString()
    {
        int[] widths = [.. Enumerable.Range(0, headings.Length).Select(column => _rows.Max(row => row[column].Length))];
        var text = new StringBuilder();
        foreach (string[] row in _rows)
        {
            var cells = row.Select((cell, column) => _right.Contains(column) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            text.Append(string.Join("  ", cells).TrimEnd()).Append('\n');
        }

        return text.ToString().TrimEnd('\n');
    }
}
