namespace Bothy.Engine.Assembly.Scripts;

/// <summary>Where the reader is in the text of a script.</summary>
internal sealed class ShellCursor(string text, int line)
{
    private readonly Queue<PendingDocument> _pending = new();

    public int Position { get; private set; }

    public int Line { get; private set; } = line;

    public bool AtEnd => Position >= text.Length;

    public char Current => Position < text.Length ? text[Position] : '\0';

    public char Ahead(int distance) => Position + distance < text.Length ? text[Position + distance] : '\0';

    public bool StartsWith(string s) => text.AsSpan(Position).StartsWith(s, StringComparison.Ordinal);

    public char Take()
    {
        char c = text[Position++];
        if (c == '\n')
        {
            Line++;
            while (_pending.TryDequeue(out var document))
            {
                document.Finish(TakeDocument(document));
            }
        }

        return c;
    }

    public void Skip(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Take();
        }
    }

    /// <summary>Blanks, continued lines and comments, not the end of a line.</summary>
    public void SkipBlanks()
    {
        while (!AtEnd)
        {
            if (Current is ' ' or '\t' or '\r')
            {
                Take();
            }
            else if (Current == '\\' && Ahead(1) == '\n')
            {
                Skip(2);
            }
            else if (Current == '#')
            {
                while (!AtEnd && Current != '\n')
                {
                    Take();
                }
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>A here-document begins after the end of this line.</summary>
    public void Expect(PendingDocument document) => _pending.Enqueue(document);

    public ShellSyntaxException Error(string problem) => new(Line, problem);

    private string TakeDocument(PendingDocument document)
    {
        var lines = new List<string>();
        while (!AtEnd)
        {
            int end = text.IndexOf('\n', Position);
            string row = end < 0 ? text[Position..] : text[Position..end];
            Position = end < 0 ? text.Length : end + 1;
            Line++;
            row = document.StripTabs ? row.TrimStart('\t') : row;
            if (row == document.Delimiter)
            {
                return string.Concat(lines);
            }

            lines.Add(row + "\n");
        }

        throw Error($"the here-document '{document.Delimiter}' does not end");
    }
}

/// <summary>A here-document whose text is still to come; <paramref name="Finish"/> takes it.</summary>
internal sealed record PendingDocument(string Delimiter, bool StripTabs, Action<string> Finish);
