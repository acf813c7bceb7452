using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Oci.Reading;

/// <summary>Why a path of a lower layer is not there any more.</summary>
public enum HiddenBy
{
    /// <summary>A whiteout removes it, or a directory that it is in.</summary>
    Whiteout,

    /// <summary>A directory that it is in is opaque.</summary>
    OpaqueDirectory,

    /// <summary>The layer has something else at its path, or at that of a directory that it is in.</summary>
    Replacement,
}

/// <summary>An entry of a lower layer that a layer hides: it is still in the image, and nobody sees it.</summary>
/// <param name="Entry">The entry, at its path in the image.</param>
/// <param name="Layer">The number of the layer that it is of, from 0.</param>
/// <param name="Bytes">The bytes of content that are hidden with it: none where it is no file, or a file that still has another name.</param>
/// <param name="By">Why.</param>
public sealed record HiddenEntry(TreeEntry Entry, int Layer, long Bytes, HiddenBy By);

/// <summary>An entry that a layer puts into the image.</summary>
/// <param name="Entry">The entry, at its path in the image; a hard link is one of these too.</param>
/// <param name="Before">What lower layers have there; null for nothing.</param>
public sealed record PlacedEntry(TreeEntry Entry, TreeEntry? Before);

/// <summary>A layer of an image that is open.</summary>
public sealed record OpenedLayer
{
    /// <summary>The blob that it is in.</summary>
    public required Descriptor Blob { get; init; }

    /// <summary>The digest of its tar archive.</summary>
    public required Digest DiffId { get; init; }

    /// <summary>The size of that archive in bytes.</summary>
    public required long UncompressedSize { get; init; }

    /// <summary>
    /// What the archive holds, without the markers of whiteouts and the files that are only eStargz's; each path once, the last one of a name.
    /// Hard links may lead to lower layers, and directories may be missing.
    /// </summary>
    public required FileTree Tree { get; init; }

    /// <summary>The paths that it removes from lower layers, sorted.</summary>
    public required ImmutableArray<TreePath> Whiteouts { get; init; }

    /// <summary>The directories of which it hides what lower layers have in them, sorted.</summary>
    public required ImmutableArray<TreePath> OpaqueDirectories { get; init; }

    /// <summary>The paths that the archive has more than once, sorted; the last one counts.</summary>
    public required ImmutableArray<TreePath> Duplicates { get; init; }

    /// <summary>Whether it is an eStargz layer, whose index is not part of <see cref="Tree"/>.</summary>
    public required bool IsEStargz { get; init; }

    /// <summary>How it came to be; null where the configuration does not say.</summary>
    public HistoryEntry? History { get; init; }

    /// <summary>What it puts into the image, in the order of its archive, with what was there before.</summary>
    public ImmutableArray<PlacedEntry> Places { get; init; } = [];

    /// <summary>What it hides of lower layers, sorted by path.</summary>
    public ImmutableArray<HiddenEntry> Hides { get; init; } = [];

    /// <summary>The bytes that it hides of lower layers.</summary>
    public long HiddenBytes => Hides.Sum(hidden => hidden.Bytes);
}
