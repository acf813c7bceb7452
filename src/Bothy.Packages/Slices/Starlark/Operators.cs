using System.Text;

namespace Bothy.Packages.Slices.Starlark;

/// <summary>What the operators do with values.</summary>
internal sealed class Operators(Meter meter, ValueRules rules)
{
    private const int MostShift = 62;

    public static object Unary(string name, object operand, int line) => (name, operand) switch
    {
        ("not", _) => !ValueRules.IsTrue(operand),
        ("+", long number) => number,
        ("-", long number) => Checked(line, () => checked(-number)),
        ("~", long number) => ~number,
        _ => throw new StarlarkException(line, $"'{name}' cannot be used with a {ValueRules.TypeOf(operand)}"),
    };

    public object Binary(string name, object a, object b, int line)
    {
        switch (name)
        {
            case "==":
                return rules.AreEqual(a, b, line);
            case "!=":
                return !rules.AreEqual(a, b, line);
            case "<":
                return rules.Compare(a, b, line) < 0;
            case "<=":
                return rules.Compare(a, b, line) <= 0;
            case ">":
                return rules.Compare(a, b, line) > 0;
            case ">=":
                return rules.Compare(a, b, line) >= 0;
            case "in":
                return Contains(b, a, line);
            case "not in":
                return !Contains(b, a, line);
            case "%" when a is string format:
                return StringFormat.Percent(format, b, rules, meter, line);
            case "+" when a is not long:
                return Join(a, b, line);
            case "*" when a is not long || b is not long:
                return a is long times ? Repeat(b, times, line) : Repeat(a, b as long? ?? throw Cannot(name, a, b, line), line);
            case "|" when a is StarlarkDict left && b is StarlarkDict right:
                return Union(left, right, line);
            default:
                return a is long x && b is long y ? Numbers(name, x, y, line) : throw Cannot(name, a, b, line);
        }
    }

    private static StarlarkException Cannot(string name, object a, object b, int line) =>
        new(line, $"'{name}' cannot be used with a {ValueRules.TypeOf(a)} and a {ValueRules.TypeOf(b)}");

    private static long Numbers(string name, long a, long b, int line) => name switch
    {
        "+" => Checked(line, () => checked(a + b)),
        "-" => Checked(line, () => checked(a - b)),
        "*" => Checked(line, () => checked(a * b)),
        "//" => b == 0 ? throw new StarlarkException(line, "a division by zero") : Checked(line, () => FloorDivide(a, b)),
        "%" => b == 0 ? throw new StarlarkException(line, "a division by zero") : b == -1 ? 0L : FloorRemainder(a, b),
        "|" => a | b,
        "&" => a & b,
        "^" => a ^ b,
        "<<" when b is >= 0 and <= MostShift => Checked(line, () => checked(a * (1L << (int)b))),
        ">>" when b >= 0 => b > MostShift ? (a < 0 ? -1L : 0L) : a >> (int)b,
        "<<" or ">>" => throw new StarlarkException(line, FormattableString.Invariant($"a shift by {b}")),
        "/" => throw new StarlarkException(line, "'/' is not supported, since it makes a floating-point number; '//' divides whole numbers"),
        _ => throw new StarlarkException(line, $"'{name}' cannot be used with numbers"),
    };

    private static long FloorDivide(long a, long b)
    {
        long quotient = checked(a / b);
        return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
    }

    private static long FloorRemainder(long a, long b)
    {
        long remainder = a % b;
        return remainder != 0 && (remainder < 0) != (b < 0) ? remainder + b : remainder;
    }

    private static long Checked(int line, Func<long> compute)
    {
        try
        {
            return compute();
        }
        catch (OverflowException)
        {
            throw new StarlarkException(line, "a number needs more than 64 bits");
        }
    }

    private bool Contains(object container, object value, int line)
    {
        switch (container)
        {
            case string text:
                string sought = value as string ?? throw Cannot("in", value, container, line);
                meter.Search(line, text, sought);
                return text.Contains(sought, StringComparison.Ordinal);
            case StarlarkDict dict:
                return dict.Entries.ContainsKey(rules.Key(value, line));
            case StarlarkRange range:
                return value is long number && range.Contains(number);
            case StarlarkList list:
                return list.Items.Exists(item => rules.AreEqual(item, value, line));
            case StarlarkTuple tuple:
                return tuple.Items.Any(item => rules.AreEqual(item, value, line));
            default:
                throw Cannot("in", value, container, line);
        }
    }

    private object Join(object a, object b, int line)
    {
        switch (a, b)
        {
            case (string left, string right):
                meter.Make(line, (long)left.Length + right.Length);
                return string.Concat(left, right);
            case (StarlarkList left, StarlarkList right):
                meter.MakeItems(line, (long)left.Items.Count + right.Items.Count);
                return new StarlarkList([.. left.Items, .. right.Items]);
            case (StarlarkTuple left, StarlarkTuple right):
                meter.MakeItems(line, (long)left.Items.Length + right.Items.Length);
                return new StarlarkTuple([.. left.Items, .. right.Items]);
            default:
                throw Cannot("+", a, b, line);
        }
    }

    private object Repeat(object value, long times, int line)
    {
        times = Math.Max(0, times);
        switch (value)
        {
            case string text:
                meter.Make(line, Times(text.Length, times));
                return new StringBuilder().Insert(0, text, text.Length == 0 ? 0 : (int)times).ToString();
            case StarlarkList list:
                return new StarlarkList([.. Repeated(list.Items, times, line)]);
            case StarlarkTuple tuple:
                return new StarlarkTuple([.. Repeated(tuple.Items, times, line)]);
            default:
                throw Cannot("*", value, times, line);
        }
    }

    private IEnumerable<object> Repeated(IReadOnlyList<object> items, long times, int line)
    {
        meter.MakeItems(line, Times(items.Count, times));
        return items.Count == 0 ? [] : Enumerable.Range(0, (int)times).SelectMany(_ => items);
    }

    private static long Times(int length, long times) => (long)Int128.Min(long.MaxValue / 16, (Int128)length * times);

    private StarlarkDict Union(StarlarkDict a, StarlarkDict b, int line)
    {
        meter.MakeItems(line, (long)a.Entries.Count + b.Entries.Count);
        var union = new StarlarkDict();
        foreach (var (key, value) in a.Entries.Concat(b.Entries))
        {
            union.Entries[rules.Key(key, line)] = value;
        }

        return union;
    }
}
