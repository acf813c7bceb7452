using System.Globalization;
using Bothy.Formats.Text;
using Bothy.Formats.Trees;

namespace Bothy.Cli.Rendering;

/// <summary>Entries of a tree as <c>ls -l</c> would show them.</summary>
internal static class EntryText
{
    /// <summary>Such as <c>drwxr-xr-x</c> or <c>-rwsr-xr-x</c>; a hard link shows an <c>h</c>.</summary>
    public static string Mode(TreeEntry entry)
    {
        Span<char> text = stackalloc char[10];
        text[0] = entry.Kind switch
        {
            EntryKind.Directory => 'd',
            EntryKind.SymbolicLink => 'l',
            EntryKind.HardLink => 'h',
            EntryKind.CharacterDevice => 'c',
            EntryKind.BlockDevice => 'b',
            EntryKind.Fifo => 'p',
            _ => '-',
        };
        for (int i = 0; i < 9; i++)
        {
            text[i + 1] = (entry.Mode & (0b100_000_000 >> i)) != 0 ? "rwx"[i % 3] : '-';
        }

        Special(text, 3, entry.Mode & 0b100_000_000_000, 's');
        Special(text, 6, entry.Mode & 0b010_000_000_000, 's');
        Special(text, 9, entry.Mode & 0b001_000_000_000, 't');
        return text.ToString();
    }

    /// <summary>The numbers of owner and group.</summary>
    public static string Owner(TreeEntry entry) => string.Create(CultureInfo.InvariantCulture, $"{entry.UserId}:{entry.GroupId}");

    /// <summary>What a link leads to, after an arrow; an equals sign before the first name of a file that has several.</summary>
    public static string Target(TreeEntry entry) => entry.Kind switch
    {
        EntryKind.SymbolicLink => $" -> {VisibleText.Of(entry.LinkTarget ?? "")}",
        EntryKind.HardLink => $" = /{VisibleText.Of(entry.LinkTarget ?? "")}",
        _ => "",
    };

    /// <summary>The name of a kind in JSON.</summary>
    public static string Kind(EntryKind kind) => kind switch
    {
        EntryKind.File => "file",
        EntryKind.Directory => "directory",
        EntryKind.SymbolicLink => "symlink",
        EntryKind.HardLink => "hardlink",
        EntryKind.CharacterDevice => "char",
        EntryKind.BlockDevice => "block",
        _ => "fifo",
    };

    private static void Special(Span<char> text, int at, int bit, char letter)
    {
        if (bit != 0)
        {
            text[at] = text[at] == 'x' ? letter : char.ToUpperInvariant(letter);
        }
    }
}
