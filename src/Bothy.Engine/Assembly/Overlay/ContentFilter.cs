using System.Collections.Frozen;
using System.Collections.Immutable;
using Bothy.Engine.ImageFiles;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Overlay;

/// <summary>
/// What of the packages stays out of the image: documentation and translations unless the image file keeps them, and what
/// its <c>exclude</c> patterns match. Licences stay: copyright files, and the files they are links to.
/// </summary>
internal sealed class ContentFilter
{
    private const string Documentation = "documentation";
    private const string Share = "usr/share/";

    // Directories below /usr/share that no program reads at run time, and the rule that leaves them out.
    private static readonly FrozenDictionary<string, string> Rules = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["doc"] = Documentation,
        ["doc-base"] = Documentation,
        ["info"] = Documentation,
        ["man"] = "manual pages",
        ["groff"] = "manual pages",
        ["locale"] = "translations",
        ["lintian"] = "packaging data",
        ["linda"] = "packaging data",
        ["bug"] = "packaging data",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private readonly bool _keepDocumentation;
    private readonly ImmutableArray<PathPattern> _excluded;
    private readonly SortedDictionary<string, (int Files, long Bytes)> _dropped = new(StringComparer.Ordinal);
    private readonly Dictionary<TreePath, (TreeEntry Entry, string Rule)> _droppedEntries = [];
    private readonly List<TreeEntry> _copyrightLinks = [];
    private readonly HashSet<TreePath> _thinned = [];

    public ContentFilter(ContentsSpec contents, bool keepDocumentation)
    {
        _keepDocumentation = keepDocumentation;
        _excluded = [.. contents.Exclude.Select(static pattern => new PathPattern(pattern.Value))];
    }

    /// <summary>What was left out so far, by rule.</summary>
    public ImmutableArray<DroppedFiles> Dropped => [.. _dropped.Select(static rule => new DroppedFiles(rule.Key, rule.Value.Files, rule.Value.Bytes))];

    /// <summary>Whether <paramref name="entry"/> goes into the image; where not, it is accounted.</summary>
    public bool Keeps(TreeEntry entry)
    {
        string? rule = RuleFor(entry.Path);
        if (rule is null)
        {
            return true;
        }

        if (entry.Kind == EntryKind.Directory)
        {
            // A directory stays for now, and goes at the end where nothing was kept in it.
            _thinned.Add(entry.Path);
            return true;
        }

        if (rule == Documentation && IsLicence(entry))
        {
            if (entry.Kind == EntryKind.SymbolicLink)
            {
                _copyrightLinks.Add(entry);
            }

            return true;
        }

        _thinned.Add(entry.Path.Parent);
        _droppedEntries[entry.Path] = (entry, rule);
        Account(rule, entry, 1);
        return false;
    }

    /// <summary>Brings back what kept links and hard links lead to, and removes the directories that the filter emptied.</summary>
    public void Finish(FileTree tree)
    {
        foreach (var link in _copyrightLinks)
        {
            if (link.LinkTarget is { } target && !target.StartsWith('/') && tree.Follow(link.Path) is { } file)
            {
                BringBack(file, tree);
            }
        }

        RemoveEmptied(tree);
    }

    /// <summary>Whether the image file's <c>exclude</c> has a pattern that <paramref name="path"/> matches.</summary>
    public bool Excludes(TreePath path)
    {
        foreach (var pattern in _excluded)
        {
            if (pattern.Matches(path))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The rule that leaves <paramref name="path"/> out; null where none does.</summary>
    public string? RuleFor(TreePath path)
    {
        if (ExcludedBy(path) is { } excluded)
        {
            return excluded;
        }

        if (_keepDocumentation || !path.Value.StartsWith(Share, StringComparison.Ordinal))
        {
            return null;
        }

        var below = path.Value.AsSpan(Share.Length);
        int slash = below.IndexOf('/');
        return Rules.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(slash < 0 ? below : below[..slash], out string? rule) ? rule : null;
    }

    /// <summary>Whether a local file goes into the image: documentation that somebody adds by hand is wanted. Where not, it is accounted.</summary>
    public bool KeepsLocal(TreeEntry entry)
    {
        if (ExcludedBy(entry.Path) is not { } rule)
        {
            return true;
        }

        if (entry.Kind != EntryKind.Directory)
        {
            Account(rule, entry, 1);
        }

        return false;
    }

    private string? ExcludedBy(TreePath path)
    {
        foreach (var pattern in _excluded)
        {
            if (pattern.Matches(path))
            {
                return "exclude " + pattern.Text;
            }
        }

        return null;
    }

    // Packages of one source share a documentation directory by a link, /usr/share/doc/libgcc-s1 -> gcc-12-base.
    private static bool IsLicence(TreeEntry entry) =>
        entry.Path.Name == "copyright"
        || (entry.Kind == EntryKind.SymbolicLink && entry.Path.Parent.Value == "usr/share/doc");

    private void BringBack(TreePath path, FileTree tree)
    {
        if (!_droppedEntries.Remove(path, out var dropped) || dropped.Rule != Documentation)
        {
            return;
        }

        Account(dropped.Rule, dropped.Entry, -1);
        tree.Set(dropped.Entry);
        if (dropped.Entry.Kind == EntryKind.HardLink && TreePath.TryParse(dropped.Entry.LinkTarget, null, out var first))
        {
            BringBack(first, tree);
        }
    }

    private void Account(string rule, TreeEntry entry, int sign)
    {
        var (files, bytes) = _dropped.GetValueOrDefault(rule);
        _dropped[rule] = (files + sign, bytes + (sign * (entry.Content?.Length ?? 0)));
    }

    private void RemoveEmptied(FileTree tree)
    {
        if (_thinned.Count == 0)
        {
            return;
        }

        var children = new Dictionary<TreePath, int>();
        foreach (var entry in tree.Entries)
        {
            children[entry.Path.Parent] = children.GetValueOrDefault(entry.Path.Parent) + 1;
        }

        // Deepest first, so that a directory of emptied directories goes too.
        foreach (var thinned in _thinned.OrderByDescending(static path => path))
        {
            for (var path = thinned; !path.IsRoot && IsEmptyDirectory(path); path = path.Parent)
            {
                tree.Remove(path);
                children[path.Parent] = children.GetValueOrDefault(path.Parent) - 1;
            }
        }

        bool IsEmptyDirectory(TreePath path) =>
            children.GetValueOrDefault(path) == 0 && tree.TryGet(path, out var entry) && entry is { Kind: EntryKind.Directory, Origin: not Origin.Layer };
    }
}
