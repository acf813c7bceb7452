using System.Collections.Immutable;

namespace Bothy.Packages.Slices.Starlark;

/// <summary>Reads expressions, loosest binding first.</summary>
internal sealed class ExpressionParser(TokenReader tokens)
{
    // By how tightly they bind, loosest first; comparisons do not chain.
    private static readonly string[][] Levels =
    [
        ["or"],
        ["and"],
        [],
        ["==", "!=", "<", ">", "<=", ">=", "in", "not"],
        ["|"],
        ["^"],
        ["&"],
        ["<<", ">>"],
        ["-", "+"],
        ["*", "%", "/", "//"],
    ];

    private const int NotLevel = 2;
    private const int ComparisonLevel = 3;

    private static readonly ImmutableArray<Statement> NoStatements = [];

    /// <summary>Reads what stands in the parentheses of functions and calls.</summary>
    public ParameterParser Lists => new(tokens, Read);

    /// <summary>One expression, or a tuple of several without parentheses.</summary>
    public Expression ReadTuple()
    {
        int line = tokens.Line;
        var first = Read();
        if (!tokens.Current.Is(","))
        {
            return first;
        }

        var items = ImmutableArray.CreateBuilder<Expression>();
        items.Add(first);
        while (tokens.Take(",") && StartsExpression())
        {
            items.Add(Read());
        }

        return new Expression.TupleOf(items.ToImmutable(), line);
    }

    /// <summary>What a loop sets: names, places in values, or several of them.</summary>
    public Expression ReadLoopTarget()
    {
        int line = tokens.Line;
        var first = tokens.Nested(ReadPrimary);
        if (!tokens.Current.Is(","))
        {
            return CheckTarget(first);
        }

        var items = ImmutableArray.CreateBuilder<Expression>();
        items.Add(first);
        while (tokens.Take(",") && !tokens.Current.Is("in"))
        {
            items.Add(tokens.Nested(ReadPrimary));
        }

        return CheckTarget(new Expression.TupleOf(items.ToImmutable(), line));
    }

    /// <summary>The same expression, which can stand left of an equals sign.</summary>
    public static Expression CheckTarget(Expression target)
    {
        switch (target)
        {
            case Expression.Name or Expression.Index:
                return target;
            case Expression.TupleOf { Items: var items }:
                return CheckAll(target, items);
            case Expression.ListOf { Items: var items }:
                return CheckAll(target, items);
            default:
                throw new StarlarkException(target.Line, "only names, items and lists of them can be set");
        }
    }

    /// <summary>One expression.</summary>
    public Expression Read() => tokens.Nested(ReadOne);

    private static Expression CheckAll(Expression target, ImmutableArray<Expression> items)
    {
        foreach (var item in items)
        {
            CheckTarget(item);
        }

        return target;
    }

    private Expression ReadOne()
    {
        int line = tokens.Line;
        if (tokens.Take("lambda"))
        {
            var parameters = Lists.Parameters(":");
            tokens.Expect(":");
            var value = Read();
            ImmutableArray<Statement> body = [new Statement.Return(value, line)];
            return new Expression.Function(new FunctionSyntax("lambda", parameters, body, LocalNames.Of(parameters, NoStatements), line), line);
        }

        var then = ReadLevel(0);
        if (!tokens.Take("if"))
        {
            return then;
        }

        var test = ReadLevel(0);
        tokens.Expect("else");
        return new Expression.Conditional(test, then, Read(), line);
    }

    private Expression ReadLevel(int level)
    {
        int line = tokens.Line;
        if (level == Levels.Length)
        {
            return ReadUnary();
        }

        if (level == NotLevel)
        {
            return tokens.Take("not") ? new Expression.Unary("not", tokens.Nested(() => ReadLevel(NotLevel)), line) : ReadLevel(level + 1);
        }

        var left = ReadLevel(level + 1);
        for (int count = 0; TakeOperator(level) is { } name; count++)
        {
            if (level == ComparisonLevel && count > 0)
            {
                throw new StarlarkException(line, "comparisons do not chain; join them with 'and'");
            }

            // A long chain nests as deeply as what is in brackets.
            var before = left;
            left = new Expression.Binary(name, before, ReadLevel(level + 1), line);
            if (count > 1000)
            {
                throw new StarlarkException(line, "an expression is longer than 1000 operators");
            }
        }

        return left;
    }

    private string? TakeOperator(int level)
    {
        foreach (string name in Levels[level])
        {
            if (tokens.Take(name))
            {
                if (name == "not")
                {
                    tokens.Expect("in");
                    return "not in";
                }

                return name;
            }
        }

        return null;
    }

    private Expression ReadUnary()
    {
        int line = tokens.Line;
        foreach (string name in (ReadOnlySpan<string>)["-", "+", "~"])
        {
            if (tokens.Take(name))
            {
                return new Expression.Unary(name, tokens.Nested(ReadUnary), line);
            }
        }

        return ReadPrimary();
    }

