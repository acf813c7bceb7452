using System.Collections.Immutable;

namespace Bothy.Engine.Assembly.Scripts;

internal sealed partial class ShellParser
{
    private ShellNode ParseSimple(int line)
    {
        var assignments = ImmutableArray.CreateBuilder<ShellAssignment>();
        var words = ImmutableArray.CreateBuilder<ShellWord>();
        var redirects = ImmutableArray.CreateBuilder<ShellRedirect>();
        for (cursor.SkipBlanks(); !cursor.AtEnd && cursor.Current is not ('\n' or ';' or '&' or '|' or ')'); cursor.SkipBlanks())
        {
            if (TryReadRedirect() is { } redirect)
            {
                redirects.Add(redirect);
            }
            else if (cursor.Current == '(' && words is [{ Plain: { } name }])
            {
                return ParseFunction(line, name);
            }
            else if (words.Count == 0 && PeekAssignment() is { } variable)
            {
                cursor.Skip(variable.Length + 1);
                assignments.Add(new ShellAssignment(variable, ReadWord()));
            }
            else
            {
                words.Add(ReadWordOrFail());
            }
        }

        if (assignments.Count + words.Count + redirects.Count == 0)
        {
            throw cursor.Error(cursor.AtEnd ? "the script ends within a command" : $"'{cursor.Current}' is not expected here");
        }

        return new ShellNode.Simple(line, assignments.ToImmutable(), words.ToImmutable(), redirects.ToImmutable());
    }

    private ShellNode.Function ParseFunction(int line, string name)
    {
        cursor.Take();
        cursor.SkipBlanks();
        if (!TryTake(')'))
        {
            throw cursor.Error("'(' is not expected here");
        }

        SkipNewlines();
        return new ShellNode.Function(line, name, Deeper().ParseCommand());
    }

    private ImmutableArray<ShellRedirect> ReadRedirects()
    {
        var redirects = ImmutableArray.CreateBuilder<ShellRedirect>();
        for (cursor.SkipBlanks(); TryReadRedirect() is { } redirect; cursor.SkipBlanks())
        {
            redirects.Add(redirect);
        }

        return redirects.ToImmutable();
    }

    private ShellRedirect? TryReadRedirect()
    {
        int digits = char.IsAsciiDigit(cursor.Current) && cursor.Ahead(1) is '<' or '>' ? 1 : 0;
        if (cursor.Ahead(digits) is not ('<' or '>'))
        {
            return null;
        }

        int descriptor = digits == 1 ? cursor.Take() - '0' : cursor.Current == '<' ? 0 : 1;
        string operation = RedirectOperators.First(cursor.StartsWith);
        cursor.Skip(operation.Length);
        cursor.SkipBlanks();
        return operation is "<<" or "<<-" ? ReadDocument(descriptor, operation == "<<-") : new ShellRedirect(descriptor, operation, ReadWordOrFail());
    }

    private ShellRedirect ReadDocument(int descriptor, bool stripTabs)
    {
        var delimiter = ReadWordOrFail();
        bool literal = delimiter.Parts.Any(static part => part.Quoted);
        string end = string.Concat(delimiter.Parts.OfType<ShellPart.Literal>().Select(static part => part.Text));
        var redirect = new ShellRedirect(descriptor, "<<", ShellWord.Empty);
        cursor.Expect(new PendingDocument(end, stripTabs, text => redirect.Target = literal
            ? new ShellWord([new ShellPart.Literal(text, true)])
            : new ShellWordReader(new ShellCursor(text, cursor.Line), depth + 1).ReadDocument()));
        return redirect;
    }

    private ShellWord ReadWord() => new ShellWordReader(cursor, depth).ReadWord();

    private ShellWord ReadWordOrFail()
    {
        int before = cursor.Position;
        var word = ReadWord();
        return cursor.Position > before ? word : throw cursor.Error($"'{cursor.Current}' is not expected here");
    }

    private bool TryTake(char c)
    {
        bool here = cursor.Current == c && !cursor.AtEnd;
        if (here)
        {
            cursor.Take();
        }

        return here;
    }

    private void SkipNewlines()
    {
        cursor.SkipBlanks();
        while (cursor.Current == '\n')
        {
            cursor.Take();
            cursor.SkipBlanks();
        }
    }

    private void Expect(string keyword)
    {
        cursor.SkipBlanks();
        if (PeekWord() != keyword)
        {
            throw cursor.Error($"'{keyword}' is missing");
        }

        cursor.Skip(keyword.Length);
    }

    /// <summary>The plain word at the cursor, empty where there is none: a reserved word has neither quotes nor expansions.</summary>
    private string PeekWord()
    {
        int length = 0;
        while (cursor.Ahead(length) is var c && c != '\0' && !" \t\r\n;&|<>()'\"\\$`".Contains(c, StringComparison.Ordinal))
        {
            length++;
        }

        return length is 0 or > 32 || cursor.Ahead(length) is '\'' or '"' or '\\' or '$' or '`' ? "" : Text(length);
    }

    private string? PeekAssignment()
    {
        int length = 0;
        while (ShellWordReader.IsNameStart(cursor.Ahead(length)) || (length > 0 && char.IsAsciiDigit(cursor.Ahead(length))))
        {
            length++;
        }

        return length > 0 && cursor.Ahead(length) == '=' ? Text(length) : null;
    }

    private string Text(int length) => string.Create(length, cursor, static (span, at) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = at.Ahead(i);
        }
    });
}
