using System.Globalization;
using System.Text;
using Bothy.Formats.Trees;

namespace Bothy.Testing;

/// <summary>A file tree as text, one line an entry, so that an expected tree can be read and reviewed.</summary>
public static class TreeDump
{
    /// <summary>Lines such as <c>file 0644 0:0 /etc/passwd 40b 8f434346</c>, in the tree's order.</summary>
    public static string Of(FileTree tree) => Of(tree, static entry => Owner(entry));

    /// <summary>The same with the origin of each entry at the end.</summary>
    public static string WithOrigins(FileTree tree)
    {
        var text = new StringBuilder();
        foreach (var entry in tree.Entries)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Line(entry, Owner(entry))} <- {entry.Origin}\n");
        }

        return text.ToString();
    }

    private static string Of(FileTree tree, Func<TreeEntry, string> owner)
    {
        var text = new StringBuilder();
        foreach (var entry in tree.Entries)
        {
            text.Append(Line(entry, owner(entry))).Append('\n');
        }

        return text.ToString();
    }

    private static string Owner(TreeEntry entry) =>
        string.Create(CultureInfo.InvariantCulture, $"{entry.UserId}:{entry.GroupId}");

    /// <summary>The line of one entry, its owner written as <paramref name="owner"/>.</summary>
    public static string Line(TreeEntry entry, string owner)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return $"{Kind(entry.Kind)} {Convert.ToString(entry.Mode, 8).PadLeft(4, '0')} {owner} {entry.Path}{Detail(entry)}";
    }

    private static string Kind(EntryKind kind) => kind switch
    {
        EntryKind.File => "file",
        EntryKind.Directory => "dir ",
        EntryKind.SymbolicLink => "link",
        EntryKind.HardLink => "hard",
        EntryKind.CharacterDevice => "char",
        EntryKind.BlockDevice => "blck",
        EntryKind.Fifo => "fifo",
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static string Detail(TreeEntry entry) => entry.Kind switch
    {
        EntryKind.SymbolicLink => $" -> {entry.LinkTarget}",
        EntryKind.HardLink => $" = /{entry.LinkTarget}",
        EntryKind.File => string.Create(CultureInfo.InvariantCulture, $" {entry.Content!.Length}b {entry.Content.Digest.Hex[..8]}"),
        EntryKind.CharacterDevice or EntryKind.BlockDevice => string.Create(CultureInfo.InvariantCulture, $" {entry.DeviceMajor},{entry.DeviceMinor}"),
        _ => "",
    };
}
