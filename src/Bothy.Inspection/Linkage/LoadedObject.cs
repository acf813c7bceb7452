using Bothy.Formats.Trees;

namespace Bothy.Inspection.Linkage;

/// <summary>A file as it is loaded for a program: by whom, and under which names.</summary>
internal sealed class LoadedObject(ElfObject file, TreePath openedAs, LoadedObject? by)
{
    public ElfObject File => file;

    public LoadedObject? By => by;

    /// <summary>The directory that <c>$ORIGIN</c> means.</summary>
    public TreePath Origin => openedAs.Parent;

    /// <summary>The names that it was asked for by.</summary>
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);
}
