using System.Buffers;
using System.Globalization;

namespace Bothy.Inspection.StructureTests;

/// <summary>Escapes and character classes.</summary>
internal sealed partial class GoPatternParser
{
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");
    private static readonly RuneSet NotNewLine = RuneSet.Of(('\n', '\n')).Not();
    private static readonly RuneSet Digits = RuneSet.OfPairs("09");
    private static readonly RuneSet Spaces = RuneSet.OfPairs("\t\n\f\r  ");
    private static readonly RuneSet Words = RuneSet.OfPairs("09AZ__az");

    private static readonly Dictionary<string, string> Named = new(StringComparer.Ordinal)
    {
        ["alnum"] = "09AZaz",
        ["alpha"] = "AZaz",
        ["ascii"] = "\0\x7F",
        ["blank"] = "\t\t  ",
        ["cntrl"] = "\0\x1F\x7F\x7F",
        ["digit"] = "09",
        ["graph"] = "!~",
        ["lower"] = "az",
        ["print"] = " ~",
        ["punct"] = "!/:@[`{~",
        ["space"] = "\t\r  ",
        ["upper"] = "AZ",
        ["word"] = "09AZ__az",
        ["xdigit"] = "09AFaf",
    };

    private Piece Escape()
    {
        char kind = _at + 1 < _text.Length ? _text[_at + 1] : '\0';
        switch (kind)
        {
            case 'A':
                return Taken(@"\A");
            case 'z':
                return Taken(@"\z");
            case 'b':
                return Taken(_ascii ? @"\b" : Boundary);
            case 'B':
                return Taken(_ascii ? @"\B" : NoBoundary);
            default:
                return TryNamedSet() is { } set ? new Piece(set.ToPattern(_ascii)) : Literal(EscapedRune());
        }

        Piece Taken(string text)
        {
            _at += 2;
            return new Piece(text);
        }
    }

    // What stands between \Q and \E, or the end, is taken as it is.
    private List<Piece> Quoted()
    {
        _at += 2;
        int end = _text.IndexOf(@"\E", _at, StringComparison.Ordinal);
        int stop = end < 0 ? _text.Length : end;
        var quoted = new List<Piece>();
        while (_at < stop)
        {
            quoted.Add(Literal(TakeRune()));
        }

        _at = end < 0 ? stop : stop + 2;
        return quoted;
    }

    // \d \s \w and \p with their opposites; null, with nothing taken, where none stands here.
    private RuneSet? TryNamedSet()
    {
        char kind = _at + 1 < _text.Length && Next == '\\' ? _text[_at + 1] : '\0';
        var set = char.ToLowerInvariant(kind) switch
        {
            'd' => Digits,
            's' => Spaces,
            'w' => Words,
            _ => null,
        };
        if (set is not null)
        {
            _at += 2;
            return Signed(set, char.IsAsciiLetterUpper(kind));
        }

        return kind is 'p' or 'P' ? Category(kind == 'P') : null;
    }

    private RuneSet Category(bool negated)
    {
        int start = _at;
        _at += 2;
        if (IsAtEnd)
        {
            throw Problem("invalid character class range", _text.AsSpan(start));
        }

        string name;
        if (Next == '{')
        {
            int end = _text.IndexOf('}', _at);
            name = end < 0 ? throw Problem("invalid character class range", _text.AsSpan(start)) : _text[(_at + 1)..end];
            _at = end + 1;
        }
        else
        {
            name = char.ConvertFromUtf32(TakeRune());
        }

        if (name.StartsWith('^'))
        {
            (negated, name) = (!negated, name[1..]);
        }

        var set = RuneSet.Category(name) ?? throw (name.Length > 2 && char.IsAsciiLetterUpper(name[0])
            ? new FormatException($"the script `{_text[start.._at]}` is not known here; write its characters as ranges")
            : Problem("invalid character class range", _text.AsSpan(start, _at - start)));
        return Signed(set, negated);
    }

