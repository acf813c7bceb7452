using System.Collections.Immutable;

namespace Bothy.Packages.Alpine;

/// <summary>What to choose from a pool.</summary>
public sealed record ApkSolverRequest
{
    /// <summary>The architecture of the image, by apk's name.</summary>
    public required string Architecture { get; init; }

    /// <summary>The packages asked for, pinned to tags and excluded; the order does not matter, as with apk.</summary>
    public required ImmutableArray<ApkDependency> World { get; init; }

    /// <summary>
    /// Names of packages that count as present, at the version that would be chosen and with what they provide, and bring nothing:
    /// no file, no dependency.
    /// </summary>
    public ImmutableArray<string> Omit { get; init; } = [];

    /// <summary>What is installed already, such as by an image to build on; one of the pool's indexes. It stays as long as it fits, as with <c>apk add</c>. Null where nothing is.</summary>
    public IApkIndex? Installed { get; init; }
}
