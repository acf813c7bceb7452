using System.Collections.Immutable;

namespace Bothy.Engine.Assembly.Scripts;

/// <summary>
/// Reads a shell script into its commands (POSIX.1 Shell Command Language, 2.10). Only reads: nothing of a script is ever
/// run; what is made of the commands is decided by <see cref="ScriptReader"/>.
/// </summary>
internal sealed partial class ShellParser(ShellCursor cursor, int depth)
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
}
