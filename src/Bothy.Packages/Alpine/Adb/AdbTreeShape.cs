using Bothy.Formats.Trees;

namespace Bothy.Packages.Alpine.Adb;

/// <summary>
/// Judges the paths of a package one after the other: each once and inside the package, nothing below what is not a directory, hard
/// links only to files that came before.
/// </summary>
internal sealed class AdbTreeShape
{
    private const int MaxEntries = 1 << 20;

    private readonly Dictionary<TreePath, EntryKind> _kinds = [];
    private readonly List<(TreePath Path, AdbValue Value)> _directories = [];

    /// <summary>Accepts a directory by its whole name, empty for the root.</summary>
    public TreePath AddDirectory(AdbValue name)
    {
        if (!TreePath.TryParse(name.ToText(), null, out var path))
        {
            throw name.Malformed("a directory's name is not a path");
        }

        Add(path, EntryKind.Directory, name);
        _directories.Add((path, name));
        return path;
    }

    /// <summary>Accepts what has <paramref name="name"/> in <paramref name="directory"/>.</summary>
    public TreePath AddFile(AdbValue name, TreePath directory, EntryKind kind)
    {
        string text = name.ToText();
        if (text is "" or "." or ".." || text.Contains('/', StringComparison.Ordinal) || text.Length + directory.Value.Length >= TreePath.MaxLength)
        {
            throw name.Malformed("a file's name is not one");
        }

        var path = directory.Append(text);
        Add(path, kind, name);
        return path;
    }

    /// <summary>Accepts the target of a hard link.</summary>
    public void CheckHardLink(AdbValue value, string first)
    {
        if (!_kinds.TryGetValue(TreePath.Parse(first), out var kind) || kind != EntryKind.File)
        {
            throw value.Malformed($"a hard link is to '{first}', which is no file that came before it");
        }
    }

    /// <summary>Judges what only the whole tree tells.</summary>
    public void Finish()
    {
        foreach (var (path, value) in _directories)
        {
            for (var parent = path.Parent; !parent.IsRoot; parent = parent.Parent)
            {
                if (_kinds.TryGetValue(parent, out var kind) && kind != EntryKind.Directory)
                {
                    throw value.Malformed($"a directory lies below '{parent.Value}', which is none");
                }
            }
        }
    }

    private void Add(TreePath path, EntryKind kind, AdbValue value)
    {
        if (_kinds.Count >= MaxEntries)
        {
            throw value.Malformed(FormattableString.Invariant($"it has more than {MaxEntries} files"));
        }

        if (!_kinds.TryAdd(path, kind))
        {
            throw value.Malformed($"the path '{path.Value}' comes twice");
        }
    }
}
