using System.Collections.Immutable;
using System.Globalization;

namespace Bothy.Engine.ImageFiles;

/// <summary>
/// Reads the values of one map by key, noting what has the wrong shape. A key without a value counts as not given, as it does
/// for apko.
/// </summary>
internal sealed class MapReader
{
    private const uint LargestId = uint.MaxValue - 1;

    private readonly Dictionary<string, (SpecNode Node, SourceMark KeyMark)> _values;

    private MapReader(SpecNode.Mapping map, SpecFindings findings)
    {
        Mark = map.Mark;
        Findings = findings;
        _values = map.Entries.ToDictionary(static entry => entry.Key.Value, static entry => (entry.Value, entry.Key.Mark), StringComparer.Ordinal);
    }

    /// <summary>Where the map begins.</summary>
    public SourceMark Mark { get; }

    /// <summary>Where mistakes go.</summary>
    public SpecFindings Findings { get; }

    /// <summary>Reads a map that may have the keys <paramref name="known"/>; null, with a note, where <paramref name="node"/> is none.</summary>
    public static MapReader? Of(SpecNode node, string what, ImmutableArray<string> known, SpecFindings findings)
    {
        if (node is not SpecNode.Mapping map)
        {
            findings.Problem(node.Mark, $"{what} must be a map, not {Kind(node)}");
            return null;
        }

        foreach (var (key, _) in map.Entries.Where(entry => !known.Contains(entry.Key.Value, StringComparer.Ordinal)))
        {
            findings.Problem(key.Mark, $"unknown key '{key.Value}'{SpecFindings.Suggestion(key.Value, known)}");
        }

        return new MapReader(map, findings);
    }

    /// <summary>What a node is, in words.</summary>
    public static string Kind(SpecNode node) => node switch
    {
        SpecNode.Scalar scalar when IsNull(scalar) => "nothing",
        SpecNode.Scalar => "text",
        SpecNode.Sequence => "a list",
        _ => "a map",
    };

    /// <summary>Where the key stands; where the map stands if it lacks it.</summary>
    public SourceMark KeyMark(string key) => _values.TryGetValue(key, out var value) ? value.KeyMark : Mark;

    /// <summary>The value of <paramref name="key"/>, or null.</summary>
    public SpecNode? Node(string key) =>
        _values.TryGetValue(key, out var value) && !(value.Node is SpecNode.Scalar scalar && IsNull(scalar)) ? value.Node : null;

    /// <summary>A scalar's text, whatever it looks like: <c>3000</c> and <c>false</c> are text where text is wanted.</summary>
    public Marked<string>? Text(string key) => Node(key) is { } node ? Text(node, $"'{key}'") : null;

    /// <summary>The same, noting where it is missing or empty.</summary>
    public Marked<string>? RequiredText(string key)
    {
        if (Node(key) is not { } node)
        {
            Findings.Problem(KeyMark(key), $"'{key}' is missing");
            return null;
        }

        var text = Text(node, $"'{key}'");
        Findings.ProblemIf(text?.Value.Length == 0 ? $"'{key}' is empty" : null, node.Mark);
        return text is { Value.Length: > 0 } ? text : null;
    }

