using System.Collections.Immutable;
using Bothy.Packages.Slices.Reading;
using Bothy.Packages.Slices.Starlark;

namespace Bothy.Packages.Slices.Checking;

/// <summary>Finds every mistake of a release.</summary>
internal sealed class ReleaseCheck
{
    private const int MostFindings = 10_000;

    private readonly SliceRelease _release;
    private readonly Dictionary<string, PackageReading> _readings = new(StringComparer.Ordinal);
    private readonly Dictionary<SliceName, Slice> _slices = [];
    private readonly List<SliceFinding> _findings = [];

    private ReleaseCheck(SliceRelease release, PackageReading[] readings)
    {
        _release = release;
        for (int at = 0; at < readings.Length; at++)
        {
            _readings.Add(release.PackageNames[at], readings[at]);
            _findings.AddRange(readings[at].Findings);
            foreach (var slice in readings[at].Package?.Slices ?? [])
            {
                _slices.Add(slice.Name, slice);
            }
        }
    }

    public static ImmutableArray<SliceFinding> Run(SliceRelease release, PackageReading[] readings)
    {
        var check = new ReleaseCheck(release, readings);
        check.References();
        check.Circles();
        check.Scripts();
        check.Paths();
        check._findings.Sort();
        return [.. check._findings.Distinct().Take(MostFindings)];
    }

    private void References()
    {
        foreach (var package in _readings.Values.Select(static reading => reading.Package).OfType<SlicePackage>())
        {
            if (package.Archive is { } archive && !_release.Archives.Any(each => each.Name == archive))
            {
                string near = FindingList.DidYouMean(archive, _release.Archives.Select(static each => each.Name));
                _findings.Add(new SliceFinding(package.Place, SliceMistake.UnknownReference, $"there is no archive '{archive}'{near}"));
            }

            // What all slices of a package need stands in the file once, and is missing once.
            foreach (var needed in package.Slices.SelectMany(static slice => slice.Essential).DistinctBy(static needed => needed.Place))
            {
                if (_findings.Count >= MostFindings)
                {
                    return;
                }

                if (!_slices.ContainsKey(needed.Name) && Unknown(_release, needed.Name) is { } problem)
                {
                    _findings.Add(new SliceFinding(needed.Place, SliceMistake.UnknownReference, problem));
                }
            }
        }
    }

    /// <summary>Why there is no such slice, with a near name; null where its file cannot be read, which has been said.</summary>
    public static string? Unknown(SliceRelease release, SliceName name)
    {
        var reading = release.Reading(name.Package);
        return reading switch
        {
            null => $"there are no slices of {name.Package}, so no {name}{FindingList.DidYouMean(name.Package, release.PackageNames)}",
            { Package: null } => null,
            _ => $"the package {name.Package} has no slice '{name.Slice}'{FindingList.DidYouMean(name.Slice, reading.Package.Slices.Select(static slice => slice.Name.Slice))}",
        };
    }

    private void Circles()
    {
        var architectures = _slices.Values.SelectMany(static slice => slice.Essential).SelectMany(static needed => needed.Architectures).Distinct(StringComparer.Ordinal);
        foreach (string architecture in architectures.DefaultIfEmpty(""))
        {
            _findings.AddRange(new SliceGraph(_slices, architecture).Circles());
        }
    }

    private void Scripts()
    {
        foreach (var script in _slices.Values.Select(static slice => slice.Mutate).OfType<SliceScript>())
        {
            if (StarlarkScript.Problem(script) is { } problem)
            {
                _findings.Add(problem);
            }
        }
    }

    private void Paths()
    {
        var conflicts = new Conflicts();
        foreach (var slice in _slices.Values)
        {
            foreach (var rule in slice.Contents)
            {
                conflicts.Add(slice.Name, rule);
            }
        }

        foreach (var (_, claims) in conflicts.ByPath)
        {
            if (claims.Exists(static claim => claim.Rule.Prefer is not null))
            {
                _findings.AddRange(Preferences.Mistakes(claims, _readings.ContainsKey));
            }
        }

        _findings.AddRange(conflicts
            .Find((path, package) => conflicts.ByPath[path].FirstOrDefault(claim => claim.Package == package).Rule?.Prefer)
            .Take(MostFindings));
    }
}
