using System.IO.Enumeration;
using System.Text;
using Bothy.Formats.Trees;

namespace Bothy.Formats.Elf;

/// <summary>Reads which directories <c>ldconfig</c> looks at: <c>/etc/ld.so.conf</c> (ldconfig(8)), then those of the system, each directory once.</summary>
internal sealed class LdSoConf
{
    private const int MaxDepth = 10;
    private const int MaxLength = 1 << 20;
    private static readonly char[] Blanks = [' ', '\t', '\r', '\f', '\v'];

    private readonly FileTree _tree;
    private readonly ILookup<TreePath, TreeEntry> _children;
    private readonly HashSet<TreePath> _seen = [];
    private readonly List<(string Shown, TreePath Real)> _directories = [];

    private LdSoConf(FileTree tree, ILookup<TreePath, TreeEntry> children)
    {
        _tree = tree;
        _children = children;
    }

    /// <summary>The directories as they are written in the cache, each with its path behind all symbolic links.</summary>
    public static IReadOnlyList<(string Shown, TreePath Real)> Directories(FileTree tree, ILookup<TreePath, TreeEntry> children, LdConfigTarget target)
    {
        var conf = new LdSoConf(tree, children);
        conf.ReadFile(TreePath.Parse("etc/ld.so.conf"), depth: 0);
        foreach (string directory in target.SystemDirectories)
        {
            conf.Add(directory);
        }

        return conf._directories;
    }

    private void ReadFile(TreePath path, int depth)
    {
        if (depth > MaxDepth || _tree.Find(path) is not { Kind: EntryKind.File, Content: { } content } || content.Length > MaxLength)
        {
            return;
        }

        foreach (string raw in Encoding.UTF8.GetString(content.ReadAll(MaxLength)).Split('\n'))
        {
            string line = raw.Split('#')[0].Trim(Blanks);
            string[] words = line.Split(Blanks, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 1 && words[0] == "include")
            {
                foreach (string pattern in words.Skip(1))
                {
                    Include(pattern, path.Parent, depth);
                }
            }
            else if (line.Length > 0 && !(words.Length > 1 && words[0] == "hwcap"))
            {
                Add(line);
            }
        }
    }

    private void Include(string pattern, TreePath from, int depth)
    {
        string rooted = pattern.StartsWith('/') ? pattern : $"{from}/{pattern}";
        int slash = rooted.LastIndexOf('/');
        if (!TreePath.TryParseRooted("/" + rooted[..slash].TrimStart('/'), out var directory) || _tree.Follow(directory) is not { } real)
        {
            return;
        }

        string name = rooted[(slash + 1)..];
        foreach (var entry in _children[real].OrderBy(entry => entry.Path.Name, StringComparer.Ordinal))
        {
            bool hidden = entry.Path.Name.StartsWith('.') && !name.StartsWith('.');
            if (!hidden && FileSystemName.MatchesSimpleExpression(name, entry.Path.Name, ignoreCase: false))
            {
                ReadFile(entry.Path, depth + 1);
            }
        }
    }

    private void Add(string path)
    {
        string shown = path.TrimEnd('/');
        if (TreePath.TryParseRooted(path, out var parsed)
            && _tree.Follow(parsed) is { } real
            && (_children.Contains(real) || _tree.TryGet(real, out var entry) && entry.Kind == EntryKind.Directory)
            && _seen.Add(real))
        {
            _directories.Add((shown, real));
        }
    }
}
