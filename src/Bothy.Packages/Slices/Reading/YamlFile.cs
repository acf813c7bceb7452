using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Bothy.Packages.Slices.Reading;

/// <summary>
/// Reads the one YAML document of a file into nodes that know their places. An alias is its node again, counted with everything
/// below it: a small file cannot unfold into a huge one.
/// </summary>
internal sealed class YamlFile
{
    private const int MaxDepth = 16;
    private const int MaxNodes = 200_000;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly FindingList _findings;
    private readonly Parser _parser;
    private Dictionary<string, (YamlNode Node, int Size)>? _anchors;
    private int _nodes;

    private YamlFile(string text, FindingList findings)
    {
        _findings = findings;
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>The root of the document; null after noting why there is none.</summary>
    public static YamlNode? Read(ReadOnlySpan<byte> bytes, FindingList findings)
    {
        try
        {
            string text = Strict.GetString(bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes[3..] : bytes);
            return new YamlFile(text, findings).ReadDocument();
        }
        catch (DecoderFallbackException)
        {
            findings.Add(1, 1, "the file is not UTF-8");
        }
        catch (YamlException failure)
        {
            string reason = failure.Message.TrimEnd('.');
            findings.Add((int)Math.Max(1, failure.Start.Line), (int)Math.Max(1, failure.Start.Column), char.ToLowerInvariant(reason[0]) + reason[1..]);
        }
        catch (InvalidOperationException)
        {
            // YamlDotNet 16.3 throws it at some plain text inside flow collections.
            findings.Add(1, 1, "the file is not YAML");
        }

        return null;
    }

    private YamlNode? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
        {
            _findings.Add(1, 1, "the file is empty");
            return null;
        }

        _parser.Consume<DocumentStart>();
        var root = ReadNode(depth: 0);
        _parser.Consume<DocumentEnd>();
        if (_parser.Accept<DocumentStart>(out var second))
        {
            _findings.Add((int)second.Start.Line, (int)second.Start.Column, "a second document begins here; a file is one document");
        }

        return root;
    }

    private YamlNode ReadNode(int depth)
    {
        var next = _parser.Require<ParsingEvent>();
        Count(1, next);
        if (depth > MaxDepth)
        {
            throw new YamlException(next.Start, next.End, $"more than {MaxDepth} levels are nested");
        }

        if (next is AnchorAlias alias)
        {
            _parser.MoveNext();
            if (_anchors is null || !_anchors.TryGetValue(alias.Value.Value, out var anchored))
            {
                throw new YamlException(alias.Start, alias.End, $"nothing is called '&{alias.Value.Value}' before this '*{alias.Value.Value}'");
            }

            Count(anchored.Size, alias);
            return anchored.Node;
        }

        int before = _nodes;
        var start = next as NodeEvent ?? throw new YamlException(next.Start, next.End, "a value is missing");
        YamlNode node = start switch
        {
            Scalar scalar => ReadScalar(scalar),
            SequenceStart => ReadList(start, depth),
            _ => ReadMap(start, depth),
        };
        if (!start.Anchor.IsEmpty)
        {
            (_anchors ??= new(StringComparer.Ordinal))[start.Anchor.Value] = (node, _nodes - before + 1);
        }

        return node;
    }

    private void Count(int nodes, ParsingEvent at)
    {
        _nodes = checked(_nodes + nodes);
        if (_nodes > MaxNodes)
        {
            throw new YamlException(at.Start, at.End, $"the file has more than {MaxNodes} values, its aliases unfolded");
        }
    }

    private YamlNode.Scalar ReadScalar(Scalar scalar)
    {
        _parser.MoveNext();
        if (!scalar.Tag.IsEmpty && !scalar.Tag.IsNonSpecific && scalar.Tag.Value != "tag:yaml.org,2002:str")
        {
            _findings.Add((int)scalar.Start.Line, (int)scalar.Start.Column, $"the tag '{scalar.Tag.Value}' is not supported");
        }

        bool isPlain = scalar.Style == ScalarStyle.Plain && scalar.Tag.IsEmpty;
        return new YamlNode.Scalar(scalar.Value, isPlain, scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded, (int)scalar.Start.Line, (int)scalar.Start.Column);
    }

    private YamlNode.List ReadList(NodeEvent start, int depth)
    {
        _parser.MoveNext();
        var items = new List<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode(depth + 1));
        }

        return new YamlNode.List(items, (int)start.Start.Line, (int)start.Start.Column);
    }

    private YamlNode.Map ReadMap(NodeEvent start, int depth)
    {
        _parser.MoveNext();
        var entries = new List<KeyValuePair<YamlNode.Scalar, YamlNode>>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (key is not YamlNode.Scalar name)
            {
                _findings.Add(key, $"a key is a text, not {key.Kind}");
            }
            else if (!seen.Add(name.Text))
            {
                _findings.Add(name, $"the key '{name.Text}' stands twice in one map");
            }
            else
            {
                entries.Add(new(name, value));
            }
        }

        return new YamlNode.Map(entries, (int)start.Start.Line, (int)start.Start.Column);
    }
}
