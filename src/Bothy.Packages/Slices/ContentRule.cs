using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Packages.Slices;

/// <summary>Where what stands at a path of a slice comes from.</summary>
public enum ContentKind
{
    /// <summary>From the package, from this path or another (<c>copy</c>).</summary>
    Extracted,

    /// <summary>Everything of the package that a pattern matches.</summary>
    Glob,

    /// <summary>A directory that is made (<c>make</c>).</summary>
    Directory,

    /// <summary>A file with a text (<c>text</c>).</summary>
    Text,

    /// <summary>A symbolic link (<c>symlink</c>).</summary>
    SymbolicLink,

    /// <summary>A directory that gets a <see cref="ManifestWall"/> (<c>generate: manifest</c>).</summary>
    Manifest,
}

/// <summary>What a slice says about one path or pattern of its contents.</summary>
public sealed record ContentRule
{
    /// <summary>The path or pattern as it is written, from the root; a directory ends with a slash.</summary>
    public required string Path { get; init; }

    /// <summary>Where it stands.</summary>
    public required SlicePlace Place { get; init; }

    /// <summary>Where its content comes from.</summary>
    public required ContentKind Kind { get; init; }

    /// <summary>The path within the package that it is a copy of; null where that is its own.</summary>
    public string? CopyOf { get; init; }

    /// <summary>The content of a <see cref="ContentKind.Text"/>; null for every other kind.</summary>
    public string? Text { get; init; }

    /// <summary>The target of a <see cref="ContentKind.SymbolicLink"/>; null for every other kind.</summary>
    public string? Target { get; init; }

    /// <summary>The permission bits it gets; null for the package's, or for what its kind has.</summary>
    public int? Mode { get; init; }

    /// <summary>Whether scripts may write to it.</summary>
    public bool IsMutable { get; init; }

    /// <summary>Whether it is there only until scripts have run.</summary>
    public bool IsUntilMutate { get; init; }

    /// <summary>The architectures it is for, by Debian's names; empty for all of them.</summary>
    public ImmutableArray<string> Architectures { get; init; } = [];

    /// <summary>The package whose content of this path is taken where both are selected.</summary>
    public string? Prefer { get; init; }

    /// <summary>Whether it comes out of the package rather than being made.</summary>
    public bool IsFromPackage => Kind is ContentKind.Extracted or ContentKind.Glob;

    /// <summary>Whether it is for <paramref name="architecture"/>.</summary>
    public bool IsFor(string architecture) => Architectures.IsEmpty || Architectures.Contains(architecture, StringComparer.Ordinal);

    /// <summary>The place in a tree that a path of a rule, which was checked when it was read, means.</summary>
    internal static TreePath PlaceOf(string path) => TreePath.Parse(path.TrimStart('/'));

    /// <summary>Whether both lead to the same content at the same path, were they of one package. How long it is there does not matter, nor where.</summary>
    internal bool SaysTheSameAs(ContentRule other) =>
        Kind == other.Kind
        && (CopyOf ?? Path) == (other.CopyOf ?? other.Path)
        && Text == other.Text
        && Target == other.Target
        && Mode == other.Mode
        && IsMutable == other.IsMutable;
}
