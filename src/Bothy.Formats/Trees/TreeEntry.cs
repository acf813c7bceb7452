using System.Collections.Immutable;

namespace Bothy.Formats.Trees;

/// <summary>One path of a file tree, with everything a layer records about it and where it comes from.</summary>
public sealed record TreeEntry
{
    /// <summary>The mode of a directory that nothing says otherwise about.</summary>
    public const int DefaultDirectoryMode = 0b111_101_101;

    /// <summary>The mode of a file that nothing says otherwise about.</summary>
    public const int DefaultFileMode = 0b110_100_100;

    /// <summary>Where it is.</summary>
    public required TreePath Path { get; init; }

    /// <summary>What it is.</summary>
    public required EntryKind Kind { get; init; }

    /// <summary>Permission bits with setuid, setgid and sticky: at most octal 7777.</summary>
    public required int Mode { get; init; }

    /// <summary>Where it comes from.</summary>
    public required Origin Origin { get; init; }

    /// <summary>The owner's number.</summary>
    public int UserId { get; init; }

    /// <summary>The group's number.</summary>
    public int GroupId { get; init; }

    /// <summary>The owner's name where the source gave one; it wins over the number once an image has a passwd file.</summary>
    public string? UserName { get; init; }

    /// <summary>The group's name where the source gave one.</summary>
    public string? GroupName { get; init; }

    /// <summary>Seconds since 1970, UTC.</summary>
    public long ModifiedTime { get; init; }

    /// <summary>The bytes of a <see cref="EntryKind.File"/>; null for every other kind.</summary>
    public FileContent? Content { get; init; }

    /// <summary>The text of a symbolic link, or the first name (<see cref="TreePath.Value"/>) of a hard link; null for every other kind.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>The major number of a device.</summary>
    public int DeviceMajor { get; init; }

    /// <summary>The minor number of a device.</summary>
    public int DeviceMinor { get; init; }

    /// <summary>Extended attributes by full name, such as <c>security.capability</c>; sorted.</summary>
    public ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> ExtendedAttributes { get; init; } = NoAttributes;

    /// <summary>No extended attributes; the ordinal order that every such dictionary uses.</summary>
    public static ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> NoAttributes { get; } =
        ImmutableSortedDictionary.Create<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);

    /// <summary>A regular file.</summary>
    public static TreeEntry File(TreePath path, FileContent content, Origin origin, int mode = DefaultFileMode) =>
        new() { Path = path, Kind = EntryKind.File, Mode = mode, Origin = origin, Content = content };

    /// <summary>A directory.</summary>
    public static TreeEntry Directory(TreePath path, Origin origin, int mode = DefaultDirectoryMode) =>
        new() { Path = path, Kind = EntryKind.Directory, Mode = mode, Origin = origin };

    /// <summary>A symbolic link with the mode Linux gives it.</summary>
    public static TreeEntry SymbolicLink(TreePath path, string target, Origin origin) =>
        new() { Path = path, Kind = EntryKind.SymbolicLink, Mode = 0b111_111_111, Origin = origin, LinkTarget = target };
}
