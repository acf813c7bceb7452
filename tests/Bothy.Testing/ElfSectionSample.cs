using System.Buffers.Binary;
using System.Text;

namespace Bothy.Testing;

/// <summary>The smallest ELF programs with named sections, loaded as a whole and writable; they hold no code.</summary>
public static class ElfSectionSample
{
    /// <summary>The address of the first byte of the file.</summary>
    public const long LoadAddress = 0x400000;

    private const int HeaderSize = 64;
    private const int SegmentSize = 56;
    private const int SectionSize = 64;

    // Real programs are larger than a page; readers may rely on it.
    private const int Padding = 8192;

    /// <summary>Where the content of the first section lies in the file.</summary>
    public const int FirstSection = HeaderSize + SegmentSize + 8;

    /// <summary>A 64-bit little-endian program with these sections, the first at <see cref="FirstSection"/>.</summary>
    public static byte[] Program(params (string Name, byte[] Content)[] sections)
    {
        var names = new StringBuilder("\0");
        var file = new MemoryStream();
        file.Write(new byte[FirstSection]);
        var headers = new List<(int Name, uint Type, long Offset, long Size)> { (0, 0, 0, 0) };
        foreach (var (name, content) in sections)
        {
            headers.Add((names.Length, 1, file.Position, content.Length));
            names.Append(name).Append('\0');
            file.Write(content);
            file.Write(new byte[(16 - (file.Position % 16)) % 16]);
        }

        headers.Add((names.Length, 3, file.Position, names.Length + ".shstrtab\0".Length));
        names.Append(".shstrtab\0");
        file.Write(Encoding.ASCII.GetBytes(names.ToString()));
        file.Write(new byte[Padding]);
        long table = file.Position;
        foreach (var (name, type, offset, size) in headers)
        {
            byte[] header = new byte[SectionSize];
            BinaryPrimitives.WriteInt32LittleEndian(header, name);
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), type);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(24), offset);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(32), size);
            file.Write(header);
        }

        byte[] bytes = file.ToArray();
        WriteHeader(bytes, table, headers.Count);
        return bytes;
    }

    private static void WriteHeader(byte[] bytes, long table, int sections)
    {
        "\u007fELF\x02\x01\x01"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(16), 2);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(18), 62);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), 1);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), HeaderSize);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), table);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(52), HeaderSize);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(54), SegmentSize);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(56), 1);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(58), SectionSize);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(60), (short)sections);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(62), (short)(sections - 1));
        var segment = bytes.AsSpan(HeaderSize);
        BinaryPrimitives.WriteInt32LittleEndian(segment, 1);
        BinaryPrimitives.WriteInt32LittleEndian(segment[4..], 6);
        BinaryPrimitives.WriteInt64LittleEndian(segment[16..], LoadAddress);
        BinaryPrimitives.WriteInt64LittleEndian(segment[32..], bytes.Length);
        BinaryPrimitives.WriteInt64LittleEndian(segment[40..], bytes.Length);
    }
}
