using Bothy.Packages;

namespace Bothy.Engine.Locking;

/// <summary>Gives the packages of a plan their digests, which an apk index does not tell.</summary>
internal static class LockCompletion
{
    /// <summary><paramref name="plan"/> where it knows all digests; else null.</summary>
    public static LockFile? Of(LockFile plan) =>
        plan.Architectures.Values.All(architecture => architecture.AllPackages.All(package => package.Digest is not null)) ? plan : null;

    /// <summary>The plan with the digests that <paramref name="known"/> has for the same packages; null where it lacks one.</summary>
    public static LockFile? Of(LockFile plan, LockFile? known)
    {
        if (known is null)
        {
            return null;
        }

        var architectures = plan.Architectures;
        foreach (var (name, architecture) in plan.Architectures)
        {
            var digests = (known.Architectures.GetValueOrDefault(name)?.AllPackages ?? []).ToLookup(package => (package.Id, package.Checksum));
            architectures = architectures.SetItem(name, architecture with
            {
                Packages = [.. architecture.Packages.Select(package => Complete(package, digests))],
                Debug = [.. architecture.Debug.Select(package => Complete(package, digests))],
            });
        }

        return Of(plan with { Architectures = architectures });
    }

    private static LockedPackage Complete(LockedPackage package, ILookup<(PackageId, Packages.Alpine.ApkChecksum?), LockedPackage> known) =>
        package.Digest is null ? package with { Digest = known[(package.Id, package.Checksum)].FirstOrDefault()?.Digest } : package;
}
