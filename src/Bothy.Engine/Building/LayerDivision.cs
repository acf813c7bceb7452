using System.Collections.Immutable;
using System.Numerics;
using Bothy.Engine.Locking;
using Bothy.Formats.Trees;
using Bothy.Packages;
using Bothy.Packages.Solving;

namespace Bothy.Engine.Building;

/// <summary>
/// Spreads the files of an image over layers by where packages come from (apko's strategy <c>origin</c>): packages of one source change together
/// and share a layer, so that an upgrade changes that layer and the top one, which holds what no package brought: the package
/// database, what effects made, local files.
/// </summary>
/// <remarks>
/// Sources get layers of their own by size and by how many packages need them, both as powers of two, so that a package that grows a little
/// moves nothing; the rest of them share one. Lowest are the sources that most packages need, which other images have too.
/// A layer needs the directories above its files, whose times change with packages of other layers: below the top they have the newest time of what
/// the layer has in them, and the top has those again that come out different.
/// </remarks>
internal sealed class LayerDivision
{
    /// <summary>The most layers for packages where an image file does not say; what apko's documentation recommends.</summary>
    public const int DefaultBudget = 10;

    private static readonly Origin Parents = new Origin.Effect("parents");

    private readonly FileTree _tree;
    private readonly Dictionary<string, int> _layerOfPackage;
    private readonly List<DividedLayer> _layers;
    private readonly int _top;

    private LayerDivision(FileTree tree, ImmutableArray<ImmutableArray<string>> layers, IReadOnlyDictionary<string, string> sources)
    {
        _tree = tree;
        _top = layers.Length;
        _layers = [.. layers.Select(layer => new DividedLayer(new FileTree(), layer)), new DividedLayer(new FileTree(), [])];
        var numbers = layers.SelectMany((layer, number) => layer.Select(source => (source, number))).ToDictionary(one => one.source, one => one.number, StringComparer.Ordinal);
        _layerOfPackage = sources.Where(one => numbers.ContainsKey(one.Value)).ToDictionary(one => one.Key, one => numbers[one.Value], StringComparer.Ordinal);
    }

    /// <summary>Everything in one layer.</summary>
    public static ImmutableArray<DividedLayer> Single(FileTree tree) => [new DividedLayer(tree, [])];

    /// <summary>The layers of <paramref name="tree"/>, lowest first: at most <paramref name="budget"/> of packages, and one of the rest.</summary>
    /// <param name="tree">The files.</param>
    /// <param name="packages">The packages that they come from.</param>
    /// <param name="budget">The most layers for packages.</param>
    /// <param name="epoch">The time of directories that no package brought.</param>
    public static ImmutableArray<DividedLayer> ByOrigin(FileTree tree, ImmutableArray<LockedPackage> packages, int budget, long epoch)
    {
        var sources = packages.DistinctBy(package => package.Id.Name, StringComparer.Ordinal).ToDictionary(package => package.Id.Name, package => package.Source, StringComparer.Ordinal);
        var division = new LayerDivision(tree, LayersOf(tree, packages, sources, budget), sources);
        division.Divide(epoch);
        return [.. division._layers];
    }

    private static ImmutableArray<ImmutableArray<string>> LayersOf(
        FileTree tree, ImmutableArray<LockedPackage> packages, Dictionary<string, string> sources, int budget)
    {
        var needed = packages
            .SelectMany(package => package.Reasons.Select(reason => (package.Source, By: NeederOf(reason)?.Name ?? "")))
            .Where(need => need.By.Length > 0 && sources.GetValueOrDefault(need.By) != need.Source)
            .Distinct()
            .ToLookup(need => need.Source, StringComparer.Ordinal);
        var bySize = tree.Entries
            .Where(entry => entry.Kind != EntryKind.Directory)
            .Select(entry => (Source: SourceOf(entry, sources), Size: 512 + (entry.Content?.Length ?? 0)))
            .Where(file => file.Source is not null)
            .GroupBy(file => file.Source!, file => file.Size, StringComparer.Ordinal)
            .Select(source => (Name: source.Key, Needed: needed[source.Key].Count(), Weight: BitOperations.Log2((ulong)source.Sum()) + BitOperations.Log2((uint)needed[source.Key].Count() + 1)))
            .OrderByDescending(source => source.Weight)
            .ThenBy(source => source.Name, StringComparer.Ordinal)
            .ToList();
        int own = bySize.Count <= budget ? bySize.Count : budget - 1;
        var layers = bySize.Take(own)
            .OrderByDescending(source => source.Needed)
            .ThenBy(source => source.Name, StringComparer.Ordinal)
            .Select(source => ImmutableArray.Create(source.Name));
        return own == bySize.Count ? [.. layers] : [.. layers, [.. bySize.Skip(own).Select(source => source.Name).Order(StringComparer.Ordinal)]];
    }

