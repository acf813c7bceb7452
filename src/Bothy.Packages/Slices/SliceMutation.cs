using System.Collections.Immutable;
using System.Text;
using Bothy.Formats.Trees;
using Bothy.Packages.Slices.Starlark;

namespace Bothy.Packages.Slices;

/// <summary>What the scripts of a selection did to a tree.</summary>
/// <param name="Written">Each path of the tree that was written to, with the digest that its content had before.</param>
/// <param name="Removed">Each path that was there until scripts had run, and is gone.</param>
public sealed record MutationOutcome(ImmutableSortedDictionary<TreePath, Digest> Written, ImmutableArray<TreePath> Removed);

/// <summary>Runs the scripts of a selection over a tree, and takes away what is there for them alone.</summary>
public static class SliceMutation
{
    /// <summary>
    /// Runs the scripts of <paramref name="selection"/> in its order over <paramref name="tree"/>, which holds <paramref name="cuts"/> (whatever
    /// else it holds, and wherever links have led the paths), and removes what is there until then.
    /// Scripts read what the selection names and write what it says is mutable, in the tree and nowhere else.
    /// </summary>
    /// <exception cref="SliceReleaseException">A script fails, or does more than scripts may; with the line of its file.</exception>
    public static MutationOutcome Run(SliceSelection selection, IEnumerable<SliceCut> cuts, FileTree tree, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(selection);
        ArgumentNullException.ThrowIfNull(cuts);
        ArgumentNullException.ThrowIfNull(tree);
        var entries = cuts.SelectMany(static cut => cut.Entries).ToList();
        var content = new TreeContent(tree, entries);
        foreach (var script in selection.Slices.Select(static selected => selected.Slice.Mutate).OfType<SliceScript>())
        {
            StarlarkScript.Run(script, content, cancellationToken);
        }

        return new MutationOutcome(content.Written.ToImmutableSortedDictionary(), Remove(entries, tree));
    }

    // What any slice keeps stays, whichever package's cut says so; a directory stays while anything is in it. What is deeper goes first.
    private static ImmutableArray<TreePath> Remove(List<CutEntry> entries, FileTree tree)
    {
        var stay = entries.Where(static cut => !cut.IsUntilMutate).Select(static cut => cut.Entry.Path).ToHashSet();
        var going = entries.Where(static cut => cut.IsUntilMutate).Select(static cut => cut.Entry.Path).Distinct().Where(path => !stay.Contains(path)).ToList();
        var removed = new List<TreePath>();
        if (going.Count == 0)
        {
            return [];
        }

        var children = tree.Entries.CountBy(static entry => entry.Path.Parent).ToDictionary();
        foreach (var path in going.OrderDescending())
        {
            if (tree.Follow(path, last: false) is { } place
                && tree.TryGet(place, out var entry)
                && (entry.Kind != EntryKind.Directory || children.GetValueOrDefault(place) == 0))
            {
                tree.Remove(place);
                removed.Add(place);
                children[place.Parent]--;
            }
        }

        removed.Sort();
        return [.. removed];
    }

    /// <summary>The tree as scripts see it: by the paths that slices name.</summary>
    private sealed class TreeContent : IScriptContent
    {
        private const int MaxFileBytes = 16 << 20;

        private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

        private readonly FileTree _tree;
        private readonly HashSet<TreePath> _readable = [];
        private readonly HashSet<TreePath> _listable = [];
        private readonly HashSet<TreePath> _mutable = [];

        public TreeContent(FileTree tree, List<CutEntry> entries)
        {
            _tree = tree;
            foreach (var (entry, slices, isMutable, _) in entries)
            {
                // The directories that a path lies in can be listed, named or not.
                if (!slices.IsEmpty)
                {
                    _readable.Add(entry.Path);
                    _listable.Add(entry.Path);
                }

                for (var parent = entry.Path.Parent; !parent.IsRoot && _listable.Add(parent); parent = parent.Parent)
                {
                }

                if (isMutable)
                {
                    _mutable.Add(entry.Path);
                }
            }
        }

        public Dictionary<TreePath, Digest> Written { get; } = [];

        public string Read(string path)
        {
            byte[] bytes = Find(path, _readable, "read", "no slice of the selection names it").Content!.ReadAll(MaxFileBytes);
            try
            {
                return Strict.GetString(bytes);
            }
            catch (DecoderFallbackException)
            {
                throw new BothyException($"cannot read {path}: it is not text");
            }
        }

        public void Write(string path, string text)
        {
            var entry = Find(path, _mutable, "write to", "no slice of the selection says that it is mutable");
            byte[] bytes;
            try
            {
                bytes = Strict.GetBytes(text);
            }
            catch (EncoderFallbackException)
            {
                throw new BothyException($"cannot write to {path}: what is written is not text");
            }

            Written.TryAdd(entry.Path, entry.Content!.Digest);
            _tree.Set(entry with { Content = FileContent.Of(bytes) });
        }

        public IReadOnlyList<string> List(string path)
        {
            var directory = Parse(path, "list");
            if (!_listable.Contains(directory))
            {
                throw new BothyException($"cannot list {path}: no slice of the selection names it, or anything in it");
            }

            if (_tree.Find(directory) is not { Kind: EntryKind.Directory } place)
            {
                throw new BothyException($"cannot list {path}: it is no directory");
            }

            return [.. _tree.Entries
                .Where(entry => entry.Path.Parent == place.Path && !entry.Path.IsRoot)
                .Select(static entry => entry.Kind == EntryKind.Directory ? entry.Path.Name + "/" : entry.Path.Name)
                .Order(StringComparer.Ordinal)];
        }

        private TreeEntry Find(string path, HashSet<TreePath> allowed, string verb, string refusal)
        {
            var parsed = Parse(path, verb);
            if (!allowed.Contains(parsed))
            {
                throw new BothyException($"cannot {verb} {path}: {refusal}");
            }

            return _tree.Find(parsed) is { Kind: EntryKind.File } entry ? entry : throw new BothyException($"cannot {verb} {path}: it is no file");
        }

        private static TreePath Parse(string path, string verb) =>
            TreePath.TryParseRooted(path, out var parsed) ? parsed : throw new BothyException($"cannot {verb} '{path}': it is not an absolute, clean path");
    }
}
