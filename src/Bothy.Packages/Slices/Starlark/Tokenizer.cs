using System.Globalization;
using System.Text;

namespace Bothy.Packages.Slices.Starlark;

/// <summary>Cuts a script into tokens, with its indentation as tokens of their own.</summary>
internal sealed class Tokenizer
{
    private const int MaxIndentations = 100;

    private static readonly HashSet<string> Keywords = new(StringComparer.Ordinal)
    {
        "and", "break", "continue", "def", "elif", "else", "for", "if", "in", "lambda", "load", "not", "or", "pass", "return",
    };

    // Python's, which Starlark keeps for itself.
    private static readonly HashSet<string> Reserved = new(StringComparer.Ordinal)
    {
        "as", "assert", "async", "await", "class", "del", "except", "finally", "from", "global", "import", "is", "nonlocal", "raise", "try", "while", "with", "yield",
    };

    // Longest first, since the first that fits is taken.
    private static readonly string[] Operators =
    [
        "//=", "<<=", ">>=", "**", "//", "<<", ">>", "<=", ">=", "==", "!=", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=",
        "+", "-", "*", "/", "%", "<", ">", "=", "|", "&", "^", "~", ".", ",", ":", ";", "(", ")", "[", "]", "{", "}",
    ];

    private readonly string _text;
    private readonly List<Token> _tokens = [];
    private readonly Stack<int> _indentations = new([0]);
    private int _at;
    private int _line = 1;
    private int _brackets;

    private Tokenizer(string text) => _text = text.Replace("\r\n", "\n", StringComparison.Ordinal);

    /// <exception cref="StarlarkException">The script has what no token begins with.</exception>
    public static List<Token> Read(string text)
    {
        var tokenizer = new Tokenizer(text);
        tokenizer.ReadAll();
        return tokenizer._tokens;
    }

    private void ReadAll()
    {
        bool isLineStart = true;
        while (true)
        {
            if (isLineStart && _brackets == 0 && !ReadIndentation())
            {
                break;
            }

            isLineStart = false;
            SkipBlanks();
            if (_at == _text.Length)
            {
                break;
            }

            if (_text[_at] == '\n')
            {
                if (_brackets == 0)
                {
                    Add(TokenKind.NewLine, "");
                    isLineStart = true;
                }

                _at++;
                _line++;
            }
            else
            {
                ReadToken();
            }
        }

        if (_tokens.Count > 0 && _tokens[^1].Kind is not (TokenKind.NewLine or TokenKind.Dedent))
        {
            Add(TokenKind.NewLine, "");
        }

        CloseTo(0);
        Add(TokenKind.End, "");
    }

    // Blank lines and those of a comment alone have no indentation. False at the end.
    private bool ReadIndentation()
    {
        while (true)
        {
            int start = _at;
            while (_at < _text.Length && _text[_at] == ' ')
            {
                _at++;
            }

            if (_at < _text.Length && _text[_at] == '\t')
            {
                throw new StarlarkException(_line, "a tab indents this line; use spaces");
            }

            int width = _at - start;
            if (_at < _text.Length && _text[_at] == '#')
            {
                SkipComment();
            }

            if (_at == _text.Length)
            {
                return false;
            }

            if (_text[_at] != '\n')
            {
                Indent(width);
                return true;
            }

            _at++;
            _line++;
        }
    }

    private void Indent(int width)
    {
        if (width > _indentations.Peek())
        {
            if (_indentations.Count > MaxIndentations)
            {
                throw new StarlarkException(_line, $"more than {MaxIndentations} levels are indented");
            }

            _indentations.Push(width);
            Add(TokenKind.Indent, "");
        }
        else
        {
            CloseTo(width);
            if (width != _indentations.Peek())
            {
                throw new StarlarkException(_line, "this line is indented unlike any before it");
            }
        }
    }

