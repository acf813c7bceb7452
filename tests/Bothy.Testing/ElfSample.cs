using System.Buffers.Binary;
using System.Text;

namespace Bothy.Testing;

/// <summary>The smallest ELF files that loaders and <c>ldconfig</c> take for libraries; they hold no code.</summary>
public static class ElfSample
{
    private const int Dynamic = 64 + (3 * 56);

    /// <summary>A 64-bit little-endian shared library of this name that needs those; <paramref name="machine"/> is <c>e_machine</c>, x86-64 where not given.</summary>
    public static byte[] Library(string? soName, IReadOnlyList<string> needed, int machine = 62)
    {
        var strings = new StringBuilder("\0");
        var entries = new List<(long Tag, long Value)>();
        foreach (string name in needed)
        {
            entries.Add((1, strings.Length));
            strings.Append(name).Append('\0');
        }

        if (soName is not null)
        {
            entries.Add((14, strings.Length));
            strings.Append(soName).Append('\0');
        }

        byte[] table = Encoding.ASCII.GetBytes(strings.ToString());
        int stringsAt = Dynamic + ((entries.Count + 3) * 16);
        entries.AddRange([(5, stringsAt), (10, table.Length), (0, 0)]);
        byte[] bytes = new byte[stringsAt + table.Length];
        WriteHeader(bytes, machine);
        WriteSegment(bytes, 64, type: 1, flags: 6, offset: 0, size: bytes.Length);
        WriteSegment(bytes, 64 + 56, type: 2, flags: 6, offset: Dynamic, size: entries.Count * 16);
        WriteSegment(bytes, 64 + 112, type: 0x6474e551, flags: 6, offset: 0, size: 0);
        for (int i = 0; i < entries.Count; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(Dynamic + (i * 16)), entries[i].Tag);
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(Dynamic + (i * 16) + 8), entries[i].Value);
        }

        table.CopyTo(bytes, stringsAt);
        return bytes;
    }

    private static void WriteHeader(byte[] bytes, int machine)
    {
        "\u007fELF\x02\x01\x01"u8.CopyTo(bytes);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(16), 3);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(18), (short)machine);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), 1);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), 64);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(52), 64);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(54), 56);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(56), 3);
        BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(58), 64);
    }

    private static void WriteSegment(byte[] bytes, int at, uint type, uint flags, long offset, long size)
    {
        var header = bytes.AsSpan(at, 56);
        BinaryPrimitives.WriteUInt32LittleEndian(header, type);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], flags);
        foreach (int field in (int[])[8, 16, 24])
        {
            BinaryPrimitives.WriteInt64LittleEndian(header[field..], offset);
        }

        BinaryPrimitives.WriteInt64LittleEndian(header[32..], size);
        BinaryPrimitives.WriteInt64LittleEndian(header[40..], size);
        BinaryPrimitives.WriteInt64LittleEndian(header[48..], 4096);
    }
}
