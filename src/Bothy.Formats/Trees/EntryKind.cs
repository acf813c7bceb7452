namespace Bothy.Formats.Trees;

/// <summary>What a path in a file tree is.</summary>
public enum EntryKind
{
    /// <summary>A regular file; has content.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link; <see cref="TreeEntry.LinkTarget"/> is its text, unchanged.</summary>
    SymbolicLink,

    /// <summary>A second name of a regular file; <see cref="TreeEntry.LinkTarget"/> is the first name, a normalised path.</summary>
    HardLink,

    /// <summary>A character device.</summary>
    CharacterDevice,

    /// <summary>A block device.</summary>
    BlockDevice,

    /// <summary>A named pipe.</summary>
    Fifo,
}
