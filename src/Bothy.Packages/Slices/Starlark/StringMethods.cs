using System.Buffers;
using System.Collections.Immutable;

namespace Bothy.Packages.Slices.Starlark;

/// <summary>The methods of strings.</summary>
internal sealed class StringMethods(Meter meter, ValueRules rules, Sequences sequences)
{
    private static readonly char[] Blanks = [' ', '\t', '\n', '\r', '\v', '\f'];
    private static readonly SearchValues<char> AnyBlank = SearchValues.Create(Blanks);

    /// <summary>The method of that name; null where there is none.</summary>
    public Func<CallArguments, object>? Find(string text, string name)
    {
        var method = Plain(text, name) ?? Cutting(text, name) ?? Searching(text, name);
        return method is null ? null : given =>
        {
            meter.Look(given.Line, text.Length);
            return method(given);
        };
    }

    private Func<CallArguments, object>? Plain(string text, string name) => name switch
    {
        "capitalize" => given => meter.Made(given.Line, text.Length == 0 ? "" : char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant()),
        "elems" => given =>
        {
            meter.MakeItems(given.Line, text.Length);
            return new StarlarkList([.. text.Select(static character => character.ToString())]);
        },
        "format" => given => StringFormat.Braces(text, given, rules, meter),
        "isalnum" => _ => All(text, char.IsLetterOrDigit),
        "isalpha" => _ => All(text, char.IsLetter),
        "isdigit" => _ => All(text, char.IsDigit),
        "islower" => _ => text.Any(char.IsLower) && !text.Any(char.IsUpper),
        "isspace" => _ => All(text, char.IsWhiteSpace),
        "istitle" => _ => text.Any(char.IsLetter) && text == Title(text),
        "isupper" => _ => text.Any(char.IsUpper) && !text.Any(char.IsLower),
        "join" => given => Join(text, given),
        "lower" => given => meter.Made(given.Line, text.ToLowerInvariant()),
        "title" => given => meter.Made(given.Line, Title(text)),
        "upper" => given => meter.Made(given.Line, text.ToUpperInvariant()),
        _ => null,
    };

    private Func<CallArguments, object>? Cutting(string text, string name) => name switch
    {
        "lstrip" => given => meter.Made(given.Line, text.TrimStart(Cutset(given))),
        "partition" => given => Partition(text, given, fromEnd: false),
        "removeprefix" => given => given.Text("prefix") is var prefix && text.StartsWith(prefix, StringComparison.Ordinal) ? meter.Made(given.Line, text[prefix.Length..]) : text,
        "removesuffix" => given => given.Text("suffix") is var suffix && text.EndsWith(suffix, StringComparison.Ordinal) ? meter.Made(given.Line, text[..^suffix.Length]) : text,
        "replace" => given => Replace(text, given),
        "rpartition" => given => Partition(text, given, fromEnd: true),
        "rsplit" => given => Split(text, given, fromEnd: true),
        "rstrip" => given => meter.Made(given.Line, text.TrimEnd(Cutset(given))),
        "split" => given => Split(text, given, fromEnd: false),
        "splitlines" => given => Lines(text, given),
        "strip" => given => Cutset(given) is var cutset ? meter.Made(given.Line, text.TrimStart(cutset).TrimEnd(cutset)) : "",
        _ => null,
    };

    private Func<CallArguments, object>? Searching(string text, string name) => name switch
    {
        "count" => given =>
        {
            var (sought, start, end) = Sought(text, given);
            long count = 0;
            for (int at = start; at <= end && text.IndexOf(sought, at, end - at, StringComparison.Ordinal) is >= 0 and var found; at = found + Math.Max(1, sought.Length))
            {
                meter.Step(given.Line);
                count++;
            }

            return count;
        },
        "endswith" => given => BeginsOrEnds(text, given, "suffix", static (part, sought) => part.EndsWith(sought, StringComparison.Ordinal)),
        "find" => given => IndexIn(text, given, fromEnd: false),
        "index" => given => Found(IndexIn(text, given, fromEnd: false), given),
        "rfind" => given => IndexIn(text, given, fromEnd: true),
        "rindex" => given => Found(IndexIn(text, given, fromEnd: true), given),
        "startswith" => given => BeginsOrEnds(text, given, "prefix", static (part, sought) => part.StartsWith(sought, StringComparison.Ordinal)),
        _ => null,
    };