    /// <summary>The text as <paramref name="check"/> accepts it, which answers with the reason where it does not.</summary>
    public Marked<string>? Checked(string key, Func<string, string?> check)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        string? reason = check(text.Value);
        Findings.ProblemIf(reason is null ? null : $"'{key}' {reason}", text.Mark);
        return reason is null ? text : null;
    }

    /// <summary>One of <paramref name="choices"/>, or null.</summary>
    public string? Choice(string key, params string[] choices)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        if (choices.Contains(text.Value, StringComparer.Ordinal))
        {
            return text.Value;
        }

        Findings.Problem(text.Mark, $"'{key}' must be {string.Join(" or ", choices)}, not '{text.Value}'{SpecFindings.Suggestion(text.Value, choices)}");
        return null;
    }

    /// <summary>A truth value; false where the key is missing.</summary>
    public bool Flag(string key)
    {
        if (Node(key) is not { } node)
        {
            return false;
        }

        bool isTrue = node is SpecNode.Scalar { IsPlain: true, Text: "true" or "True" or "TRUE" };
        if (!isTrue && node is not SpecNode.Scalar { IsPlain: true, Text: "false" or "False" or "FALSE" })
        {
            Findings.Problem(node.Mark, $"'{key}' must be true or false, not {Quoted(node)}");
        }

        return isTrue;
    }

    /// <summary>A user's or group's number.</summary>
    public uint? Id(string key)
    {
        if (Node(key) is not { } node)
        {
            return null;
        }

        if (node is SpecNode.Scalar { IsPlain: true } scalar && uint.TryParse(scalar.Text, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) && id <= LargestId)
        {
            return id;
        }

        Findings.Problem(node.Mark, FormattableString.Invariant($"'{key}' must be a number from 0 to {LargestId}, not {Quoted(node)}"));
        return null;
    }

    /// <summary>A number from 1 to <paramref name="most"/>.</summary>
    public int? Count(string key, int most)
    {
        if (Node(key) is not { } node)
        {
            return null;
        }

        if (node is SpecNode.Scalar { IsPlain: true } scalar && int.TryParse(scalar.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= 1 && count <= most)
        {
            return count;
        }

        Findings.Problem(node.Mark, FormattableString.Invariant($"'{key}' must be a number from 1 to {most}, not {Quoted(node)}"));
        return null;
    }

    /// <summary>Permission bits.</summary>
    public int? Mode(string key)
    {
        if (Node(key) is not { } node)
        {
            return null;
        }

        if (node is not SpecNode.Scalar scalar)
        {
            Findings.Problem(node.Mark, $"'{key}' must be a mode such as 0o755, not {Kind(node)}");
            return null;
        }

        int? mode = ModeText.Read(scalar.Text, scalar.IsPlain, out string? reason);
        Findings.ProblemIf(reason is null ? null : $"'{key}' {reason}", node.Mark);
        return mode;
    }

    /// <summary>The items of a list; none where the key is missing.</summary>
    public ImmutableArray<SpecNode> List(string key)
    {
        var node = Node(key);
        if (node is null or SpecNode.Sequence)
        {
            return node is SpecNode.Sequence list ? list.Items : [];
        }

        Findings.Problem(node.Mark, $"'{key}' must be a list, not {Kind(node)}");
        return [];
    }

    /// <summary>The items of a list of texts, none of them empty, that <paramref name="check"/> accepts.</summary>
    public ImmutableArray<Marked<string>> Texts(string key, Func<string, string?>? check = null)
    {
        var texts = ImmutableArray.CreateBuilder<Marked<string>>();
        foreach (var item in List(key))
        {
            if (Text(item, $"an entry of '{key}'") is not { } text)
            {
                continue;
            }

            string? reason = text.Value.Length == 0 ? $"an entry of '{key}' is empty" : check?.Invoke(text.Value);
            Findings.ProblemIf(reason, text.Mark);
            if (reason is null)
            {
                texts.Add(text);
            }
        }

        return texts.ToImmutable();
    }

    /// <summary>The readers of a list of maps.</summary>
    public IEnumerable<MapReader> Maps(string key, ImmutableArray<string> known) =>
        List(key).Select(item => Of(item, $"an entry of '{key}'", known, Findings)).OfType<MapReader>();

    /// <summary>The reader of a map, or null.</summary>
    public MapReader? Map(string key, ImmutableArray<string> known) => Node(key) is { } node ? Of(node, $"'{key}'", known, Findings) : null;

    /// <summary>A map of texts by names that <paramref name="checkName"/> accepts; a name without a value has the empty text.</summary>
    public ImmutableSortedDictionary<string, string> TextMap(string key, Func<string, string?> checkName)
    {
        if (Node(key) is not { } node)
        {
            return ImageSpec.NoTexts;
        }

        if (node is not SpecNode.Mapping map)
        {
            Findings.Problem(node.Mark, $"'{key}' must be a map, not {Kind(node)}");
            return ImageSpec.NoTexts;
        }

        var texts = ImageSpec.NoTexts.ToBuilder();
        foreach (var (name, value) in map.Entries)
        {
            string? reason = name.Value.Length == 0 ? "is empty" : checkName(name.Value);
            Findings.ProblemIf(reason is null ? null : $"the name '{name.Value}' in '{key}' {reason}", name.Mark);
            bool isNull = value is SpecNode.Scalar scalar && IsNull(scalar);
            if (isNull || Text(value, $"'{name.Value}'") is not null)
            {
                texts[name.Value] = isNull ? "" : ((SpecNode.Scalar)value).Text;
            }
        }

        return texts.ToImmutable();
    }

    /// <summary>The text of a node, noting where it is none.</summary>
    public Marked<string>? Text(SpecNode node, string what)
    {
        string? reason = node is not SpecNode.Scalar scalar || IsNull(scalar) ? $"{what} must be text, not {Kind(node)}"
            : scalar.Text.Contains('\0', StringComparison.Ordinal) ? $"{what} holds a NUL character"
            : null;
        Findings.ProblemIf(reason, node.Mark);
        return reason is null ? new Marked<string>(((SpecNode.Scalar)node).Text, node.Mark) : null;
    }

    private static bool IsNull(SpecNode.Scalar scalar) => scalar is { IsPlain: true, Text: "" or "~" or "null" or "Null" or "NULL" };

    private static string Quoted(SpecNode node) => node is SpecNode.Scalar scalar ? $"'{scalar.Text}'" : Kind(node);
}
