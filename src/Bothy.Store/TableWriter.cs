using System.Buffers;
using Bothy.Formats.Elf;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;

namespace Bothy.Store;

/// <summary>The sections of a catalogue's table.</summary>
internal static class TableSection
{
    public const int Entries = 1;
    public const int Attachments = 2;

    /// <summary>What the ELF files are, each after how many files come between it and the one before; a catalogue may be without.</summary>
    public const int ElfFacts = 3;
}

/// <summary>What an entry has beyond what every entry has: one byte, with the kind in its three lowest bits.</summary>
internal static class EntryMarks
{
    public const int Kind = 0b111;
    public const int UserName = 0x08;
    public const int GroupName = 0x10;
    public const int Attributes = 0x20;
    public const int Device = 0x40;
    public const int Link = 0x80;
}

/// <summary>
/// Encodes the entries of a tree. Each is: marks; how many bytes of the path are those of the entry before, then the rest of
/// it; mode, owner, group, time; what the marks announce; and for a file its length, SHA-256 and SHA-1. Its bytes follow
/// those of the file before in the pack. Numbers are LEB128, those that can be negative zigzag; text is UTF-8 (see <see cref="TarText"/>) after its length.
/// </summary>
internal sealed class TableWriter
{
    private readonly ArrayBufferWriter<byte> _entries = new(4 << 10);
    private readonly ArrayBufferWriter<byte> _elf = new();
    private byte[] _path = [];
    private int _files;
    private int _filesAtElf;

    public int Count { get; private set; }

    /// <summary>Adds an entry; <paramref name="length"/>, <paramref name="sha256"/> and <paramref name="sha1"/> are those of a file.</summary>
    /// <exception cref="BothyException">A name holds half a surrogate pair.</exception>
    public void Add(TreeEntry entry, long length, ReadOnlySpan<byte> sha256, ReadOnlySpan<byte> sha1)
    {
        _entries.Write([(byte)Marks(entry)]);
        byte[] path = TarText.Encode(entry.Path.Value);
        int shared = path.AsSpan().CommonPrefixLength(_path);
        Number(_entries, (ulong)shared);
        Bytes(_entries, path.AsSpan(shared));
        _path = path;
        Number(_entries, (ulong)entry.Mode);
        Signed(_entries, entry.UserId);
        Signed(_entries, entry.GroupId);
        Signed(_entries, entry.ModifiedTime);
        Rest(entry);
        if (entry.Kind == EntryKind.File)
        {
            Number(_entries, (ulong)length);
            _entries.Write(sha256);
            _entries.Write(sha1);
            _files++;
        }

        Count++;
    }

    /// <summary>Says what the file added last is; empty for one that only looks like an ELF file and has to be read to say so.</summary>
    public void AddElf(ReadOnlySpan<byte> facts)
    {
        Number(_elf, (ulong)(_files - _filesAtElf - 1));
        Bytes(_elf, facts);
        _filesAtElf = _files;
    }

    /// <summary>The whole table.</summary>
    public ReadOnlyMemory<byte> Finish(IReadOnlyDictionary<string, byte[]> attachments)
    {
        var named = new ArrayBufferWriter<byte>();
        Number(named, (ulong)attachments.Count);
        foreach (var (name, content) in attachments)
        {
            Text(named, name);
            Bytes(named, content);
        }

        var count = new ArrayBufferWriter<byte>();
        Number(count, (ulong)Count);

        var table = new ArrayBufferWriter<byte>(_entries.WrittenCount + named.WrittenCount + 64);
        Number(table, TableSection.Entries);
        Number(table, (ulong)(count.WrittenCount + _entries.WrittenCount));
        table.Write(count.WrittenSpan);
        table.Write(_entries.WrittenSpan);
        Number(table, TableSection.Attachments);
        Bytes(table, named.WrittenSpan);

        var version = new ArrayBufferWriter<byte>();
        Number(version, ElfFactsForm.Version);
        Number(table, TableSection.ElfFacts);
        Number(table, (ulong)(version.WrittenCount + _elf.WrittenCount));
        table.Write(version.WrittenSpan);
        table.Write(_elf.WrittenSpan);
        return table.WrittenMemory;
    }

    private static int Marks(TreeEntry entry) =>
        (int)entry.Kind
        | (entry.UserName is null ? 0 : EntryMarks.UserName)
        | (entry.GroupName is null ? 0 : EntryMarks.GroupName)
        | (entry.ExtendedAttributes.IsEmpty ? 0 : EntryMarks.Attributes)
        | (entry is { DeviceMajor: 0, DeviceMinor: 0 } ? 0 : EntryMarks.Device)
        | (entry.LinkTarget is null ? 0 : EntryMarks.Link);

    private void Rest(TreeEntry entry)
    {
        if (entry.UserName is { } user)
        {
            Text(_entries, user);
        }

        if (entry.GroupName is { } group)
        {
            Text(_entries, group);
        }

        if (!entry.ExtendedAttributes.IsEmpty)
        {
            Number(_entries, (ulong)entry.ExtendedAttributes.Count);
            foreach (var (name, value) in entry.ExtendedAttributes)
            {
                Text(_entries, name);
                Bytes(_entries, value.Span);
            }
        }

        if (entry is not { DeviceMajor: 0, DeviceMinor: 0 })
        {
            Signed(_entries, entry.DeviceMajor);
            Signed(_entries, entry.DeviceMinor);
        }

        if (entry.LinkTarget is { } target)
        {
            Text(_entries, target);
        }
    }

    private static void Text(ArrayBufferWriter<byte> to, string text) => Bytes(to, TarText.Encode(text));

    private static void Bytes(ArrayBufferWriter<byte> to, ReadOnlySpan<byte> bytes)
    {
        Number(to, (ulong)bytes.Length);
        to.Write(bytes);
    }

    private static void Signed(ArrayBufferWriter<byte> to, long value) => Number(to, (ulong)((value << 1) ^ (value >> 63)));

    private static void Number(ArrayBufferWriter<byte> to, ulong value)
    {
        var span = to.GetSpan(10);
        int length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[length++] = (byte)(value | 0x80);
        }

        span[length++] = (byte)value;
        to.Advance(length);
    }
}