    private static bool All(string text, Func<char, bool> test) => text.Length > 0 && text.All(test);

    private static string Title(string text) => string.Create(text.Length, text, static (title, text) =>
    {
        bool isInWord = false;
        for (int at = 0; at < title.Length; at++)
        {
            title[at] = isInWord ? char.ToLowerInvariant(text[at]) : char.ToUpperInvariant(text[at]);
            isInWord = char.IsLetter(text[at]);
        }
    });

    private static char[] Cutset(CallArguments given) => given.OptionalText("cutset")?.ToCharArray() ?? Blanks;

    private string Join(string between, CallArguments given)
    {
        var parts = new List<string>();
        long length = 0;
        foreach (object item in sequences.Items(given.Required("elements"), given.Line))
        {
            string part = item as string ?? throw new StarlarkException(given.Line, $"join() takes strings, not a {ValueRules.TypeOf(item)}");
            length += part.Length + between.Length;
            parts.Add(part);
        }

        meter.Make(given.Line, length);
        return string.Join(between, parts);
    }

    private string Replace(string text, CallArguments given)
    {
        string old = given.Text("old");
        string replacement = given.Text("new");
        long most = given.OptionalNumber("count") is { } count and >= 0 ? count : long.MaxValue;
        meter.Search(given.Line, text, old);
        var parts = new List<string>();
        int start = 0;
        int from = 0;
        while (parts.Count < most && from <= text.Length && text.IndexOf(old, from, StringComparison.Ordinal) is >= 0 and var at)
        {
            // Between characters nothing stands too: before each of them and after the last.
            meter.Step(given.Line);
            meter.Make(given.Line, at - start + replacement.Length);
            parts.Add(text[start..at]);
            start = at + old.Length;
            from = Math.Max(start, at + 1);
        }

        parts.Add(meter.Made(given.Line, text[Math.Min(start, text.Length)..]));
        return string.Join(replacement, parts);
    }

    private StarlarkTuple Partition(string text, CallArguments given, bool fromEnd)
    {
        string sought = NotEmpty(given.Text("sep"), given);
        meter.Search(given.Line, text, sought);
        meter.Make(given.Line, text.Length);
        int at = fromEnd ? text.LastIndexOf(sought, StringComparison.Ordinal) : text.IndexOf(sought, StringComparison.Ordinal);
        ImmutableArray<object> parts = at >= 0 ? [text[..at], sought, text[(at + sought.Length)..]] : fromEnd ? ["", "", text] : [text, "", ""];
        return new StarlarkTuple(parts);
    }

    private static string NotEmpty(string separator, CallArguments given) =>
        separator.Length > 0 ? separator : throw new StarlarkException(given.Line, "a separator cannot be empty");

    private StarlarkList Split(string text, CallArguments given, bool fromEnd)
    {
        string? separator = given.OptionalText("sep");
        long most = given.OptionalNumber("maxsplit") is { } count and >= 0 ? count : long.MaxValue;
        meter.Search(given.Line, text, separator ?? " ");
        meter.Make(given.Line, text.Length);
        var parts = separator is null ? Words(text, most, fromEnd) : Pieces(text, NotEmpty(separator, given), most, fromEnd);
        var list = new StarlarkList([]);
        foreach (string part in parts)
        {
            meter.Step(given.Line);
            meter.MakeItems(given.Line, 1);
            list.Items.Add(part);
        }

        if (fromEnd)
        {
            list.Items.Reverse();
        }

        return list;
    }

