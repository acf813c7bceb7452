using Bothy.Formats.Trees;

namespace Bothy.Engine.Assembly;

/// <summary>A layer of an image above those of its packages: what it changes of the files below it, which stay as they would be without it.</summary>
/// <param name="What">What it holds, in words for the image's history: <c>local files</c>.</param>
/// <param name="Tree">The files that it brings and the directories above them.</param>
public sealed record LayerAbove(string What, FileTree Tree)
{
    /// <summary>The layer that makes <paramref name="all"/> of <paramref name="below"/>; null where they are the same.</summary>
    /// <exception cref="ArgumentException">Something of <paramref name="below"/> is gone: a layer above packages takes nothing away.</exception>
    public static LayerAbove? Between(string what, FileTree below, FileTree all)
    {
        ArgumentNullException.ThrowIfNull(below);
        ArgumentNullException.ThrowIfNull(all);
        var tree = new FileTree();
        foreach (var entry in all.Entries)
        {
            if (below.TryGet(entry.Path, out var present) && IsSame(present, entry))
            {
                continue;
            }

            // A runtime makes a directory that a layer does not have as it likes, and its own changes need it as it is.
            for (var parent = entry.Path.Parent; !parent.IsRoot && !tree.Contains(parent) && all.TryGet(parent, out var directory); parent = parent.Parent)
            {
                tree.Set(directory);
            }

            tree.Set(entry);
        }

        return below.Entries.FirstOrDefault(entry => !all.Contains(entry.Path)) is { } gone
            ? throw new ArgumentException($"{gone.Path} is gone", nameof(all))
            : tree.Count == 0 ? null : new LayerAbove(what, tree);
    }

    // What was made a second time has a content of its own.
    private static bool IsSame(TreeEntry one, TreeEntry other) => ReferenceEquals(one, other)
        || (one with { Content = null } == other with { Content = null } && one.Content?.Length == other.Content?.Length && one.Content?.Digest == other.Content?.Digest);
}
