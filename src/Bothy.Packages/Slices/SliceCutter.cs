using Bothy.Formats.Trees;

namespace Bothy.Packages.Slices;

/// <summary>Cuts one package to what slices name.</summary>
internal sealed class SliceCutter(string package, FileTree tree)
{
    // A path that names a directory ends with a slash, in a package as in a definition; so no pattern takes a directory for a file.
    private static readonly Comparison<(string Text, TreeEntry Entry)> ByText = static (a, b) => string.CompareOrdinal(a.Text, b.Text);

    private readonly Dictionary<TreePath, Kept> _kept = [];
    private readonly List<SliceFinding> _missing = [];
    private (string Text, TreeEntry Entry)[]? _named;

    /// <summary>Keeps and makes what a slice names.</summary>
    public void Add(SliceName slice, IEnumerable<ContentRule> rules)
    {
        foreach (var rule in rules)
        {
            switch (rule.Kind)
            {
                case ContentKind.Extracted:
                    Extract(slice, rule);
                    break;
                case ContentKind.Glob:
                    foreach (var entry in Matching(rule.Path))
                    {
                        Keep(slice, rule, entry, isNamed: false);
                    }

                    break;
                case ContentKind.Manifest:
                    // Its directory is there for what will lie in it.
                    break;
                default:
                    Keep(slice, rule, Make(slice, rule), isNamed: true);
                    break;
            }
        }
    }

    /// <summary>What is kept and made, with the directories that it lies in.</summary>
    /// <exception cref="SliceReleaseException">A path is named that the package does not have.</exception>
    public SliceCut Finish()
    {
        if (_missing.Count > 0)
        {
            _missing.Sort();
            throw new SliceReleaseException([.. _missing]);
        }

        ResolveHardLinks();
        var entries = _kept.Values.Select(static kept => kept.ToEntry()).ToDictionary(static cut => cut.Entry.Path);
        foreach (var path in _kept.Keys)
        {
            for (var parent = path.Parent; !parent.IsRoot && !entries.ContainsKey(parent); parent = parent.Parent)
            {
                entries.Add(parent, new CutEntry(ParentAt(parent), [], IsMutable: false, IsUntilMutate: false));
            }
        }

        return new SliceCut(package, [.. entries.Values.OrderBy(static cut => cut.Entry.Path)]);
    }

    private void Extract(SliceName slice, ContentRule rule)
    {
        string source = rule.CopyOf ?? rule.Path;
        bool isDirectory = source.EndsWith('/');
        var path = ContentRule.PlaceOf(source);
        if (!tree.TryGet(path, out var entry))
        {
            Miss(slice, rule, $"the package {package} has no {source}, which {slice} names");
        }
        else if (isDirectory != (entry.Kind == EntryKind.Directory))
        {
            Miss(slice, rule, isDirectory
                ? $"{source} is no directory in the package {package}, and {slice} names it as one"
                : $"{source} is a directory in the package {package}: {slice} has to name it {source}/");
        }
        else
        {
            var target = ContentRule.PlaceOf(rule.Path);
            Keep(slice, rule, target == path ? entry : Copy(entry, target), isNamed: true);
        }
    }

    private void Miss(SliceName slice, ContentRule rule, string problem) =>
        _missing.Add(new SliceFinding(rule.Place, SliceMistake.UnknownReference, problem));

    // A copy is a file of its own, whatever its source shares.
    private TreeEntry Copy(TreeEntry entry, TreePath target) =>
        (entry.Kind == EntryKind.HardLink ? tree.Find(entry.Path) ?? entry : entry) with { Path = target };

    private static TreeEntry Make(SliceName slice, ContentRule rule)
    {
        var path = ContentRule.PlaceOf(rule.Path);
        var origin = new Origin.Effect($"slice {slice}");
        return rule.Kind switch
        {
            ContentKind.Directory => TreeEntry.Directory(path, origin),
            ContentKind.Text => TreeEntry.File(path, FileContent.Of(rule.Text!), origin),
            _ => TreeEntry.SymbolicLink(path, rule.Target!, origin),
        };
    }

