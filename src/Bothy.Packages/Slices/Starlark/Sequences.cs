namespace Bothy.Packages.Slices.Starlark;

/// <summary>What can be gone through, indexed and cut: lists, tuples, dicts, ranges and strings.</summary>
internal sealed class Sequences(Meter meter, ValueRules rules)
{
    private const int ItemsAStep = 64;

    /// <summary>The items of a value one after the other. A list and a dict cannot be changed meanwhile.</summary>
    public IEnumerable<object> Items(object value, int line)
    {
        switch (value)
        {
            case StarlarkList list:
                return Locked(list.Items, change => list.Readers += change, line);
            case StarlarkDict dict:
                return Locked(dict.Entries.Keys, change => dict.Readers += change, line);
            case StarlarkTuple tuple:
                return Locked(tuple.Items, static _ => { }, line);
            case StarlarkRange range:
                return Numbers(range, line);
            default:
                throw new StarlarkException(line, $"a {ValueRules.TypeOf(value)} cannot be gone through{(value is string ? "; its elems() can" : "")}");
        }
    }

    /// <summary>The items of a value as a new list, counted.</summary>
    public List<object> ToList(object value, int line)
    {
        var items = new List<object>();
        foreach (object item in Items(value, line))
        {
            meter.MakeItems(line, 1);
            items.Add(item);
        }

        return items;
    }

    private IEnumerable<object> Locked(IEnumerable<object> items, Action<int> read, int line)
    {
        read(1);
        try
        {
            foreach (object item in items)
            {
                meter.Step(line);
                yield return item;
            }
        }
        finally
        {
            read(-1);
        }
    }

    private IEnumerable<object> Numbers(StarlarkRange range, int line)
    {
        long count = range.Count;
        for (long at = 0; at < count; at++)
        {
            meter.Step(line);
            yield return range.Start + (at * range.Step);
        }
    }

    public static void RequireChangeable(int readers, string what, int line)
    {
        if (readers > 0)
        {
            throw new StarlarkException(line, $"a {what} cannot be changed while a loop goes through it");
        }
    }

    /// <summary>How many items a value has.</summary>
    public static long Count(object value, int line) => value switch
    {
        string text => text.Length,
        StarlarkList list => list.Items.Count,
        StarlarkTuple tuple => tuple.Items.Length,
        StarlarkDict dict => dict.Entries.Count,
        StarlarkRange range => range.Count,
        _ => throw new StarlarkException(line, $"a {ValueRules.TypeOf(value)} has no length"),
    };

    /// <summary>Where in a sequence an index points, counted from its end where it is negative.</summary>
    public static int Position(object key, long count, int line)
    {
        long index = key as long? ?? throw new StarlarkException(line, $"an index is a number, not a {ValueRules.TypeOf(key)}");
        long position = index < 0 ? index + count : index;
        return position >= 0 && position < count
            ? (int)position
            : throw new StarlarkException(line, FormattableString.Invariant($"there is no item {index} among {count}"));
    }

    public object Item(object container, object key, int line)
    {
        switch (container)
        {
            case StarlarkDict dict:
                return dict.Entries.TryGetValue(rules.Key(key, line), out object? value)
                    ? value
                    : throw new StarlarkException(line, $"a dict has no key {rules.Written(key, line)}");
            case StarlarkList list:
                return list.Items[Position(key, list.Items.Count, line)];
            case StarlarkTuple tuple:
                return tuple.Items[Position(key, tuple.Items.Length, line)];
            case string text:
                return meter.Made(line, text[Position(key, text.Length, line)].ToString());
            case StarlarkRange { Count: <= int.MaxValue } range:
                return range.Start + (Position(key, range.Count, line) * range.Step);
            default:
                throw new StarlarkException(line, $"a {ValueRules.TypeOf(container)} has no items");
        }
    }

    /// <summary>The part of a sequence from a start to before a stop, by a step.</summary>
    public object Slice(object operand, long? start, long? stop, long? step, int line)
    {
        if (operand is not (string or StarlarkList or StarlarkTuple))
        {
            throw new StarlarkException(line, $"a {ValueRules.TypeOf(operand)} cannot be cut");
        }

        long by = step ?? 1;
        if (by == 0)
        {
            throw new StarlarkException(line, "a slice has a step of zero");
        }

        long count = Count(operand, line);
        long first = Bound(start, count, by, by > 0 ? 0 : count - 1);
        long end = Bound(stop, count, by, by > 0 ? count : -1);
        var range = new StarlarkRange(first, end, by);
        if (operand is string text)
        {
            meter.Make(line, range.Count);
            return by == 1 ? text.Substring((int)Math.Min(first, count), (int)range.Count) : string.Create((int)range.Count, (text, range), static (span, from) =>
            {
                for (int at = 0; at < span.Length; at++)
                {
                    span[at] = from.text[(int)(from.range.Start + (at * from.range.Step))];
                }
            });
        }

        meter.MakeItems(line, range.Count);
        var items = operand is StarlarkList list ? (IReadOnlyList<object>)list.Items : ((StarlarkTuple)operand).Items;
        var cut = new List<object>((int)range.Count);
        for (long at = 0; at < range.Count; at++)
        {
            cut.Add(items[(int)(first + (at * by))]);
        }

        return operand is StarlarkList ? new StarlarkList(cut) : new StarlarkTuple([.. cut]);
    }

    private static long Bound(long? bound, long count, long step, long otherwise)
    {
        if (bound is not { } given)
        {
            return otherwise;
        }

        long at = given < 0 ? Math.Max(given, -count - 1) + count : given;
        return step > 0 ? Math.Clamp(at, 0, count) : Math.Clamp(at, -1, count - 1);
    }

    public void Set(StarlarkDict dict, object key, object value, int line)
    {
        RequireChangeable(dict.Readers, "dict", line);
        meter.MakeItems(line, 2);
        dict.Entries[rules.Key(key, line)] = value;
    }

    public void Update(StarlarkDict dict, StarlarkDict other, int line)
    {
        foreach (var (key, value) in other.Entries.ToList())
        {
            meter.Step(line);
            Set(dict, key, value, line);
        }
    }

    public void Extend(StarlarkList list, object items, int line)
    {
        RequireChangeable(list.Readers, "list", line);
        list.Items.AddRange(ToList(items, line));
    }

    /// <summary>Counts moving the items behind a place.</summary>
    public void Move(long items, int line) => meter.Step(line, items / ItemsAStep);
}
