using System.Collections.Immutable;
using System.Globalization;

namespace Bothy.Packages.Slices.Reading;

/// <summary>Takes the values of a map by their keys; keys that nobody has asked for are mistakes.</summary>
internal sealed class YamlMapReader
{
    private readonly YamlNode.Map? _map;
    private readonly YamlNode _node;
    private readonly FindingList _findings;
    private readonly List<string> _known = [];

    /// <summary>Reads <paramref name="node"/>, which has to be a map, or nothing where <paramref name="isOptional"/>.</summary>
    public YamlMapReader(YamlNode node, string what, FindingList findings, bool isOptional = false)
    {
        _node = node;
        _findings = findings;
        _map = node as YamlNode.Map;
        if (_map is null && !(isOptional && node is YamlNode.Scalar { IsNull: true }))
        {
            findings.Add(node, $"{what} is a map, not {node.Kind}");
        }
    }

    /// <summary>Whether there is anything to read.</summary>
    public bool IsMap => _map is not null;

    /// <summary>The value of <paramref name="key"/>; null where it has none, or nothing for a value.</summary>
    public YamlNode? Node(string key)
    {
        _known.Add(key);
        foreach (var (name, value) in _map?.Entries ?? [])
        {
            if (name.Text == key)
            {
                return value is YamlNode.Scalar { IsNull: true } ? null : value;
            }
        }

        return null;
    }

    public YamlNode.Scalar? Scalar(string key)
    {
        var node = Node(key);
        if (node is null or YamlNode.Scalar)
        {
            return (YamlNode.Scalar?)node;
        }

        _findings.Add(node, $"'{key}' is a text, not {node.Kind}");
        return null;
    }

    /// <summary>A text that may be empty.</summary>
    public string? Text(string key) => Scalar(key)?.Text;

    /// <summary>A text that has to be there and not be empty.</summary>
    public string RequiredText(string key)
    {
        int before = _findings.Count;
        string? text = Text(key);
        if (string.IsNullOrEmpty(text) && _findings.Count == before)
        {
            _findings.Add(_node, $"'{key}' is missing");
        }

        return text ?? "";
    }

    public bool Truth(string key)
    {
        var scalar = Scalar(key);
        bool? truth = scalar?.Text switch
        {
            null or "false" or "False" or "FALSE" => false,
            "true" or "True" or "TRUE" => true,
            _ => null,
        };
        if (truth is null)
        {
            _findings.Add(scalar!, $"'{key}' is true or false, not '{scalar!.Text}'");
        }

        return truth ?? false;
    }

    public int? Number(string key, int least, int most)
    {
        var scalar = Scalar(key);
        if (scalar is null)
        {
            return null;
        }

        if (int.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most)
        {
            return number;
        }

        _findings.Add(scalar, FormattableString.Invariant($"'{key}' is a number from {least} to {most}, not '{scalar.Text}'"));
        return null;
    }

    /// <summary>A list of texts; a single text stands for a list of one where <paramref name="orOne"/>.</summary>
    public List<YamlNode.Scalar> Texts(string key, bool orOne = false)
    {
        var node = Node(key);
        var texts = new List<YamlNode.Scalar>();
        if (node is YamlNode.Scalar single && orOne)
        {
            texts.Add(single);
        }
        else if (node is YamlNode.List list)
        {
            foreach (var item in list.Items)
            {
                if (item is YamlNode.Scalar { IsNull: false } text)
                {
                    texts.Add(text);
                }
                else
                {
                    _findings.Add(item, $"'{key}' is a list of texts, this is {item.Kind}");
                }
            }
        }
        else if (node is not null)
        {
            _findings.Add(node, $"'{key}' is a list, not {node.Kind}");
        }

        return texts;
    }

    public ImmutableArray<string> TextArray(string key) => [.. Texts(key).Select(static text => text.Text)];

    /// <summary>The entries of the map under <paramref name="key"/>.</summary>
    public IEnumerable<KeyValuePair<YamlNode.Scalar, YamlNode>> Entries(string key)
    {
        var node = Node(key);
        if (node is null or YamlNode.Map)
        {
            return ((YamlNode.Map?)node)?.Entries ?? [];
        }

        _findings.Add(node, $"'{key}' is a map, not {node.Kind}");
        return [];
    }

    /// <summary>Notes every key that was not asked for.</summary>
    public void Finish()
    {
        foreach (var (name, _) in _map?.Entries ?? [])
        {
            if (!_known.Contains(name.Text, StringComparer.Ordinal))
            {
                _findings.Add(name, $"unknown key '{name.Text}'{FindingList.DidYouMean(name.Text, _known)}");
            }
        }
    }
}