    private static IEnumerable<string> Pieces(string text, string separator, long most, bool fromEnd)
    {
        var (start, end) = (0, text.Length);
        while (most-- > 0)
        {
            int at = fromEnd ? text.AsSpan(0, end).LastIndexOf(separator) : text.AsSpan(start).IndexOf(separator);
            if (at < 0)
            {
                break;
            }

            at += fromEnd ? 0 : start;
            yield return fromEnd ? text[(at + separator.Length)..end] : text[start..at];
            (start, end) = fromEnd ? (0, at) : (at + separator.Length, end);
        }

        yield return text[start..end];
    }

    // Runs of blanks part words; what is left after the last split keeps the blanks in it.
    private static IEnumerable<string> Words(string text, long most, bool fromEnd)
    {
        var (start, end) = (0, text.Length);
        while (true)
        {
            var rest = text.AsSpan(start, end - start);
            var trimmed = fromEnd ? rest.TrimEnd(Blanks) : rest.TrimStart(Blanks);
            (start, end) = fromEnd ? (start, start + trimmed.Length) : (end - trimmed.Length, end);
            if (trimmed.IsEmpty)
            {
                yield break;
            }

            int at = fromEnd ? trimmed.LastIndexOfAny(AnyBlank) : trimmed.IndexOfAny(AnyBlank);
            if (at < 0 || most-- <= 0)
            {
                yield return fromEnd ? text[start..end].TrimStart(Blanks) : text[start..end].TrimEnd(Blanks);
                yield break;
            }

            at += start;
            yield return fromEnd ? text[(at + 1)..end] : text[start..at];
            (start, end) = fromEnd ? (start, at) : (at, end);
        }
    }

    private StarlarkList Lines(string text, CallArguments given)
    {
        bool keeps = given.Optional("keepends") is { } value && ValueRules.IsTrue(value);
        meter.Make(given.Line, text.Length);
        var lines = new StarlarkList([]);
        int start = 0;
        while (start < text.Length)
        {
            int end = text.AsSpan(start).IndexOfAny('\n', '\r') is >= 0 and var at ? start + at : text.Length;
            int next = end == text.Length ? end : end + (text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? 2 : 1);
            meter.Step(given.Line);
            meter.MakeItems(given.Line, 1);
            lines.Items.Add(text[start..(keeps ? next : end)]);
            start = next;
        }

        return lines;
    }

    private (string Sought, int Start, int End) Sought(string text, CallArguments given)
    {
        string sought = given.Text("sub");
        var (start, end) = Bounds(text, given);
        meter.Search(given.Line, text, sought);
        return (sought, start, end);
    }

    // A start behind the end leaves nothing, not even an empty text.
    private static (int Start, int End) Bounds(string text, CallArguments given)
    {
        long start = given.OptionalNumber("start") ?? 0;
        long end = given.OptionalNumber("end") ?? text.Length;
        start = Math.Clamp(start < 0 ? start + text.Length : start, 0, text.Length + 1L);
        end = Math.Clamp(end < 0 ? end + text.Length : end, 0, text.Length);
        return ((int)start, (int)end);
    }

    private long IndexIn(string text, CallArguments given, bool fromEnd)
    {
        var (sought, start, end) = Sought(text, given);
        if (start > end)
        {
            return -1;
        }

        var part = text.AsSpan(start, end - start);
        int at = fromEnd ? part.LastIndexOf(sought) : part.IndexOf(sought);
        return at < 0 ? -1 : start + at;
    }

    private static long Found(long at, CallArguments given) => at >= 0 ? at : throw new StarlarkException(given.Line, "the text is not in the string");

    private bool BeginsOrEnds(string text, CallArguments given, string name, Func<string, string, bool> test)
    {
        object sought = given.Required(name);
        var (start, end) = Bounds(text, given);
        if (start > end)
        {
            return false;
        }

        string part = start == 0 && end == text.Length ? text : meter.Made(given.Line, text[start..end]);
        return sought is StarlarkTuple several
            ? sequences.Items(several, given.Line).Any(each => test(part, given.As<string>(each, name, "a string")))
            : test(part, given.As<string>(sought, name, "a string"));
    }
}
