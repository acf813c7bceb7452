using System.Collections.Immutable;
using Bothy.Engine.ImageFiles;
using Bothy.Engine.Locking;
using Bothy.Packages.Slices;

namespace Bothy.Engine.Slicing;

/// <summary>What assembling cuts of packages instead of taking them whole.</summary>
/// <param name="Selection">The slices, those of packages that are whole excepted.</param>
/// <param name="Packages">The packages that they are cut from.</param>
public sealed record SliceAssembly(SliceSelection Selection, ImmutableArray<ManifestPackage> Packages)
{
    /// <summary>What <paramref name="plan"/> says of slices; null where all of its packages are whole.</summary>
    /// <exception cref="BothyException">The definitions do not have what the plan says.</exception>
    internal static SliceAssembly? Of(SliceRelease? release, LockedArchitecture plan, ImageArchitecture architecture)
    {
        ImmutableArray<LockedPackage> sliced = [.. plan.Packages.Where(static package => !package.Slices.IsEmpty)];
        if (release is null || sliced.IsEmpty)
        {
            return null;
        }

        var names = sliced.SelectMany(static package => package.Slices).Select(static name => SliceName.Parse(name));
        var selection = SliceSelection.Select(release, names, architecture.Debian ?? throw new InvalidOperationException($"Debian has no {architecture}"));
        return new SliceAssembly(
            selection.Without(selection.Packages.Except(sliced.Select(static package => package.Id.Name), StringComparer.Ordinal)),
            [.. sliced.Select(static package => new ManifestPackage(package.Id.Name, package.Id.Version, package.KnownDigest, package.Id.Architecture))]);
    }
}
