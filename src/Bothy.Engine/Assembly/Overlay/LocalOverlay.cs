using System.Globalization;
using Bothy.Engine.Assembly.Effects;
using Bothy.Engine.LocalFiles;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly.Overlay;

/// <summary>
/// Lays local files over an image of packages. Links to directories on the way are followed, as <c>/bin</c> is one; directories that are there stay as
/// they are; files that are there are replaced, which is said where they are somebody else's. What depends on files being there is then made again.
/// </summary>
internal sealed class LocalOverlay(AssemblyState state)
{
    private const int Named = 3;

    private readonly Dictionary<TreePath, TreePath> _directories = [];
    private readonly List<string> _replaced = [];
    private readonly List<TreeEntry> _links = [];
    private readonly HashSet<string?> _linked = [.. state.Tree.Entries.Where(static entry => entry.Kind == EntryKind.HardLink).Select(static entry => entry.LinkTarget)];
    private bool _hasLibraries;

    /// <summary>Lays <paramref name="files"/>, and applies the image file's <c>paths</c> to them.</summary>
    /// <exception cref="BothyException">A file is to be where a directory is, or the other way round.</exception>
    public void Lay(LocalFileSet files, CancellationToken cancellationToken)
    {
        state.AwaitsLocalFiles = false;
        foreach (var source in files.Sources)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var entry in source.Entries.Where(state.Filter.KeepsLocal))
            {
                Lay(entry);
            }

            Warn($"local files of '{source.Source}' replace", _replaced);
            _replaced.Clear();
        }

        if (_hasLibraries)
        {
            new LoaderCacheEffect().Apply(state);
        }

        if (!state.Image.Paths.IsEmpty)
        {
            new PathsEffect().Apply(state);
        }

        WarnOfLinks();
    }

    private void Lay(TreeEntry entry)
    {
        if (entry.Kind == EntryKind.Directory)
        {
            Directory(entry);
            return;
        }

        var place = Place(entry);
        if (state.Tree.TryGet(place, out var present))
        {
            Replace(present, entry);
        }

        state.Put(entry with { Path = place });
        _hasLibraries |= place.Name.Contains(".so", StringComparison.Ordinal) || place.Value.StartsWith("etc/ld.so.conf", StringComparison.Ordinal);
        if (entry.Kind == EntryKind.SymbolicLink)
        {
            _links.Add(state.Tree.TryGet(place, out var link) ? link : entry);
        }
    }

    private void Directory(TreeEntry entry)
    {
        var place = state.Tree.Follow(entry.Path) ?? throw Loop(entry);
        if (!state.Tree.TryGet(place, out var present))
        {
            CheckParents(place, entry);
            state.Put(entry with { Path = place });
        }
        else if (present.Kind != EntryKind.Directory)
        {
            throw new BothyException($"cannot lay the local files of '{Source(entry)}' into the image: {entry.Path} is to be a directory, and is a file there ({present.Origin})");
        }

        _directories[entry.Path] = place;
    }

    private TreePath Place(TreeEntry entry)
    {
        if (!_directories.TryGetValue(entry.Path.Parent, out var directory))
        {
            directory = state.Tree.Follow(entry.Path.Parent) ?? throw Loop(entry);
            CheckParents(directory.IsRoot ? entry.Path : directory.Append(entry.Path.Name), entry);
            _directories[entry.Path.Parent] = directory;
        }

        return directory.Append(entry.Path.Name);
    }

    private void CheckParents(TreePath place, TreeEntry entry)
    {
        for (var parent = place.Parent; !parent.IsRoot; parent = parent.Parent)
        {
            if (state.Tree.TryGet(parent, out var present) && present.Kind != EntryKind.Directory)
            {
                throw new BothyException($"cannot lay the local files of '{Source(entry)}' into the image: {parent} is not a directory there ({present.Origin})");
            }
        }
    }

    private void Replace(TreeEntry present, TreeEntry by)
    {
        if (present.Kind == EntryKind.Directory)
        {
            throw new BothyException($"cannot lay the local files of '{Source(by)}' into the image: {present.Path} is a directory there")
            {
                Hint = "End 'path' with a slash to put a file into a directory.",
            };
        }

        if (present.Kind == EntryKind.File && _linked.Contains(present.Path.Value))
        {
            KeepOtherNames(present);
        }

        if (present.Origin is not Origin.LocalFile)
        {
            _replaced.Add($"{present.Path} ({present.Origin})");
        }
    }

    // What else the file is called keeps its bytes, as a runtime that unpacks the layers has it: the first of its other names becomes the file.
    private void KeepOtherNames(TreeEntry file)
    {
        TreeEntry? first = null;
        foreach (var link in state.Tree.Entries.Where(entry => entry.Kind == EntryKind.HardLink && entry.LinkTarget == file.Path.Value).ToList())
        {
            state.Tree.Set(first is null ? first = file with { Path = link.Path, Origin = link.Origin } : link with { LinkTarget = first.Path.Value });
        }

        _linked.Add(first?.Path.Value);
    }

    private void WarnOfLinks()
    {
        var nowhere = _links
            .Where(link => state.Tree.TryGet(link.Path, out var now) && ReferenceEquals(now, link))
            .Where(link => state.Tree.Follow(link.Path) is not { } place || !(place.IsRoot || state.Tree.Contains(place) || IsMounted(place)))
            .Select(link => $"{link.Path} → {link.LinkTarget}")
            .ToList();
        Warn("links among the local files lead to nothing in the image:", nowhere);
    }

    // What a container has of its host is in no image.
    private static bool IsMounted(TreePath path) => path.Value.Split('/')[0] is "dev" or "proc" or "sys";

    private void Warn(string beginning, List<string> paths)
    {
        if (paths.Count > 0)
        {
            string more = paths.Count > Named ? string.Create(CultureInfo.InvariantCulture, $" and {paths.Count - Named} more") : "";
            state.Warnings.Add($"{beginning} {string.Join(", ", paths.Take(Named))}{more}");
        }
    }

    private static string Source(TreeEntry entry) => ((Origin.LocalFile)entry.Origin).Source;

    private static BothyException Loop(TreeEntry entry) =>
        new($"cannot lay the local files of '{Source(entry)}' into the image: the links on the way to {entry.Path} form a loop there");
}
