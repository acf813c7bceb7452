using System.Buffers;
using System.Globalization;
using System.Text;

namespace Bothy.Engine.ImageFiles;

/// <summary>Writes block-style YAML: maps, lists and texts, each text plain where no reader could take it for anything else.</summary>
internal sealed class YamlEmitter
{
    private const int Step = 2;

    private static readonly SearchValues<char> PlainStart =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ/_0123456789");

    // Words that some version of YAML reads as a truth value or as nothing.
    private static readonly string[] Words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];

    private readonly StringBuilder _text = new();
    private int _depth;

    // After "- " the first key of a map continues the line.
    private bool _continues;

    /// <summary>What was written.</summary>
    public override string ToString() => _text.ToString();

    /// <summary>A key with a text.</summary>
    public void Text(string key, string value)
    {
        Key(key);
        Scalar(value);
    }

    /// <summary>A key with a number, a truth value or anything else that is to be plain.</summary>
    public void Plain(string key, object value)
    {
        Key(key);
        _text.Append(CultureInfo.InvariantCulture, $" {value}\n");
    }

    /// <summary>A key with a list of texts.</summary>
    public void Texts(string key, IEnumerable<string> values) => List(key, values, Item);

    /// <summary>A key with a map that <paramref name="entries"/> writes.</summary>
    public void Map(string key, Action entries)
    {
        Key(key);
        _text.Append('\n');
        _depth++;
        entries();
        _depth--;
    }

    /// <summary>A key with a list whose items <paramref name="item"/> writes, each by one call of <see cref="Item(string)"/> or <see cref="Item(Action)"/>.</summary>
    public void List<T>(string key, IEnumerable<T> values, Action<T> item)
    {
        Map(key, () =>
        {
            foreach (var value in values)
            {
                item(value);
            }
        });
    }

    /// <summary>A text in a list.</summary>
    public void Item(string value)
    {
        Dash();
        Scalar(value);
    }

    /// <summary>A map or a list in a list.</summary>
    public void Item(Action entries)
    {
        Dash();
        _text.Append(' ');
        _continues = true;
        _depth++;
        entries();
        _depth--;
        _continues = false;
    }

    /// <summary>A key with any node.</summary>
    public void Node(string key, SpecNode node)
    {
        switch (node)
        {
            case SpecNode.Scalar scalar:
                Key(key);
                Scalar(scalar);
                break;
            case SpecNode.Sequence { Items.IsEmpty: true }:
                Plain(key, "[]");
                break;
            case SpecNode.Mapping { Entries.IsEmpty: true }:
                Plain(key, "{}");
                break;
            default:
                Map(key, () => Inside(node));
                break;
        }
    }

    private void Inside(SpecNode node)
    {
        if (node is SpecNode.Mapping map)
        {
            foreach (var (key, value) in map.Entries)
            {
                Node(key.Value, value);
            }

            return;
        }

        foreach (var item in ((SpecNode.Sequence)node).Items)
        {
            switch (item)
            {
                case SpecNode.Scalar scalar:
                    Dash();
                    Scalar(scalar);
                    break;
                case SpecNode.Sequence { Items.IsEmpty: true }:
                    Dash();
                    _text.Append(" []\n");
                    break;
                case SpecNode.Mapping { Entries.IsEmpty: true }:
                    Dash();
                    _text.Append(" {}\n");
                    break;
                default:
                    Item(() => Inside(item));
                    break;
            }
        }
    }

    private void Key(string key)
    {
        Indent();
        _text.Append(IsPlain(key) ? key : Quote(key)).Append(':');
    }

    private void Dash()
    {
        Indent();
        _text.Append('-');
    }

    private void Indent()
    {
        _text.Append(' ', _continues ? 0 : _depth * Step);
        _continues = false;
    }

    private void Scalar(SpecNode.Scalar scalar)
    {
        if (!scalar.IsPlain)
        {
            // Its quotes said that it is text, and a number without them would not be.
            _text.Append(' ').Append(Quote(scalar.Text)).Append('\n');
        }
        else
        {
            _text.Append(scalar.Text.Length == 0 ? "" : " ").Append(scalar.Text).Append('\n');
        }
    }

    private void Scalar(string value)
    {
        if (IsLiteral(value))
        {
            bool endsLine = value.EndsWith('\n');
            _text.Append(endsLine ? " |\n" : " |-\n");
            foreach (string line in value.Split('\n').SkipLast(endsLine ? 1 : 0))
            {
                _text.Append(' ', line.Length == 0 ? 0 : _depth * Step + Step).Append(line).Append('\n');
            }

            return;
        }

        _text.Append(' ').Append(IsPlain(value) ? value : Quote(value)).Append('\n');
    }

    private static bool IsPlain(string value) =>
        value.Length > 0
        && PlainStart.Contains(value[0])
        && !value.EndsWith(' ') && !value.EndsWith(':')
        && value.All(static character => character is >= ' ' and <= '~')
        && !value.Contains(": ", StringComparison.Ordinal) && !value.Contains(" #", StringComparison.Ordinal)
        && !Words.Contains(value, StringComparer.OrdinalIgnoreCase)
        && (!char.IsAsciiDigit(value[0]) || value.Contains('/', StringComparison.Ordinal));

    // A literal block of several lines, as PEM is; its first line must not begin with a space nor any hold what has to be escaped.
    private static bool IsLiteral(string value) =>
        value.Contains('\n', StringComparison.Ordinal)
        && value[0] is not (' ' or '\n')
        && !value.EndsWith("\n\n", StringComparison.Ordinal)
        && value.All(static character => character is '\n' or (>= ' ' and <= '~'))
        && !value.Contains(" \n", StringComparison.Ordinal) && !value.EndsWith(' ');

    private static string Quote(string value)
    {
        var quoted = new StringBuilder("\"");
        foreach (char character in value)
        {
            _ = character switch
            {
                '"' or '\\' => quoted.Append('\\').Append(character),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                < ' ' or (>= '\u007F' and <= '\u00A0') or '\u2028' or '\u2029' or '\uFEFF' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}"),
                _ => quoted.Append(character),
            };
        }

        return quoted.Append('"').ToString();
    }
}
