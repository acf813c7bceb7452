using Bothy.Formats.Trees;

namespace Bothy.Packages.Tests.Slices;

/// <summary>The files of a package from lines such as <c>dir 0755 /usr/</c>, <c>file 0644 /a text</c>, <c>link /a -> b</c> and <c>hard 0644 /a = b</c>.</summary>
internal static class PackageTree
{
    public static FileTree Of(string name, params string[] lines)
    {
        var tree = new FileTree();
        var origin = new Origin.Package(name, "1", "amd64");
        foreach (string line in lines)
        {
            string[] words = line.Split(' ');
            var path = TreePath.Parse(words[words[0] == "link" ? 1 : 2].Trim('/'));
            int mode = words[0] == "link" ? 0 : Convert.ToInt32(words[1], 8);
            tree.Set(words[0] switch
            {
                "dir" => TreeEntry.Directory(path, origin, mode),
                "link" => TreeEntry.SymbolicLink(path, words[3], origin),
                "hard" => TreeEntry.File(path, FileContent.Empty, origin, mode) with { Kind = EntryKind.HardLink, Content = null, LinkTarget = words[4] },
                _ => TreeEntry.File(path, FileContent.Of(words.Length > 3 ? words[3] : words[2]), origin, mode),
            });
        }

        return tree;
    }

    /// <summary>What is in the tree, a line each: kind, mode, path and what it leads to.</summary>
    public static string[] Lines(FileTree tree) => [.. tree.Entries.Select(static entry => TreeDump.Line(entry, "").Replace("  ", " ", StringComparison.Ordinal))
        .Select(static line => line.Contains('=', StringComparison.Ordinal) || !line.StartsWith("file", StringComparison.Ordinal) ? line : line[..line.LastIndexOf(' ')])];
}
