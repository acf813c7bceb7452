using System.Globalization;

namespace Bothy.Packages.Slices.Starlark;

/// <summary>The functions of the language.</summary>
internal sealed class Builtins(
    Meter meter, ValueRules rules, Sequences sequences, Func<object, List<object>, List<(string Name, object Value)>, int, object> call)
{
    /// <summary>Puts them, and the constants, into a scope.</summary>
    public void AddTo(Scope scope)
    {
        scope.Set("None", None.Value);
        scope.Set("True", true);
        scope.Set("False", false);
        Add("abs", static given => given.Number("x") is var number and not long.MinValue ? Math.Abs(number) : throw new StarlarkException(given.Line, "a number needs more than 64 bits"));
        Add("all", given => sequences.Items(given.Required("elements"), given.Line).All(ValueRules.IsTrue));
        Add("any", given => sequences.Items(given.Required("elements"), given.Line).Any(ValueRules.IsTrue));
        Add("bool", static given => given.Optional("x") is { } value && ValueRules.IsTrue(value));
        Add("chr", given => given.Number("i") is >= 0 and <= 0x10FFFF and not (>= 0xD800 and <= 0xDFFF) and var point
            ? char.ConvertFromUtf32((int)point)
            : throw new StarlarkException(given.Line, "chr() takes the number of a character"));
        Add("dict", Dict);
        Add("enumerate", Enumerate);
        Add("fail", given => throw new StarlarkException(given.Line, $"it fails: {string.Join(' ', given.Rest().Select(value => rules.Text(value, given.Line)))}"));
        Add("int", Int);
        Add("len", static given => Sequences.Count(given.Required("x"), given.Line));
        Add("list", given => new StarlarkList(given.Optional("x") is { } value ? sequences.ToList(value, given.Line) : []));
        Add("max", given => Most(given, 1));
        Add("min", given => Most(given, -1));
        Add("ord", static given => given.Text("s") is { Length: > 0 } text && char.IsSurrogatePair(text + "\0", 0) == (text.Length == 2) && text.Length <= 2
            ? (long)char.ConvertToUtf32(text + "\0", 0)
            : throw new StarlarkException(given.Line, "ord() takes one character"));

        // What is printed while an image is built goes nowhere.
        Add("print", static given =>
        {
            given.Rest();
            given.Named("sep");
            return None.Value;
        });
        Add("range", Range);
        Add("repr", given => rules.Written(given.Required("x"), given.Line));
        Add("reversed", given =>
        {
            var items = sequences.ToList(given.Required("sequence"), given.Line);
            items.Reverse();
            return new StarlarkList(items);
        });
        Add("sorted", given => new StarlarkList(Sorted(given)));
        Add("str", given => rules.Text(given.Required("x"), given.Line));
        Add("tuple", given => new StarlarkTuple([.. given.Optional("x") is { } value ? sequences.ToList(value, given.Line) : []]));
        Add("type", static given => ValueRules.TypeOf(given.Required("x")));
        Add("zip", Zip);

        void Add(string name, Func<CallArguments, object> body) => scope.Set(name, new StarlarkBuiltin(name, given =>
        {
            object value = body(given);
            given.End();
            return value;
        }));
    }

    private StarlarkDict Dict(CallArguments given)
    {
        var dict = new StarlarkDict();
        Fill(dict, given, sequences);
        return dict;
    }

    /// <summary>Puts what <c>dict()</c> and <c>update()</c> take into a dict: another, or pairs, and named values.</summary>
    public static void Fill(StarlarkDict dict, CallArguments given, Sequences sequences)
    {
        if (given.Left > 0 && given.Required("pairs") is var pairs)
        {
            if (pairs is StarlarkDict other)
            {
                sequences.Update(dict, other, given.Line);
            }
            else
            {
                foreach (object pair in sequences.Items(pairs, given.Line))
                {
                    var two = sequences.ToList(pair, given.Line);
                    if (two.Count != 2)
                    {
                        throw new StarlarkException(given.Line, "a dict is made of pairs");
                    }

                    sequences.Set(dict, two[0], two[1], given.Line);
                }
            }
        }

        foreach (var (name, value) in given.NamedRest())
        {
            sequences.Set(dict, name, value, given.Line);
        }
    }

    private StarlarkList Enumerate(CallArguments given)
    {
        var items = sequences.ToList(given.Required("elements"), given.Line);
        long start = given.OptionalNumber("start") ?? 0;
        meter.MakeItems(given.Line, 2L * items.Count);
        return new StarlarkList([.. items.Select((item, at) => new StarlarkTuple([unchecked(start + at), item]))]);
    }

    private static object Int(CallArguments given)
    {
        object value = given.Required("x");
        long numberBase = given.OptionalNumber("base") ?? 10;
        switch (value)
        {
            case long number:
                return number;
            case bool truth:
                return truth ? 1L : 0L;
            case string text:
                string digits = text.Trim();
                bool isNegative = digits.StartsWith('-');
                digits = isNegative || digits.StartsWith('+') ? digits[1..] : digits;
                long parsed = 0;
                bool isGood = numberBase is >= 2 and <= 36 && NumberText.TryParseDigits(Bare(digits, numberBase), (int)numberBase, out parsed);
                return isGood || (numberBase == 0 && NumberText.TryParse(digits, out parsed))
                    ? (isNegative ? -parsed : parsed)
                    : throw new StarlarkException(given.Line, string.Create(CultureInfo.InvariantCulture, $"'{text}' is not a number of base {numberBase}"));
            default:
                throw new StarlarkException(given.Line, $"int() takes a string or a number, not a {ValueRules.TypeOf(value)}");
        }
    }

    // The mark of a base may stand before digits of that base.
    private static string Bare(string digits, long numberBase)
    {
        string mark = numberBase switch { 16 => "0x", 8 => "0o", 2 => "0b", _ => "" };
        return mark.Length > 0 && digits.StartsWith(mark, StringComparison.OrdinalIgnoreCase) ? digits[2..] : digits;
    }

    private static StarlarkRange Range(CallArguments given)
    {
        long first = given.Number("start_or_stop");
        long? stop = given.OptionalNumber("stop");
        long step = given.OptionalNumber("step") ?? 1;
        return step == 0 ? throw new StarlarkException(given.Line, "range() has a step of zero")
            : stop is { } end ? new StarlarkRange(first, end, step)
            : new StarlarkRange(0, first, step);
    }

    private object Most(CallArguments given, int sign)
    {
        object? key = given.Named("key");
        var values = given.Rest();
        var items = values.Count == 1 ? sequences.ToList(values[0], given.Line) : values;
        if (items.Count == 0)
        {
            throw new StarlarkException(given.Line, "there is neither a largest nor a smallest of nothing");
        }

        var keys = items.ConvertAll(item => KeyOf(item, key, given.Line));
        int most = 0;
        for (int at = 1; at < items.Count; at++)
        {
            most = rules.Compare(keys[at], keys[most], given.Line) * sign > 0 ? at : most;
        }

        return items[most];
    }

    private object KeyOf(object item, object? key, int line) => key is null or None ? item : call(key, [item], [], line);

    // A merge sort of our own: it is stable, and what a comparison throws comes out as it is.
    private List<object> Sorted(CallArguments given)
    {
        var items = sequences.ToList(given.Required("elements"), given.Line);
        object? key = given.Named("key");
        int sign = given.NamedTruth("reverse") ? -1 : 1;
        var pairs = items.Select(item => (Key: KeyOf(item, key, given.Line), Item: item)).ToArray();
        var spare = new (object Key, object Item)[pairs.Length];
        for (int width = 1; width < pairs.Length; width *= 2)
        {
            for (int start = 0; start < pairs.Length; start += 2 * width)
            {
                int middle = Math.Min(start + width, pairs.Length);
                int end = Math.Min(start + (2 * width), pairs.Length);
                var (left, right) = (start, middle);
                for (int at = start; at < end; at++)
                {
                    bool takesLeft = left < middle && (right == end || rules.Compare(pairs[left].Key, pairs[right].Key, given.Line) * sign <= 0);
                    spare[at] = takesLeft ? pairs[left++] : pairs[right++];
                }
            }

            (pairs, spare) = (spare, pairs);
        }

        return [.. pairs.Select(static pair => pair.Item)];
    }

    private StarlarkList Zip(CallArguments given)
    {
        var columns = given.Rest().ConvertAll(value => sequences.ToList(value, given.Line));
        int rows = columns.Count == 0 ? 0 : columns.Min(static column => column.Count);
        meter.MakeItems(given.Line, (long)rows * (columns.Count + 1));
        return new StarlarkList([.. Enumerable.Range(0, rows).Select(row => new StarlarkTuple([.. columns.Select(column => column[row])]))]);
    }
}
