using System.Collections.Immutable;

namespace Bothy.Engine.Assembly.Scripts;

/// <summary>
/// Reads a shell script into its commands (POSIX.1 Shell Command Language, 2.10). Only reads: nothing of a script is ever
/// run; what is made of the commands is decided by <see cref="ScriptReader"/>.
/// </summary>
internal sealed class ShellParser(ShellCursor cursor, int depth)
{
    private const int MaxDepth = 64;
    private const int MaxLength = 1 << 20;

    // The longer ones first, so that '<<-' is not read as '<'.
    private static readonly string[] RedirectOperators = ["<<-", "<<", "<&", "<>", ">>", ">&", ">|", "<", ">"];
    private static readonly string[] Closers = ["then", "else", "elif", "fi", "do", "done", "esac", "}"];

    /// <summary>Reads a whole script.</summary>
    /// <exception cref="ShellSyntaxException">It is not in the part of the language that is read.</exception>
    public static ShellNode Parse(string script)
    {
        if (script.Length > MaxLength)
        {
            throw new ShellSyntaxException(1, "the script is too large");
        }

        return new ShellParser(new ShellCursor(script, 1), 0).ParseUntil("");
    }

    /// <summary>Reads commands up to <paramref name="end"/>, which stays unread; an empty one is the end of the text.</summary>
    public ShellNode ParseUntil(string end)
    {
        if (depth > MaxDepth)
        {
            throw cursor.Error("the script is nested too deeply");
        }

        var commands = ParseList();
        bool ended = end.Length == 0 ? cursor.AtEnd : cursor.StartsWith(end);
        return ended ? commands : throw cursor.Error(end.Length == 0 ? $"'{cursor.Current}' is not expected here" : $"'{end}' is missing");
    }

    private ShellParser Deeper() => depth < MaxDepth ? new ShellParser(cursor, depth + 1) : throw cursor.Error("the script is nested too deeply");

    private ShellNode ParseList()
    {
        int line = cursor.Line;
        var commands = ImmutableArray.CreateBuilder<ShellNode>();
        while (true)
        {
            SkipSeparators();
            if (cursor.AtEnd || cursor.Current == ')' || cursor.StartsWith(";;") || Closers.Contains(PeekWord(), StringComparer.Ordinal))
            {
                return commands is [var only] ? only : new ShellNode.Sequence(line, commands.ToImmutable());
            }

            commands.Add(ParseAndOr());
        }
    }

    private void SkipSeparators()
    {
        cursor.SkipBlanks();
        while (cursor.Current == '\n' || (cursor.Current == ';' && cursor.Ahead(1) != ';') || (cursor.Current == '&' && cursor.Ahead(1) != '&'))
        {
            cursor.Take();
            cursor.SkipBlanks();
        }
    }

    private ShellNode ParseAndOr()
    {
        var left = ParsePipeline();
        while (true)
        {
            cursor.SkipBlanks();
            bool isAnd = cursor.StartsWith("&&");
            if (!isAnd && !cursor.StartsWith("||"))
            {
                return left;
            }

            cursor.Skip(2);
            SkipNewlines();
            left = new ShellNode.AndOr(left.Line, left, isAnd, ParsePipeline());
        }
    }

    private ShellNode ParsePipeline()
    {
        cursor.SkipBlanks();
        int line = cursor.Line;
        if (PeekWord() == "!")
        {
            cursor.Take();
            return new ShellNode.Not(line, ParsePipeline());
        }

        var stages = ImmutableArray.Create(ParseCommand());
        cursor.SkipBlanks();
        while (cursor.Current == '|' && cursor.Ahead(1) != '|')
        {
            cursor.Take();
            SkipNewlines();
            stages = stages.Add(ParseCommand());
            cursor.SkipBlanks();
        }

        return stages is [var only] ? only : new ShellNode.Pipeline(line, stages);
    }

