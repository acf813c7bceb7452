using System.Collections.Immutable;
using Bothy.Engine.Locking;
using Bothy.Formats.Trees;

namespace Bothy.Engine.Building;

/// <summary>What was built, or found again, for one architecture.</summary>
/// <param name="Build">The image.</param>
/// <param name="Tree">Its files; null where they were not assembled.</param>
/// <param name="Locked">What it was built of, with the digest of each package; null where an index alone was read, which does not tell those.</param>
/// <param name="Origins">Where its files are from; null where they were not assembled.</param>
/// <param name="Key">Its key among <see cref="EarlierBuilds"/>.</param>
/// <param name="IsFoundAgain">Whether it was built before.</param>
internal sealed record ArchitectureBuild(
    EarlierBuild Build, FileTree? Tree, LockedArchitecture? Locked, ImmutableDictionary<TreePath, Origin>? Origins, Digest Key, bool IsFoundAgain)
{
    /// <summary>Its debug variant; null where none is wanted.</summary>
    public ArchitectureBuild? Debug { get; init; }
}
