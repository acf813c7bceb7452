using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Packages.Slices;

/// <summary>A slice of a selection, and why it is in it.</summary>
/// <param name="Slice">The slice.</param>
/// <param name="Chain">From a request down to the slice, each needing the next: a shortest such chain. A requested slice's is itself alone.</param>
public sealed record SelectedSlice(Slice Slice, ImmutableArray<SliceName> Chain)
{
    /// <summary>Whether it was asked for itself.</summary>
    public bool IsRequested => Chain.Length == 1;
}

/// <summary>Slices of a release for one architecture, closed over what they need, and free of conflicts.</summary>
public sealed class SliceSelection
{
    /// <summary>Selects <paramref name="requests"/> and everything that they need on <paramref name="architecture"/>, which is Debian's name for it.</summary>
    /// <exception cref="SliceReleaseException">A slice that is not there (with near names), slices that need each other in a circle, two that conflict, or a file with mistakes.</exception>
    public static SliceSelection Select(SliceRelease release, IEnumerable<SliceName> requests, string architecture) => throw new NotSupportedException("not built yet");

    /// <summary>Debian's name of the architecture.</summary>
    public required string Architecture { get; init; }

    /// <summary>The slices, each after all that it needs; among those that could come next, the ordinally first.</summary>
    public required ImmutableArray<SelectedSlice> Slices { get; init; }

    /// <summary>The packages that files are taken from, or that a slice is of, by name.</summary>
    public required ImmutableArray<string> Packages { get; init; }

    /// <summary>The directories that get a <see cref="ManifestWall"/>, sorted.</summary>
    public required ImmutableArray<TreePath> ManifestDirectories { get; init; }

    /// <summary>
    /// Cuts one package: keeps of its files those that the selection names, with the directories that they lie in, and makes what its slices make.
    /// Paths are the package's, before anything is merged.
    /// </summary>
    /// <param name="package">Its name, one of <see cref="Packages"/>.</param>
    /// <param name="tree">Its files, as it ships them.</param>
    /// <exception cref="SliceReleaseException">A path is named that the package does not have (a pattern may match nothing).</exception>
    public SliceCut Cut(string package, FileTree tree) => throw new NotSupportedException("not built yet");
}
