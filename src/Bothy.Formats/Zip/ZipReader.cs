using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Bothy.Formats.Compression;

namespace Bothy.Formats.Zip;

/// <summary>
/// Reads zip archives (PKWARE's APPNOTE.TXT 6.3) by their central directory, a part at a time: stored and deflated members, each read whole
/// and checked against its size and CRC. Members that need zip64, encryption and archives in several pieces are malformed here.
/// </summary>
/// <remarks>
/// The platform's reader takes the whole directory into memory, however long a hostile one is, and trusts sizes until it has unpacked them.
/// </remarks>
public sealed class ZipReader
{
    /// <summary>The largest central directory read, in bytes: some 200,000 members.</summary>
    public const int MaxDirectory = 16 << 20;

    private const int EndSize = 22;
    private const int LocatorSize = 20;
    private const int LargeEndSize = 56;
    private const int EntrySize = 46;
    private const int LocalSize = 30;
    private const int MaxComment = ushort.MaxValue;
    private const int Encrypted = 1;

    private readonly Stream _stream;
    private readonly string _source;
    private readonly byte[] _directory;

    private ZipReader(Stream stream, string source, byte[] directory)
    {
        _stream = stream;
        _source = source;
        _directory = directory;
    }

    /// <summary>Finds the directory of an archive; false where <paramref name="stream"/> does not end like one.</summary>
    /// <param name="stream">The archive; it seeks, and stays the caller's.</param>
    /// <param name="source">What it is, for messages.</param>
    /// <param name="reader">The reader, for as long as the stream is open.</param>
    /// <param name="maxDirectory">The most bytes that its directory may have.</param>
    /// <exception cref="MalformedDataException">It ends like an archive and does not follow the format, or its directory is larger.</exception>
    public static bool TryOpen(Stream stream, string source, [NotNullWhen(true)] out ZipReader? reader, int maxDirectory = MaxDirectory)
    {
        ArgumentNullException.ThrowIfNull(stream);
        reader = null;
        long tailStart = Math.Max(0, stream.Length - EndSize - MaxComment);
        byte[] tail = new byte[stream.Length - tailStart];
        stream.Position = tailStart;
        stream.ReadExactly(tail);
        int at = FindEnd(tail);
        if (at < 0)
        {
            return false;
        }

        var (offset, size) = Directory(stream, source, tailStart + at, tail.AsSpan(at, EndSize));
        if (size > maxDirectory || offset > tailStart + at - size)
        {
            throw new MalformedDataException(source, tailStart + at, FormattableString.Invariant($"a directory of {size} bytes at {offset}"));
        }

        byte[] directory = new byte[size];
        stream.Position = offset;
        stream.ReadExactly(directory);
        reader = new ZipReader(stream, source, directory);
        return true;
    }

