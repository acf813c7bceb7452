namespace Bothy.Packages.Slices.Starlark;

/// <summary>Goes through the tokens of a script, one at a time.</summary>
internal sealed class TokenReader(List<Token> tokens)
{
    private const int MaxDepth = 100;

    private int _at;
    private int _depth;

    public Token Current => tokens[_at];

    public int Line => Current.Line;

    public Token Next() => Current.Kind == TokenKind.End ? Current : tokens[_at++];

    /// <summary>Takes an operator or keyword where it stands here.</summary>
    public bool Take(string text)
    {
        bool isHere = Current.Is(text);
        _at += isHere ? 1 : 0;
        return isHere;
    }

    public bool Take(TokenKind kind)
    {
        bool isHere = Current.Kind == kind && kind != TokenKind.End;
        _at += isHere ? 1 : 0;
        return isHere;
    }

    public void Expect(string text)
    {
        if (!Take(text))
        {
            throw new StarlarkException(Line, $"'{text}' has to stand here, not {Current}");
        }
    }

    public void Expect(TokenKind kind, string what)
    {
        if (!Take(kind))
        {
            throw new StarlarkException(Line, $"{what} has to stand here, not {Current}");
        }
    }

    public string Name(string what)
    {
        var token = Current;
        Expect(TokenKind.Name, what);
        return token.Text;
    }

    /// <summary>Counts one more level of nesting while what is in it is read.</summary>
    public T Nested<T>(Func<T> read)
    {
        if (++_depth > MaxDepth)
        {
            throw new StarlarkException(Line, $"more than {MaxDepth} levels are nested");
        }

        var result = read();
        _depth--;
        return result;
    }
}