    private RuneSet Signed(RuneSet set, bool negated)
    {
        var folded = _flags.HasFlag(Flags.FoldCase) ? set.Folded() : set;
        return negated ? folded.Not() : folded;
    }

    private RuneSet Class()
    {
        int start = _at++;
        bool negated = !IsAtEnd && Next == '^';
        _at += negated ? 1 : 0;
        var set = RuneSet.Of();
        for (bool first = true; IsAtEnd || Next != ']' || first; first = false)
        {
            set = set.Or(TryPosixSet() ?? (IsAtEnd ? null : TryNamedSet()) ?? Range(start));
        }

        _at++;
        return negated ? set.Not() : set;
    }

    private RuneSet? TryPosixSet()
    {
        if (!_text.AsSpan(_at).StartsWith("[:"))
        {
            return null;
        }

        int end = _text.IndexOf(":]", _at + 2, StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        bool negated = _text[_at + 2] == '^' && end > _at + 2;
        string name = _text[(_at + (negated ? 3 : 2))..end];
        if (!Named.TryGetValue(name, out string? pairs))
        {
            throw Problem("invalid character class range", _text.AsSpan(_at, end + 2 - _at));
        }

        _at = end + 2;
        return Signed(RuneSet.OfPairs(pairs), negated);
    }

    private RuneSet Range(int start)
    {
        int from = _at;
        int first = ClassRune(start);
        int last = first;
        if (_at + 1 < _text.Length && Next == '-' && _text[_at + 1] != ']')
        {
            _at++;
            last = ClassRune(start);
            if (last < first)
            {
                throw Problem("invalid character class range", _text.AsSpan(from, _at - from));
            }
        }

        var set = RuneSet.Of((first, last));
        return _flags.HasFlag(Flags.FoldCase) ? set.Folded() : set;
    }

    private int ClassRune(int start) =>
        IsAtEnd ? throw Problem("missing closing ]", _text.AsSpan(start))
        : Next == '\\' ? EscapedRune()
        : TakeRune();

    private int EscapedRune()
    {
        int start = _at++;
        if (IsAtEnd)
        {
            throw new FormatException("trailing backslash at end of expression");
        }

        int rune = TakeRune();
        switch (rune)
        {
            case >= '1' and <= '7' when IsAtEnd || Next is < '0' or > '7':
                // A back-reference, which no expression in linear time can follow.
                break;
            case >= '0' and <= '7':
                int octal = rune - '0';
                for (int i = 0; i < 2 && !IsAtEnd && Next is >= '0' and <= '7'; i++)
                {
                    octal = (octal * 8) + (_text[_at++] - '0');
                }

                return octal;
            case 'x':
                if (TryHex(out int value))
                {
                    return value;
                }

                break;
            case 'a':
                return '\a';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'v':
                return '\v';
            case < 0x80 when !char.IsAsciiLetterOrDigit((char)rune):
                return rune;
        }

        throw Problem("invalid escape sequence", _text.AsSpan(start, Math.Min(_at, _text.Length) - start));
    }

    // Two digits, or any number of them in braces.
    private bool TryHex(out int value)
    {
        value = 0;
        bool braced = !IsAtEnd && Next == '{';
        int from = _at + (braced ? 1 : 0);
        int end = braced ? _text.IndexOf('}', from) : Math.Min(from + 2, _text.Length);
        if (end < 0 || (!braced && end - from != 2))
        {
            return false;
        }

        var digits = _text.AsSpan(from, end - from).TrimStart('0');
        bool isNumber = end > from && digits.Length <= 6 && _text.AsSpan(from, end - from).IndexOfAnyExcept(HexDigits) < 0;
        value = isNumber && digits.Length > 0 ? int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : 0;
        _at = isNumber ? end + (braced ? 1 : 0) : _at;
        return isNumber && value <= 0x10FFFF;
    }
}
