using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Bothy.Inspection.Matching.Versions;

/// <summary>
/// A version by Maven's rules (POM reference, Version Order Specification): numbers and words, cut at dots, dashes and wherever digits meet letters; a dash, and such a cut,
/// begins a list within the list, and what means nothing at the end of a list (0, nothing, final, ga) is left out.
/// </summary>
internal sealed class MavenVersion
{
    private static readonly SearchValues<char> Foreign = SearchValues.Create("${} \t\r\n,[]()");

    private readonly MavenPart.List _parts;

    private MavenVersion(MavenPart.List parts) => _parts = parts;

    /// <summary>Reads a version. Maven takes any text for one; what holds blanks or a property that nobody resolved is none here.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out MavenVersion? version)
    {
        string trimmed = text.Trim();
        bool wellFormed = trimmed.Length > 0 && !trimmed.AsSpan().ContainsAny(Foreign);
        version = wellFormed ? new MavenVersion(MavenVersionReader.Read(trimmed.ToLowerInvariant())) : null;
        return wellFormed;
    }

    /// <summary>Less than 0 where this is earlier than <paramref name="other"/>, more than 0 where it is later.</summary>
    public int Order(MavenVersion other)
    {
        return _parts.Order(other._parts);
    }
}

/// <summary>What a version of Maven's is made of.</summary>
internal abstract class MavenPart
{
    /// <summary>Whether it means nothing at the end of a list.</summary>
    public abstract bool IsNothing { get; }

    /// <summary>Compares with a part of the same place; null where the other version has none there.</summary>
    public abstract int Order(MavenPart? other);

    public sealed class Number(string digits) : MavenPart
    {
        private readonly string _digits = digits.TrimStart('0');

        public override bool IsNothing => _digits.Length == 0;

        // 1.1 is later than 1-sp, and than 1-1.
        public override int Order(MavenPart? other) => other switch
        {
            null => IsNothing ? 0 : 1,
            Number number => VersionLabels.CompareNumbers(_digits, number._digits),
            _ => 1,
        };
    }

    public sealed class Word : MavenPart
    {
        private const int ReleaseRank = 5;
        private static readonly string[] Qualifiers = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];

        private readonly string _text;
        private readonly int _rank;

        public Word(string text, bool beforeNumber)
        {
            _text = text switch
            {
                "a" when beforeNumber => "alpha",
                "b" when beforeNumber => "beta",
                "m" when beforeNumber => "milestone",
                "cr" => "rc",
                "ga" or "final" or "release" => "",
                _ => text,
            };
            int rank = Array.IndexOf(Qualifiers, _text);
            _rank = rank < 0 ? Qualifiers.Length : rank;
        }

        public override bool IsNothing => _text.Length == 0;

        public override int Order(MavenPart? other) => other switch
        {
            null => _rank - ReleaseRank,
            Word word => _rank != word._rank ? _rank - word._rank : string.CompareOrdinal(_text, word._text),
            _ => -1,
        };
    }

    public sealed class List : MavenPart
    {
        private readonly List<MavenPart> _parts = [];

        public override bool IsNothing => _parts.Count == 0;

        public bool IsEmpty => _parts.Count == 0;

        public void Add(MavenPart part) => _parts.Add(part);

        /// <summary>Leaves out what means nothing at the end, and before words and lists that begin with one.</summary>
        public void Trim()
        {
            for (int i = _parts.Count - 1; i >= 0; i--)
            {
                bool counts = i < _parts.Count - 1 && _parts[i + 1] is not (Word or List { _parts: [Word, ..] });
                if (_parts[i].IsNothing && !counts)
                {
                    _parts.RemoveAt(i);
                }
            }
        }

        public override int Order(MavenPart? other) => other switch
        {
            null => _parts.Select(static part => part.Order(null)).FirstOrDefault(static order => order != 0),
            Number => -1,
            Word => 1,
            List list => Order(list),
            _ => throw new InvalidOperationException("a part of a version of no kind"),
        };

        private int Order(List other)
        {
            for (int i = 0; i < _parts.Count || i < other._parts.Count; i++)
            {
                var mine = _parts.ElementAtOrDefault(i);
                var its = other._parts.ElementAtOrDefault(i);
                int order = mine is not null ? mine.Order(its) : -its!.Order(null);
                if (order != 0)
                {
                    return order;
                }
            }

            return 0;
        }
    }
}

/// <summary>Cuts a version of Maven's into its parts.</summary>
internal sealed class MavenVersionReader
{
    private readonly MavenPart.List _root = new();
    private readonly Stack<MavenPart.List> _open = new();
    private MavenPart.List _list;

    private MavenVersionReader()
    {
        _list = _root;
        _open.Push(_root);
    }

    /// <summary>The parts of <paramref name="text"/>, which is in lower case.</summary>
    public static MavenPart.List Read(string text)
    {
        var reader = new MavenVersionReader();
        reader.ReadParts(text);
        while (reader._open.TryPop(out var list))
        {
            list.Trim();
        }

        return reader._root;
    }

    private void ReadParts(string text)
    {
        int start = 0;
        bool inNumber = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is '.' or '-')
            {
                var part = i == start ? new MavenPart.Number("") : Part(text[start..i], inNumber);
                if (part is MavenPart.Word { IsNothing: false })
                {
                    OpenUnlessEmpty();
                }

                _list.Add(part);
                start = i + 1;
                if (c == '-')
                {
                    Open();
                }
            }
            else if (char.IsAsciiDigit(c))
            {
                if (!inNumber && i > start)
                {
                    OpenUnlessEmpty();
                    _list.Add(new MavenPart.Word(text[start..i], beforeNumber: true));
                    start = i;
                    Open();
                }

                inNumber = true;
            }
            else
            {
                if (inNumber && i > start)
                {
                    _list.Add(new MavenPart.Number(text[start..i]));
                    start = i;
                    Open();
                }

                inNumber = false;
            }
        }

        if (start < text.Length)
        {
            if (!inNumber)
            {
                OpenUnlessEmpty();
            }

            _list.Add(Part(text[start..], inNumber));
        }
    }

    // ".x" is as "-x".
    private void OpenUnlessEmpty()
    {
        if (!_list.IsEmpty)
        {
            Open();
        }
    }

    private void Open()
    {
        var list = new MavenPart.List();
        _list.Add(list);
        _list = list;
        _open.Push(list);
    }

    private static MavenPart Part(string text, bool isNumber) => isNumber ? new MavenPart.Number(text) : new MavenPart.Word(text, beforeNumber: false);
}
