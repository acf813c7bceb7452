using System.Text;

namespace Bothy.Testing;

/// <summary>An entry of a tar archive exactly as it is to be written, whatever a reader thinks of it.</summary>
/// <param name="Name">The name; at most 100 bytes, or 255 with a slash where ustar can split it.</param>
/// <param name="Type">The type flag: <c>0</c> file, <c>1</c> hard link, <c>2</c> symbolic link, <c>3</c> character device, <c>5</c> directory.</param>
public sealed record RawTarEntry(string Name, char Type)
{
    /// <summary>The content.</summary>
    public byte[] Content { get; init; } = [];

    /// <summary>The mode field.</summary>
    public int Mode { get; init; } = 0b110_100_100;

    /// <summary>The target of a link.</summary>
    public string Link { get; init; } = "";

    /// <summary>The owner's name and number.</summary>
    public (string Name, int Id) User { get; init; } = ("root", 0);

    /// <summary>The group's name and number.</summary>
    public (string Name, int Id) Group { get; init; } = ("root", 0);

    /// <summary>Seconds since 1970.</summary>
    public long ModifiedTime { get; init; } = 1_700_000_000;
}

/// <summary>Writes ustar archives without any judgement: what our own writer cannot be made to say.</summary>
public static class RawTar
{
    private const int BlockSize = 512;

    /// <summary>The archive with its end.</summary>
    public static byte[] Write(IEnumerable<RawTarEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        using var archive = new MemoryStream();
        foreach (var entry in entries)
        {
            archive.Write(Header(entry));
            archive.Write(entry.Content);
            archive.Write(new byte[-entry.Content.Length & (BlockSize - 1)]);
        }

        archive.Write(new byte[2 * BlockSize]);
        return archive.ToArray();
    }

    private static byte[] Header(RawTarEntry entry)
    {
        byte[] header = new byte[BlockSize];
        var (prefix, name) = Split(entry.Name);
        Text(header, 0, 100, name);
        Octal(header, 100, 8, entry.Mode);
        Octal(header, 108, 8, entry.User.Id);
        Octal(header, 116, 8, entry.Group.Id);
        Octal(header, 124, 12, entry.Content.Length);
        Octal(header, 136, 12, entry.ModifiedTime);
        header[156] = (byte)entry.Type;
        Text(header, 157, 100, entry.Link);
        Text(header, 257, 8, "ustar\00000"[..8]);
        Text(header, 265, 32, entry.User.Name);
        Text(header, 297, 32, entry.Group.Name);
        Octal(header, 329, 8, entry.Type is '3' or '4' ? 1 : 0);
        Octal(header, 337, 8, entry.Type is '3' or '4' ? 3 : 0);
        Text(header, 345, 155, prefix);
        header.AsSpan(148, 8).Fill((byte)' ');
        Octal(header, 148, 7, header.Sum(value => (int)value));
        return header;
    }

    private static (string Prefix, string Name) Split(string name)
    {
        if (name.Length <= 100)
        {
            return ("", name);
        }

        int slash = name.IndexOf('/', name.Length - 101);
        return (name[..slash], name[(slash + 1)..]);
    }

    private static void Octal(byte[] header, int offset, int length, long value) =>
        Text(header, offset, length, Convert.ToString(value, 8).PadLeft(length - 1, '0'));

    private static void Text(byte[] header, int offset, int length, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, length);
        bytes.CopyTo(header, offset);
    }
}
