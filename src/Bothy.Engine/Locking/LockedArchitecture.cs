using System.Collections.Immutable;
using Bothy.Engine.ImageFiles;
using Bothy.Packages;
using Bothy.Packages.Repositories;
using Bothy.Packages.Solving;

namespace Bothy.Engine.Locking;

/// <summary>What was decided for one architecture.</summary>
public sealed record LockedArchitecture
{
    /// <summary>The architecture.</summary>
    public required ImageArchitecture Architecture { get; init; }

    /// <summary>The chain of trust: what was verified about each suite. Their dates are the floor below which nothing is accepted.</summary>
    public required ImmutableArray<VerifiedRelease> Repositories { get; init; }

    /// <summary>The packages in installation order.</summary>
    public required ImmutableArray<LockedPackage> Packages { get; init; }

    /// <summary>The packages that count as satisfied and bring no file, by name.</summary>
    public ImmutableArray<LockedOmission> Omitted { get; init; } = [];

    /// <summary>Whether a release older than an earlier lock's was accepted on request.</summary>
    public bool RollbackAllowed { get; init; }
}

/// <summary>A package of a lock.</summary>
public sealed record LockedPackage
{
    /// <summary>Which package.</summary>
    public required PackageId Id { get; init; }

    /// <summary>The source package it was built from, which advisories name.</summary>
    public required string Source { get; init; }

    /// <summary>The version of the source package.</summary>
    public required string SourceVersion { get; init; }

    /// <summary>Where it was to be had, without credentials.</summary>
    public required Uri Url { get; init; }

    /// <summary>Its size in bytes.</summary>
    public required long Size { get; init; }

    /// <summary>Its SHA-256: what decides, wherever it comes from.</summary>
    public required Digest Digest { get; init; }

    /// <summary>What wants it, that which decided it first.</summary>
    public required ImmutableArray<Reason> Why { get; init; }
}

/// <summary>A package left out on request, and what would have needed it.</summary>
public sealed record LockedOmission(string Name, string Version, ImmutableArray<Reason> Why);
