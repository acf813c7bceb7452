using System.Globalization;
using System.Text;

namespace Bothy.Packages.Slices.Starlark;

/// <summary>The two ways of putting values into a text: <c>"%s" % value</c> and <c>"{}".format(value)</c>.</summary>
internal static class StringFormat
{
    public static string Percent(string format, object values, ValueRules rules, Meter meter, int line)
    {
        var text = new StringBuilder();
        int used = 0;
        meter.Make(line, format.Length);
        for (int at = 0; at < format.Length; at++)
        {
            if (format[at] != '%')
            {
                text.Append(format[at]);
                continue;
            }

            if (++at == format.Length)
            {
                throw new StarlarkException(line, "a '%' stands at the end of a format");
            }

            if (format[at] == '%')
            {
                text.Append('%');
                continue;
            }

            object value;
            if (format[at] == '(')
            {
                int close = format.IndexOf(')', at);
                string key = close > at ? format[(at + 1)..close] : throw new StarlarkException(line, "a format has a '(' without a ')'");
                value = values is StarlarkDict dict && dict.Entries.TryGetValue(key, out object? found)
                    ? found
                    : throw new StarlarkException(line, $"a format asks for '{key}', which is not among its values");
                at = close + 1;
                used = 1;
            }
            else
            {
                value = Next(values, used++, line);
            }

            Append(text, at < format.Length ? format[at] : ' ', value, rules, meter, line);
        }

        int given = values is StarlarkTuple tuple ? tuple.Items.Length : 1;
        return used == given || values is StarlarkDict
            ? text.ToString()
            : throw new StarlarkException(line, string.Create(CultureInfo.InvariantCulture, $"a format takes {used} values, not {given}"));
    }

    private static object Next(object values, int at, int line) => values switch
    {
        StarlarkTuple tuple when at < tuple.Items.Length => tuple.Items[at],
        not StarlarkTuple when at == 0 => values,
        _ => throw new StarlarkException(line, "a format takes more values than it is given"),
    };

    private static void Append(StringBuilder text, char kind, object value, ValueRules rules, Meter meter, int line)
    {
        string added = (kind, value) switch
        {
            ('s', _) => rules.Text(value, line),
            ('r', _) => rules.Written(value, line),
            ('d' or 'i', long number) => number.ToString(CultureInfo.InvariantCulture),
            ('x', long number) => Signed(number, "x"),
            ('X', long number) => Signed(number, "X"),
            ('o', long number) => number < 0 ? $"-{Convert.ToString(-number, 8)}" : Convert.ToString(number, 8),
            ('c', string { Length: 1 } character) => character,
            ('c', long point and >= 0 and <= 0xFFFF) when !char.IsSurrogate((char)point) => ((char)point).ToString(),
            _ => throw new StarlarkException(line, $"'%{kind}' cannot be used with a {ValueRules.TypeOf(value)}"),
        };
        text.Append(meter.Made(line, added));
    }

    private static string Signed(long number, string format) =>
        number < 0 ? "-" + ((ulong)-(Int128)number).ToString(format, CultureInfo.InvariantCulture) : number.ToString(format, CultureInfo.InvariantCulture);

    public static string Braces(string format, CallArguments arguments, ValueRules rules, Meter meter)
    {
        int line = arguments.Line;
        var positional = arguments.Rest();
        var named = arguments.NamedRest();
        var text = new StringBuilder();
        int next = 0;
        meter.Make(line, format.Length);
        for (int at = 0; at < format.Length; at++)
        {
            char character = format[at];
            bool isDoubled = at + 1 < format.Length && format[at + 1] == character;
            if (character is '{' or '}' && isDoubled)
            {
                text.Append(character);
                at++;
            }
            else if (character == '}')
            {
                throw new StarlarkException(line, "a format has a '}' without a '{'");
            }
            else if (character == '{')
            {
                int close = format.IndexOf('}', at);
                string field = close < 0 ? throw new StarlarkException(line, "a format has a '{' without a '}'") : format[(at + 1)..close];
                string? written = field.EndsWith("!r", StringComparison.Ordinal) ? field[..^2] : null;
                string name = written ?? (field.EndsWith("!s", StringComparison.Ordinal) ? field[..^2] : field);
                object value = Field(name, positional, named, ref next, line);
                text.Append(meter.Made(line, written is null ? rules.Text(value, line) : rules.Written(value, line)));
                at = close;
            }
            else
            {
                text.Append(character);
            }
        }

        return text.ToString();
    }

    private static object Field(string name, List<object> positional, List<(string Name, object Value)> named, ref int next, int line)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
        {
            int at = name.Length == 0 ? next++ : int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1;
            return at >= 0 && at < positional.Count
                ? positional[at]
                : throw new StarlarkException(line, $"a format asks for '{{{name}}}', which is not among its values");
        }

        int found = named.FindIndex(each => each.Name == name);
        return found >= 0 ? named[found].Value : throw new StarlarkException(line, $"a format asks for '{name}', which is not among its values");
    }
}
