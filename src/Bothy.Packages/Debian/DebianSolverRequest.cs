using System.Collections.Immutable;

namespace Bothy.Packages.Debian;

/// <summary>What to choose from a pool.</summary>
public sealed record DebianSolverRequest
{
    /// <summary>The architecture of the image; packages have it or <c>all</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>The packages asked for. Of two alternatives that both fit, an earlier request's choice stands.</summary>
    public required ImmutableArray<DebianRequest> Packages { get; init; }

    /// <summary>
    /// Names of packages that count as present, at their candidate version and with what they provide, and bring nothing: no file,
    /// no dependency.
    /// </summary>
    public ImmutableArray<string> Omit { get; init; } = [];

    /// <summary>
    /// What is installed already, such as by an image to build on; one of the pool's indexes, and its first. Each of its packages stays as it is, or gives way to
    /// a later version where something demands that. Null where nothing is.
    /// </summary>
    public DebianIndex? Installed { get; init; }

    /// <summary>Whether to take recommended packages too, where that is possible.</summary>
    public bool Recommends { get; init; }
}