    private void Keep(SliceName slice, ContentRule rule, TreeEntry entry, bool isNamed)
    {
        if (rule.Mode is { } mode)
        {
            entry = entry with { Mode = mode };
        }

        if (!_kept.TryGetValue(entry.Path, out var kept))
        {
            _kept.Add(entry.Path, kept = new Kept(entry));
        }
        else if (isNamed && !kept.IsNamed)
        {
            // Who names a path itself says more than a pattern that it matches.
            kept.Entry = entry;
        }
        else if (isNamed && (kept.Entry.Kind != entry.Kind || kept.Entry.LinkTarget != entry.LinkTarget || kept.Entry.Mode != entry.Mode))
        {
            Miss(slice, rule, $"{slice} and {kept.Slices.Min()} name {entry.Path} as different things");
        }

        kept.IsNamed |= isNamed;
        kept.Slices.Add(slice);
        kept.IsMutable |= rule.IsMutable;
        kept.StaysFor += rule.IsUntilMutate ? 0 : 1;
    }

    private IEnumerable<TreeEntry> Matching(string pattern)
    {
        if (_named is null)
        {
            _named = [.. tree.Entries
                .Where(static entry => !entry.Path.IsRoot)
                .Select(static entry => (entry.Kind == EntryKind.Directory ? $"{entry.Path}/" : entry.Path.ToString(), entry))];
            Array.Sort(_named, ByText);
        }

        string prefix = pattern[..pattern.AsSpan().IndexOfAny('*', '?')];
        int low = 0;
        int high = _named.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = string.CompareOrdinal(_named[middle].Text, prefix) < 0 ? (middle + 1, high) : (low, middle);
        }

        for (; low < _named.Length && _named[low].Text.StartsWith(prefix, StringComparison.Ordinal); low++)
        {
            if (PathPattern.Matches(pattern, _named[low].Text, crossSlashes: false))
            {
                yield return _named[low].Entry;
            }
        }
    }

    // The first name of a file may not be kept; then the first of its kept names is the file, and the others are links to that.
    private void ResolveHardLinks()
    {
        var first = new Dictionary<string, TreePath>(StringComparer.Ordinal);
        foreach (var (path, kept) in _kept.Where(static each => each.Value.Entry.Kind == EntryKind.HardLink).OrderBy(static each => each.Key).ToList())
        {
            string target = kept.Entry.LinkTarget!;
            if (TreePath.TryParse(target, null, out var targetPath) && _kept.TryGetValue(targetPath, out var file) && file.Entry.Kind == EntryKind.File && file.Entry.Mode == kept.Entry.Mode)
            {
                continue;
            }

            if (first.TryGetValue(target, out var earlier) && _kept[earlier].Entry.Mode == kept.Entry.Mode)
            {
                kept.Entry = kept.Entry with { LinkTarget = earlier.Value };
            }
            else if (tree.Find(path) is { Kind: EntryKind.File } content)
            {
                kept.Entry = content with { Path = path, Mode = kept.Entry.Mode };
                first.TryAdd(target, path);
            }
        }
    }

    private TreeEntry ParentAt(TreePath path) =>
        tree.TryGet(path, out var entry) && entry.Kind is EntryKind.Directory or EntryKind.SymbolicLink
            ? entry
            : TreeEntry.Directory(path, new Origin.Effect("slices"));

    private sealed class Kept(TreeEntry entry)
    {
        public TreeEntry Entry { get; set; } = entry;

        public SortedSet<SliceName> Slices { get; } = [];

        public bool IsNamed { get; set; }

        public bool IsMutable { get; set; }

        public int StaysFor { get; set; }

        public CutEntry ToEntry() => new(Entry, [.. Slices], IsMutable, StaysFor == 0);
    }
}
