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

    /// <summary>Whether to take recommended packages too, where that is possible.</summary>
    public bool Recommends { get; init; }
}