    private static PackageId? NeederOf(Reason reason) => reason switch
    {
        Reason.Needed needed => needed.By,
        Reason.NeededSlice needed => needed.By,
        _ => null,
    };

    private static string? SourceOf(TreeEntry entry, Dictionary<string, string> sources) =>
        entry.Origin is Origin.Package package ? sources.GetValueOrDefault(package.Name) : null;

    private int LayerOf(TreeEntry entry) =>
        entry.Origin is Origin.Package package ? _layerOfPackage.GetValueOrDefault(package.Name, _top) : _top;

    private void Divide(long epoch)
    {
        var linked = LayersOfLinks();
        var filled = new HashSet<TreePath>();
        foreach (var entry in _tree.Entries.Where(entry => entry.Kind != EntryKind.Directory))
        {
            Place(entry, linked.TryGetValue(entry.Path, out int layer) ? layer : LayerOf(entry), filled);
        }

        foreach (var empty in _tree.Entries.Where(entry => entry.Kind == EntryKind.Directory && !filled.Contains(entry.Path)).Reverse())
        {
            // From the deepest up: what holds an empty directory is not empty.
            if (!filled.Contains(empty.Path))
            {
                Place(empty, LayerOf(empty), filled);
            }
        }

        MendTop(epoch);
    }

    // A hard link is of use only beside the file: where the names of one lie in several layers, all go to the top.
    private Dictionary<TreePath, int> LayersOfLinks()
    {
        var layers = new Dictionary<TreePath, int>();
        var links = _tree.Entries.Where(entry => entry.Kind == EntryKind.HardLink).ToList();
        bool changed = true;
        while (changed)
        {
            changed = false;
            foreach (var link in links)
            {
                if (TreePath.TryParse(link.LinkTarget, null, out var first) && _tree.TryGet(first, out var file))
                {
                    int of = layers.GetValueOrDefault(link.Path, LayerOf(link));
                    int ofFile = layers.GetValueOrDefault(first, LayerOf(file));
                    if (of != ofFile)
                    {
                        layers[link.Path] = layers[first] = _top;
                        changed = true;
                    }
                }
            }
        }

        return layers;
    }

    private void Place(TreeEntry entry, int number, HashSet<TreePath> filled)
    {
        var layer = _layers[number].Tree;
        layer.Set(entry);
        for (var path = entry.Path.Parent; !path.IsRoot; path = path.Parent)
        {
            filled.Add(path);
            if (!layer.TryGet(path, out var parent))
            {
                parent = (_tree.TryGet(path, out var real) ? real : TreeEntry.Directory(path, Parents)) with { ModifiedTime = long.MinValue };
            }

            if (parent.ModifiedTime >= entry.ModifiedTime)
            {
                break;
            }

            layer.Set(parent with { ModifiedTime = entry.ModifiedTime });
        }
    }

    private void MendTop(long epoch)
    {
        var top = _layers[_top].Tree;
        var shown = new Dictionary<TreePath, TreeEntry>();
        foreach (var directory in _layers.Take(_top).SelectMany(layer => layer.Tree.Entries).Where(entry => entry.Kind == EntryKind.Directory))
        {
            shown[directory.Path] = directory;
        }

        foreach (var directory in top.Entries.Where(entry => entry.Kind == EntryKind.Directory).ToList())
        {
            shown[directory.Path] = directory;
        }

        foreach (var (path, seen) in shown)
        {
            var real = _tree.TryGet(path, out var entry) ? entry : TreeEntry.Directory(path, Parents) with { ModifiedTime = epoch };
            if (seen.ModifiedTime != real.ModifiedTime)
            {
                top.Set(real);
            }
        }

        // What a layer above has shown needs its own parents as they are.
        foreach (var directory in top.Entries.Where(entry => entry.Kind == EntryKind.Directory).ToList())
        {
            for (var parent = directory.Path.Parent; !parent.IsRoot && !top.Contains(parent); parent = parent.Parent)
            {
                top.Set(_tree.TryGet(parent, out var real) ? real : TreeEntry.Directory(parent, Parents) with { ModifiedTime = epoch });
            }
        }
    }
}

/// <summary>A layer to be written.</summary>
/// <param name="Tree">Its files and the directories above them.</param>
/// <param name="Sources">The sources of its packages; empty for a layer that holds anything else.</param>
internal sealed record DividedLayer(FileTree Tree, ImmutableArray<string> Sources)
{
    /// <summary>What it removes of lower layers.</summary>
    public ImmutableArray<TreePath> Whiteouts { get; init; } = [];

    /// <summary>What it holds, in words for the image's history; empty where there is nothing to say.</summary>
    public string What { get; init; } = string.Join(", ", Sources);
}
