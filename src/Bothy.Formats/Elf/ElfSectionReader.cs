using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Bothy.Formats.Elf;

/// <summary>
/// Named parts of an ELF file that compilers leave notes in (System V ABI, chapter 4, "Sections"). Only the headers and what is asked for are read.
/// </summary>
public sealed class ElfSectionReader
{
    private const int MaxSections = 1 << 14;
    private const int MaxNames = 1 << 20;
    private const uint NoBits = 8;
    private const uint Writable = 2;

    private readonly ElfBytes _bytes;
    private readonly ImmutableArray<ElfSegment> _segments;
    private readonly Dictionary<string, (ulong Offset, ulong Size)> _sections = new(StringComparer.Ordinal);

    internal ElfSectionReader(ElfBytes bytes, byte[] header, bool wide)
    {
        _bytes = bytes;
        IsWide = wide;
        _segments = ElfFile.ReadSegments(bytes, header, wide);
        ReadSections(header, wide);
    }

    /// <summary>Whether addresses have 64 bits.</summary>
    public bool IsWide { get; }

    /// <summary>Opens a file; false where it is no ELF file.</summary>
    /// <param name="stream">The file; it seeks, and stays the caller's.</param>
    /// <param name="source">What it is, for messages.</param>
    /// <param name="sections">Its sections, for as long as the stream is open.</param>
    /// <exception cref="MalformedDataException">It begins as an ELF file and then does not follow the format.</exception>
    public static bool TryOpen(Stream stream, string source, [NotNullWhen(true)] out ElfSectionReader? sections)
    {
        ArgumentNullException.ThrowIfNull(stream);
        sections = null;
        var bytes = new ElfBytes(stream, source);
        if (bytes.Length < 52 || !bytes.Read(0, 4, "the magic bytes").AsSpan().SequenceEqual("\u007fELF"u8))
        {
            return false;
        }

        byte[] header = ElfFile.ReadHeader(bytes, out bool wide);
        sections = new ElfSectionReader(bytes, header, wide);
        return true;
    }

    /// <summary>Whether there is a section called <paramref name="name"/>.</summary>
    public bool Contains(string name) => _sections.ContainsKey(name);

    /// <summary>The bytes of a section, or null where there is none of this name that is stored in the file.</summary>
    /// <exception cref="MalformedDataException">It has more than <paramref name="limit"/> bytes, or lies outside of the file.</exception>
    public byte[]? Read(string name, int limit)
    {
        if (!_sections.TryGetValue(name, out var place))
        {
            return null;
        }

        return place.Size <= (ulong)limit
            ? _bytes.Read(place.Offset, (int)place.Size, $"the section {name}")
            : throw _bytes.Malformed(place.Offset, FormattableString.Invariant($"the section {name} has {place.Size} bytes, more than {limit}"));
    }

    /// <summary>The first <paramref name="length"/> bytes, or as many as there are, of the first segment that is loaded to be written to; null where there is none.</summary>
    /// <exception cref="MalformedDataException">It lies outside of the file.</exception>
    public byte[]? ReadWritableData(int length) =>
        _segments.FirstOrDefault(static segment => segment.Type == ElfSegment.Load && (segment.Flags & Writable) != 0) is { } segment
            ? _bytes.Read(segment.Offset, (int)Math.Min((ulong)length, segment.Size), "the data segment")
            : null;

    /// <summary>The bytes that are loaded at <paramref name="address"/>.</summary>
    /// <exception cref="MalformedDataException">Nothing is loaded there.</exception>
    public byte[] ReadLoaded(ulong address, int length) =>
        _bytes.Read(
            _segments.Select(segment => segment.OffsetOf(address)).FirstOrDefault(static offset => offset is not null)
                ?? throw _bytes.Malformed(address, "an address at which nothing is loaded"),
            length,
            "what is loaded");

    private void ReadSections(byte[] header, bool wide)
    {
        ulong offset = wide ? _bytes.U64(header, 40) : _bytes.U32(header, 32);
        int size = _bytes.U16(header, wide ? 58 : 46);
        int count = _bytes.U16(header, wide ? 60 : 48);
        int names = _bytes.U16(header, wide ? 62 : 50);
        if (offset == 0 || count == 0 || names >= count)
        {
            return;
        }

        if (size < (wide ? 64 : 40) || count > MaxSections)
        {
            throw _bytes.Malformed(offset, FormattableString.Invariant($"{count} section headers of {size} bytes"));
        }

        byte[] table = _bytes.Read(offset, checked(size * count), "the section headers");
        var (namesAt, namesSize) = Place(table.AsSpan(names * size, size), wide);
        if (namesSize > MaxNames)
        {
            throw _bytes.Malformed(namesAt, FormattableString.Invariant($"section names of {namesSize} bytes"));
        }

        byte[] text = _bytes.Read(namesAt, (int)namesSize, "the section names");
        for (int i = 0; i < count; i++)
        {
            var section = table.AsSpan(i * size, size);
            uint name = _bytes.U32(section, 0);
            if (_bytes.U32(section, 4) is 0 or NoBits || name >= text.Length)
            {
                continue;
            }

            var rest = text.AsSpan((int)name);
            int zero = rest.IndexOf((byte)0);
            if (zero > 0)
            {
                _sections.TryAdd(System.Text.Encoding.UTF8.GetString(rest[..zero]), Place(section, wide));
            }
        }
    }

    private (ulong Offset, ulong Size) Place(ReadOnlySpan<byte> section, bool wide) => wide
        ? (_bytes.U64(section, 24), _bytes.U64(section, 32))
        : (_bytes.U32(section, 16), _bytes.U32(section, 20));
}
