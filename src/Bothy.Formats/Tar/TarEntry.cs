using System.Collections.Immutable;
using Bothy.Formats.Trees;

namespace Bothy.Formats.Tar;

/// <summary>
/// The header of one entry of a tar archive, as written there: the name is not yet a path (see <see cref="TreePath"/>), and
/// nothing says that a link's target exists. Bytes of names that are not UTF-8 are kept as lone surrogates, U+DC80 and up.
/// </summary>
public sealed record TarEntry
{
    /// <summary>No records.</summary>
    public static ImmutableSortedDictionary<string, string> NoRecords { get; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The name, unchanged.</summary>
    public required string Name { get; init; }

    /// <summary>What it is.</summary>
    public required EntryKind Kind { get; init; }

    /// <summary>Permission bits with setuid, setgid and sticky.</summary>
    public int Mode { get; init; }

    /// <summary>The owner's number.</summary>
    public int UserId { get; init; }

    /// <summary>The group's number.</summary>
    public int GroupId { get; init; }

    /// <summary>The owner's name; null where there is none.</summary>
    public string? UserName { get; init; }

    /// <summary>The group's name; null where there is none.</summary>
    public string? GroupName { get; init; }

    /// <summary>Seconds since 1970, UTC; fractions are cut off towards the past.</summary>
    public long ModifiedTime { get; init; }

    /// <summary>The size of the content in bytes; 0 for all but files.</summary>
    public long Size { get; init; }

    /// <summary>The target of a symbolic or hard link, unchanged; null for the rest.</summary>
    public string? LinkName { get; init; }

    /// <summary>The major number of a device.</summary>
    public int DeviceMajor { get; init; }

    /// <summary>The minor number of a device.</summary>
    public int DeviceMinor { get; init; }

    /// <summary>Extended attributes (<c>SCHILY.xattr.*</c> records) by full name.</summary>
    public ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> ExtendedAttributes { get; init; } = TreeEntry.NoAttributes;

    /// <summary>PAX records that this reader gives no meaning, such as <c>APK-TOOLS.checksum.SHA1</c>.</summary>
    public ImmutableSortedDictionary<string, string> OtherRecords { get; init; } = NoRecords;

    /// <summary>Where the entry's own header begins in the archive, in bytes.</summary>
    public long Offset { get; init; }

    /// <summary>
    /// The entry at <paramref name="path"/> of a file tree. A hard link's target becomes a normalised path.
    /// </summary>
    /// <param name="path">Where it goes, normally <see cref="Name"/> read as a <see cref="TreePath"/>.</param>
    /// <param name="origin">Where it comes from.</param>
    /// <param name="content">The bytes of a file; null for the rest.</param>
    /// <exception cref="BothyException">The target of a hard link leaves the archive.</exception>
    public TreeEntry ToTreeEntry(TreePath path, Origin origin, FileContent? content)
    {
        string? target = LinkName;
        if (Kind == EntryKind.HardLink)
        {
            target = TreePath.TryParse(LinkName, null, out var first)
                ? first.Value
                : throw new BothyException($"cannot accept hard link '{Name}': its target '{LinkName}' leaves the archive");
        }

        return new TreeEntry
        {
            Path = path,
            Kind = Kind,
            Mode = Mode,
            Origin = origin,
            UserId = UserId,
            GroupId = GroupId,
            UserName = UserName,
            GroupName = GroupName,
            ModifiedTime = ModifiedTime,
            Content = content,
            LinkTarget = target,
            DeviceMajor = DeviceMajor,
            DeviceMinor = DeviceMinor,
            ExtendedAttributes = ExtendedAttributes,
        };
    }
}