    private void CloseTo(int width)
    {
        while (_indentations.Peek() > width)
        {
            _indentations.Pop();
            Add(TokenKind.Dedent, "");
        }
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length)
        {
            if (_text[_at] is ' ' or '\t')
            {
                _at++;
            }
            else if (_text[_at] == '#')
            {
                SkipComment();
            }
            else if (_text[_at] == '\\' && _at + 1 < _text.Length && _text[_at + 1] == '\n')
            {
                _at += 2;
                _line++;
            }
            else
            {
                return;
            }
        }
    }

    private void SkipComment()
    {
        int end = _text.IndexOf('\n', _at);
        _at = end < 0 ? _text.Length : end;
    }

    private void ReadToken()
    {
        char first = _text[_at];
        char second = _at + 1 < _text.Length ? _text[_at + 1] : '\0';
        if (first is '"' or '\'' || (first is 'r' or 'b' && second is '"' or '\''))
        {
            ReadText();
        }
        else if (char.IsAsciiLetter(first) || first == '_')
        {
            int end = _at;
            while (end < _text.Length && (char.IsAsciiLetterOrDigit(_text[end]) || _text[end] == '_'))
            {
                end++;
            }

            string word = Take(end);
            if (Reserved.Contains(word))
            {
                throw new StarlarkException(_line, $"'{word}' is not supported");
            }

            Add(Keywords.Contains(word) ? TokenKind.Keyword : TokenKind.Name, word);
        }
        else if (char.IsAsciiDigit(first) || (first == '.' && char.IsAsciiDigit(second)))
        {
            ReadNumber();
        }
        else
        {
            ReadOperator();
        }
    }

    private void ReadOperator()
    {
        foreach (string each in Operators)
        {
            if (string.CompareOrdinal(_text, _at, each, 0, each.Length) == 0)
            {
                _brackets += each is "(" or "[" or "{" ? 1 : each is ")" or "]" or "}" && _brackets > 0 ? -1 : 0;
                Add(TokenKind.Operator, each);
                _at += each.Length;
                return;
            }
        }

        throw new StarlarkException(_line, $"'{_text[_at]}' has no meaning here");
    }

    private void ReadNumber()
    {
        int end = _at;
        while (end < _text.Length && (char.IsAsciiLetterOrDigit(_text[end]) || _text[end] is '_' or '.'))
        {
            end++;
        }

        string digits = Take(end);
        if (!NumberText.TryParse(digits, out long number))
        {
            throw new StarlarkException(_line, digits.Contains('.', StringComparison.Ordinal) || (digits.Contains('e', StringComparison.OrdinalIgnoreCase) && !digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
                ? $"'{digits}': floating-point numbers are not supported"
                : $"'{digits}' is not a whole number of 64 bits");
        }

        _tokens.Add(new Token(TokenKind.Integer, digits, _line, number));
    }

    private void ReadText()
    {
        bool isRaw = _text[_at] == 'r';
        if (_text[_at] == 'b')
        {
            throw new StarlarkException(_line, "bytes are not supported");
        }

        int start = _at + (isRaw ? 1 : 0);
        char quote = _text[start];
        bool isLong = string.CompareOrdinal(_text, start, new string(quote, 3), 0, 3) == 0;
        int line = _line;
        _at = start + (isLong ? 3 : 1);
        var value = new StringBuilder();
        while (true)
        {
            if (_at >= _text.Length || (_text[_at] == '\n' && !isLong))
            {
                throw new StarlarkException(line, "this string has no end");
            }

            char next = _text[_at];
            if (next == quote && (!isLong || string.CompareOrdinal(_text, _at, new string(quote, 3), 0, 3) == 0))
            {
                _at += isLong ? 3 : 1;
                _tokens.Add(new Token(TokenKind.Text, value.ToString(), line));
                return;
            }

            _at++;
            if (next == '\\' && _at < _text.Length)
            {
                ReadEscape(value, isRaw);
            }
            else
            {
                _line += next == '\n' ? 1 : 0;
                value.Append(next);
            }
        }
    }

    private void ReadEscape(StringBuilder value, bool isRaw)
    {
        char next = _text[_at++];
        _line += next == '\n' ? 1 : 0;
        if (isRaw)
        {
            value.Append('\\').Append(next);
            return;
        }

        switch (next)
        {
            case '\n':
                break;
            case '\\' or '\'' or '"':
                value.Append(next);
                break;
            case 'n' or 't' or 'r' or 'a' or 'b' or 'f' or 'v':
                value.Append("\n\t\r\a\b\f\v"["ntrabfv".IndexOf(next, StringComparison.Ordinal)]);
                break;
            case >= '0' and <= '7':
                _at--;
                value.Append((char)Digits(8, 1, 3, sbyte.MaxValue));
                break;
            case 'x':
                value.Append((char)Digits(16, 2, 2, sbyte.MaxValue));
                break;
            case 'u':
                value.Append(char.ConvertFromUtf32(Digits(16, 4, 4, 0x10FFFF)));
                break;
            case 'U':
                value.Append(char.ConvertFromUtf32(Digits(16, 8, 8, 0x10FFFF)));
                break;
            default:
                throw new StarlarkException(_line, $"'\\{next}' means nothing in a string");
        }
    }

    private int Digits(int numberBase, int least, int most, int largest)
    {
        int end = _at;
        while (end < _text.Length && end - _at < most && (numberBase == 8 ? _text[end] is >= '0' and <= '7' : char.IsAsciiHexDigit(_text[end])))
        {
            end++;
        }

        long number = -1;
        bool isGood = end - _at >= least && NumberText.TryParseDigits(_text.AsSpan(_at, end - _at), numberBase, out number) && number <= largest && number is not (>= 0xD800 and <= 0xDFFF);
        if (!isGood)
        {
            throw new StarlarkException(_line, string.Create(CultureInfo.InvariantCulture, $"a string has an escape that is no character of text"));
        }

        _at = end;
        return (int)number;
    }

    private string Take(int end)
    {
        string taken = _text[_at..end];
        _at = end;
        return taken;
    }

    private void Add(TokenKind kind, string text) => _tokens.Add(new Token(kind, text, _line));
}
