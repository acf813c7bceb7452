using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Bothy.Formats.Trees;

namespace Bothy.Engine.LocalFiles;

/// <summary>
/// A pattern of one name in a path: <c>*</c> is any number of characters and <c>?</c> is one. As far as <c>.dockerignore</c> goes, which has the rules of
/// Go's <c>path.Match</c>, <c>[a-z]</c> is one of these and <c>[^a]</c> one that is not, and a character after a backslash is itself.
/// </summary>
internal sealed class NamePattern
{
    private readonly string _text;
    private readonly ImmutableArray<Element> _elements;

    private NamePattern(string text, ImmutableArray<Element> elements)
    {
        _text = text;
        _elements = elements;
    }

    /// <summary>The pattern as it was written.</summary>
    public string Text => _text;

    /// <summary>The pattern <paramref name="text"/>, in which brackets and backslashes are themselves.</summary>
    public static NamePattern Plain(string text) => new(text, []);

    /// <summary>Reads <paramref name="text"/> by the rules of <c>.dockerignore</c>.</summary>
    /// <param name="text">The pattern.</param>
    /// <param name="pattern">What it says.</param>
    /// <param name="problem">Where it is none, why.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out NamePattern? pattern, [NotNullWhen(false)] out string? problem)
    {
        if (!text.AsSpan().ContainsAny('[', '\\', '?'))
        {
            (pattern, problem) = (Plain(text), null);
            return true;
        }

        var elements = ImmutableArray.CreateBuilder<Element>();
        var rest = new Characters(text);
        problem = null;
        while (problem is null && rest.TryTake(out var next))
        {
            switch (next.Value)
            {
                case '*':
                    elements.Add(new Element(ElementKind.Any));
                    break;
                case '?':
                    elements.Add(new Element(ElementKind.One));
                    break;
                case '[':
                    problem = ReadClass(ref rest, elements);
                    break;
                case '\\' when !rest.TryTake(out next):
                    problem = "ends in a backslash";
                    break;
                default:
                    elements.Add(new Element(ElementKind.Among) { Ranges = [(next, next)] });
                    break;
            }
        }

        pattern = problem is null ? new NamePattern(text, elements.ToImmutable()) : null;
        return problem is null;
    }

    /// <summary>Whether <paramref name="name"/> is what the pattern says.</summary>
    public bool Matches(string name)
    {
        if (_elements.IsEmpty)
        {
            return PathPattern.Matches(_text, name, crossSlashes: false);
        }

        // The last star and what it has taken so far: on a mismatch it takes one character more.
        Rune[] runes = [.. name.EnumerateRunes()];
        var star = (Element: -1, Rune: 0);
        int element = 0;
        int rune = 0;
        while (rune < runes.Length || element < _elements.Length)
        {
            if (element < _elements.Length && _elements[element].Kind == ElementKind.Any)
            {
                star = (++element, rune);
            }
            else if (element < _elements.Length && rune < runes.Length && _elements[element].Holds(runes[rune]))
            {
                element++;
                rune++;
            }
            else if (star.Element >= 0 && star.Rune < runes.Length)
            {
                star.Rune++;
                (element, rune) = star;
            }
            else
            {
                return false;
            }
        }

        return true;
    }

    // What follows the bracket that opens it.
    private static string? ReadClass(ref Characters rest, ImmutableArray<Element>.Builder elements)
    {
        var ranges = ImmutableArray.CreateBuilder<(Rune, Rune)>();
        bool isNegated = rest.TryTake('^');
        while (ranges.Count == 0 || !rest.TryTake(']'))
        {
            if (!TryTakeEnd(ref rest, out var first, out string? problem))
            {
                return problem;
            }

            var last = first;
            if (rest.TryTake('-') && !TryTakeEnd(ref rest, out last, out problem))
            {
                return problem;
            }

            ranges.Add((first, last));
        }

        elements.Add(new Element(isNegated ? ElementKind.NotAmong : ElementKind.Among) { Ranges = ranges.ToImmutable() });
        return null;
    }

    private static bool TryTakeEnd(ref Characters rest, out Rune end, [NotNullWhen(false)] out string? problem)
    {
        bool isThere = rest.TryTake(out end);
        problem = !isThere ? "has a '[' without its ']'"
            : end.Value is '-' or ']' ? $"has a '{end}' between brackets that wants a backslash before it"
            : end.Value == '\\' && !rest.TryTake(out end) ? "ends in a backslash"
            : null;
        return problem is null;
    }

    private enum ElementKind
    {
        One,
        Any,
        Among,
        NotAmong,
    }

    private readonly record struct Element(ElementKind Kind)
    {
        public ImmutableArray<(Rune First, Rune Last)> Ranges { get; init; } = [];

        public bool Holds(Rune rune) => Kind == ElementKind.One || (Kind == ElementKind.Among == Ranges.Any(range => range.First <= rune && rune <= range.Last));
    }

    private ref struct Characters(ReadOnlySpan<char> text)
    {
        private ReadOnlySpan<char> _text = text;

        public bool TryTake(out Rune rune)
        {
            // An empty text is at its end; half of a pair of surrogates is a character that no name has.
            _ = Rune.DecodeFromUtf16(_text, out rune, out int length);
            bool isThere = !_text.IsEmpty;
            _text = _text[length..];
            return isThere;
        }

        public bool TryTake(char wanted)
        {
            bool isThere = _text.StartsWith(wanted);
            _text = isThere ? _text[1..] : _text;
            return isThere;
        }
    }
}
