using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;

namespace Bothy.Formats.Elf;

/// <summary>
/// Reads <c>/etc/ld.so.cache</c> as the loader does: format <c>glibc-ld.so.cache1.1</c>, alone or behind the older one that
/// <c>ldconfig</c> wrote before it until glibc 2.32.
/// </summary>
public static class LdSoCacheReader
{
    private const int MaxEntries = 1 << 18;
    private const int HeaderLength = 48;
    private const int EntryLength = 24;
    private const int OldHeaderLength = 16;
    private const int OldEntryLength = 12;
    private const byte BigEndian = 3;

    /// <summary>
    /// The entries in the order of the cache, in which the first with a name wins. An entry for certain processors has a name in
    /// <see cref="LdSoCacheEntry.Hardware"/>, though not the name of which.
    /// </summary>
    /// <exception cref="MalformedDataException">These are not the bytes of a cache.</exception>
    public static ImmutableArray<LdSoCacheEntry> Read(ReadOnlySpan<byte> bytes, string source)
    {
        int start = 0;
        if (bytes.StartsWith("ld.so-1.7.0"u8) && bytes.Length >= OldHeaderLength)
        {
            uint old = Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]), BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]));
            long end = OldHeaderLength + ((long)old * OldEntryLength);
            start = (int)Math.Min((end + 7) & ~7L, bytes.Length);
        }

        var cache = bytes[start..];
        if (!cache.StartsWith("glibc-ld.so.cache1.1"u8) || cache.Length < HeaderLength)
        {
            throw new MalformedDataException(source, start, "no cache of a loader: it does not begin with 'glibc-ld.so.cache1.1'");
        }

        bool isBig = (cache[28] & 3) == BigEndian;
        uint count = U32(cache, 20, isBig);
        if (count > MaxEntries || HeaderLength + ((long)count * EntryLength) > cache.Length)
        {
            throw new MalformedDataException(source, start + 20, FormattableString.Invariant($"{count} entries, which are more than there is room for"));
        }

        var entries = ImmutableArray.CreateBuilder<LdSoCacheEntry>((int)count);
        for (int i = 0; i < count; i++)
        {
            int at = HeaderLength + (i * EntryLength);
            bool isForSome = U32(cache, at + 16, isBig) != 0 || U32(cache, at + 20, isBig) != 0;
            entries.Add(new LdSoCacheEntry(
                Text(cache, U32(cache, at + 4, isBig), source), Text(cache, U32(cache, at + 8, isBig), source), (int)U32(cache, at, isBig), isForSome ? "" : null));
        }

        return entries.MoveToImmutable();
    }

    private static string Text(ReadOnlySpan<byte> cache, uint offset, string source)
    {
        int end = offset < cache.Length ? cache[(int)offset..].IndexOf((byte)0) : -1;
        return end >= 0
            ? Encoding.UTF8.GetString(cache.Slice((int)offset, end))
            : throw new MalformedDataException(source, offset, "a text that does not end within the cache");
    }

    private static uint U32(ReadOnlySpan<byte> bytes, int at, bool isBig) =>
        isBig ? BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);
}
