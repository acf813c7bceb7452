using System.Collections.Immutable;

namespace Bothy.Packages.Slices;

/// <summary>A slice that another needs.</summary>
/// <param name="Name">Which.</param>
/// <param name="Architectures">For which architectures it is needed, by Debian's names; empty for all of them.</param>
/// <param name="Place">Where that is said.</param>
public sealed record EssentialSlice(SliceName Name, ImmutableArray<string> Architectures, SlicePlace Place)
{
    /// <summary>Whether it is needed on <paramref name="architecture"/>.</summary>
    public bool IsFor(string architecture) => Architectures.IsEmpty || Architectures.Contains(architecture, StringComparer.Ordinal);
}

/// <summary>The script that a slice runs once everything is in place.</summary>
/// <param name="Text">The script.</param>
/// <param name="File">The file it stands in, as it is shown to people.</param>
/// <param name="Line">The line of the file that its first line is.</param>
public sealed record SliceScript(string Text, string File, int Line);

/// <summary>A part of a package: the paths it has, the slices it needs and the script that it runs.</summary>
public sealed record Slice
{
    /// <summary>Its full name.</summary>
    public required SliceName Name { get; init; }

    /// <summary>Where it is defined.</summary>
    public required SlicePlace Place { get; init; }

    /// <summary>What sets it apart from the package's others, in a few words; null where nothing is said.</summary>
    public string? Hint { get; init; }

    /// <summary>What it needs, with what all slices of its package need; each slice once, in the order of the file.</summary>
    public ImmutableArray<EssentialSlice> Essential { get; init; } = [];

    /// <summary>Its paths and patterns, each once, in the order of the file.</summary>
    public ImmutableArray<ContentRule> Contents { get; init; } = [];

    /// <summary>Its script; null where it has none.</summary>
    public SliceScript? Mutate { get; init; }
}

/// <summary>The slices of one package.</summary>
public sealed record SlicePackage
{
    /// <summary>The package's name.</summary>
    public required string Name { get; init; }

    /// <summary>Where it is defined.</summary>
    public required SlicePlace Place { get; init; }

    /// <summary>The archive it has to come from; null for whichever has it.</summary>
    public string? Archive { get; init; }

    /// <summary>Its slices, in the order of the file.</summary>
    public ImmutableArray<Slice> Slices { get; init; } = [];

    /// <summary>The slice of that name within the package; null where there is none.</summary>
    public Slice? Find(string name) => Slices.FirstOrDefault(slice => slice.Name.Slice == name);
}
