using System.Collections.Immutable;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Sbom;

namespace Bothy.Inspection.Matching;

/// <summary>What is scanned.</summary>
public enum ScanSubjectKind
{
    /// <summary>An image, or the tree of one that is being built.</summary>
    Image,

    /// <summary>The lock of an image file.</summary>
    Lock,

    /// <summary>A bill of materials.</summary>
    Bill,

    /// <summary>A directory that holds a root file system.</summary>
    Directory,
}

/// <summary>The packages to judge, with what is known of where they are.</summary>
public sealed record ScanSubject
{
    /// <summary>What it is called in reports.</summary>
    public required string Name { get; init; }

    /// <summary>What it is.</summary>
    public required ScanSubjectKind Kind { get; init; }

    /// <summary>What it says it is, in words: <c>Alpine Linux v3.19</c>; null where it does not say.</summary>
    public string? Distribution { get; init; }

    /// <summary>The packages, sorted by space, name, version and place.</summary>
    public required ImmutableArray<ScanPackage> Packages { get; init; }

    /// <summary>The names that a VEX document may call it by, such as <c>pkg:oci/app@sha256:…</c>.</summary>
    public ImmutableArray<PackageUrl> Products { get; init; } = [];

    /// <summary>What of it could not be read, in sentences for people.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Finds out which files of packages are there; null where no files are known.</summary>
    internal CodeSearch? Code { get; init; }

    /// <summary>The distribution and release that its packages are of, by what it says of itself; null where that is none that advisories are read for.</summary>
    public (AdvisorySpace Space, string Release)? Release { get; init; }
}
