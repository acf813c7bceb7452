using System.Text;

namespace Bothy.Inspection.StructureTests;

/// <summary>Variables in paths and commands, expanded as Go's os.Expand does it, and modes as its os.FileMode prints them.</summary>
public static class ShellText
{
    /// <summary>The text with <c>$name</c> and <c>${name}</c> replaced by the values of <paramref name="variables"/>, empty where there is none.</summary>
    public static string Expand(string text, IReadOnlyDictionary<string, string> variables)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(variables);
        var expanded = new StringBuilder();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                expanded.Append(text[i]);
                continue;
            }

            var (name, length) = NameAt(text.AsSpan(i + 1));
            if (length == 0)
            {
                // A dollar that no name follows is itself.
                expanded.Append('$');
            }

            expanded.Append(variables.GetValueOrDefault(name));
            i += length;
        }

        return expanded.ToString();
    }

    /// <summary>A mode with its kind as Go prints it: <c>-rw-r--r--</c>, <c>drwxr-xr-x</c>, <c>Lrwxrwxrwx</c>, <c>urwxr-xr-x</c> for setuid.</summary>
    public static string GoMode(Formats.Trees.TreeEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        string kind = entry.Kind switch
        {
            Formats.Trees.EntryKind.Directory => "d",
            Formats.Trees.EntryKind.SymbolicLink => "L",
            Formats.Trees.EntryKind.BlockDevice => "D",
            Formats.Trees.EntryKind.Fifo => "p",
            _ => "",
        };
        string special = ((entry.Mode & 0b100_000_000_000) != 0 ? "u" : "") + ((entry.Mode & 0b010_000_000_000) != 0 ? "g" : "");

        // "c" stands between them in Go's order of letters: dalTLDpSugct.
        string after = (entry.Kind == Formats.Trees.EntryKind.CharacterDevice ? "c" : "") + ((entry.Mode & 0b001_000_000_000) != 0 ? "t" : "");
        kind = entry.Kind == Formats.Trees.EntryKind.CharacterDevice ? "D" : kind;
        string bits = string.Concat(Enumerable.Range(0, 9).Select(bit => (entry.Mode & (0b100_000_000 >> bit)) != 0 ? "rwx"[bit % 3] : '-'));
        string letters = kind + special + after;
        return (letters.Length > 0 ? letters : "-") + bits;
    }

    private static (string Name, int Length) NameAt(ReadOnlySpan<char> text)
    {
        const string Special = "*#$@!?-0123456789";
        if (text[0] == '{')
        {
            int end = text.IndexOf('}');
            return end < 0 ? ("", 1) : (text[1..end].ToString(), end + 1);
        }

        if (Special.Contains(text[0], StringComparison.Ordinal))
        {
            return (text[..1].ToString(), 1);
        }

        int length = 0;
        while (length < text.Length && (char.IsAsciiLetterOrDigit(text[length]) || text[length] == '_'))
        {
            length++;
        }

        return (text[..length].ToString(), length);
    }
}
