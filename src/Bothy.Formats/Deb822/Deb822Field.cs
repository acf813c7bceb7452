using System.Buffers;

namespace Bothy.Formats.Deb822;

/// <summary>
/// One field of a control paragraph. <see cref="Value"/> is its text without the blanks around the first line; further
/// lines follow after a line feed each, with the blank they start with, so that writing it gives the same field again.
/// </summary>
public sealed record Deb822Field
{
    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("!\"#$%&'()*+,-./0123456789;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>Creates a field to be written.</summary>
    /// <exception cref="ArgumentException">The name or the value cannot be written so that it reads back the same.</exception>
    public Deb822Field(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        if (!IsName(name))
        {
            throw new ArgumentException($"'{name}' is not the name of a field", nameof(name));
        }

        if (!CanBeRead(value))
        {
            throw new ArgumentException($"the value of {name} has a line that would not be read back as a part of it", nameof(value));
        }

        Name = name;
        Value = value;
    }

    /// <summary>The name as it was written; names are compared without regard to case.</summary>
    public string Name { get; }

    /// <summary>The whole text; see the type.</summary>
    public string Value { get; }

    /// <summary>The lines of the value that are not empty, without the blanks around them.</summary>
    public IEnumerable<string> Lines => Value.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The words of the value, separated by any blanks and line ends.</summary>
    public IEnumerable<string> Words => Value.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The field as it is written, with a line feed at the end.</summary>
    public override string ToString() => Value.Length == 0 || Value[0] == '\n' ? $"{Name}:{Value}\n" : $"{Name}: {Value}\n";

    // Debian Policy 5.1: printable US-ASCII without space and colon, not starting with # or -.
    internal static bool IsName(ReadOnlySpan<char> name) =>
        name.Length > 0 && name[0] is not ('#' or '-') && !name.ContainsAnyExcept(NameCharacters);

    private static bool CanBeRead(string value)
    {
        string[] lines = value.Split('\n');
        return lines[0].Trim(Deb822Document.Blanks) == lines[0]
            && !value.Contains('\0')
            && lines.Skip(1).All(line =>
                line.Length > 0
                && line[0] is ' ' or '\t'
                && line[1..].Trim(Deb822Document.Blanks).Length > 0
                && line.TrimEnd(Deb822Document.Blanks) == line);
    }
}
