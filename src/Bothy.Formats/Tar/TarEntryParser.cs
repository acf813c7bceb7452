using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Bothy.Formats.Archives;
using Bothy.Formats.Trees;

namespace Bothy.Formats.Tar;

/// <summary>Makes an entry of a header and the extended headers before it. PAX wins over GNU, and both over the header.</summary>
internal readonly struct TarEntryParser(ArchiveSource source, TarLimits limits)
{
    private const string AttributePrefix = "SCHILY.xattr.";

    public TarEntry Parse(TarHeader header, TarExtensions extensions, PaxRecords globals)
    {
        var records = extensions.Records.Over(globals);
        byte[]? pathRecord = Value(records, "path");
        var name = pathRecord ?? UpToNul(extensions.LongName);
        string text = name is not null ? Name(name, header.Offset) : HeaderName(header);
        var kind = Kind(header, text);
        long size = Number(records, "size") ?? header.Size;
        CheckSize(kind, size, header.Offset);
        return new TarEntry
        {
            Name = text,
            Kind = kind,
            Mode = header.Mode,
            UserId = Small(Number(records, "uid") ?? header.UserId, "owner", header.Offset),
            GroupId = Small(Number(records, "gid") ?? header.GroupId, "group", header.Offset),
            UserName = OwnerName(records, "uname", header.UserName),
            GroupName = OwnerName(records, "gname", header.GroupName),
            ModifiedTime = Time(records, header.Offset) ?? header.ModifiedTime,
            Size = kind == EntryKind.File ? size : 0,
            LinkName = LinkName(header, kind, records, extensions),
            DeviceMajor = IsDevice(kind) ? Small(header.DeviceMajor, "device number", header.Offset) : 0,
            DeviceMinor = IsDevice(kind) ? Small(header.DeviceMinor, "device number", header.Offset) : 0,
            ExtendedAttributes = records.IsEmpty ? TreeEntry.NoAttributes : Attributes(records),
            OtherRecords = records.IsEmpty ? TarEntry.NoRecords : Others(records, header.Offset),
            Offset = header.Offset,
        };
    }

    private static bool IsDevice(EntryKind kind) => kind is EntryKind.CharacterDevice or EntryKind.BlockDevice;

    private static byte[]? Value(PaxRecords records, string key) => records[key] is { Length: > 0 } value ? value : null;

    private static byte[]? UpToNul(byte[]? name)
    {
        int end = name is null ? -1 : Array.IndexOf(name, (byte)0);
        return end < 0 ? name : name![..end];
    }

    private static string? OwnerName(PaxRecords records, string key, ReadOnlySpan<byte> field)
    {
        var name = Value(records, key) ?? field;
        return name.IsEmpty ? null : TarText.Decode(name);
    }

    private static ImmutableSortedDictionary<string, ReadOnlyMemory<byte>> Attributes(PaxRecords records) =>
        TreeEntry.NoAttributes.AddRange(records.All
            .Where(record => record.Key.Length > AttributePrefix.Length && record.Key.StartsWith(AttributePrefix, StringComparison.Ordinal))
            .Select(record => KeyValuePair.Create(record.Key[AttributePrefix.Length..], new ReadOnlyMemory<byte>(record.Value))));

    private ImmutableSortedDictionary<string, string> Others(PaxRecords records, long offset)
    {
        var others = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in records.All)
        {
            if (key.StartsWith("GNU.sparse.", StringComparison.Ordinal))
            {
                throw source.Malformed(offset, "a sparse file, which layers and packages do not hold");
            }

            bool known = key is "path" or "linkpath" or "size" or "uid" or "gid" or "uname" or "gname" or "mtime"
                || key.StartsWith(AttributePrefix, StringComparison.Ordinal);
            if (!known)
            {
                others[key] = TarText.Decode(value);
            }
        }

        return others.ToImmutable();
    }

    private string HeaderName(TarHeader header)
    {
        var prefix = header.Prefix;
        return prefix.IsEmpty ? Name(header.Name, header.Offset) : Name([.. prefix, (byte)'/', .. header.Name], header.Offset);
    }

    private string Name(ReadOnlySpan<byte> name, long offset)
    {
        if (name.Length > limits.NameLength)
        {
            throw source.Malformed(offset, FormattableString.Invariant($"a name of {name.Length} bytes, longer than {limits.NameLength}"));
        }

        if (name.IsEmpty || name.Contains((byte)0))
        {
            throw source.Malformed(offset, "a name is empty or holds NUL");
        }

        return TarText.Decode(name);
    }

    private EntryKind Kind(TarHeader header, string name) => header.Type switch
    {
        // v7 knows no directories but by the slash at the end.
        '0' or '\0' or '7' => name.EndsWith('/') ? EntryKind.Directory : EntryKind.File,
        '1' => EntryKind.HardLink,
        '2' => EntryKind.SymbolicLink,
        '3' => EntryKind.CharacterDevice,
        '4' => EntryKind.BlockDevice,
        '5' => EntryKind.Directory,
        '6' => EntryKind.Fifo,
        'S' => throw source.Malformed(header.Offset, "a sparse file, which layers and packages do not hold"),
        var type => throw source.Malformed(header.Offset + 156, $"an entry of the unknown type '{(char.IsAsciiLetterOrDigit(type) ? type : '?')}'"),
    };

    private void CheckSize(EntryKind kind, long size, long offset)
    {
        if (size < 0 || (size > 0 && kind is not (EntryKind.File or EntryKind.HardLink)))
        {
            throw source.Malformed(offset + 124, FormattableString.Invariant($"a size of {size} on an entry that cannot have it"));
        }
    }

    private string? LinkName(TarHeader header, EntryKind kind, PaxRecords records, TarExtensions extensions)
    {
        if (kind is not (EntryKind.HardLink or EntryKind.SymbolicLink))
        {
            return null;
        }

        var name = Value(records, "linkpath") ?? UpToNul(extensions.LongLink);
        return Name(name ?? header.LinkName, header.Offset);
    }

    private int Small(long value, string what, long offset) =>
        value is >= 0 and <= int.MaxValue
            ? (int)value
            : throw source.Malformed(offset, FormattableString.Invariant($"the {what} {value} is out of range"));

    private long? Number(PaxRecords records, string key)
    {
        if (Value(records, key) is not { } value)
        {
            return null;
        }

        return long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw source.Malformed(source.Position, $"the PAX record '{key}' is not a number");
    }

    private long? Time(PaxRecords records, long offset)
    {
        if (Value(records, "mtime") is not { } value)
        {
            return null;
        }

        string text = Encoding.Latin1.GetString(value);
        int point = text.IndexOf('.', StringComparison.Ordinal);
        string whole = point < 0 ? text : text[..point];
        string fraction = point < 0 ? "" : text[(point + 1)..];
        if (!long.TryParse(whole, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds)
            || whole.StartsWith('+')
            || fraction.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            throw source.Malformed(offset, "the PAX record 'mtime' is not a time");
        }

        bool between = whole.StartsWith('-') && fraction.AsSpan().ContainsAnyExcept('0');
        return between && seconds > long.MinValue ? seconds - 1 : seconds;
    }
}
