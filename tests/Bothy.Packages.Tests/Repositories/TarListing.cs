using System.Globalization;
using System.Text.RegularExpressions;
using Bothy.Formats.Trees;

namespace Bothy.Packages.Tests.Repositories;

/// <summary>A file tree as <c>tar -tv --numeric-owner --full-time</c> lists it, sorted and with single blanks between the columns.</summary>
internal static partial class TarListing
{
    public static string Of(FileTree tree) => Join(tree.Entries.Select(Line));

    public static string Normalise(string listing) =>
        Join(listing.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Columns().Replace(line, "$1 $2 $3 $4 $5 ")).Where(line => !line.EndsWith(" ./", StringComparison.Ordinal)));

    private static string Join(IEnumerable<string> lines) => string.Join('\n', lines.Order(StringComparer.Ordinal));

    private static string Line(TreeEntry entry)
    {
        string time = DateTimeOffset.FromUnixTimeSeconds(entry.ModifiedTime).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        string end = entry.Kind switch
        {
            EntryKind.Directory => "/",
            EntryKind.SymbolicLink => $" -> {entry.LinkTarget}",
            EntryKind.HardLink => $" link to ./{entry.LinkTarget}",
            _ => "",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{Mode(entry)} {entry.UserId}/{entry.GroupId} {entry.Content?.Length ?? 0} {time} ./{entry.Path.Value}{end}");
    }

    private static string Mode(TreeEntry entry)
    {
        char[] text = [Kind(entry.Kind), .. "rwxrwxrwx"];
        for (int bit = 0; bit < 9; bit++)
        {
            text[9 - bit] = (entry.Mode >> bit & 1) != 0 ? text[9 - bit] : '-';
        }

        Special(text, 3, entry.Mode & 0b100_000_000_000, 's');
        Special(text, 6, entry.Mode & 0b010_000_000_000, 's');
        Special(text, 9, entry.Mode & 0b001_000_000_000, 't');
        return new string(text);
    }

    private static void Special(char[] text, int at, int bit, char letter)
    {
        if (bit != 0)
        {
            text[at] = text[at] == 'x' ? letter : char.ToUpperInvariant(letter);
        }
    }

    private static char Kind(EntryKind kind) => kind switch
    {
        EntryKind.Directory => 'd',
        EntryKind.SymbolicLink => 'l',
        EntryKind.HardLink => 'h',
        _ => '-',
    };

    [GeneratedRegex(@"^(\S+) +(\S+) +(\d+) (\S+) (\S+) ")]
    private static partial Regex Columns();
}
