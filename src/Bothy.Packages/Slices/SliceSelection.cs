using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Bothy.Packages.Slices.Checking;

namespace Bothy.Packages.Slices;

/// <summary>A slice of a selection, and why it is in it.</summary>
/// <param name="Slice">The slice.</param>
/// <param name="Chain">From a request down to the slice, each needing the next: a shortest such chain. A requested slice's is itself alone.</param>
public sealed record SelectedSlice(Slice Slice, ImmutableArray<SliceName> Chain)
{
    /// <summary>Whether it was asked for itself.</summary>
    public bool IsRequested => Chain.Length == 1;
}

/// <summary>Slices of a release for one architecture, closed over what they need, and free of conflicts.</summary>
public sealed class SliceSelection
{
    private const string BelowDirectory = "/**";

    private readonly ImmutableHashSet<(string Path, string Package)> _passedOver;

    private SliceSelection(string architecture, ImmutableArray<SelectedSlice> slices, ImmutableHashSet<(string Path, string Package)> passedOver)
    {
        Architecture = architecture;
        Slices = slices;
        _passedOver = passedOver;
        Packages = [.. slices.Select(static selected => selected.Slice.Name.Package).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        ManifestDirectories = [.. slices
            .SelectMany(selected => Rules(selected.Slice))
            .Where(static rule => rule.Kind == ContentKind.Manifest)
            .Select(static rule => TreePath.Parse(rule.Path[1..^BelowDirectory.Length]))
            .Distinct()
            .Order()];
    }

    /// <summary>Debian's name of the architecture.</summary>
    public string Architecture { get; }

    /// <summary>The slices, each after all that it needs; among those that could come next, the ordinally first.</summary>
    public ImmutableArray<SelectedSlice> Slices { get; }

    /// <summary>The packages that the slices are of, by name: those that have to be there.</summary>
    public ImmutableArray<string> Packages { get; }

    /// <summary>The directories that get a <see cref="ManifestWall"/>, sorted.</summary>
    public ImmutableArray<TreePath> ManifestDirectories { get; }

    /// <summary>Selects <paramref name="requests"/> and everything that they need on <paramref name="architecture"/>, which is Debian's name for it.</summary>
    /// <exception cref="SliceReleaseException">What a slice needs is not there, slices need each other in a circle, two conflict, or a file has mistakes.</exception>
    /// <exception cref="BothyException">A requested slice is not there; with near names.</exception>
    public static SliceSelection Select(SliceRelease release, IEnumerable<SliceName> requests, string architecture)
    {
        ArgumentNullException.ThrowIfNull(release);
        ArgumentNullException.ThrowIfNull(requests);
        var chains = Close(release, [.. requests.Distinct()], architecture);
        var byName = chains.ToDictionary(static each => each.Key, static each => each.Value.Slice);
        var graph = new SliceGraph(byName, architecture);
        var ordered = graph.InOrder();
        if (ordered.Length < byName.Count)
        {
            throw new SliceReleaseException([.. graph.Circles()]);
        }

        var passedOver = Decide(release, ordered, architecture);
        return new SliceSelection(architecture, [.. ordered.Select(slice => chains[slice.Name])], passedOver);
    }

    /// <summary>The same without the slices of <paramref name="packages"/>, for an image that has them whole; what they need stays.</summary>
    public SliceSelection Without(IEnumerable<string> packages)
    {
        var whole = packages.ToHashSet(StringComparer.Ordinal);
        return new SliceSelection(Architecture, [.. Slices.Where(selected => !whole.Contains(selected.Slice.Name.Package))], _passedOver);
    }

    /// <summary>
    /// Cuts one package: keeps of its files those that the selection names, with the directories that they lie in, and makes what its slices make.
    /// Paths are the package's, before anything is merged.
    /// </summary>
    /// <param name="package">Its name, one of <see cref="Packages"/>.</param>
    /// <param name="tree">Its files, as it ships them.</param>
    /// <exception cref="SliceReleaseException">A path is named that the package does not have (a pattern may match nothing).</exception>
    public SliceCut Cut(string package, FileTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var cutter = new SliceCutter(package, tree);
        foreach (var slice in Slices.Select(static selected => selected.Slice).Where(slice => slice.Name.Package == package))
        {
            cutter.Add(slice.Name, Rules(slice).Where(rule => !_passedOver.Contains((rule.Path, package))));
        }

        return cutter.Finish();
    }

    private IEnumerable<ContentRule> Rules(Slice slice) => slice.Contents.Where(rule => rule.IsFor(Architecture));

    // Breadth first, so that the first way to a slice is a shortest one.
    private static Dictionary<SliceName, SelectedSlice> Close(SliceRelease release, ImmutableArray<SliceName> requests, string architecture)
    {
        var chains = new Dictionary<SliceName, SelectedSlice>();
        var pending = new Queue<SelectedSlice>();
        foreach (var request in requests)
        {
            var slice = release.Package(request.Package)?.Find(request.Slice)
                ?? throw new BothyException($"cannot select the slice {request} of {release.Name}: {ReleaseCheck.Unknown(release, request)}")
                {
                    Hint = "'bothy slices find' looks for slices by package, name and path.",
                };
            Add(new SelectedSlice(slice, [request]));
        }

        var missing = ImmutableArray.CreateBuilder<SliceFinding>();
        while (pending.TryDequeue(out var selected))
        {
            foreach (var needed in selected.Slice.Essential.Where(needed => needed.IsFor(architecture)))
            {
                if (release.Package(needed.Name.Package)?.Find(needed.Name.Slice) is { } slice)
                {
                    Add(new SelectedSlice(slice, selected.Chain.Add(needed.Name)));
                }
                else
                {
                    missing.Add(new SliceFinding(needed.Place, SliceMistake.UnknownReference, ReleaseCheck.Unknown(release, needed.Name) ?? $"there is no {needed.Name}"));
                }
            }
        }

        return missing.Count == 0 ? chains : throw new SliceReleaseException([.. missing.Distinct().Order()]);

        void Add(SelectedSlice selected)
        {
            if (chains.TryAdd(selected.Slice.Name, selected))
            {
                pending.Enqueue(selected);
            }
        }
    }

    // Which packages' content of a path is passed over for another's; conflicts that nothing decides end it.
    private static ImmutableHashSet<(string Path, string Package)> Decide(SliceRelease release, ImmutableArray<Slice> slices, string architecture)
    {
        var conflicts = new Conflicts();
        foreach (var slice in slices)
        {
            foreach (var rule in slice.Contents.Where(rule => rule.IsFor(architecture)))
            {
                conflicts.Add(slice.Name, rule);
            }
        }

        var found = conflicts.Find(Preferred).ToImmutableArray();
        if (!found.IsEmpty)
        {
            throw new SliceReleaseException(found.Sort());
        }

        var passedOver = ImmutableHashSet.CreateBuilder<(string Path, string Package)>();
        foreach (var (path, claims) in conflicts.ByPath)
        {
            if (claims.TrueForAll(static claim => claim.Rule.Prefer is null))
            {
                continue;
            }

            var packages = claims.Select(static claim => claim.Package).Distinct(StringComparer.Ordinal).ToList();
            string winner = packages.Aggregate((a, b) => Preferences.Winner(a, b, package => Preferred(path, package)) ?? a);
            passedOver.UnionWith(packages.Where(package => package != winner).Select(package => (path, package)));
        }

        return passedOver.ToImmutable();

        // A chain may lead through packages of which nothing is selected.
        string? Preferred(string path, string package) => release.Package(package)?.Slices
            .SelectMany(static slice => slice.Contents)
            .FirstOrDefault(rule => rule.Path == path && rule.Prefer is not null)?.Prefer;
    }
}
