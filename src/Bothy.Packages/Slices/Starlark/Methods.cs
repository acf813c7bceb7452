namespace Bothy.Packages.Slices.Starlark;

/// <summary>The methods of values: what stands behind a dot.</summary>
internal sealed class Methods(Meter meter, ValueRules rules, Sequences sequences)
{
    private readonly StringMethods _strings = new(meter, rules, sequences);

    /// <summary>The method of that name, bound to the value.</summary>
    public object Find(object value, string name, int line)
    {
        Func<CallArguments, object>? body = value switch
        {
            string text => _strings.Find(text, name),
            StarlarkList list => OfList(list, name),
            StarlarkDict dict => OfDict(dict, name),
            StarlarkModule module => module.Functions.GetValueOrDefault(name)?.Body,
            _ => null,
        };
        return body is null
            ? throw new StarlarkException(line, $"a {ValueRules.TypeOf(value)} has no '{name}'")
            : new StarlarkBuiltin(name, given =>
            {
                object result = body(given);
                given.End();
                return result;
            });
    }

    private Func<CallArguments, object>? OfList(StarlarkList list, string name) => name switch
    {
        "append" => given => Change(list, given, () =>
        {
            meter.MakeItems(given.Line, 1);
            list.Items.Add(given.Required("x"));
        }),
        "clear" => given => Change(list, given, list.Items.Clear),
        "extend" => given => Change(list, given, () => sequences.Extend(list, given.Required("x"), given.Line)),
        "index" => given => (long)IndexOf(list, given),
        "insert" => given => Change(list, given, () =>
        {
            long index = given.Number("index");
            index = Math.Clamp(index < 0 ? index + list.Items.Count : index, 0, list.Items.Count);
            sequences.Move(list.Items.Count - index, given.Line);
            meter.MakeItems(given.Line, 1);
            list.Items.Insert((int)index, given.Required("x"));
        }),
        "pop" => given =>
        {
            Sequences.RequireChangeable(list.Readers, "list", given.Line);
            int at = Sequences.Position(given.OptionalNumber("index") ?? -1L, list.Items.Count, given.Line);
            sequences.Move(list.Items.Count - at, given.Line);
            object item = list.Items[at];
            list.Items.RemoveAt(at);
            return item;
        },
        "remove" => given => Change(list, given, () =>
        {
            int at = IndexOf(list, given);
            sequences.Move(list.Items.Count - at, given.Line);
            list.Items.RemoveAt(at);
        }),
        _ => null,
    };

    private int IndexOf(StarlarkList list, CallArguments given)
    {
        object sought = given.Required("x");
        int start = (int)Math.Clamp(given.OptionalNumber("start") ?? 0, 0, list.Items.Count);
        int end = (int)Math.Clamp(given.OptionalNumber("end") ?? list.Items.Count, start, list.Items.Count);
        int at = list.Items.FindIndex(start, end - start, item => rules.AreEqual(item, sought, given.Line));
        return at >= 0 ? at : throw new StarlarkException(given.Line, "the value is not in the list");
    }

    private static None Change(StarlarkList list, CallArguments given, Action change)
    {
        Sequences.RequireChangeable(list.Readers, "list", given.Line);
        change();
        return None.Value;
    }

    private Func<CallArguments, object>? OfDict(StarlarkDict dict, string name) => name switch
    {
        "clear" => given =>
        {
            Sequences.RequireChangeable(dict.Readers, "dict", given.Line);
            dict.Entries.Clear();
            return None.Value;
        },
        "get" => given =>
        {
            object key = rules.Key(given.Required("key"), given.Line);
            object otherwise = given.Optional("default") ?? None.Value;
            return dict.Entries.GetValueOrDefault(key, otherwise);
        },
        "items" => given =>
        {
            meter.MakeItems(given.Line, 3L * dict.Entries.Count);
            return new StarlarkList([.. dict.Entries.Select(static entry => new StarlarkTuple([entry.Key, entry.Value]))]);
        },
        "keys" => given => new StarlarkList(sequences.ToList(dict, given.Line)),
        "pop" => given => Pop(dict, given),
        "popitem" => given =>
        {
            Sequences.RequireChangeable(dict.Readers, "dict", given.Line);
            var (key, value) = dict.Entries.Count > 0 ? dict.Entries.GetAt(0) : throw new StarlarkException(given.Line, "the dict is empty");
            sequences.Move(dict.Entries.Count, given.Line);
            dict.Entries.RemoveAt(0);
            return new StarlarkTuple([key, value]);
        },
        "setdefault" => given =>
        {
            object key = rules.Key(given.Required("key"), given.Line);
            object otherwise = given.Optional("default") ?? None.Value;
            if (!dict.Entries.TryGetValue(key, out object? value))
            {
                sequences.Set(dict, key, value = otherwise, given.Line);
            }

            return value;
        },
        "update" => given =>
        {
            Builtins.Fill(dict, given, sequences);
            return None.Value;
        },
        "values" => given =>
        {
            meter.MakeItems(given.Line, dict.Entries.Count);
            return new StarlarkList([.. dict.Entries.Values]);
        },
        _ => null,
    };

    private object Pop(StarlarkDict dict, CallArguments given)
    {
        Sequences.RequireChangeable(dict.Readers, "dict", given.Line);
        object key = rules.Key(given.Required("key"), given.Line);
        object? otherwise = given.Optional("default");
        sequences.Move(dict.Entries.Count, given.Line);
        return dict.Entries.Remove(key, out object? value)
            ? value
            : otherwise ?? throw new StarlarkException(given.Line, $"a dict has no key {rules.Written(key, given.Line)}");
    }
}
