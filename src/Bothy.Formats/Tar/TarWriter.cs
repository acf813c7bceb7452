using Bothy.Formats.Trees;

namespace Bothy.Formats.Tar;

/// <summary>
/// Writes a tar archive whose bytes depend on the entries alone: ustar, with PAX records only for what ustar cannot say, and nothing
/// of the machine, the process or the time. Entries are written in the order they come.
/// </summary>
public sealed class TarWriter
{
    private const int BlockSize = TarHeader.BlockSize;
    private const int BufferSize = 128 << 10;

    private readonly Stream _output;
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly byte[] _header = new byte[BlockSize];
    private readonly PaxHeaderBuilder _extended = new();
    private int _used;

    /// <summary>Writes to <paramref name="output"/>, which stays the caller's, in blocks of 128 KiB.</summary>
    public TarWriter(Stream output) => _output = output;

    /// <summary>Writes an entry and its content.</summary>
    /// <exception cref="BothyException">The content is not as long as it says, or the entry holds what tar cannot say.</exception>
    public void Write(TreeEntry entry) => Write(entry, TarEntry.NoRecords);

    /// <summary>Writes an entry and its content, with PAX records beyond what the entry itself needs, such as <c>APK-TOOLS.checksum.SHA1</c>.</summary>
    /// <exception cref="BothyException">The content is not as long as it says, or the entry holds what tar cannot say.</exception>
    public void Write(TreeEntry entry, IReadOnlyDictionary<string, string> records) => Write(entry, records, beforeContent: null, afterContent: null);

    /// <summary>Writes an entry and its content, and says where in the archive the content is.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="beforeContent">Called before the first byte of its content is written, when everything before it has been.</param>
    /// <param name="afterContent">Called when the last byte of its content has been written, and nothing after it.</param>
    /// <exception cref="BothyException">The content is not as long as it says, or the entry holds what tar cannot say.</exception>
    public void Write(TreeEntry entry, Action beforeContent, Action afterContent) => Write(entry, TarEntry.NoRecords, beforeContent, afterContent);

    /// <summary>Writes the end of the archive, two blocks of zeros, and everything not yet written.</summary>
    public void Finish()
    {
        Append(new byte[2 * BlockSize]);
        Flush();
    }

    /// <summary>Writes everything not yet written, and no end of the archive: another piece of it follows.</summary>
    public void Cut() => Flush();

