using System.Globalization;

namespace Bothy.Engine.Assembly.Scripts;

/// <summary>Evaluates <c>test</c> and <c>[</c> (POSIX.1, test) with answers that may be unknown.</summary>
internal sealed class ScriptTests(IScriptWorld world)
{
    public bool? Evaluate(ScriptCommand command)
    {
        var arguments = command.Words.Skip(1).ToList();
        if (command.Name == "[" && arguments is [.., "]"])
        {
            arguments.RemoveAt(arguments.Count - 1);
        }

        return Or(arguments);
    }

    private bool? Or(List<string?> arguments)
    {
        int or = arguments.Count > 3 ? arguments.IndexOf("-o", 1) : -1;
        if (or < 0)
        {
            return And(arguments);
        }

        bool? left = And(arguments[..or]);
        bool? right = Or(arguments[(or + 1)..]);
        return left == true || right == true ? true : left is null || right is null ? null : false;
    }

    private bool? And(List<string?> arguments)
    {
        int and = arguments.Count > 3 ? arguments.IndexOf("-a", 1) : -1;
        if (and < 0)
        {
            return Primary(arguments);
        }

        bool? left = Primary(arguments[..and]);
        bool? right = And(arguments[(and + 1)..]);
        return left == false || right == false ? false : left is null || right is null ? null : true;
    }

    private bool? Primary(List<string?> arguments) => arguments switch
    {
        [] => false,
        ["!", .. var rest] when rest.Count > 0 && !(rest.Count == 2 && IsBinary(rest[0])) => !Primary(rest),
        [var value] => value is null ? null : value.Length > 0,
        [{ } test, var value] => Unary(test, value),
        [var left, { } test, var right] => Binary(left, test, right),
        _ => null,
    };

    private bool? Unary(string test, string? value) => (test, value) switch
    {
        (_, null) => null,
        ("-n", _) => value.Length > 0,
        ("-z", _) => value.Length == 0,
        ("-t", _) => false,
        _ => value.Length == 0 ? false : world.TestFile(test, value),
    };

    private static bool? Binary(string? left, string test, string? right)
    {
        if (left is null || right is null)
        {
            return null;
        }

        if (test is "=" or "==")
        {
            return left == right;
        }

        if (test == "!=")
        {
            return left != right;
        }

        bool numbers = long.TryParse(left, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long a)
            & long.TryParse(right, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long b);
        return (numbers, test) switch
        {
            (true, "-eq") => a == b,
            (true, "-ne") => a != b,
            (true, "-lt") => a < b,
            (true, "-le") => a <= b,
            (true, "-gt") => a > b,
            (true, "-ge") => a >= b,
            _ => null,
        };
    }

    private static bool IsBinary(string? word) => word is "=" or "==" or "!=" or "-eq" or "-ne" or "-lt" or "-le" or "-gt" or "-ge";
}