    /// <summary>The members whose name <paramref name="wanted"/> accepts, in the order of the directory; a name that comes again counts once.</summary>
    /// <exception cref="MalformedDataException">The directory does not follow the format.</exception>
    public ImmutableArray<ZipMember> Members(Func<string, bool> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var members = ImmutableArray.CreateBuilder<ZipMember>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int at = 0; at < _directory.Length;)
        {
            var entry = _directory.AsSpan(at);
            if (entry.Length < EntrySize || !entry.StartsWith("PK\x01\x02"u8))
            {
                throw Malformed(at, "no entry where the directory should have one");
            }

            int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(entry[28..]);
            int length = EntrySize + nameLength + BinaryPrimitives.ReadUInt16LittleEndian(entry[30..]) + BinaryPrimitives.ReadUInt16LittleEndian(entry[32..]);
            if (length > entry.Length)
            {
                throw Malformed(at, "an entry that reaches past the end of the directory");
            }

            // Java writes UTF-8; code page 437 of the format's youth differs only where no name of interest has letters.
            string name = Encoding.UTF8.GetString(entry.Slice(EntrySize, nameLength));
            if (wanted(name) && (BinaryPrimitives.ReadUInt16LittleEndian(entry[8..]) & Encrypted) == 0 && names.Add(name))
            {
                members.Add(new ZipMember(
                    name,
                    BinaryPrimitives.ReadUInt16LittleEndian(entry[10..]),
                    BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]),
                    BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]),
                    BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]),
                    BinaryPrimitives.ReadUInt32LittleEndian(entry[42..])));
            }

            at += length;
        }

        return members.ToImmutable();
    }

    /// <summary>Reads the content of a member.</summary>
    /// <param name="member">One that <see cref="Members"/> gave.</param>
    /// <param name="limit">The most bytes that it may have, packed and unpacked.</param>
    /// <exception cref="MalformedDataException">It is larger, damaged, or compressed in another way than deflate.</exception>
    public byte[] Read(ZipMember member, int limit)
    {
        ArgumentNullException.ThrowIfNull(member);
        if (member.Size > limit || member.CompressedSize > limit)
        {
            throw Malformed(member.Offset, FormattableString.Invariant($"'{member.Name}' has {member.Size} bytes, more than {limit}"));
        }

        byte[] packed = ReadPacked(member);
        byte[] content = member.Method switch
        {
            0 => packed,
            8 => Inflate(packed, member),
            _ => throw Malformed(member.Offset, FormattableString.Invariant($"'{member.Name}' is compressed by method {member.Method}; 0 and 8 are known")),
        };
        return content.Length == member.Size && Crc32.Append(0, content) == member.Crc32
            ? content
            : throw Malformed(member.Offset, $"'{member.Name}' has another size or checksum than the directory says");
    }

    private byte[] ReadPacked(ZipMember member)
    {
        byte[] header = ReadAt(member, member.Offset, LocalSize);
        if (!header.AsSpan().StartsWith("PK\x03\x04"u8))
        {
            throw Malformed(member.Offset, $"no header where '{member.Name}' should have one");
        }

        long start = member.Offset + LocalSize + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(26)) + BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(28));
        return ReadAt(member, start, (int)member.CompressedSize);
    }

    private byte[] ReadAt(ZipMember member, long offset, int length)
    {
        if (offset + length > _stream.Length)
        {
            throw Malformed(offset, $"'{member.Name}' reaches past the end of the archive");
        }

        byte[] bytes = new byte[length];
        _stream.Position = offset;
        _stream.ReadExactly(bytes);
        return bytes;
    }

    private byte[] Inflate(byte[] packed, ZipMember member)
    {
        try
        {
            using var input = new MemoryStream(packed, writable: false);
            using var inflated = Decompression.OpenDeflate(input, _source, member.Size);
            byte[] content = new byte[member.Size];
            int length = inflated.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
            return length == content.Length && inflated.ReadByte() < 0
                ? content
                : throw Malformed(member.Offset, $"'{member.Name}' unpacks to another size than the directory says");
        }
        catch (BothyException failure) when (failure is not MalformedDataException)
        {
            throw Malformed(member.Offset, $"'{member.Name}' unpacks to more than the directory says");
        }
    }

    // Where the directory is. More members than 65,535, or a directory beyond four gigabytes, are stated by a larger record before the end.
    private static (long Offset, long Size) Directory(Stream stream, string source, long at, ReadOnlySpan<byte> end)
    {
        long size = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        Span<byte> locator = stackalloc byte[LocatorSize];
        bool isLarge = size == uint.MaxValue || offset == uint.MaxValue;
        if (BinaryPrimitives.ReadUInt32LittleEndian(end[4..]) != 0 || (isLarge && at < LocatorSize + LargeEndSize))
        {
            throw new MalformedDataException(source, at, "an archive in several pieces");
        }

        if (!isLarge)
        {
            return (offset, size);
        }

        stream.Position = at - LocatorSize;
        stream.ReadExactly(locator);
        ulong place = BinaryPrimitives.ReadUInt64LittleEndian(locator[8..]);
        if (!locator.StartsWith("PK\x06\x07"u8) || place > (ulong)(at - LocatorSize - LargeEndSize))
        {
            throw new MalformedDataException(source, at - LocatorSize, "an end of zip64 that is not where it should be");
        }

        Span<byte> large = stackalloc byte[LargeEndSize];
        stream.Position = (long)place;
        stream.ReadExactly(large);
        size = BinaryPrimitives.ReadInt64LittleEndian(large[40..]);
        offset = BinaryPrimitives.ReadInt64LittleEndian(large[48..]);
        return large.StartsWith("PK\x06\x06"u8) && size >= 0 && offset >= 0
            ? (offset, size)
            : throw new MalformedDataException(source, (long)place, "no end of zip64 where it should be");
    }

    // The last record that a comment of its stated length ends with the file; bytes of a comment could look like another.
    private static int FindEnd(ReadOnlySpan<byte> tail)
    {
        for (int at = tail.Length - EndSize; at >= 0; at--)
        {
            if (tail[at..].StartsWith("PK\x05\x06"u8) && at + EndSize + BinaryPrimitives.ReadUInt16LittleEndian(tail[(at + 20)..]) == tail.Length)
            {
                return at;
            }
        }

        return -1;
    }

    private MalformedDataException Malformed(long offset, string problem) => new(_source, offset, problem);
}
