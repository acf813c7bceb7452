using System.Collections.Immutable;
using Bothy.Inspection.Catalog;
using Bothy.Packages.Alpine;
using Bothy.Packages.Debian;

namespace Bothy.Inspection.Comparison;

/// <summary>What became of a package.</summary>
public enum PackageChangeKind
{
    /// <summary>The first image lacks it.</summary>
    Added,

    /// <summary>Only the first image has it.</summary>
    Removed,

    /// <summary>The first image has an older version.</summary>
    Upgraded,

    /// <summary>The first image has a newer version.</summary>
    Downgraded,

    /// <summary>The versions are equal in the distribution's order, or belong to two distributions, and are written differently.</summary>
    Changed,
}

/// <summary>A package that differs between two images.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Architecture">Its architecture where the images have it for several; null otherwise.</param>
/// <param name="Before">Its version in the first image; null where it has none.</param>
/// <param name="After">Its version in the other; null where it has none.</param>
/// <param name="Kind">What became of it.</param>
public sealed record PackageChange(string Name, string? Architecture, string? Before, string? After, PackageChangeKind Kind)
{
    /// <summary>The packages that differ between two images, by name.</summary>
    public static ImmutableArray<PackageChange> Between(ImmutableArray<InstalledPackage> before, ImmutableArray<InstalledPackage> after)
    {
        var (old, changed) = (ByName(before), ByName(after));
        var changes = ImmutableArray.CreateBuilder<PackageChange>();
        foreach (string name in old.Keys.Union(changed.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            AddChanges(changes, name, old.GetValueOrDefault(name, []), changed.GetValueOrDefault(name, []));
        }

        return changes.ToImmutable();
    }

    /// <summary>What becomes of a package whose version is <paramref name="after"/> instead of <paramref name="before"/>, by the order of <paramref name="system"/>.</summary>
    public static PackageChangeKind KindOf(PackageSystem system, string before, string after) => Math.Sign(Compare(system, before, after)) switch
    {
        < 0 => PackageChangeKind.Upgraded,
        > 0 => PackageChangeKind.Downgraded,
        _ => PackageChangeKind.Changed,
    };

    private static Dictionary<string, List<InstalledPackage>> ByName(ImmutableArray<InstalledPackage> packages) => packages
        .GroupBy(static package => package.Name, StringComparer.Ordinal)
        .ToDictionary(static group => group.Key, static group => group.ToList(), StringComparer.Ordinal);

    // A package may be installed for two architectures at once (Debian's multiarch); each is then a package of its own.
    private static void AddChanges(ImmutableArray<PackageChange>.Builder changes, string name, List<InstalledPackage> before, List<InstalledPackage> after)
    {
        bool several = before.Count > 1 || after.Count > 1;
        foreach (var pair in several
            ? before.Select(static package => package.Architecture).Union(after.Select(static package => package.Architecture), StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Select(architecture => (Name: architecture, Old: before.Find(package => package.Architecture == architecture), New: after.Find(package => package.Architecture == architecture)))
            : [(Name: null!, Old: before.FirstOrDefault(), New: after.FirstOrDefault())])
        {
            if (KindOf(pair.Old, pair.New) is { } kind)
            {
                changes.Add(new PackageChange(name, several ? pair.Name : null, pair.Old?.Version, pair.New?.Version, kind));
            }
        }
    }

    private static PackageChangeKind? KindOf(InstalledPackage? before, InstalledPackage? after) => (before, after) switch
    {
        (null, null) => null,
        (null, _) => PackageChangeKind.Added,
        (_, null) => PackageChangeKind.Removed,
        _ when before.Version == after.Version => null,
        _ when before.System == after.System => KindOf(before.System, before.Version, after.Version),
        _ => PackageChangeKind.Changed,
    };

    private static int Compare(PackageSystem system, string before, string after) => system switch
    {
        PackageSystem.Dpkg when DebianVersion.TryParse(before, null, out var old) && DebianVersion.TryParse(after, null, out var changed) => old.CompareTo(changed),
        PackageSystem.Apk when ApkVersion.TryParse(before, null, out var old) && ApkVersion.TryParse(after, null, out var changed) => old.CompareTo(changed),
        _ => 0,
    };
}
