using System.Collections.Immutable;

namespace Bothy.Engine.Assembly.Scripts;

/// <summary>A part of a shell script (POSIX.1 Shell Command Language, 2.9), as far as maintainer scripts use it.</summary>
internal abstract record ShellNode(int Line)
{
    public sealed record Simple(int Line, ImmutableArray<ShellAssignment> Assignments, ImmutableArray<ShellWord> Words, ImmutableArray<ShellRedirect> Redirects)
        : ShellNode(Line);

    public sealed record Pipeline(int Line, ImmutableArray<ShellNode> Stages) : ShellNode(Line);

    public sealed record Not(int Line, ShellNode Command) : ShellNode(Line);

    public sealed record AndOr(int Line, ShellNode Left, bool IsAnd, ShellNode Right) : ShellNode(Line);

    public sealed record Sequence(int Line, ImmutableArray<ShellNode> Commands) : ShellNode(Line);

    public sealed record If(int Line, ShellNode Condition, ShellNode Then, ShellNode? Else) : ShellNode(Line);

    public sealed record Case(int Line, ShellWord Subject, ImmutableArray<ShellCaseArm> Arms) : ShellNode(Line);

    /// <summary>A <c>for</c>; <paramref name="Words"/> is null where it goes over the positional parameters.</summary>
    public sealed record For(int Line, string Variable, ImmutableArray<ShellWord>? Words, ShellNode Body) : ShellNode(Line);

    public sealed record Loop(int Line, ShellNode Condition, ShellNode Body) : ShellNode(Line);

    public sealed record Function(int Line, string Name, ShellNode Body) : ShellNode(Line);

    /// <summary>Braces or, with <paramref name="IsSubshell"/>, parentheses; or any compound command with redirections.</summary>
    public sealed record Group(int Line, ShellNode Body, bool IsSubshell, ImmutableArray<ShellRedirect> Redirects) : ShellNode(Line);
}

internal sealed record ShellAssignment(string Name, ShellWord Value);

/// <summary>A redirection. The text of a here-document follows the line it is on, so its target is known only later.</summary>
internal sealed class ShellRedirect(int descriptor, string operation, ShellWord target)
{
    public int Descriptor { get; } = descriptor;

    public string Operator { get; } = operation;

    public ShellWord Target { get; set; } = target;

    public bool Writes => Operator is ">" or ">>" or ">|";

    public bool IsDocument => Operator is "<<" or "<<-";
}

internal sealed record ShellCaseArm(ImmutableArray<ShellWord> Patterns, ShellNode Body);

/// <summary>A word before expansion.</summary>
internal sealed record ShellWord(ImmutableArray<ShellPart> Parts)
{
    public static ShellWord Empty { get; } = new([]);

    /// <summary>The text of a word without quotes and expansions; null for every other word.</summary>
    public string? Plain => Parts is [ShellPart.Literal { Quoted: false } only] ? only.Text : null;
}

/// <summary>A stretch of a word that expands in one way.</summary>
internal abstract record ShellPart(bool Quoted)
{
    public sealed record Literal(string Text, bool Quoted) : ShellPart(Quoted);

    /// <summary><c>$name</c>, or <c>${name op argument}</c>; <paramref name="Operator"/> is empty for the plain form.</summary>
    public sealed record Parameter(string Name, string Operator, ShellWord Argument, bool Quoted) : ShellPart(Quoted);

    /// <summary><c>$(…)</c> or backquotes.</summary>
    public sealed record Substitution(ShellNode Body, bool Quoted) : ShellPart(Quoted);

    /// <summary>An expansion whose value is not followed, such as arithmetic.</summary>
    public sealed record Opaque(bool Quoted) : ShellPart(Quoted);
}

/// <summary>A script is not in the part of the shell language that is read.</summary>
internal sealed class ShellSyntaxException(int line, string problem) : Exception(problem)
{
    public int Line { get; } = line;
}
