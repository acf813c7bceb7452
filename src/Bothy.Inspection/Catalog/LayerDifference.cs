using System.Collections.Immutable;
using Bothy.Formats.Trees;
using Bothy.Oci.Reading;

namespace Bothy.Inspection.Catalog;

/// <summary>An entry that a layer has in place of another one at the same path.</summary>
/// <param name="Before">What lower layers have.</param>
/// <param name="After">What this one has.</param>
public sealed record ChangedEntry(TreeEntry Before, TreeEntry After);

/// <summary>What one layer does to the image.</summary>
/// <param name="Number">The layer's number, from 0.</param>
/// <param name="Layer">The layer.</param>
/// <param name="Added">What was not there before, sorted by path.</param>
/// <param name="Changed">What takes the place of something, sorted by path: every file, changed or not, as each takes its room; of directories those whose mode, owner or attributes differ.</param>
/// <param name="Hidden">What is gone after it, sorted by path; what is at the path of a change is not among them.</param>
public sealed record LayerDifference(
    int Number,
    OpenedLayer Layer,
    ImmutableArray<TreeEntry> Added,
    ImmutableArray<ChangedEntry> Changed,
    ImmutableArray<HiddenEntry> Hidden)
{
    /// <summary>The bytes of the files that were not there before.</summary>
    public long AddedBytes => Added.Sum(entry => entry.Content?.Length ?? 0);

    /// <summary>The bytes of the files that take the place of others.</summary>
    public long ChangedBytes => Changed.Sum(change => change.After.Content?.Length ?? 0);

    /// <summary>What each layer of <paramref name="image"/> does.</summary>
    public static ImmutableArray<LayerDifference> Of(OpenedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return [.. image.Layers.Select((layer, number) => Of(layer, number))];
    }

    private static LayerDifference Of(OpenedLayer layer, int number)
    {
        var changed = layer.Places
            .Where(placed => placed.Before is not null && !IsSameDirectory(placed.Before, placed.Entry))
            .Select(placed => new ChangedEntry(placed.Before!, placed.Entry))
            .OrderBy(change => change.After.Path)
            .ToImmutableArray();
        var places = changed.Select(change => change.After.Path).ToHashSet();
        return new LayerDifference(
            number,
            layer,
            [.. layer.Places.Where(placed => placed.Before is null).Select(placed => placed.Entry).OrderBy(entry => entry.Path)],
            changed,
            [.. layer.Hides.Where(hidden => !places.Contains(hidden.Entry.Path))]);
    }

    private static bool IsSameDirectory(TreeEntry before, TreeEntry after) =>
        before.Kind == EntryKind.Directory
        && after.Kind == EntryKind.Directory
        && before.Mode == after.Mode
        && before.UserId == after.UserId
        && before.GroupId == after.GroupId
        && before.ExtendedAttributes.Keys.SequenceEqual(after.ExtendedAttributes.Keys, StringComparer.Ordinal)
        && before.ExtendedAttributes.All(attribute => attribute.Value.Span.SequenceEqual(after.ExtendedAttributes[attribute.Key].Span));
}
