using System.Collections.Immutable;
using System.Text;

namespace Bothy.Engine.Assembly.Scripts;

/// <summary>Reads words with their quotes and expansions (POSIX.1 Shell Command Language, 2.2 and 2.6).</summary>
internal sealed class ShellWordReader(ShellCursor cursor, int depth)
{
    private const string Metacharacters = " \t\r\n;&|<>()";

    private readonly ImmutableArray<ShellPart>.Builder _parts = ImmutableArray.CreateBuilder<ShellPart>();
    private readonly StringBuilder _literal = new();
    private bool _literalQuoted;

    /// <summary>The next word, up to a character that ends words; <paramref name="until"/> ends it as well.</summary>
    public ShellWord ReadWord(string until = Metacharacters)
    {
        while (!cursor.AtEnd && !until.Contains(cursor.Current, StringComparison.Ordinal))
        {
            switch (cursor.Current)
            {
                case '\\':
                    ReadEscape();
                    break;
                case '\'':
                    ReadSingleQuoted();
                    break;
                case '"':
                    cursor.Take();
                    ReadDoubleQuoted();
                    break;
                case '$':
                case '`':
                    ReadExpansion(quoted: false);
                    break;
                default:
                    Append(cursor.Take(), quoted: false);
                    break;
            }
        }

        return Finish();
    }

    /// <summary>The whole text as if in double quotes: how a here-document expands.</summary>
    public ShellWord ReadDocument()
    {
        while (!cursor.AtEnd)
        {
            ReadQuotedPiece(escapes: "$`\\");
        }

        return Finish();
    }

    private void ReadEscape()
    {
        cursor.Take();
        if (cursor.AtEnd)
        {
            Append('\\', quoted: true);
        }
        else if (cursor.Take() is var c and not '\n')
        {
            Append(c, quoted: true);
        }
    }

    private void ReadSingleQuoted()
    {
        cursor.Take();
        Quote();
        while (true)
        {
            if (cursor.AtEnd)
            {
                throw cursor.Error("a quote does not end");
            }

            char c = cursor.Take();
            if (c == '\'')
            {
                return;
            }

            Append(c, quoted: true);
        }
    }

    private void ReadDoubleQuoted()
    {
        Quote();
        while (cursor.Current != '"')
        {
            if (cursor.AtEnd)
            {
                throw cursor.Error("a quote does not end");
            }

            ReadQuotedPiece(escapes: "$`\"\\");
        }

        cursor.Take();
    }

    private void ReadQuotedPiece(string escapes)
    {
        if (cursor.Current == '\\' && cursor.Ahead(1) == '\n')
        {
            cursor.Skip(2);
        }
        else if (cursor.Current == '\\' && escapes.Contains(cursor.Ahead(1), StringComparison.Ordinal))
        {
            cursor.Take();
            Append(cursor.Take(), quoted: true);
        }
        else if (cursor.Current is '$' or '`')
        {
            ReadExpansion(quoted: true);
        }
        else
        {
            Append(cursor.Take(), quoted: true);
        }
    }

    private void ReadExpansion(bool quoted)
    {
        char next = cursor.Ahead(1);
        if (cursor.Current == '`')
        {
            Add(new ShellPart.Substitution(ReadBackquoted(), quoted));
        }
        else if (next == '(' && cursor.Ahead(2) == '(')
        {
            SkipArithmetic();
            Add(new ShellPart.Opaque(quoted));
        }
        else if (next == '(')
        {
            cursor.Skip(2);
            var body = new ShellParser(cursor, depth + 1).ParseUntil(")");
            cursor.Take();
            Add(new ShellPart.Substitution(body, quoted));
        }
        else if (next == '{')
        {
            cursor.Skip(2);
            Add(ReadBraced(quoted));
        }
        else if (IsNameStart(next))
        {
            cursor.Take();
            Add(new ShellPart.Parameter(ReadName(), "", ShellWord.Empty, quoted));
        }
        else if (char.IsAsciiDigit(next) || "@*#?$!-".Contains(next, StringComparison.Ordinal))
        {
            cursor.Take();
            Add(new ShellPart.Parameter(cursor.Take().ToString(), "", ShellWord.Empty, quoted));
        }
        else
        {
            Append(cursor.Take(), quoted);
        }
    }

    private ShellPart ReadBraced(bool quoted)
    {
        if (cursor.Current == '#' && cursor.Ahead(1) != '}')
        {
            cursor.Take();
            ReadParameterName();
            Close();
            return new ShellPart.Opaque(quoted);
        }

        string name = ReadParameterName();
        var operation = new StringBuilder();
        while (cursor.Current is ':' or '-' or '+' or '=' or '?' or '#' or '%' or '/' && operation.Length < 2)
        {
            bool complete = operation.Length == 1 && operation[0] is not ':' && operation[0] != cursor.Current;
            if (complete)
            {
                break;
            }

            operation.Append(cursor.Take());
        }

        var argument = new ShellWordReader(cursor, depth + 1).ReadWord("}");
        Close();
        return new ShellPart.Parameter(name, operation.ToString(), argument, quoted);

        void Close()
        {
            if (cursor.Current != '}')
            {
                throw cursor.Error("an expansion does not end");
            }

            cursor.Take();
        }
    }

    private string ReadParameterName() => IsNameStart(cursor.Current) ? ReadName()
        : cursor.AtEnd ? throw cursor.Error("an expansion does not end")
        : cursor.Take().ToString();

    private string ReadName()
    {
        var name = new StringBuilder();
        while (IsNameStart(cursor.Current) || char.IsAsciiDigit(cursor.Current))
        {
            name.Append(cursor.Take());
        }

        return name.ToString();
    }

    private ShellNode ReadBackquoted()
    {
        int line = cursor.Line;
        cursor.Take();
        var inner = new StringBuilder();
        while (cursor.Current != '`')
        {
            if (cursor.AtEnd)
            {
                throw cursor.Error("a command substitution does not end");
            }

            if (cursor.Current == '\\' && cursor.Ahead(1) is '`' or '$' or '\\')
            {
                cursor.Take();
            }

            inner.Append(cursor.Take());
        }

        cursor.Take();
        return new ShellParser(new ShellCursor(inner.ToString(), line), depth + 1).ParseUntil("");
    }

    private void SkipArithmetic()
    {
        cursor.Skip(3);
        for (int open = 2; open > 0;)
        {
            if (cursor.AtEnd)
            {
                throw cursor.Error("an arithmetic expansion does not end");
            }

            char c = cursor.Take();
            open += c == '(' ? 1 : c == ')' ? -1 : 0;
        }
    }

    // An empty pair of quotes is a word; the empty literal keeps it from vanishing.
    private void Quote()
    {
        Flush();
        _parts.Add(new ShellPart.Literal("", true));
    }

    private void Append(char c, bool quoted)
    {
        if (_literal.Length > 0 && _literalQuoted != quoted)
        {
            Flush();
        }

        _literalQuoted = quoted;
        _literal.Append(c);
    }

    private void Add(ShellPart part)
    {
        Flush();
        _parts.Add(part);
    }

    private void Flush()
    {
        if (_literal.Length > 0)
        {
            _parts.Add(new ShellPart.Literal(_literal.ToString(), _literalQuoted));
            _literal.Clear();
        }
    }

    private ShellWord Finish()
    {
        Flush();
        return new ShellWord(_parts.ToImmutable());
    }

    public static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_';
}
