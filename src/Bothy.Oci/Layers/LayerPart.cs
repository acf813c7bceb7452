using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Oci.Layers;

/// <summary>A run of entries of a layer that is compressed without a look at the others, and kept.</summary>
/// <param name="Entries">The entries in order, as they are written.</param>
/// <param name="Key">The digest of everything about them that the archive shows: equal keys mean equal bytes.</param>
internal sealed record LayerPart(ImmutableArray<TreeEntry> Entries, Digest Key)
{
    /// <summary>The part of <paramref name="entries"/>.</summary>
    public static LayerPart Of(IEnumerable<TreeEntry> entries)
    {
        ImmutableArray<TreeEntry> all = [.. entries];
        return new LayerPart(all, EntryHash.Of(all));
    }
}
