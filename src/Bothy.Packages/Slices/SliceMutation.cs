using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Packages.Slices;

/// <summary>What the scripts of a selection did to a tree.</summary>
/// <param name="Written">Each path of the tree that was written to, with the digest that its content had before.</param>
/// <param name="Removed">Each path that was there until scripts had run, and is gone.</param>
public sealed record MutationOutcome(ImmutableSortedDictionary<TreePath, Digest> Written, ImmutableArray<TreePath> Removed);

/// <summary>Runs the scripts of a selection over a tree, and takes away what is there for them alone.</summary>
public static class SliceMutation
{
    /// <summary>
    /// Runs the scripts of <paramref name="selection"/> in its order over <paramref name="tree"/>, which holds <paramref name="cuts"/> (whatever
    /// else it holds, and wherever links have led the paths), and removes what is there until then.
    /// Scripts read what the selection names and write what it says is mutable, in the tree and nowhere else.
    /// </summary>
    /// <exception cref="SliceReleaseException">A script fails, or does more than scripts may; with the line of its file.</exception>
    public static MutationOutcome Run(SliceSelection selection, IEnumerable<SliceCut> cuts, FileTree tree, CancellationToken cancellationToken) =>
        throw new NotSupportedException("not built yet");
}
