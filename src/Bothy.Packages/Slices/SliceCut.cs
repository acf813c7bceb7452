using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Packages.Slices;

/// <summary>One path of what was cut.</summary>
/// <param name="Entry">What is there. What is made, not taken from the package, has <c>slice NAME</c> as its effect.</param>
/// <param name="Slices">The slices that name it, sorted; empty for a directory that is there for what lies in it.</param>
/// <param name="IsMutable">Whether scripts may write to it.</param>
/// <param name="IsUntilMutate">Whether it goes once scripts have run.</param>
public sealed record CutEntry(TreeEntry Entry, ImmutableArray<SliceName> Slices, bool IsMutable, bool IsUntilMutate);

/// <summary>What a selection takes of one package and makes beside it.</summary>
public sealed class SliceCut
{
    internal SliceCut(string package, ImmutableArray<CutEntry> entries)
    {
        Package = package;
        Entries = entries;
        foreach (var entry in entries)
        {
            Tree.Set(entry.Entry);
        }
    }

    /// <summary>The package's name.</summary>
    public string Package { get; }

    /// <summary>Its paths, sorted.</summary>
    public ImmutableArray<CutEntry> Entries { get; }

    /// <summary>The same as a tree.</summary>
    public FileTree Tree { get; } = new();
}
