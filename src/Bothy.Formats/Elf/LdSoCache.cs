using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Bothy.Formats.Elf;

/// <summary>One library in the loader's cache.</summary>
/// <param name="SoName">What programs need it by.</param>
/// <param name="Path">Where the loader opens it.</param>
/// <param name="Flags">For which kind of program it is.</param>
/// <param name="Hardware">The name of the <c>glibc-hwcaps</c> directory it is in; null for a library for every processor.</param>
public sealed record LdSoCacheEntry(string SoName, string Path, int Flags, string? Hardware);

/// <summary>
/// Writes <c>/etc/ld.so.cache</c> as glibc 2.33 and later do (format <c>glibc-ld.so.cache1.1</c> with extensions, little-endian): a header,
/// the entries in the order the loader searches, the strings with common endings shared, then the extensions.
/// </summary>
public static class LdSoCache
{
    private const int HeaderLength = 48;
    private const int EntryLength = 24;
    private const byte LittleEndian = 2;
    private const uint ExtensionMagic = 0xEAA42174;
    private const int GeneratorTag = 0;
    private const int HardwareTag = 1;

    /// <summary>Writes the cache. Of two entries that the loader cannot tell apart the first given wins.</summary>
    public static byte[] Write(IEnumerable<LdSoCacheEntry> entries, string generator)
    {
        var sorted = entries
            .OrderByDescending(entry => Encoding.UTF8.GetBytes(entry.SoName), LibraryNameComparer.Instance)
            .ThenByDescending(entry => entry.Flags)
            .ThenByDescending(entry => entry.Hardware is not null)
            .ThenBy(entry => entry.Hardware, StringComparer.Ordinal)
            .ToList();
        string[] hardware = [.. sorted.Select(entry => entry.Hardware).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        int stringsAt = HeaderLength + (EntryLength * sorted.Count);
        var (strings, offsets) = Share(sorted.SelectMany(entry => (string[])[entry.SoName, entry.Path]).Concat(hardware), stringsAt);
        int extensionAt = (stringsAt + strings.Length + 3) & ~3;
        byte[] extension = Extension(extensionAt, hardware.Select(name => offsets[name]), hardware.Length, Encoding.UTF8.GetBytes(generator));

        byte[] cache = new byte[extensionAt + extension.Length];
        "glibc-ld.so.cache1.1"u8.CopyTo(cache);
        Put(cache, 20, (uint)sorted.Count);
        Put(cache, 24, (uint)strings.Length);
        cache[28] = LittleEndian;
        Put(cache, 32, (uint)extensionAt);
        for (int i = 0; i < sorted.Count; i++)
        {
            int at = HeaderLength + (EntryLength * i);
            Put(cache, at, (uint)sorted[i].Flags);
            Put(cache, at + 4, offsets[sorted[i].SoName]);
            Put(cache, at + 8, offsets[sorted[i].Path]);
            if (sorted[i].Hardware is { } name)
            {
                // The high word says that the low one is an index into the names of the extension.
                Put(cache, at + 16, (uint)Array.IndexOf(hardware, name));
                Put(cache, at + 20, 1u << 30);
            }
        }

        strings.CopyTo(cache, stringsAt);
        extension.CopyTo(cache, extensionAt);
        return cache;
    }

    // Sorted from their ends backwards, the largest first, a string comes directly behind those that end in it.
    private static (byte[] Table, Dictionary<string, uint> Offsets) Share(IEnumerable<string> strings, int start)
    {
        var table = new ArrayBufferWriter<byte>();
        var offsets = new Dictionary<string, uint>(StringComparer.Ordinal);
        byte[] previous = [];
        foreach (var (text, bytes) in strings
            .Distinct(StringComparer.Ordinal)
            .Select(text => (Text: text, Bytes: Encoding.UTF8.GetBytes(text)))
            .OrderByDescending(pair => pair.Bytes.Reverse().ToArray(), ByteOrder))
        {
            if (!previous.AsSpan().EndsWith(bytes))
            {
                table.Write(bytes);
                table.Write([(byte)0]);
                previous = bytes;
            }

            offsets[text] = (uint)(start + table.WrittenCount - 1 - bytes.Length);
        }

        return (table.WrittenSpan.ToArray(), offsets);
    }

    private static readonly IComparer<byte[]> ByteOrder = Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));

    private static byte[] Extension(int start, IEnumerable<uint> hardware, int count, byte[] generator)
    {
        int sections = count > 0 ? 2 : 1;
        int payload = 8 + (16 * sections);
        byte[] bytes = new byte[payload + (4 * count) + generator.Length];
        Put(bytes, 0, ExtensionMagic);
        Put(bytes, 4, (uint)sections);
        PutSection(bytes.AsSpan(8), GeneratorTag, start + payload + (4 * count), generator.Length);
        if (count > 0)
        {
            PutSection(bytes.AsSpan(24), HardwareTag, start + payload, 4 * count);
        }

        int at = payload;
        foreach (uint offset in hardware)
        {
            Put(bytes, at, offset);
            at += 4;
        }

        generator.CopyTo(bytes, at);
        return bytes;
    }

    private static void PutSection(Span<byte> bytes, uint tag, int offset, int length)
    {
        Put(bytes, 0, tag);
        Put(bytes, 8, (uint)offset);
        Put(bytes, 12, (uint)length);
    }

    private static void Put(Span<byte> bytes, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes[at..], value);
}
