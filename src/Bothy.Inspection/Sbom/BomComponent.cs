using Bothy.Formats.Trees;

namespace Bothy.Inspection.Sbom;

/// <summary>What a component is.</summary>
internal enum BomKind
{
    /// <summary>A package of the distribution.</summary>
    Distribution,

    /// <summary>A package of a programming language.</summary>
    Language,

    /// <summary>An application that packages were built into.</summary>
    Application,

    /// <summary>The source package that packages were built from.</summary>
    Source,
}

/// <summary>A package in a bill of materials, whatever the bill's format.</summary>
internal sealed class BomComponent
{
    /// <summary>Its name in the document: letters, digits, dots and dashes, once.</summary>
    public required string Id { get; init; }

    public required BomKind Kind { get; init; }

    public required string Name { get; init; }

    public required string? Version { get; init; }

    public PackageUrl? Purl { get; init; }

    public LicenseStatement License { get; init; } = LicenseStatement.None;

    public string? Description { get; init; }

    public string? Publisher { get; init; }

    public string? Homepage { get; init; }

    /// <summary>The SHA-512 of the package it was installed from.</summary>
    public string? Sha512 { get; init; }

    /// <summary>A checksum of the package in its own world's form.</summary>
    public string? OwnChecksum { get; init; }

    /// <summary>Where the image says that it is there.</summary>
    public string? Evidence { get; init; }

    /// <summary>The file that holds it or says so, for a package of a language.</summary>
    public TreePath? Location { get; init; }

    /// <summary>The number of the layer that brought it.</summary>
    public int? Layer { get; init; }

    /// <summary>The distribution's package that brought it, for a package of a language.</summary>
    public BomComponent? Owner { get; init; }

    /// <summary>What it was built from.</summary>
    public BomComponent? Source { get; init; }

    /// <summary>The slices that are all there is of it; null where it is whole.</summary>
    public string? Slices { get; init; }

    /// <summary>The files it has brought.</summary>
    public List<BomFile> Files { get; } = [];
}

/// <summary>A regular file in a bill of materials.</summary>
/// <param name="Id">Its name in the document.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Sha256">Its SHA-256, in hexadecimal digits.</param>
/// <param name="Sha1">Its SHA-1, in hexadecimal digits.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Layer">The number of its layer.</param>
internal sealed record BomFile(string Id, TreePath Path, string Sha256, string Sha1, long Size, int? Layer);

/// <summary>That one component needs another.</summary>
/// <param name="From">What needs it; null for the image.</param>
/// <param name="To">What it needs.</param>
/// <param name="Reason">In which words.</param>
internal sealed record BomDependency(BomComponent? From, BomComponent To, string? Reason);
