using System.Globalization;
using System.Text;

namespace Bothy.Inspection.StructureTests;

/// <summary>A set of Unicode code points, as a character class of a regular expression; sorted ranges that do not touch.</summary>
internal sealed class RuneSet
{
    private const int Largest = 0x10FFFF;
    private const int FirstSurrogate = 0xD800;
    private const int LastSurrogate = 0xDFFF;

    // Beyond it no letter has another case.
    private const int LastCased = 0x1EFFF;

    private static readonly Lazy<Dictionary<int, int[]>> Orbits = new(MakeOrbits);
    private static readonly Lazy<RuneSet[]> Categories = new(MakeCategories);

    private readonly List<(int First, int Last)> _ranges;

    private RuneSet(List<(int First, int Last)> ranges) => _ranges = ranges;

    /// <summary>Everything.</summary>
    public static RuneSet All { get; } = Of((0, Largest));

    /// <summary>The set of <paramref name="ranges"/>, in any order.</summary>
    public static RuneSet Of(params IEnumerable<(int First, int Last)> ranges)
    {
        var merged = new List<(int First, int Last)>();
        foreach (var range in ranges.Order())
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last + 1)
            {
                merged[^1] = (merged[^1].First, Math.Max(merged[^1].Last, range.Last));
            }
            else
            {
                merged.Add(range);
            }
        }

        return new RuneSet(merged);
    }

    /// <summary>The characters of a text of pairs: <c>09AZaz__</c>.</summary>
    public static RuneSet OfPairs(string pairs) => Of(Enumerable.Range(0, pairs.Length / 2).Select(i => ((int)pairs[2 * i], (int)pairs[(2 * i) + 1])));

    /// <summary>The general category called <paramref name="name"/> (<c>L</c>, <c>Lu</c>, <c>Any</c>); null where none is.</summary>
    public static RuneSet? Category(string name)
    {
        const string Names = "LuLlLtLmLoMnMcMeNdNlNoZsZlZpCcCfCsCoPcPdPsPePiPfPoSmScSkSo";
        if (name == "Any")
        {
            return All;
        }

        var wanted = Enumerable.Range(0, Names.Length / 2)
            .Where(i => name.Length is 1 or 2 && Names.AsSpan(2 * i, 2).StartsWith(name, StringComparison.Ordinal))
            .ToList();
        return wanted.Count == 0 ? null : wanted.Select(i => Categories.Value[i]).Aggregate((all, next) => all.Or(next));
    }

    public RuneSet Or(RuneSet other) => Of(_ranges.Concat(other._ranges));

    public RuneSet Not()
    {
        var gaps = new List<(int First, int Last)>();
        int next = 0;
        foreach (var (first, last) in _ranges)
        {
            if (first > next)
            {
                gaps.Add((next, first - 1));
            }

            next = last + 1;
        }

        if (next <= Largest)
        {
            gaps.Add((next, Largest));
        }

        return new RuneSet(gaps);
    }

    public bool Contains(int rune) => _ranges.Exists(range => rune >= range.First && rune <= range.Last);

    /// <summary>This and the same letters in every case.</summary>
    public RuneSet Folded()
    {
        var more = new List<(int First, int Last)>();
        foreach (var (first, last) in _ranges)
        {
            if (last - first > Orbits.Value.Count)
            {
                more.AddRange(Orbits.Value.Where(orbit => orbit.Key >= first && orbit.Key <= last).SelectMany(orbit => orbit.Value).Select(rune => (rune, rune)));
                continue;
            }

            for (int rune = first; rune <= last; rune++)
            {
                more.AddRange(Orbits.Value.GetValueOrDefault(rune, []).Select(other => (other, other)));
            }
        }

        return more.Count == 0 ? this : Of(_ranges.Concat(more));
    }

    /// <summary>As a pattern of .NET, whose characters are UTF-16: beyond the first plane a pair of surrogates is one character.</summary>
    /// <param name="ascii">Whether only what of it is ASCII matters.</param>
    public string ToPattern(bool ascii)
    {
        var basic = new StringBuilder();
        var pairs = new List<string>();
        foreach (var (first, last) in ascii ? _ranges.Where(range => range.First < 0x80).Select(range => (range.First, Math.Min(range.Last, 0x7F))) : _ranges)
        {
            Add(basic, first, Math.Min(last, FirstSurrogate - 1));
            Add(basic, Math.Max(first, LastSurrogate + 1), Math.Min(last, 0xFFFF));
            AddPairs(pairs, Math.Max(first, 0x10000), last);
        }

        IEnumerable<string> parts = basic.Length > 0 ? pairs.Prepend($"[{basic}]") : pairs;
        return pairs.Count == 0 ? (basic.Length > 0 ? $"[{basic}]" : @"[^\s\S]") : $"(?:{string.Join('|', parts)})";
    }

    private static void Add(StringBuilder set, int first, int last)
    {
        if (first <= last)
        {
            set.Append(Escape(first));
            if (last > first)
            {
                set.Append('-').Append(Escape(last));
            }
        }
    }

    // By leading surrogate: the first and the last of a range may have only part of the trailing ones.
    private static void AddPairs(List<string> pairs, int first, int last)
    {
        while (first <= last)
        {
            int end = first | 0x3FF;
            if ((first & 0x3FF) == 0 && end <= last)
            {
                end = ((last + 1) & ~0x3FF) - 1;
                pairs.Add($"{Set(Lead(first), Lead(end))}[\\uDC00-\\uDFFF]");
            }
            else
            {
                end = Math.Min(end, last);
                pairs.Add($"{Escape(Lead(first))}{Set(Trail(first), Trail(end))}");
            }

            first = end + 1;
        }
    }

    private static string Set(int first, int last) => first == last ? Escape(first) : $"[{Escape(first)}-{Escape(last)}]";

    private static int Lead(int rune) => FirstSurrogate + ((rune - 0x10000) >> 10);

    private static int Trail(int rune) => 0xDC00 + ((rune - 0x10000) & 0x3FF);

    private static string Escape(int unit) => string.Create(CultureInfo.InvariantCulture, $"\\u{unit:X4}");

    // Unicode's simple case folding: letters are the same where upper and then lower case makes them so.
    private static Dictionary<int, int[]> MakeOrbits()
    {
        var letters = Enumerable.Range(0, LastCased + 1)
            .Where(Rune.IsValid)
            .Select(rune => (Rune: rune, Key: Rune.ToLowerInvariant(Rune.ToUpperInvariant(new Rune(rune))).Value))
            .ToList();
        return letters
            .Where(letter => letter.Key != letter.Rune)
            .SelectMany(letter => new[] { letter, (letter.Key, letter.Key) })

            // .NET leaves the long s alone, since its upper case is ASCII.
            .Append((0x17F, 's'))
            .Distinct()
            .GroupBy(letter => letter.Item2, letter => letter.Item1)
            .Select(orbit => orbit.Append(orbit.Key).Distinct().ToArray())
            .SelectMany(orbit => orbit.Select(rune => (rune, orbit)))
            .ToDictionary(one => one.rune, one => one.orbit);
    }

    private static RuneSet[] MakeCategories()
    {
        UnicodeCategory[] order =
        [
            UnicodeCategory.UppercaseLetter, UnicodeCategory.LowercaseLetter, UnicodeCategory.TitlecaseLetter, UnicodeCategory.ModifierLetter, UnicodeCategory.OtherLetter,
            UnicodeCategory.NonSpacingMark, UnicodeCategory.SpacingCombiningMark, UnicodeCategory.EnclosingMark,
            UnicodeCategory.DecimalDigitNumber, UnicodeCategory.LetterNumber, UnicodeCategory.OtherNumber,
            UnicodeCategory.SpaceSeparator, UnicodeCategory.LineSeparator, UnicodeCategory.ParagraphSeparator,
            UnicodeCategory.Control, UnicodeCategory.Format, UnicodeCategory.Surrogate, UnicodeCategory.PrivateUse,
            UnicodeCategory.ConnectorPunctuation, UnicodeCategory.DashPunctuation, UnicodeCategory.OpenPunctuation, UnicodeCategory.ClosePunctuation,
            UnicodeCategory.InitialQuotePunctuation, UnicodeCategory.FinalQuotePunctuation, UnicodeCategory.OtherPunctuation,
            UnicodeCategory.MathSymbol, UnicodeCategory.CurrencySymbol, UnicodeCategory.ModifierSymbol, UnicodeCategory.OtherSymbol,
        ];
        var ranges = new List<(int First, int Last)>[30];
        for (int rune = 0; rune <= Largest; rune++)
        {
            var of = ranges[(int)CharUnicodeInfo.GetUnicodeCategory(rune)] ??= [];
            if (of.Count > 0 && of[^1].Last == rune - 1)
            {
                of[^1] = (of[^1].First, rune);
            }
            else
            {
                of.Add((rune, rune));
            }
        }

        return [.. order.Select(category => new RuneSet(ranges[(int)category] ?? []))];
    }
}
