using System.Globalization;
using System.Text;

namespace Bothy.Inspection.StructureTests;

/// <summary>
/// Reads an expression by Go's grammar (regexp/syntax, with its Perl flags) and writes it as one of .NET: characters become sets of code
/// points, so that what the two call <c>\w</c>, <c>.</c>, <c>$</c> or the same letter in another case makes no difference.
/// </summary>
internal sealed partial class GoPatternParser
{
    private const int LongestPattern = 1 << 16;
    private const int MostRepeated = 1000;
    private const int DeepestGroup = 1000;

    // Go's words are ASCII, .NET's are not. What says so of any text has to look around, which the engine of linear time does not.
    private const string Boundary = "(?:(?<=[0-9A-Za-z_])(?![0-9A-Za-z_])|(?<![0-9A-Za-z_])(?=[0-9A-Za-z_]))";
    private const string NoBoundary = "(?:(?<=[0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<![0-9A-Za-z_])(?![0-9A-Za-z_]))";

    private readonly string _text;
    private readonly bool _ascii;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private Flags _flags;
    private int _at;
    private int _depth;

    private GoPatternParser(string text, bool ascii)
    {
        _text = text;
        _ascii = ascii;
    }

    [Flags]
    private enum Flags
    {
        None = 0,
        FoldCase = 1,
        MultiLine = 2,
        DotMatchesNewLine = 4,
        Ungreedy = 8,
    }

    private bool IsAtEnd => _at == _text.Length;

    private char Next => _text[_at];

    /// <summary>The expression for .NET: for texts of ASCII alone, or for any text.</summary>
    /// <exception cref="FormatException">Go would refuse it.</exception>
    public static string Translate(string text, bool ascii)
    {
        if (text.Length > LongestPattern)
        {
            throw new FormatException($"the expression is longer than {LongestPattern} characters");
        }

        var parser = new GoPatternParser(text, ascii);
        string translated = parser.Alternation().Text;
        return parser.IsAtEnd ? translated : throw Problem("unexpected )", text);
    }

    /// <summary>Whether what was translated has word boundaries that are looked for around a place.</summary>
    public static bool LooksAround(string translated) => translated.Contains("(?<=", StringComparison.Ordinal);

    private static FormatException Problem(string problem, ReadOnlySpan<char> where) => new($"{problem}: `{where}`");

    private Piece Alternation()
    {
        var branches = new List<string>();
        int repeats = 1;
        while (true)
        {
            var branch = Sequence();
            branches.Add(branch.Text);
            repeats = Math.Max(repeats, branch.Repeats);
            if (IsAtEnd || Next != '|')
            {
                return branches.Count == 1 ? branch : new Piece($"(?:{string.Join('|', branches)})", repeats);
            }

            _at++;
        }
    }

    private Piece Sequence()
    {
        var done = new StringBuilder();
        int repeats = 1;
        Piece? last = null;
        int? repetition = null;
        while (!IsAtEnd && Next is not ('|' or ')'))
        {
            int start = _at;
            if (TryRepetition() is { } counts)
            {
                if (repetition is { } earlier)
                {
                    throw Problem("invalid nested repetition operator", _text.AsSpan(earlier, _at - earlier));
                }

                last = Repeated(last ?? throw Problem("missing argument to repetition operator", _text.AsSpan(start, _at - start)), counts, start);
                repetition = start;
                continue;
            }

            repetition = null;
            foreach (var atom in Atoms())
            {
                done.Append(last?.Text);
                repeats = Math.Max(repeats, last?.Repeats ?? 1);
                last = atom;
            }
        }

        return new Piece(done.Append(last?.Text).ToString(), Math.Max(repeats, last?.Repeats ?? 1));
    }

    // Null, with nothing taken, where none begins here; "{" is itself where no counts follow.
    private (string Text, int Most)? TryRepetition()
    {
        (string Text, int Most)? counts = Next switch
        {
            '*' => ("*", 1),
            '+' => ("+", 1),
            '?' => ("?", 1),
            '{' => TryCounts(),
            _ => null,
        };
        if (counts is not { } found)
        {
            return null;
        }

        _at += Next == '{' ? _text.IndexOf('}', _at) - _at + 1 : 1;
        bool lazy = !IsAtEnd && Next == '?';
        _at += lazy ? 1 : 0;
        return (found.Text + (lazy != _flags.HasFlag(Flags.Ungreedy) ? "?" : ""), found.Most);
    }