    private static char TypeOf(EntryKind kind) => kind switch
    {
        EntryKind.File => '0',
        EntryKind.HardLink => '1',
        EntryKind.SymbolicLink => '2',
        EntryKind.CharacterDevice => '3',
        EntryKind.BlockDevice => '4',
        EntryKind.Directory => '5',
        EntryKind.Fifo => '6',
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static string NameOf(TreeEntry entry) =>
        entry.Kind != EntryKind.Directory ? entry.Path.Value
        : entry.Path.IsRoot ? "./"
        : entry.Path.Value + "/";

    private static BothyException Cannot(TreeEntry entry, string reason) => new($"cannot write '{entry.Path}': {reason}");

    private void Write(TreeEntry entry, IReadOnlyDictionary<string, string> records, Action? beforeContent, Action? afterContent)
    {
        ArgumentNullException.ThrowIfNull(records);
        _extended.Clear();
        foreach (var (key, value) in records)
        {
            _extended.Add(key, TarText.Encode(value));
        }

        FillHeader(entry);
        if (!_extended.IsEmpty)
        {
            WriteExtended(entry.Path.Name);
        }

        Append(_header);
        if (entry.Kind == EntryKind.File)
        {
            Tell(beforeContent);
            WriteContent(entry);
            Tell(afterContent);
            Pad(entry.Content!.Length);
        }
    }

    private void FillHeader(TreeEntry entry)
    {
        string name = NameOf(entry);
        string link = entry.LinkTarget ?? "";
        long size = entry.Kind == EntryKind.File ? entry.Content!.Length : 0;
        var block = new UstarBlock(_header, TypeOf(entry.Kind));
        block.Mode(entry.Mode & 0xFFF);
        if (!block.TryName(name))
        {
            byte[] bytes = TarText.Encode(name);
            block.StandInName(bytes);
            _extended.Add("path", bytes);
        }

        Extend(block.TryLinkName(link), "linkpath", link);
        Extend(block.TryUserName(entry.UserName ?? ""), "uname", entry.UserName);
        Extend(block.TryGroupName(entry.GroupName ?? ""), "gname", entry.GroupName);
        Extend(block.TryUserId(entry.UserId), "uid", entry.UserId);
        Extend(block.TryGroupId(entry.GroupId), "gid", entry.GroupId);
        Extend(block.TrySize(size), "size", size);
        Extend(block.TryModifiedTime(entry.ModifiedTime), "mtime", entry.ModifiedTime);
        if (!block.TryDevice(entry.DeviceMajor, entry.DeviceMinor))
        {
            throw Cannot(entry, "its device number is too large for a tar archive");
        }

        foreach (var (attribute, value) in entry.ExtendedAttributes)
        {
            // The key ends at the first equals sign, so a name that has one would be read as another.
            if (attribute.Contains('=', StringComparison.Ordinal))
            {
                throw Cannot(entry, $"a tar archive cannot hold the extended attribute '{attribute}'");
            }

            _extended.Add("SCHILY.xattr." + attribute, value.Span);
        }

        // System.Formats.Tar ignores the prefix of an entry that has records of any kind.
        if (block.HasPrefix && !_extended.IsEmpty)
        {
            _extended.Add("path", TarText.Encode(name));
        }

        block.Seal();
    }

    private void Extend(bool fits, string key, string? value)
    {
        if (!fits)
        {
            _extended.Add(key, TarText.Encode(value!));
        }
    }

    private void Extend(bool fits, string key, long value)
    {
        if (!fits)
        {
            _extended.Add(key, value);
        }
    }

    private void WriteExtended(string name)
    {
        var records = _extended.Build();
        Span<byte> header = stackalloc byte[BlockSize];
        var block = new UstarBlock(header, 'x');
        block.StandInName(TarText.Encode("PaxHeaders/" + name));
        block.Mode(TreeEntry.DefaultFileMode);
        block.TryUserId(0);
        block.TryGroupId(0);
        block.TrySize(records.Length);
        block.TryModifiedTime(0);
        block.TryDevice(0, 0);
        block.Seal();
        Append(header);
        Append(records);
        Pad(records.Length);
    }

    private void WriteContent(TreeEntry entry)
    {
        long length = entry.Content!.Length;
        using var content = entry.Content.OpenRead();
        for (long left = length; left > 0;)
        {
            if (_used == BufferSize)
            {
                Flush();
            }

            int read = content.Read(_buffer, _used, (int)Math.Min(left, BufferSize - _used));
            if (read == 0)
            {
                throw Cannot(entry, FormattableString.Invariant($"its content ends {left} bytes before the {length} it should have"));
            }

            _used += read;
            left -= read;
        }

        // Also lets a stream that verifies at its end do so.
        if (content.ReadByte() >= 0)
        {
            throw Cannot(entry, FormattableString.Invariant($"its content is longer than the {length} bytes it should have"));
        }
    }

    private void Pad(long length)
    {
        Span<byte> zeros = stackalloc byte[BlockSize];
        zeros.Clear();
        Append(zeros[..(int)(-length & (BlockSize - 1))]);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_used == BufferSize)
            {
                Flush();
            }

            int fits = Math.Min(bytes.Length, BufferSize - _used);
            bytes[..fits].CopyTo(_buffer.AsSpan(_used));
            _used += fits;
            bytes = bytes[fits..];
        }
    }

    private void Flush()
    {
        _output.Write(_buffer, 0, _used);
        _used = 0;
    }

    private void Tell(Action? listener)
    {
        if (listener is not null)
        {
            Flush();
            listener();
        }
    }
}
