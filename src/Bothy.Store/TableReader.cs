using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Bothy.Formats.Elf;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;

namespace Bothy.Store;

/// <summary>Decodes what <see cref="TableWriter"/> wrote.</summary>
internal ref struct TableReader(ReadOnlySpan<byte> table, string source)
{
    private readonly ReadOnlySpan<byte> _table = table;
    private int _at;
    private byte[] _path = new byte[256];
    private int _pathLength;
    private string? _user;
    private string? _group;

    /// <summary>Finds a section; an empty range where there is none.</summary>
    /// <exception cref="MalformedDataException">The table does not follow the format.</exception>
    public static Range Section(ReadOnlySpan<byte> table, int wanted, string source)
    {
        var reader = new TableReader(table, source);
        var found = 0..0;
        while (reader._at < table.Length)
        {
            ulong number = reader.Number();
            int length = reader.Length();
            if (number == (ulong)wanted)
            {
                found = reader._at..(reader._at + length);
            }

            reader._at += length;
        }

        return found;
    }

    /// <summary>Reads the section of attachments.</summary>
    public ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Attachments()
    {
        var attachments = ImmutableSortedDictionary.CreateBuilder<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        for (int count = Count(); count > 0; count--)
        {
            attachments[Text()] = Take(Length()).ToArray();
        }

        return attachments.ToImmutable();
    }

    /// <summary>Reads the section of ELF facts; null where it is of another version, or is not there.</summary>
    public KeptElfFacts? ElfFacts()
    {
        if (_table.IsEmpty || Number() != ElfFactsForm.Version)
        {
            return null;
        }

        var kept = new KeptElfFacts();
        for (int file = -1; _at < _table.Length;)
        {
            file += 1 + Count(int.MaxValue - 1 - Math.Max(file, 0));
            int length = Length();
            kept.Add(file, _at, length);
            _at += length;
        }

        return kept;
    }

    /// <summary>
    /// Reads the section of entries. <paramref name="content"/> makes the content of a file from how many come before it, offset, length, SHA-256 and SHA-1.
    /// </summary>
    public FileTree Entries(Origin origin, long packLength, Func<int, long, long, Digest, ReadOnlyMemory<byte>, FileContent> content)
    {
        var tree = new FileTree();
        long offset = 0;
        int files = 0;
        for (int count = Count(); count > 0; count--)
        {
            var entry = Header(origin);
            if (entry.Kind == EntryKind.File)
            {
                long length = FileLength(packLength - offset);
                var sha256 = Digest.FromHash(Take(SHA256.HashSizeInBytes));
                entry = entry with { Content = content(files++, offset, length, sha256, Take(SHA1.HashSizeInBytes).ToArray()) };
                offset += length;
            }

            tree.Set(entry);
        }

        return tree;
    }

    private TreeEntry Header(Origin origin)
    {
        int marks = Take(1)[0];
        var kind = (EntryKind)(marks & EntryMarks.Kind);
        if (kind > EntryKind.Fifo)
        {
            throw Malformed("no such kind of entry");
        }

        return new TreeEntry
        {
            Path = Path(),
            Kind = kind,
            Mode = Mode(),
            Origin = origin,
            UserId = Int(),
            GroupId = Int(),
            ModifiedTime = Signed(),
            UserName = (marks & EntryMarks.UserName) != 0 ? _user = Text(_user) : null,
            GroupName = (marks & EntryMarks.GroupName) != 0 ? _group = Text(_group) : null,
            ExtendedAttributes = (marks & EntryMarks.Attributes) != 0 ? Attributes() : TreeEntry.NoAttributes,
            DeviceMajor = (marks & EntryMarks.Device) != 0 ? Int() : 0,
            DeviceMinor = (marks & EntryMarks.Device) != 0 ? Int() : 0,
            LinkTarget = (marks & EntryMarks.Link) != 0 ? Text() : null,
        };
    }

    private TreePath Path()
    {
        int shared = Count(limit: _pathLength);
        var rest = Take(Length());
        int length = shared + rest.Length;
        if (length > _path.Length)
        {
            Array.Resize(ref _path, length * 2);
        }

        rest.CopyTo(_path.AsSpan(shared));
        _pathLength = length;
        return TreePath.TryParse(TarText.Decode(_path.AsSpan(0, length)), null, out var path) ? path : throw Malformed("not a path inside an image");
    }

    private ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Attributes()
    {
        var attributes = TreeEntry.NoAttributes.ToBuilder();
        for (int count = Count(); count > 0; count--)
        {
            attributes[Text()] = Take(Length()).ToArray();
        }

        return attributes.ToImmutable();
    }

    private int Mode() => Count(limit: 4095);

    private int Int() => Signed() is >= int.MinValue and <= int.MaxValue and var value ? (int)value : throw Malformed("a number is too large");

    private long FileLength(long available) =>
        Number() is var length && length <= (ulong)available ? (long)length : throw Malformed("a file lies outside the pack");

    // Nearly every entry has the owner of the one before: the same text need not be decoded six thousand times.
    private string Text(string? before)
    {
        var bytes = Take(Length());
        return before is not null && Ascii.Equals(bytes, before) ? before : TarText.Decode(bytes);
    }

    private string Text() => TarText.Decode(Take(Length()));

    // Whatever is counted takes at least a byte each, which bounds what a false count can make us allocate.
    private int Count() => Count(limit: _table.Length - _at);

    private int Count(int limit) => Number() is var count && count <= (ulong)limit ? (int)count : throw Malformed("a number is too large");

    private int Length()
    {
        ulong length = Number();
        return length <= (ulong)(_table.Length - _at) ? (int)length : throw Malformed("a length leads beyond the end");
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > _table.Length - _at)
        {
            throw Malformed("it ends too early");
        }

        var taken = _table.Slice(_at, length);
        _at += length;
        return taken;
    }

    private long Signed()
    {
        ulong value = Number();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong Number()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Take(1)[0];
            if (shift == 63 && next > 1)
            {
                break;
            }

            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Malformed("a number is too large");
    }

    private readonly MalformedDataException Malformed(string problem) => new(source, _at, problem);
}
