using System.Collections.Immutable;

namespace Bothy.Packages.Slices.Starlark;

/// <summary>Reads a script into statements.</summary>
internal sealed class StatementParser
{
    private static readonly HashSet<string> Augmentations = new(StringComparer.Ordinal) { "+=", "-=", "*=", "//=", "%=", "|=", "&=", "^=", "<<=", ">>=", "/=" };

    private readonly TokenReader _tokens;
    private readonly ExpressionParser _expressions;
    private int _functions;
    private int _loops;

    private StatementParser(string text)
    {
        _tokens = new TokenReader(Tokenizer.Read(text));
        _expressions = new ExpressionParser(_tokens);
    }

    /// <exception cref="StarlarkException">The text is not a script, or has what is not supported.</exception>
    public static ImmutableArray<Statement> Read(string text)
    {
        var parser = new StatementParser(text);
        var statements = ImmutableArray.CreateBuilder<Statement>();
        while (parser._tokens.Current.Kind != TokenKind.End)
        {
            parser.ReadStatement(statements);
        }

        return statements.ToImmutable();
    }

    private void ReadStatement(ImmutableArray<Statement>.Builder statements)
    {
        int line = _tokens.Line;
        if (_tokens.Take("def"))
        {
            statements.Add(ReadFunction(line));
        }
        else if (_tokens.Take("if"))
        {
            statements.Add(_tokens.Nested(() => ReadIf(line)));
        }
        else if (_tokens.Take("for"))
        {
            var target = _expressions.ReadLoopTarget();
            _tokens.Expect("in");
            var of = _expressions.ReadTuple();
            _loops++;
            statements.Add(new Statement.For(target, of, ReadBlock(), line));
            _loops--;
        }
        else
        {
            ReadLine(statements);
        }
    }

    private void ReadLine(ImmutableArray<Statement>.Builder statements)
    {
        do
        {
            statements.Add(ReadSmall());
        }
        while (_tokens.Take(";") && _tokens.Current.Kind != TokenKind.NewLine);

        _tokens.Expect(TokenKind.NewLine, "the end of the line");
    }

    private Statement.Define ReadFunction(int line)
    {
        string name = _tokens.Name("the name of a function");
        _tokens.Expect("(");
        var parameters = _expressions.Lists.Parameters(")");
        _tokens.Expect(")");
        int loops = _loops;
        _functions++;
        _loops = 0;
        var body = ReadBlock();
        _loops = loops;
        _functions--;
        return new Statement.Define(new FunctionSyntax(name, parameters, body, LocalNames.Of(parameters, body), line), line);
    }

    private Statement.If ReadIf(int line)
    {
        var test = _expressions.Read();
        var then = ReadBlock();
        int next = _tokens.Line;
        ImmutableArray<Statement> otherwise = _tokens.Take("elif") ? [_tokens.Nested(() => ReadIf(next))]
            : _tokens.Take("else") ? ReadBlock()
            : [];
        return new Statement.If(test, then, otherwise, line);
    }

    private ImmutableArray<Statement> ReadBlock()
    {
        _tokens.Expect(":");
        var statements = ImmutableArray.CreateBuilder<Statement>();
        if (!_tokens.Take(TokenKind.NewLine))
        {
            ReadLine(statements);
            return statements.ToImmutable();
        }

        _tokens.Expect(TokenKind.Indent, "an indented block");
        return _tokens.Nested(() =>
        {
            while (!_tokens.Take(TokenKind.Dedent))
            {
                ReadStatement(statements);
            }

            return statements.ToImmutable();
        });
    }

    private Statement ReadSmall()
    {
        int line = _tokens.Line;
        if (_tokens.Take("pass"))
        {
            return new Statement.Pass(line);
        }

        if (_tokens.Take("break"))
        {
            return _loops > 0 ? new Statement.Break(line) : throw new StarlarkException(line, "'break' stands in no loop");
        }

        if (_tokens.Take("continue"))
        {
            return _loops > 0 ? new Statement.Continue(line) : throw new StarlarkException(line, "'continue' stands in no loop");
        }

        if (_tokens.Take("return"))
        {
            var value = _tokens.Current.Kind == TokenKind.NewLine || _tokens.Current.Is(";") ? null : _expressions.ReadTuple();
            return _functions > 0 ? new Statement.Return(value, line) : throw new StarlarkException(line, "'return' stands in no function");
        }

        if (_tokens.Current.Is("load"))
        {
            throw new StarlarkException(line, "'load' is not supported");
        }

        var target = _expressions.ReadTuple();
        if (_tokens.Take("="))
        {
            return new Statement.Assign(ExpressionParser.CheckTarget(target), _expressions.ReadTuple(), line);
        }

        if (_tokens.Current is { Kind: TokenKind.Operator } operation && Augmentations.Contains(operation.Text))
        {
            _tokens.Next();
            return target is Expression.Name or Expression.Index
                ? new Statement.Augment(target, operation.Text[..^1], _expressions.ReadTuple(), line)
                : throw new StarlarkException(line, "only a name or an item can be set so");
        }

        return new Statement.Evaluate(target, line);
    }
}
