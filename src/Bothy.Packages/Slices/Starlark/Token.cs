namespace Bothy.Packages.Slices.Starlark;

internal enum TokenKind
{
    Name,
    Keyword,
    Integer,
    Text,
    Operator,
    NewLine,
    Indent,
    Dedent,
    End,
}

/// <summary>A word of a script. The text of a string is what it stands for, that of a number its digits.</summary>
internal readonly record struct Token(TokenKind Kind, string Text, int Line, long Number = 0)
{
    public bool Is(string operatorOrKeyword) => Kind is TokenKind.Operator or TokenKind.Keyword && Text == operatorOrKeyword;

    /// <summary>How a message calls it.</summary>
    public override string ToString() => Kind switch
    {
        TokenKind.NewLine => "the end of the line",
        TokenKind.Indent => "an indentation",
        TokenKind.Dedent => "the end of an indentation",
        TokenKind.End => "the end of the script",
        TokenKind.Text => "a string",
        _ => $"'{Text}'",
    };
}
