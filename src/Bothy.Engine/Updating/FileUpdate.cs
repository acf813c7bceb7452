using System.Collections.Immutable;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Comparison;

namespace Bothy.Engine.Updating;

/// <summary>The files that a new lock would change.</summary>
/// <param name="Changes">The paths that differ, sorted.</param>
/// <param name="Before">What is in the image as the lock has it; null where it was not put together.</param>
/// <param name="After">What would be in it; null where it was not put together.</param>
/// <param name="NotComputed">Why they are not known, in words to stand after a colon; null where they are.</param>
public sealed record FileUpdate(ImmutableArray<FileChange> Changes, ImageContents? Before, ImageContents? After, string? NotComputed)
{
    /// <summary>The bytes of the files of the image as the lock has it; null where they are not known.</summary>
    public long? BytesBefore => BytesOf(Before);

    /// <summary>The bytes of the files that would be in it; null where they are not known.</summary>
    public long? BytesAfter => BytesOf(After);

    /// <summary>An answer that could not be had.</summary>
    public static FileUpdate Unknown(string reason) => new([], null, null, reason);

    private static long? BytesOf(ImageContents? contents) => contents?.Tree.Entries.Sum(static entry => entry.Content?.Length ?? 0);
}
