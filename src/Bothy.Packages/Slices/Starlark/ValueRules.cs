using System.Globalization;
using System.Text;

namespace Bothy.Packages.Slices.Starlark;

/// <summary>What holds for values of all types: their names, truth, equality, order and text.</summary>
internal sealed class ValueRules(Meter meter)
{
    public static string TypeOf(object value) => value switch
    {
        None => "NoneType",
        bool => "bool",
        long => "int",
        string => "string",
        StarlarkList => "list",
        StarlarkTuple => "tuple",
        StarlarkDict => "dict",
        StarlarkRange => "range",
        StarlarkFunction => "function",
        StarlarkBuiltin => "builtin_function_or_method",
        StarlarkModule => "module",
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    public static bool IsTrue(object value) => value switch
    {
        None => false,
        bool truth => truth,
        long number => number != 0,
        string text => text.Length > 0,
        StarlarkList list => list.Items.Count > 0,
        StarlarkTuple tuple => tuple.Items.Length > 0,
        StarlarkDict dict => dict.Entries.Count > 0,
        StarlarkRange range => range.Count > 0,
        _ => true,
    };

    /// <summary>The same value, which can be the key of a dict.</summary>
    public object Key(object value, int line)
    {
        meter.Step(line);
        switch (value)
        {
            case string text:
                meter.Look(line, text.Length);
                return value;
            case StarlarkTuple tuple:
                meter.Enter(line);
                foreach (object item in tuple.Items)
                {
                    Key(item, line);
                }

                meter.Leave();
                return value;
            case None or bool or long:
                return value;
            default:
                throw new StarlarkException(line, $"a {TypeOf(value)} cannot be the key of a dict");
        }
    }

    public bool AreEqual(object a, object b, int line)
    {
        meter.Step(line);
        switch (a, b)
        {
            case (string left, string right):
                meter.Look(line, Math.Min(left.Length, right.Length));
                return left == right;
            case (long left, long right):
                return left == right;
            case (bool left, bool right):
                return left == right;
            case (StarlarkList left, StarlarkList right):
                return AreEqual(left.Items, right.Items, line);
            case (StarlarkTuple left, StarlarkTuple right):
                return AreEqual(left.Items, right.Items, line);
            case (StarlarkDict left, StarlarkDict right):
                return AreEqual(left, right, line);
            case (StarlarkRange left, StarlarkRange right):
                return left.Count == right.Count && (left.Count == 0 || (left.Start == right.Start && (left.Count == 1 || left.Step == right.Step)));
            default:
                return ReferenceEquals(a, b);
        }
    }

    private bool AreEqual(IReadOnlyList<object> a, IReadOnlyList<object> b, int line)
    {
        if (a.Count != b.Count)
        {
            return false;
        }

        meter.Enter(line);
        bool equal = true;
        for (int i = 0; i < a.Count && equal; i++)
        {
            equal = AreEqual(a[i], b[i], line);
        }

        meter.Leave();
        return equal;
    }

    private bool AreEqual(StarlarkDict a, StarlarkDict b, int line)
    {
        if (a.Entries.Count != b.Entries.Count)
        {
            return false;
        }

        meter.Enter(line);
        bool equal = true;
        foreach (var (key, value) in a.Entries)
        {
            equal = equal && b.Entries.TryGetValue(Key(key, line), out object? other) && AreEqual(value, other, line);
        }

        meter.Leave();
        return equal;
    }

    /// <summary>Which of two values comes first, of a type that has an order.</summary>
    public int Compare(object a, object b, int line)
    {
        meter.Step(line);
        switch (a, b)
        {
            case (string left, string right):
                meter.Look(line, Math.Min(left.Length, right.Length));
                return string.CompareOrdinal(left, right);
            case (long left, long right):
                return left.CompareTo(right);
            case (bool left, bool right):
                return left.CompareTo(right);
            case (StarlarkList left, StarlarkList right):
                return Compare(left.Items, right.Items, line);
            case (StarlarkTuple left, StarlarkTuple right):
                return Compare(left.Items, right.Items, line);
            default:
                throw new StarlarkException(line, $"a {TypeOf(a)} and a {TypeOf(b)} have no order");
        }
    }

    private int Compare(IReadOnlyList<object> a, IReadOnlyList<object> b, int line)
    {
        meter.Enter(line);
        int order = 0;
        for (int i = 0; i < a.Count && i < b.Count && order == 0; i++)
        {
            order = AreEqual(a[i], b[i], line) ? 0 : Compare(a[i], b[i], line);
        }

        meter.Leave();
        return order != 0 ? order : a.Count.CompareTo(b.Count);
    }

    /// <summary>The text of a value: of a string itself.</summary>
    public string Text(object value, int line) => value as string ?? Written(value, line);

    /// <summary>A value as a script would write it.</summary>
    public string Written(object value, int line)
    {
        var text = new StringBuilder();
        Write(text, value, line);
        return text.ToString();
    }

    private void Write(StringBuilder text, object value, int line)
    {
        meter.Step(line);
        int before = text.Length;
        switch (value)
        {
            case None:
                text.Append("None");
                break;
            case bool truth:
                text.Append(truth ? "True" : "False");
                break;
            case long number:
                text.Append(CultureInfo.InvariantCulture, $"{number}");
                break;
            case string written:
                WriteQuoted(text, written);
                break;
            case StarlarkRange range:
                text.Append(CultureInfo.InvariantCulture, $"range({range.Start}, {range.Stop}");
                text.Append(range.Step == 1 ? ")" : string.Create(CultureInfo.InvariantCulture, $", {range.Step})"));
                break;
            case StarlarkCallable callable:
                text.Append(CultureInfo.InvariantCulture, $"<{(callable is StarlarkFunction ? "function" : "built-in function")} {callable.Name}>");
                break;
            case StarlarkModule module:
                text.Append(CultureInfo.InvariantCulture, $"<module {module.Name}>");
                break;
            default:
                meter.Enter(line);
                WriteMany(text, value, line);
                meter.Leave();
                return;
        }

        meter.Make(line, text.Length - before);
    }

    private void WriteMany(StringBuilder text, object value, int line)
    {
        meter.Make(line, 2);
        if (value is StarlarkDict dict)
        {
            string between = "{";
            foreach (var (key, each) in dict.Entries)
            {
                text.Append(between);
                Write(text, key, line);
                text.Append(": ");
                Write(text, each, line);
                between = ", ";
            }

            text.Append(dict.Entries.Count == 0 ? "{}" : "}");
            return;
        }

        var (items, open, close) = value is StarlarkTuple tuple
            ? ((IReadOnlyList<object>)tuple.Items, '(', tuple.Items.Length == 1 ? ",)" : ")")
            : (((StarlarkList)value).Items, '[', "]");
        text.Append(open);
        for (int i = 0; i < items.Count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            Write(text, items[i], line);
        }

        text.Append(close);
    }

    private static void WriteQuoted(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (char character in value)
        {
            _ = character switch
            {
                '"' or '\\' => text.Append('\\').Append(character),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' or '\u007F' => text.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:x2}"),
                _ => text.Append(character),
            };
        }

        text.Append('"');
    }
}
