using System.Text;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;

namespace Bothy.Formats.Tests.Tar;

/// <summary>Whole archives in memory, for tests.</summary>
internal static class TarArchive
{
    public static Origin Test { get; } = new Origin.ImageFile("test");

    public static byte[] Write(params TreeEntry[] entries)
    {
        using var output = new MemoryStream();
        var writer = new TarWriter(output);
        foreach (var entry in entries)
        {
            writer.Write(entry);
        }

        writer.Finish();
        return output.ToArray();
    }

    public static List<(TarEntry Entry, byte[] Content)> Read(byte[] archive, TarLimits? limits = null)
    {
        var reader = new TarReader(new MemoryStream(archive), "x.tar", limits ?? TarLimits.Default);
        var entries = new List<(TarEntry, byte[])>();
        while (reader.TryReadNext(out var entry))
        {
            using var content = new MemoryStream();
            reader.OpenContent().CopyTo(content);
            entries.Add((entry, content.ToArray()));
        }

        return entries;
    }

    public static string Describe(byte[] archive, TarLimits? limits = null)
    {
        var text = new StringBuilder();
        foreach (var (entry, content) in Read(archive, limits))
        {
            text.Append(FormattableString.Invariant($"{entry.Kind} {Convert.ToString(entry.Mode, 8)} {entry.UserName ?? "-"}/{entry.UserId} {entry.GroupName ?? "-"}/{entry.GroupId} {entry.ModifiedTime} {entry.Name}"));
            text.Append(entry.LinkName is null ? "" : $" -> {entry.LinkName}");
            text.Append(entry.Kind == EntryKind.File ? $" '{Encoding.UTF8.GetString(content)}'" : "");
            text.Append(entry.DeviceMajor + entry.DeviceMinor == 0 ? "" : FormattableString.Invariant($" {entry.DeviceMajor},{entry.DeviceMinor}"));
            foreach (var (name, value) in entry.ExtendedAttributes)
            {
                text.Append($" {name}={Convert.ToHexStringLower(value.Span)}");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    /// <summary>A header block as a hostile or old writer could make it, with the right checksum.</summary>
    public static byte[] Header(string name, char type = '0', string size = "00000000000", string magic = "ustar\000", string link = "", string prefix = "")
    {
        byte[] block = new byte[512];
        Put(block, 0, name);
        Put(block, 100, "0000644\0");
        Put(block, 108, "0000000\0");
        Put(block, 116, "0000000\0");
        Put(block, 124, size);
        Put(block, 136, "00000000000\0");
        Put(block, 156, type.ToString());
        Put(block, 157, link);
        Put(block, 257, magic);
        Put(block, 345, prefix);
        return Sealed(block);
    }

    /// <summary>An extended header of the given type with its data.</summary>
    public static byte[] Extended(char type, string data)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(data);
        byte[] padded = new byte[(bytes.Length + 511) / 512 * 512];
        bytes.CopyTo(padded, 0);
        return [.. Header("././@LongLink", type, Convert.ToString(bytes.Length, 8).PadLeft(11, '0')), .. padded];
    }

    public static byte[] Sealed(byte[] block)
    {
        block.AsSpan(148, 8).Fill((byte)' ');
        Put(block, 148, Convert.ToString(block.Sum(value => value), 8).PadLeft(6, '0') + "\0");
        return block;
    }

    public static byte[] End => new byte[1024];

    private static void Put(byte[] block, int at, string text) => Encoding.Latin1.GetBytes(text, block.AsSpan(at));
}
