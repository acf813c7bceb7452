using System.Collections.Immutable;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Inspection.Catalog;
using Bothy.Packages;
using Bothy.Packages.Debian;
using Bothy.Packages.Slices;
using Bothy.Packages.Solving;

namespace Bothy.Engine.Slicing;

/// <summary>
/// Chooses the packages that slices are cut from: of each the candidate, as apt would choose it. What a package depends on counts for nothing here, since
/// slices say themselves what they need. A package that is in the image whole is whole whatever slices of it are asked for.
/// </summary>
internal sealed class SlicedPackages
{
    private readonly SliceSelection _selection;
    private readonly DebianPool _pool;
    private readonly Dictionary<string, PackageId> _whole;
    private readonly Dictionary<string, DebianPackage> _sliced = new(StringComparer.Ordinal);

    private SlicedPackages(SliceSelection selection, DebianPool pool, LockedArchitecture whole)
    {
        _selection = selection;
        _pool = pool;
        _whole = whole.Packages.Select(static package => package.Id)
            .Concat(whole.Base?.Packages.Select(static package => package.Id) ?? [])
            .DistinctBy(static id => id.Name, StringComparer.Ordinal)
            .ToDictionary(static id => id.Name, StringComparer.Ordinal);
    }

    /// <summary><paramref name="whole"/> with the packages that <paramref name="selection"/> needs before its own, and the slices among the reasons.</summary>
    /// <exception cref="BothyException">A package of a slice is not in the repositories.</exception>
    public static LockedArchitecture Add(SliceSelection selection, DebianPool pool, LockedArchitecture whole)
    {
        var packages = new SlicedPackages(selection, pool, whole);
        packages.Find();
        return whole with
        {
            Packages =
            [
                .. packages._sliced.Values.Select(package => packages.Locked(package)),
                .. whole.Packages.Select(package => package with { Reasons = [.. package.Reasons, .. packages.ReasonsOf(package.Id.Name)] }),
            ],
        };
    }

    /// <summary>Refuses to omit what a slice is of, and to add to what the image to build on has in part.</summary>
    /// <exception cref="BothyException">The image file asks for one of them.</exception>
    public static void Check(SliceSelection selection, ImageSpec spec, ImageContents? below)
    {
        foreach (var omitted in spec.Contents.Omit)
        {
            if (selection.Slices.FirstOrDefault(selected => selected.Slice.Name.Package == omitted.Value) is { } selected)
            {
                throw new BothyException($"cannot omit package '{omitted.Value}' ({omitted.Mark}): its slice {selected.Slice.Name} is {Why(selected)}")
                {
                    Hint = $"Remove '{omitted.Value}' from omit, or do not ask for {selected.Chain[0]}.",
                };
            }
        }

        var partial = (below?.Packages ?? []).Where(static package => !package.Slices.IsEmpty).ToLookup(static package => package.Name, StringComparer.Ordinal);
        if (selection.Slices.FirstOrDefault(selected => partial[selected.Slice.Name.Package].Any(package => !package.Slices.Contains(selected.Slice.Name.ToString(), StringComparer.Ordinal))) is { } other)
        {
            throw new BothyException($"cannot add {other.Slice.Name}, {Why(other)}: the image to build on has other slices of {other.Slice.Name.Package}")
            {
                Hint = "Ask for all slices of a package in one image.",
            };
        }
    }

    // In the order of the slices: what makes the directories that others fill comes first, if they say that they need it.
    private void Find()
    {
        foreach (var selected in _selection.Slices)
        {
            string name = selected.Slice.Name.Package;
            if (_whole.ContainsKey(name) || _sliced.ContainsKey(name))
            {
                continue;
            }

            _sliced[name] = _pool.Candidate(name) ?? throw Missing(name, selected);
        }
    }

    private BothyException Missing(string name, SelectedSlice selected)
    {
        string suites = string.Join(", ", _pool.Indexes.Select(static index => index.Origin.Codename).Distinct(StringComparer.Ordinal));
        return new BothyException($"cannot cut {selected.Slice.Name}, {Why(selected)}: there is no package '{name}' in {suites}")
        {
            Hint = _pool.NearNames(name, 1) is [var near]
                ? $"The repositories have '{near}': are the slices of another release?"
                : "Are the slices of another release than the repositories?",
        };
    }

    private static string Why(SelectedSlice selected) => selected.IsRequested ? "asked for" : $"needed by {string.Join(" by ", selected.Chain[..^1].Reverse())}";

    private LockedPackage Locked(DebianPackage package) => new()
    {
        Id = package.Id,
        Source = package.Source,
        SourceVersion = package.SourceVersion.Text,
        Url = package.Uri,
        Size = package.Size,
        Digest = package.Digest,
        Slices = [.. SlicesOf(package.Name).Select(static selected => selected.Slice.Name.ToString()).Order(StringComparer.Ordinal)],
        Reasons = ReasonsOf(package.Name),
    };

    // The requests, then what first led to each slice, then the rest: the first reason is the one that decided. Of slices of the package itself last.
    private ImmutableArray<Reason> ReasonsOf(string name)
    {
        var slices = SlicesOf(name).ToList();
        var requested = slices.Where(static selected => selected.IsRequested).Select(static selected => (Reason)new Reason.Requested(selected.Slice.Name.ToString()));
        var first = slices.Where(static selected => !selected.IsRequested).Select(selected => Needed(selected.Chain[^2], selected.Slice.Name));
        var all = _selection.Slices.SelectMany(by => by.Slice.Essential
            .Where(essential => essential.Name.Package == name && essential.IsFor(_selection.Architecture))
            .Select(essential => Needed(by.Slice.Name, essential.Name)));
        return [.. requested, .. first.Concat(all).Distinct().OrderBy(reason => reason.By.Name == name)];
    }

    private Reason.NeededSlice Needed(SliceName by, SliceName slice) => new(IdOf(by.Package), by.ToString(), slice.ToString());

    private IEnumerable<SelectedSlice> SlicesOf(string name) => _selection.Slices.Where(selected => selected.Slice.Name.Package == name);

    private PackageId IdOf(string name) => _whole.TryGetValue(name, out var whole) ? whole : _sliced[name].Id;
}
