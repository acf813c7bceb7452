namespace Bothy.StartProfile;

/// <summary>A type as the just-in-time compiler names it: <c>Outer+Inner`1[arguments][]</c>.</summary>
/// <param name="Name">The full name of the definition; a primitive's is C#'s keyword.</param>
/// <param name="Arguments">What it is instantiated over; empty where it is not generic.</param>
/// <param name="IsArray">Whether it is a one-dimensional array of that.</param>
internal sealed record JitType(string Name, List<JitType> Arguments, bool IsArray);

/// <summary>A method as a line of <c>DOTNET_JitStdOutFile</c> names it.</summary>
/// <param name="Owner">Its type.</param>
/// <param name="Name">Its name.</param>
/// <param name="Arguments">What it is instantiated over itself.</param>
/// <param name="Parameters">How many parameters it has; their types are not told exactly.</param>
internal sealed record JitName(JitType Owner, string Name, List<JitType> Arguments, int Parameters)
{
    /// <summary>Reads <c>TYPE:METHOD[ARGUMENTS](PARAMETERS)</c>.</summary>
    /// <exception cref="FormatException">The line is something else.</exception>
    public static JitName Parse(string line)
    {
        int colon = line.IndexOf(':', StringComparison.Ordinal);
        int parenthesis = colon < 0 ? -1 : line.IndexOf('(', colon);
        if (parenthesis < 0)
        {
            throw new FormatException($"not the name of a method: {line}");
        }

        string method = line[(colon + 1)..parenthesis];
        int bracket = method.IndexOf('[', StringComparison.Ordinal);
        string parameters = line[(parenthesis + 1)..line.LastIndexOf(')')];
        return new JitName(
            Type(line[..colon]),
            bracket < 0 ? method : method[..bracket],
            bracket < 0 ? [] : [.. Split(method[(bracket + 1)..^1]).Select(Type)],
            Split(parameters).Count);
    }

    private static JitType Type(string text)
    {
        bool isArray = text.EndsWith("[]", StringComparison.Ordinal);
        string element = isArray ? text[..^2] : text;
        int bracket = element.IndexOf('[', StringComparison.Ordinal);
        return bracket < 0
            ? new JitType(element, [], isArray)
            : new JitType(element[..bracket], [.. Split(element[(bracket + 1)..^1]).Select(Type)], isArray);
    }

    // At commas outside of brackets.
    private static List<string> Split(string text)
    {
        var parts = new List<string>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '[' or '(' => 1, ']' or ')' => -1, _ => 0 };
            if (text[i] == ',' && depth == 0)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        if (text.Length > 0)
        {
            parts.Add(text[start..]);
        }

        return parts;
    }
}
