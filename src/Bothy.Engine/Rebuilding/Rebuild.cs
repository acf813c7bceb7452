using Bothy.Engine.Building;
using Bothy.Engine.Locking;
using Bothy.Oci.Sources;

namespace Bothy.Engine.Rebuilding;

/// <summary>Building an image again from what is attached to it.</summary>
public static class Rebuild
{
    /// <summary>What is attached to the image at <paramref name="source"/>.</summary>
    /// <exception cref="BothyException">Nothing is, or it cannot be read.</exception>
    public static async Task<AttachedLock> AttachedToAsync(ImageSource source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        return await AttachedLock.FindAsync(source, await source.ResolveAsync(cancellationToken), cancellationToken)
            ?? throw new BothyException($"cannot build {source.Name} again: no lock is attached to it")
            {
                Hint = "'bothy build --push' attaches it, and 'bothy build --attach' in layouts; copies have it where whoever copied took what refers to the image along.",
            };
    }

    /// <summary>The first thing in which what was built differs from the image that its lock came with; null where both are the same bytes.</summary>
    /// <param name="source">Where the image is.</param>
    /// <param name="built">What was built.</param>
    /// <param name="attached">What is attached to the image.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BothyException">One of the two cannot be read.</exception>
    public static async Task<ImageDifference?> CompareAsync(ImageSource source, BuildResult built, AttachedLock attached, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(built);
        ArgumentNullException.ThrowIfNull(attached);
        await using var rebuilt = new ContentSource(built.Content, "its rebuild");
        var root = await source.ResolveAsync(cancellationToken);
        var difference = await new ImageComparison(source, rebuilt).FindFirstAsync(root, built.Content.Root.Descriptor, cancellationToken);
        return difference is null ? null : difference with { Reason = OtherFiles(built, attached) ?? Explain(difference, attached.Lock.Tool) };
    }

    /// <summary>Which local files are not those that the image was built of, in a sentence; null where all are, or nothing is known of them.</summary>
    public static string? OtherFiles(BuildResult built, AttachedLock attached)
    {
        ArgumentNullException.ThrowIfNull(built);
        ArgumentNullException.ThrowIfNull(attached);
        var here = AttachedFiles.Of(built.LocalFiles);
        string[] others = [.. attached.LocalFiles.Where((one, index) => index < here.Length && here[index] != one).Select(static one => $"'{Formats.Text.VisibleText.Of(one.Source)}'")];
        return others.Length == 0 ? null : $"the local files of {string.Join(", ", others)} are others here than those that it was built of";
    }

    private static string Explain(ImageDifference difference, LockedTool tool)
    {
        string? known = difference.Reason is null ? null : difference.Reason + ": ";
        return known + (tool.Name != "bothy" ? $"{Formats.Text.VisibleText.Of(tool.Name)} made it, and this is bothy"
            : tool.Compression != Tool.Compression ? $"it was made under compression contract {Formats.Text.VisibleText.Of(tool.Compression)}, and this version's is {Tool.Compression}"
            : tool.Version != Tool.Version ? $"bothy {Formats.Text.VisibleText.Of(tool.Version)} made it, and this is {Tool.Version}"
            : "the same version of bothy made it, so it was changed since it was built, or another lock was attached to it");
    }
}
