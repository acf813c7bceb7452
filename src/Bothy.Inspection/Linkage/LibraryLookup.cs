using Bothy.Formats.Trees;

namespace Bothy.Inspection.Linkage;

/// <summary>What a loader finds under the name of a library.</summary>
internal abstract record LibraryLookup
{
    private LibraryLookup()
    {
    }

    /// <summary>A library that fits.</summary>
    /// <param name="Object">The library.</param>
    /// <param name="OpenedAs">The path by which it was opened, links not followed: what <c>$ORIGIN</c> means in it.</param>
    public sealed record Found(ElfObject Object, TreePath OpenedAs) : LibraryLookup
    {
        /// <summary>Whether only newer processors find it, in a directory of theirs.</summary>
        public bool IsForSomeProcessors { get; init; }
    }

    /// <summary>Nothing that it takes.</summary>
    /// <param name="Passed">A file of that name which it passed over or stumbled upon; null for none.</param>
    /// <param name="Problem">What is wrong with that file.</param>
    public sealed record NotFound(TreePath? Passed, string? Problem) : LibraryLookup;
}
