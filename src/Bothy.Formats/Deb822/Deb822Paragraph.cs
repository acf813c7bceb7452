using System.Collections.Immutable;

namespace Bothy.Formats.Deb822;

/// <summary>A control paragraph: fields in their order, each name once, found without regard to case.</summary>
public sealed class Deb822Paragraph
{
    private readonly Dictionary<string, Deb822Field> _byName = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Creates a paragraph of these fields.</summary>
    /// <exception cref="ArgumentException">A name comes twice.</exception>
    public Deb822Paragraph(IEnumerable<Deb822Field> fields, int line = 0)
    {
        Fields = [.. fields];
        Line = line;
        foreach (var field in Fields)
        {
            if (!_byName.TryAdd(field.Name, field))
            {
                throw new ArgumentException($"the field {field.Name} comes twice", nameof(fields));
            }
        }
    }

    /// <summary>The fields in the order they were written.</summary>
    public ImmutableArray<Deb822Field> Fields { get; }

    /// <summary>The line of the source it begins at, counted from 1; 0 where it was not read.</summary>
    public int Line { get; }

    /// <summary>The value of a field; null where the paragraph has none of this name.</summary>
    public string? this[string name] => _byName.GetValueOrDefault(name)?.Value;

    /// <summary>The field of this name; null where there is none.</summary>
    public Deb822Field? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>This paragraph with a field of this value: in its place where there is one of the name, else at the end.</summary>
    public Deb822Paragraph With(string name, string value)
    {
        var field = new Deb822Field(name, value);
        int at = IndexOf(name);
        return new Deb822Paragraph(at < 0 ? Fields.Add(field) : Fields.SetItem(at, field), Line);
    }

    /// <summary>This paragraph without the field of this name.</summary>
    public Deb822Paragraph Without(string name) =>
        IndexOf(name) is >= 0 and var at ? new Deb822Paragraph(Fields.RemoveAt(at), Line) : this;

    /// <summary>The paragraph as it is written, without the empty line that separates it from the next.</summary>
    public override string ToString() => string.Concat(Fields);

    private int IndexOf(string name)
    {
        for (int i = 0; i < Fields.Length; i++)
        {
            if (Fields[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }
}
