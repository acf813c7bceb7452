using System.Collections.Immutable;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Bothy.Engine.ImageFiles;

/// <summary>
/// Reads one YAML document into nodes that know their places. Aliases become the node they stand for, so each is counted with
/// everything below it: a small file cannot unfold into a huge one.
/// </summary>
internal sealed class YamlTree
{
    private const int MaxDepth = 32;
    private const int MaxNodes = 20_000;
    private const string MergeKey = "<<";

    private readonly string _file;
    private readonly SpecFindings _findings;
    private readonly GuardedParser _parser;
    private readonly Dictionary<string, (SpecNode Node, int Size)> _anchors = new(StringComparer.Ordinal);
    private int _nodes;

    private YamlTree(string file, string text, SpecFindings findings)
    {
        _file = file;
        _findings = findings;
        _parser = new GuardedParser(new Parser(new StringReader(text)));
    }

    /// <summary>The root of the document, or null after noting why there is none.</summary>
    public static SpecNode? Read(string file, string text, SpecFindings findings)
    {
        try
        {
            return new YamlTree(file, text, findings).ReadDocument();
        }
        catch (YamlException failure)
        {
            NoteSyntax(file, text, failure, findings);
            return null;
        }
    }

    private static void NoteSyntax(string file, string text, YamlException failure, SpecFindings findings)
    {
        // A tab is an error only where it indents, and the parser then complains of something else; inside text it is allowed.
        // It also marks the map that holds the tab instead of the tab.
        bool isTab = failure.Message.Contains("tab as indentation", StringComparison.Ordinal);
        var lines = text.Split('\n');
        int last = isTab ? lines.Length : Math.Min((int)Math.Max(failure.Start.Line, failure.End.Line), lines.Length);
        for (int number = isTab ? (int)Math.Max(1, failure.Start.Line) : 1; number <= last; number++)
        {
            string indentation = lines[number - 1][..^lines[number - 1].TrimStart(' ', '\t').Length];
            int tab = indentation.IndexOf('\t', StringComparison.Ordinal);
            if (tab >= 0)
            {
                findings.Problem(new SourceMark(file, number, tab + 1), "a tab indents this line; YAML wants spaces");
                return;
            }
        }

        string reason = failure.Message.TrimEnd('.');
        findings.Problem(new SourceMark(file, Math.Max(1, (int)failure.Start.Line), Math.Max(1, (int)failure.Start.Column)), char.ToLowerInvariant(reason[0]) + reason[1..]);
    }

    private SpecNode? ReadDocument()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _))
        {
            _findings.Problem(new SourceMark(_file, 1, 1), "the file is empty");
            return null;
        }

        _parser.Consume<DocumentStart>();
        var root = ReadNode(depth: 0);
        _parser.Consume<DocumentEnd>();
        if (_parser.Accept<DocumentStart>(out var second))
        {
            _findings.Problem(Mark(second.Start), "a second document begins here; an image file is one document");
        }

        return root;
    }

    private SpecNode ReadNode(int depth)
    {
        var next = _parser.Current!;
        Count(1, next);
        if (depth > MaxDepth)
        {
            throw new YamlException(next.Start, next.End, $"more than {MaxDepth} levels are nested");
        }

        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            if (!_anchors.TryGetValue(alias.Value.Value, out var anchored))
            {
                throw new YamlException(alias.Start, alias.End, $"nothing is called '&{alias.Value.Value}' before this '*{alias.Value.Value}'");
            }

            Count(anchored.Size, alias);
            return anchored.Node;
        }

        var start = _parser.Require<NodeEvent>();
        int before = _nodes;
        SpecNode node = start switch
        {
            Scalar => ReadScalar(),
            SequenceStart => ReadSequence(depth),
            _ => ReadMapping(depth),
        };
        if (!start.Anchor.IsEmpty)
        {
            _anchors[start.Anchor.Value] = (node, _nodes - before + 1);
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

    private SpecNode.Scalar ReadScalar()
    {
        var scalar = _parser.Consume<Scalar>();
        bool isText = !scalar.Tag.IsEmpty && scalar.Tag.Value == "tag:yaml.org,2002:str";
        if (!scalar.Tag.IsEmpty && !isText && !scalar.Tag.IsNonSpecific)
        {
            _findings.Problem(Mark(scalar.Start), $"the tag '{scalar.Tag.Value}' is not supported");
        }

        bool isPlain = scalar.Style == ScalarStyle.Plain && !isText && !scalar.Value.Contains('\n', StringComparison.Ordinal);
        return new SpecNode.Scalar(scalar.Value, isPlain, Mark(scalar.Start));
    }

    private SpecNode.Sequence ReadSequence(int depth)
    {
        var start = _parser.Consume<SequenceStart>();
        var items = ImmutableArray.CreateBuilder<SpecNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode(depth + 1));
        }

        return new SpecNode.Sequence(items.ToImmutable(), Mark(start.Start));
    }

    private SpecNode.Mapping ReadMapping(int depth)
    {
        var start = _parser.Consume<MappingStart>();
        var entries = new List<KeyValuePair<Marked<string>, SpecNode>>();
        var merged = new List<SpecNode.Mapping>();
        var seen = new Dictionary<string, SourceMark>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var keyNode = ReadNode(depth + 1);
            var value = ReadNode(depth + 1);
            if (keyNode is not SpecNode.Scalar key)
            {
                _findings.Problem(keyNode.Mark, "a key must be text");
            }
            else if (key is { Text: MergeKey, IsPlain: true })
            {
                merged.AddRange(Merged(value));
            }
            else if (seen.TryAdd(key.Text, key.Mark))
            {
                entries.Add(new(new Marked<string>(key.Text, key.Mark), value));
            }
            else
            {
                _findings.Problem(key.Mark, FormattableString.Invariant($"duplicate key '{key.Text}' (first at line {seen[key.Text].Line})"));
            }
        }

        // What stands in the map itself wins over what is merged in, and an earlier one over a later.
        entries.AddRange(merged.SelectMany(static map => map.Entries).Where(entry => seen.TryAdd(entry.Key.Value, entry.Key.Mark)));
        // The parser gives the pair of a flow list, [a: b], no place of its own.
        bool isPlaced = start.Start.Index > 0 || depth == 0 || entries.Count == 0;
        return new SpecNode.Mapping([.. entries], isPlaced ? Mark(start.Start) : entries[0].Key.Mark);
    }

    private IEnumerable<SpecNode.Mapping> Merged(SpecNode value)
    {
        SpecNode[] nodes = value is SpecNode.Sequence list ? [.. list.Items] : [value];
        foreach (var node in nodes.Where(static node => node is not SpecNode.Mapping))
        {
            _findings.Problem(node.Mark, $"'{MergeKey}' takes a map or a list of maps");
        }

        return nodes.OfType<SpecNode.Mapping>();
    }

    private SourceMark Mark(in Mark mark) => new(_file, (int)mark.Line, (int)mark.Column);

    // YamlDotNet 16.3 throws InvalidOperationException at some plain scalars inside flow collections; found by fuzzing.
    private sealed class GuardedParser(Parser parser) : IParser
    {
        public ParsingEvent? Current => parser.Current;

        public bool MoveNext()
        {
            try
            {
                return parser.MoveNext();
            }
            catch (InvalidOperationException failure)
            {
                var last = parser.Current?.End ?? YamlDotNet.Core.Mark.Empty;
                throw new YamlException(last, last, "what follows is not YAML", failure);
            }
        }
    }
}