    private Expression ReadPrimary()
    {
        var operand = ReadOperand();
        for (int count = 0; ; count++)
        {
            int line = tokens.Line;
            if (count > 1000)
            {
                throw new StarlarkException(line, "an expression is longer than 1000 operators");
            }

            if (tokens.Take("."))
            {
                operand = new Expression.Attribute(operand, tokens.Name("the name of an attribute"), line);
            }
            else if (tokens.Take("("))
            {
                operand = new Expression.Call(operand, Lists.Arguments(), line);
            }
            else if (tokens.Take("["))
            {
                operand = ReadIndex(operand, line);
            }
            else
            {
                return operand;
            }
        }
    }

    private Expression ReadIndex(Expression operand, int line)
    {
        var start = tokens.Current.Is(":") ? null : ReadTuple();
        if (tokens.Take("]"))
        {
            return start is null ? throw new StarlarkException(line, "an index is missing") : new Expression.Index(operand, start, line);
        }

        tokens.Expect(":");
        var stop = tokens.Current.Is(":") || tokens.Current.Is("]") ? null : Read();
        var step = tokens.Take(":") && !tokens.Current.Is("]") ? Read() : null;
        tokens.Expect("]");
        return new Expression.Slice(operand, start, stop, step, line);
    }

    private Expression ReadOperand()
    {
        var token = tokens.Next();
        switch (token.Kind)
        {
            case TokenKind.Integer:
                return new Expression.Constant(token.Number, token.Line);
            case TokenKind.Text:
                return tokens.Current.Kind == TokenKind.Text
                    ? throw new StarlarkException(token.Line, "two strings stand side by side; join them with '+'")
                    : new Expression.Constant(token.Text, token.Line);
            case TokenKind.Name:
                return new Expression.Name(token.Text, token.Line);
            default:
                return token.Text switch
                {
                    "(" when token.Kind == TokenKind.Operator => tokens.Nested(() => ReadParenthesised(token.Line)),
                    "[" when token.Kind == TokenKind.Operator => tokens.Nested(() => ReadList(token.Line)),
                    "{" when token.Kind == TokenKind.Operator => tokens.Nested(() => ReadDict(token.Line)),
                    _ => throw new StarlarkException(token.Line, $"a value has to stand here, not {token}"),
                };
        }
    }

    private Expression ReadParenthesised(int line)
    {
        if (tokens.Take(")"))
        {
            return new Expression.TupleOf([], line);
        }

        var inner = ReadTuple();
        tokens.Expect(")");
        return inner;
    }

    private Expression ReadList(int line)
    {
        var items = ImmutableArray.CreateBuilder<Expression>();
        while (!tokens.Take("]"))
        {
            var item = Read();
            if (items.Count == 0 && tokens.Current.Is("for"))
            {
                return new Expression.Comprehension(item, null, Clauses("]"), line);
            }

            items.Add(item);
            if (!tokens.Take(","))
            {
                tokens.Expect("]");
                break;
            }
        }

        return new Expression.ListOf(items.ToImmutable(), line);
    }

    private Expression ReadDict(int line)
    {
        var pairs = ImmutableArray.CreateBuilder<(Expression Key, Expression Value)>();
        while (!tokens.Take("}"))
        {
            var key = Read();
            if (!tokens.Current.Is(":"))
            {
                throw new StarlarkException(line, "sets are not supported; a dict has keys and values");
            }

            tokens.Expect(":");
            var value = Read();
            if (pairs.Count == 0 && tokens.Current.Is("for"))
            {
                return new Expression.Comprehension(key, value, Clauses("}"), line);
            }

            pairs.Add((key, value));
            if (!tokens.Take(","))
            {
                tokens.Expect("}");
                break;
            }
        }

        return new Expression.DictOf(pairs.ToImmutable(), line);
    }

    private ImmutableArray<Clause> Clauses(string end)
    {
        var clauses = ImmutableArray.CreateBuilder<Clause>();
        while (!tokens.Take(end))
        {
            int line = tokens.Line;
            if (tokens.Take("for"))
            {
                var target = ReadLoopTarget();
                tokens.Expect("in");
                clauses.Add(new Clause(target, ReadLevel(0), line));
            }
            else
            {
                tokens.Expect("if");
                clauses.Add(new Clause(null, ReadLevel(0), line));
            }

            if (clauses.Count > 20)
            {
                throw new StarlarkException(line, "a comprehension has more than 20 clauses");
            }
        }

        return clauses.ToImmutable();
    }

    private bool StartsExpression() => tokens.Current.Kind switch
    {
        TokenKind.Name or TokenKind.Integer or TokenKind.Text => true,
        TokenKind.Keyword => tokens.Current.Text is "not" or "lambda",
        TokenKind.Operator => tokens.Current.Text is "(" or "[" or "{" or "-" or "+" or "~",
        _ => false,
    };
}
