using System.Collections.Immutable;

namespace Bothy.Packages.Slices.Starlark;

/// <summary>Something that has a value.</summary>
internal abstract record Expression(int Line)
{
    internal sealed record Constant(object Value, int Line) : Expression(Line);

    internal sealed record Name(string Text, int Line) : Expression(Line);

    internal sealed record ListOf(ImmutableArray<Expression> Items, int Line) : Expression(Line);

    internal sealed record TupleOf(ImmutableArray<Expression> Items, int Line) : Expression(Line);

    internal sealed record DictOf(ImmutableArray<(Expression Key, Expression Value)> Pairs, int Line) : Expression(Line);

    /// <summary>A comprehension; of a dict where it has a value beside its element.</summary>
    internal sealed record Comprehension(Expression Element, Expression? Value, ImmutableArray<Clause> Clauses, int Line) : Expression(Line);

    internal sealed record Unary(string Operator, Expression Operand, int Line) : Expression(Line);

    internal sealed record Binary(string Operator, Expression Left, Expression Right, int Line) : Expression(Line);

    internal sealed record Conditional(Expression Test, Expression Then, Expression Otherwise, int Line) : Expression(Line);

    internal sealed record Index(Expression Operand, Expression Key, int Line) : Expression(Line);

    internal sealed record Slice(Expression Operand, Expression? Start, Expression? Stop, Expression? Step, int Line) : Expression(Line);

    internal sealed record Attribute(Expression Operand, string Text, int Line) : Expression(Line);

    internal sealed record Call(Expression Callee, ImmutableArray<Argument> Arguments, int Line) : Expression(Line);

    internal sealed record Function(FunctionSyntax Syntax, int Line) : Expression(Line);
}

/// <summary>A <c>for</c> of a comprehension, or an <c>if</c> where it has no target.</summary>
internal sealed record Clause(Expression? Target, Expression Of, int Line);

/// <summary>How an argument is given: by its place, by its name, or as many at once.</summary>
internal enum ArgumentKind
{
    Positional,
    Named,
    List,
    Dict,
}

internal sealed record Argument(ArgumentKind Kind, string? Name, Expression Value);

/// <summary>A parameter: plain (with a default or none), <c>*args</c> or <c>**kwargs</c>.</summary>
internal sealed record Parameter(ArgumentKind Kind, string Name, Expression? Default);

/// <summary>A function, and the names that are its own since it sets them.</summary>
internal sealed record FunctionSyntax(string Name, ImmutableArray<Parameter> Parameters, ImmutableArray<Statement> Body, HashSet<string> Locals, int Line);

/// <summary>Something that is done.</summary>
internal abstract record Statement(int Line)
{
    internal sealed record Evaluate(Expression Value, int Line) : Statement(Line);

    internal sealed record Assign(Expression Target, Expression Value, int Line) : Statement(Line);

    internal sealed record Augment(Expression Target, string Operator, Expression Value, int Line) : Statement(Line);

    internal sealed record If(Expression Test, ImmutableArray<Statement> Then, ImmutableArray<Statement> Otherwise, int Line) : Statement(Line);

    internal sealed record For(Expression Target, Expression Of, ImmutableArray<Statement> Body, int Line) : Statement(Line);

    internal sealed record Define(FunctionSyntax Function, int Line) : Statement(Line);

    internal sealed record Return(Expression? Value, int Line) : Statement(Line);

    internal sealed record Break(int Line) : Statement(Line);

    internal sealed record Continue(int Line) : Statement(Line);

    internal sealed record Pass(int Line) : Statement(Line);
}
