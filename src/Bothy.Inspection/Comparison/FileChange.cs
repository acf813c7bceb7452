using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Comparison;

/// <summary>What of a path differs between two images.</summary>
[Flags]
public enum FileDifference
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The first image lacks it.</summary>
    Added = 1,

    /// <summary>Only the first image has it.</summary>
    Removed = 2,

    /// <summary>It is something else: a link instead of a file, for example.</summary>
    Kind = 4,

    /// <summary>The bytes, or the numbers of a device.</summary>
    Content = 8,

    /// <summary>The mode.</summary>
    Mode = 16,

    /// <summary>The owner or the group.</summary>
    Owner = 32,

    /// <summary>Where a link leads.</summary>
    Link = 64,

    /// <summary>Extended attributes, such as capabilities.</summary>
    Attributes = 128,
}

/// <summary>A path that differs between two images. Times alone are no difference.</summary>
/// <param name="Path">The path.</param>
/// <param name="Difference">What differs.</param>
/// <param name="Before">The entry of the first image; null where it has none.</param>
/// <param name="After">The entry of the other; null where it has none.</param>
public sealed record FileChange(TreePath Path, FileDifference Difference, TreeEntry? Before, TreeEntry? After)
{
    /// <summary>By how many bytes the other image is larger here.</summary>
    public long Bytes => (After?.Content?.Length ?? 0) - (Before?.Content?.Length ?? 0);

    /// <summary>The paths that differ between two trees, sorted.</summary>
    public static ImmutableArray<FileChange> Between(FileTree before, FileTree after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var changes = ImmutableArray.CreateBuilder<FileChange>();
        var (old, changed) = (before.Entries, after.Entries);
        for (int i = 0, j = 0; i < old.Count || j < changed.Count;)
        {
            int order = i == old.Count ? 1 : j == changed.Count ? -1 : old[i].Path.CompareTo(changed[j].Path);
            var one = order <= 0 ? old[i++] : null;
            var other = order >= 0 ? changed[j++] : null;
            if (Compare(one, other) is var difference and not FileDifference.None)
            {
                changes.Add(new FileChange((one ?? other)!.Path, difference, one, other));
            }
        }

        return changes.ToImmutable();
    }

    /// <summary>What differs, in a word each: <c>content, mode</c>.</summary>
    public IEnumerable<string> Words() => Enum.GetValues<FileDifference>()
        .Where(flag => flag != FileDifference.None && Difference.HasFlag(flag))
        .Select(static flag => flag switch
        {
            FileDifference.Added => "added",
            FileDifference.Removed => "removed",
            FileDifference.Kind => "kind",
            FileDifference.Content => "content",
            FileDifference.Mode => "mode",
            FileDifference.Owner => "owner",
            FileDifference.Link => "link",
            _ => "attributes",
        });

    private static FileDifference Compare(TreeEntry? before, TreeEntry? after)
    {
        if (before is null)
        {
            return FileDifference.Added;
        }

        if (after is null)
        {
            return FileDifference.Removed;
        }

        if (before.Kind != after.Kind)
        {
            return FileDifference.Kind;
        }

        return When(HasOtherContent(before, after), FileDifference.Content)
            | When(before.Mode != after.Mode && before.Kind != EntryKind.SymbolicLink, FileDifference.Mode)
            | When((before.UserId, before.GroupId) != (after.UserId, after.GroupId), FileDifference.Owner)
            | When(before.LinkTarget != after.LinkTarget, FileDifference.Link)
            | When(HasOtherAttributes(before, after), FileDifference.Attributes);
    }

    private static FileDifference When(bool condition, FileDifference difference) => condition ? difference : FileDifference.None;

    private static bool HasOtherContent(TreeEntry before, TreeEntry after) =>
        (before.Content is { } content && after.Content is { } other && (content.Length != other.Length || content.Digest != other.Digest))
        || (before.DeviceMajor, before.DeviceMinor) != (after.DeviceMajor, after.DeviceMinor);

    private static bool HasOtherAttributes(TreeEntry before, TreeEntry after) =>
        before.ExtendedAttributes.Count != after.ExtendedAttributes.Count
        || before.ExtendedAttributes.Zip(after.ExtendedAttributes).Any(static pair => pair.First.Key != pair.Second.Key || !pair.First.Value.Span.SequenceEqual(pair.Second.Value.Span));
}
