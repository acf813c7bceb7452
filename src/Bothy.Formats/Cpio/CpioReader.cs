using System.Diagnostics.CodeAnalysis;
using System.Text;
using Bothy.Formats.Archives;
using Bothy.Formats.Trees;

namespace Bothy.Formats.Cpio;

/// <summary>Reads a cpio archive in the "new ASCII" format forward, one member after the other.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A member's stream holds nothing; the archive's stream is the caller's.")]
public sealed class CpioReader
{
    private const int MaxMembers = 1_000_000;

    private static readonly Origin FromArchive = new Origin.Effect("cpio");

    private readonly ArchiveSource _source;
    private readonly Dictionary<uint, TreePath> _firstNames = [];
    private ArchiveMemberStream? _content;
    private bool _ended;
    private int _members;

    /// <summary>Starts reading <paramref name="stream"/>, which stays the caller's; <paramref name="source"/> names it in messages.</summary>
    public CpioReader(Stream stream, string source) => _source = new ArchiveSource(stream, source);

    /// <summary>The content of the current member, good until the next call of <see cref="TryReadNext"/>.</summary>
    public Stream Content => _content ?? throw new InvalidOperationException("there is no current member");

    /// <summary>
    /// Goes to the next member, past what was not read of the current one; false at the end. A regular file is an entry without content, which
    /// <see cref="Content"/> has; further names of it are hard links, the last of them with the content.
    /// </summary>
    /// <exception cref="MalformedDataException">The bytes are not such an archive, or it is cut off, or has too many members.</exception>
    public bool TryReadNext([NotNullWhen(true)] out TreeEntry? entry)
    {
        entry = null;
        if (_ended)
        {
            return false;
        }

        _source.Skip(_content?.Detach() ?? 0);
        _content = null;
        Align();
        long offset = _source.Position;
        Span<byte> head = stackalloc byte[CpioHeader.Length];
        _source.ReadExactly(head);
        var header = CpioHeader.Read(head) ?? throw _source.Malformed(offset, "not a member of a cpio archive in the new ASCII format");
        string name = ReadName(header, offset);
        if (name == CpioHeader.End)
        {
            _ended = true;
            return false;
        }

        if (++_members > MaxMembers)
        {
            throw _source.Malformed(offset, FormattableString.Invariant($"more than {MaxMembers} members"));
        }

        entry = Entry(header, name, offset);
        _content = new ArchiveMemberStream(_source, entry.Kind == EntryKind.SymbolicLink ? 0 : header.Size);
        return true;
    }

    private string ReadName(CpioHeader header, long offset)
    {
        if (header.NameLength is 0 or > TreePath.MaxLength + 1)
        {
            throw _source.Malformed(offset, FormattableString.Invariant($"a name has {header.NameLength} bytes"));
        }

        string name = Text((int)header.NameLength, offset);
        Align();
        return name.EndsWith('\0') ? name[..^1] : throw _source.Malformed(offset, "a name does not end");
    }

    private TreeEntry Entry(CpioHeader header, string name, long offset)
    {
        if (!TreePath.TryParse(name, null, out var path) || CpioHeader.KindOf(header.Mode) is not { } kind)
        {
            throw _source.Malformed(offset, $"'{Text(name)}' is no path of an image, or of a kind that images do not hold");
        }

        if (kind == EntryKind.SymbolicLink && header.Size is 0 or > TreePath.MaxLength)
        {
            throw _source.Malformed(offset, FormattableString.Invariant($"the text of a link has {header.Size} bytes"));
        }

        string? first = kind == EntryKind.File && header.Links > 1 && !_firstNames.TryAdd(header.Inode, path) ? _firstNames[header.Inode].Value : null;
        return new TreeEntry
        {
            Path = path,
            Kind = first is null ? kind : EntryKind.HardLink,
            Mode = (int)(header.Mode & ~CpioHeader.KindMask & 0xFFF),
            Origin = FromArchive,
            UserId = unchecked((int)header.UserId),
            GroupId = unchecked((int)header.GroupId),
            ModifiedTime = header.ModifiedTime,
            DeviceMajor = unchecked((int)header.DeviceMajor),
            DeviceMinor = unchecked((int)header.DeviceMinor),
            LinkTarget = kind == EntryKind.SymbolicLink ? Text((int)header.Size, offset) : first,
        };
    }

    private string Text(int length, long offset)
    {
        byte[] bytes = new byte[length];
        _source.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes) is var text && !text.AsSpan(0, text.Length - 1).Contains('\0') ? text : throw _source.Malformed(offset, "a text has a NUL in it");
    }

    private static string Text(string name) => Formats.Text.VisibleText.Of(name);

    private void Align() => _source.Skip(-_source.Position & (CpioHeader.Alignment - 1));
}
