using System.Collections.Immutable;
using Bothy.Engine.Locking;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Comparison;
using Bothy.Packages;

namespace Bothy.Engine.Updating;

/// <summary>What becomes of the image that another one is built on.</summary>
/// <param name="Before">The image of the lock; null where it is built on none.</param>
/// <param name="After">The image that its place holds now; null where it is to be built on none.</param>
/// <param name="Packages">The packages of it that change, by name; of the image's own packages nothing.</param>
public sealed record BaseStep(LockedBase? Before, LockedBase? After, ImmutableArray<BasePackageStep> Packages)
{
    /// <summary>The image file's name of it.</summary>
    public string Image => (After ?? Before)!.Image;

    /// <summary>Whether it is another image now.</summary>
    public bool HasMoved => Before?.Manifest != After?.Manifest;

    /// <summary>The step between two locks of one architecture; null where neither is built on an image.</summary>
    internal static BaseStep? Between(LockedArchitecture before, LockedArchitecture after)
    {
        if (before.Base is null && after.Base is null)
        {
            return null;
        }

        var system = after.Packages.Concat(before.Packages).Any(static package => package.Checksum is not null)
            || after.Repositories.Any(static repository => repository is LockedRepository.Alpine) ? PackageSystem.Apk : PackageSystem.Dpkg;
        var (old, now) = (ByName(before.Base), ByName(after.Base));

        // What gives way to a version that is laid over the base is no package of the base that changed.
        var own = before.Packages.Concat(after.Packages).Select(static package => package.Id.Name).ToHashSet(StringComparer.Ordinal);
        return new BaseStep(before.Base, after.Base,
        [
            .. old.Keys.Union(now.Keys, StringComparer.Ordinal)
                .Where(name => !own.Contains(name))
                .Order(StringComparer.Ordinal)
                .Select(name => Step(system, old.GetValueOrDefault(name), now.GetValueOrDefault(name)))
                .OfType<BasePackageStep>(),
        ]);
    }

    private static Dictionary<string, PackageId> ByName(LockedBase? below) => (below?.Packages ?? [])
        .Select(static package => package.Id)
        .DistinctBy(static id => id.Name, StringComparer.Ordinal)
        .ToDictionary(static id => id.Name, StringComparer.Ordinal);

    private static BasePackageStep? Step(PackageSystem system, PackageId? before, PackageId? after) => (before, after) switch
    {
        (null, { } come) => new BasePackageStep(come.Name, come.Architecture, null, come.Version, PackageChangeKind.Added),
        ({ } gone, null) => new BasePackageStep(gone.Name, gone.Architecture, gone.Version, null, PackageChangeKind.Removed),
        ({ } old, { } now) when old.Version != now.Version => new BasePackageStep(now.Name, now.Architecture, old.Version, now.Version, PackageChange.KindOf(system, old.Version, now.Version)),
        _ => null,
    };
}

/// <summary>What becomes of one package of the image that another one is built on.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Architecture">Its architecture by the distribution's name.</param>
/// <param name="Before">Its version in the image of the lock; null where that has none.</param>
/// <param name="After">Its version in the image that is there now; null where that has none.</param>
/// <param name="Kind">What becomes of it.</param>
public sealed record BasePackageStep(string Name, string Architecture, string? Before, string? After, PackageChangeKind Kind);
