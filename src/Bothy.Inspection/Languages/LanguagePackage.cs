using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Languages;

/// <summary>Whose packages they are.</summary>
public enum Ecosystem
{
    /// <summary>Modules of Go, from the build information in programs.</summary>
    Go,

    /// <summary>Artifacts in Maven's sense, from jars.</summary>
    Java,

    /// <summary>Modules of Node.js.</summary>
    Node,

    /// <summary>Packages of .NET, from <c>*.deps.json</c>.</summary>
    NuGet,

    /// <summary>Distributions of Python.</summary>
    Python,

    /// <summary>Crates of Rust, from the audit data in programs.</summary>
    Rust,
}

/// <summary>A package of a programming language that was found in a tree: by what its own tools left there, not by a guess from names.</summary>
public sealed record LanguagePackage
{
    /// <summary>Whose it is.</summary>
    public required Ecosystem Ecosystem { get; init; }

    /// <summary>Its name as its own world writes it: <c>@scope/name</c>, a Go module's path, a Maven artifact without its group.</summary>
    public required string Name { get; init; }

    /// <summary>Maven's group; null where none is stated, and for every other ecosystem.</summary>
    public string? Group { get; init; }

    /// <summary>Its version; null where none is stated.</summary>
    public string? Version { get; init; }

    /// <summary>The file that says so: metadata, a program, a jar.</summary>
    public required TreePath Location { get; init; }

    /// <summary>Where inside of <see cref="Location"/>, such as the jar in a jar; null where it is the file itself.</summary>
    public string? Inside { get; init; }

    /// <summary>Whether this is the application that the rest was built into, which its world's registry need not know.</summary>
    public bool IsApplication { get; init; }

    /// <summary>Its licence in its author's words; null where none is stated.</summary>
    public string? License { get; init; }

    /// <summary>What it is for, in a line.</summary>
    public string? Description { get; init; }

    /// <summary>Its page.</summary>
    public string? Homepage { get; init; }

    /// <summary>The SHA-512 of the package it was installed from, as hexadecimal digits; NuGet alone records it.</summary>
    public string? PackageSha512 { get; init; }

    /// <summary>Go's checksum of the module (<c>h1:…</c>).</summary>
    public string? ModuleSum { get; init; }

    /// <summary>The files it is known to have brought; empty where it is a part of the file at <see cref="Location"/>.</summary>
    public ImmutableArray<TreePath> Files { get; init; } = [];

    /// <summary>The packages of the same location that it was built with, by name and version; sorted.</summary>
    public ImmutableArray<LanguageReference> Dependencies { get; init; } = [];
}

/// <summary>Names a package found at the same location.</summary>
public readonly record struct LanguageReference(string Name, string? Version) : IComparable<LanguageReference>
{
    /// <inheritdoc />
    public int CompareTo(LanguageReference other) =>
        string.CompareOrdinal(Name, other.Name) is not 0 and var order ? order : string.CompareOrdinal(Version, other.Version);
}
