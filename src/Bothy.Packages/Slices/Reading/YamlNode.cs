namespace Bothy.Packages.Slices.Reading;

/// <summary>A value of a YAML file, and the line and column at which it begins, each counted from 1.</summary>
internal abstract class YamlNode
{
    private YamlNode(int line, int column) => (Line, Column) = (line, column);

    public int Line { get; }

    public int Column { get; }

    /// <summary>What it is, as a message calls it.</summary>
    public abstract string Kind { get; }

    /// <summary>Text. Plain text may stand for a number, a truth value or nothing; the lines of a literal begin below its mark.</summary>
    public sealed class Scalar(string text, bool isPlain, bool isLiteral, int line, int column) : YamlNode(line, column)
    {
        public string Text { get; } = text;

        public bool IsPlain { get; } = isPlain;

        public bool IsLiteral { get; } = isLiteral;

        public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";

        public override string Kind => IsNull ? "nothing" : "a text";
    }

    /// <summary>A list.</summary>
    public sealed class List(List<YamlNode> items, int line, int column) : YamlNode(line, column)
    {
        public List<YamlNode> Items { get; } = items;

        public override string Kind => "a list";
    }

    /// <summary>A map, in the order of the file; a key stands once.</summary>
    public sealed class Map(List<KeyValuePair<Scalar, YamlNode>> entries, int line, int column) : YamlNode(line, column)
    {
        public List<KeyValuePair<Scalar, YamlNode>> Entries { get; } = entries;

        public override string Kind => "a map";
    }
}
