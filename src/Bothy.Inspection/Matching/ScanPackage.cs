using Bothy.Formats.Trees;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Languages;
using Bothy.Inspection.Sbom;

namespace Bothy.Inspection.Matching;

/// <summary>A package to judge, wherever it is known from.</summary>
public sealed record ScanPackage
{
    /// <summary>Whose advisories speak of it; null where none that are read do.</summary>
    public required AdvisorySpace? Space { get; init; }

    /// <summary>The release of the distribution it is of, as <see cref="AdvisoryReleases"/> writes it; empty where the space has none.</summary>
    public string Release { get; init; } = "";

    /// <summary>Its name; of Maven's <c>group:artifact</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Its version; null where none is known.</summary>
    public required string? Version { get; init; }

    /// <summary>The package it was built from, which is what a distribution's advisories speak of; its own name for a language's package.</summary>
    public required string SourceName { get; init; }

    /// <summary>The version of the source, without what a rebuild of the binary alone adds (<c>+b1</c>); its own version for a language's package.</summary>
    public required string? SourceVersion { get; init; }

    /// <summary>The architecture by the distribution's name; empty for a language's package.</summary>
    public string Architecture { get; init; } = "";

    /// <summary>Its package URL; null where its type has none for it.</summary>
    public PackageUrl? Purl { get; init; }

    /// <summary>Where the image says so, or which file holds it; null for what is only known from a document.</summary>
    public TreePath? Location { get; init; }

    /// <summary>The package in the image's database; null for all others.</summary>
    public InstalledPackage? Installed { get; init; }

    /// <summary>The language's package in the image; null for all others.</summary>
    public LanguagePackage? Language { get; init; }

    /// <summary>Whether it was found in the files of an image as a programming language's package.</summary>
    public bool IsOfLanguage { get; init; }

    /// <summary>Whether a package of the distribution brought it into the image.</summary>
    public bool IsPart { get; init; }

    /// <summary>Name and version, as people write them.</summary>
    public override string ToString() => Version is null ? Name : $"{Name} {Version}";
}