    private ShellNode ParseCommand()
    {
        cursor.SkipBlanks();
        int line = cursor.Line;
        if (cursor.Current == '(')
        {
            cursor.Take();
            var body = Deeper().ParseUntil(")");
            cursor.Take();
            return new ShellNode.Group(line, body, true, ReadRedirects());
        }

        ShellNode? compound = PeekWord() switch
        {
            "if" => Deeper().ParseIf(line, "if"),
            "case" => Deeper().ParseCase(line),
            "for" => Deeper().ParseFor(line),
            "while" or "until" => Deeper().ParseLoop(line),
            "{" => Deeper().ParseBraces(),
            _ => null,
        };
        if (compound is null)
        {
            return ParseSimple(line);
        }

        var redirects = ReadRedirects();
        return redirects.IsEmpty ? compound : new ShellNode.Group(line, compound, false, redirects);
    }

    private ShellNode ParseBraces()
    {
        Expect("{");
        var body = ParseList();
        Expect("}");
        return body;
    }

    private ShellNode.If ParseIf(int line, string keyword)
    {
        Expect(keyword);
        var condition = ParseList();
        Expect("then");
        var then = ParseList();
        switch (PeekWord())
        {
            case "elif":
                return new ShellNode.If(line, condition, then, Deeper().ParseIf(cursor.Line, "elif"));
            case "else":
                Expect("else");
                var otherwise = ParseList();
                Expect("fi");
                return new ShellNode.If(line, condition, then, otherwise);
            default:
                Expect("fi");
                return new ShellNode.If(line, condition, then, null);
        }
    }

    private ShellNode.Loop ParseLoop(int line)
    {
        Expect(PeekWord());
        var condition = ParseList();
        return new ShellNode.Loop(line, condition, ParseDo());
    }

    private ShellNode ParseDo()
    {
        SkipSeparators();
        Expect("do");
        var body = ParseList();
        Expect("done");
        return body;
    }

    private ShellNode.For ParseFor(int line)
    {
        Expect("for");
        cursor.SkipBlanks();
        string name = ReadWord().Plain ?? throw cursor.Error("the variable of 'for' is not a name");
        SkipNewlines();
        if (PeekWord() != "in")
        {
            return new ShellNode.For(line, name, null, ParseDo());
        }

        Expect("in");
        var words = ImmutableArray.CreateBuilder<ShellWord>();
        for (cursor.SkipBlanks(); cursor.Current is not ('\n' or ';' or '\0'); cursor.SkipBlanks())
        {
            words.Add(ReadWordOrFail());
        }

        return new ShellNode.For(line, name, words.ToImmutable(), ParseDo());
    }

    private ShellNode.Case ParseCase(int line)
    {
        Expect("case");
        cursor.SkipBlanks();
        var subject = ReadWord();
        SkipNewlines();
        Expect("in");
        var arms = ImmutableArray.CreateBuilder<ShellCaseArm>();
        for (SkipNewlines(); PeekWord() != "esac"; SkipNewlines())
        {
            arms.Add(ParseArm());
        }

        Expect("esac");
        return new ShellNode.Case(line, subject, arms.ToImmutable());
    }

    private ShellCaseArm ParseArm()
    {
        if (cursor.Current == '(')
        {
            cursor.Take();
        }

        var patterns = ImmutableArray.CreateBuilder<ShellWord>();
        do
        {
            cursor.SkipBlanks();
            patterns.Add(ReadWord());
            cursor.SkipBlanks();
        }
        while (TryTake('|'));

        if (!TryTake(')'))
        {
            throw cursor.Error("a case pattern does not end");
        }

        var body = ParseList();
        if (cursor.StartsWith(";;"))
        {
            cursor.Skip(2);
        }
        else if (PeekWord() != "esac")
        {
            throw cursor.Error("';;' is missing");
        }

        return new ShellCaseArm(patterns.ToImmutable(), body);
    }

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
