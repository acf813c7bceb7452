using Bothy.Formats.Elf;
using Bothy.Formats.Trees;

namespace Bothy.Inspection.Linkage;

/// <summary>An ELF file of a tree.</summary>
/// <param name="Entry">The file, symbolic links followed.</param>
/// <param name="Facts">What is in it.</param>
public sealed record ElfObject(TreeEntry Entry, ElfFacts Facts)
{
    /// <summary>Where it is.</summary>
    public TreePath Path => Entry.Path;

    /// <summary>Whether a loader starts it.</summary>
    public bool IsDynamicProgram => Facts.Interpreter is not null && Facts.Type is ElfType.Executable or ElfType.Shared;
}