    private (string Text, int Most)? TryCounts()
    {
        int end = _text.IndexOf('}', _at);
        if (end < 0)
        {
            return null;
        }

        string[] counts = _text[(_at + 1)..end].Split(',');
        bool wellFormed = counts.Length <= 2 && IsCount(counts[0]) && (counts.Length == 1 || counts[1].Length == 0 || IsCount(counts[1]));
        if (!wellFormed)
        {
            return null;
        }

        int least = Count(counts[0]);
        int most = counts is [_, { Length: > 0 } limit] ? Count(limit) : least;
        if (least > MostRepeated || most > MostRepeated || most < least)
        {
            throw Problem("invalid repeat count", _text.AsSpan(_at, end + 1 - _at));
        }

        return (_text[_at..(end + 1)], Math.Max(1, most));

        // Go: a number has no needless zero.
        static bool IsCount(string text) => text.Length > 0 && text.All(char.IsAsciiDigit) && (text.Length == 1 || text[0] != '0');

        static int Count(string text) => text.Length > 4 ? int.MaxValue : int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private Piece Repeated(Piece piece, (string Text, int Most) counts, int start)
    {
        long repeats = (long)piece.Repeats * counts.Most;
        return repeats > MostRepeated
            ? throw Problem("invalid repeat count", _text.AsSpan(start, _at - start))
            : new Piece($"(?:{piece.Text}){counts.Text}", (int)repeats);
    }

    // None for flags alone, (?i), which are nothing that could be repeated; what is quoted is many, of which the last can be.
    private List<Piece> Atoms() =>
        _text.AsSpan(_at).StartsWith(@"\Q") ? Quoted()
        : Next == '(' ? Group() is { } group ? [group] : []
        : [Atom()];

    private Piece Atom()
    {
        switch (Next)
        {
            case '[':
                return new Piece(Class().ToPattern(_ascii));
            case '^':
                _at++;
                return new Piece(_flags.HasFlag(Flags.MultiLine) ? "(?m:^)" : @"\A");
            case '$':
                _at++;
                return new Piece(_flags.HasFlag(Flags.MultiLine) ? "(?m:$)" : @"\z");
            case '.':
                _at++;
                return new Piece((_flags.HasFlag(Flags.DotMatchesNewLine) ? RuneSet.All : NotNewLine).ToPattern(_ascii));
            case '\\':
                return Escape();
            default:
                return Literal(TakeRune());
        }
    }

    private Piece? Group()
    {
        if (++_depth > DeepestGroup)
        {
            throw new FormatException("expression nests too deeply");
        }

        int start = _at++;
        var outer = _flags;
        bool isGroup = !TakeQuestion(start);
        if (isGroup)
        {
            var inner = Alternation();
            if (IsAtEnd)
            {
                throw Problem("missing closing )", _text);
            }

            _at++;
            _flags = outer;
            _depth--;
            return inner with { Text = $"(?:{inner.Text})" };
        }

        _depth--;
        return null;
    }

    // Takes what follows "(?" up to the content of the group; true where flags alone stood there.
    private bool TakeQuestion(int start)
    {
        if (IsAtEnd || Next != '?')
        {
            return false;
        }

        var rest = _text.AsSpan(_at + 1);
        int name = rest.StartsWith("P<") ? 2 : rest.StartsWith("<") ? 1 : 0;
        if (name > 0)
        {
            TakeName(start, _at + 1 + name);
            return false;
        }

        return TakeFlags(start);
    }

    private void TakeName(int start, int from)
    {
        int end = _text.IndexOf('>', from);
        if (end < 0)
        {
            throw Problem("invalid named capture", _text.AsSpan(start));
        }

        string name = _text[from..end];
        if (name.Length == 0 || !name.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            throw Problem("invalid named capture", _text.AsSpan(start, end + 1 - start));
        }

        _at = end + 1;
        if (!_names.Add(name))
        {
            throw Problem("duplicate capture group name", name);
        }
    }

    private bool TakeFlags(int start)
    {
        var flags = _flags;
        bool isOff = false;
        bool any = false;
        for (_at++; !IsAtEnd; _at++)
        {
            char c = Next;
            if (c is 'i' or 'm' or 's' or 'U')
            {
                var flag = c switch { 'i' => Flags.FoldCase, 'm' => Flags.MultiLine, 's' => Flags.DotMatchesNewLine, _ => Flags.Ungreedy };
                flags = isOff ? flags & ~flag : flags | flag;
                any = true;
            }
            else if (c == '-' && !isOff)
            {
                (isOff, any) = (true, false);
            }
            else if (c is ':' or ')' && (!isOff || any))
            {
                _at++;
                _flags = flags;
                return c == ')';
            }
            else
            {
                break;
            }
        }

        throw IsAtEnd ? Problem("missing closing )", _text) : Problem("invalid or unsupported Perl syntax", _text.AsSpan(start, _at + 1 - start));
    }

    private Piece Literal(int rune) => new((_flags.HasFlag(Flags.FoldCase) ? RuneSet.Of((rune, rune)).Folded() : RuneSet.Of((rune, rune))).ToPattern(_ascii));

    private int TakeRune()
    {
        if (Rune.DecodeFromUtf16(_text.AsSpan(_at), out var rune, out int length) != System.Buffers.OperationStatus.Done)
        {
            throw new FormatException("invalid UTF-8");
        }

        _at += length;
        return rune.Value;
    }

    /// <summary>A part of the expression, written for .NET.</summary>
    /// <param name="Text">The part; an alternation or a sequence only inside a group.</param>
    /// <param name="Repeats">How often its smallest part is repeated at least, by counts within counts.</param>
    private sealed record Piece(string Text, int Repeats = 1);
}
