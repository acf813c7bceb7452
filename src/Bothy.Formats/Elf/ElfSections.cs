namespace Bothy.Formats.Elf;

/// <summary>
/// What section headers tell, which may be stripped and which no loader reads: where they are damaged, nothing is told. Static programs have
/// their symbols there, compilers their names.
/// </summary>
internal sealed class ElfSections(ElfBytes bytes, bool wide)
{
    private const int MaxSections = 65536;
    private const int MaxTable = 256 << 20;
    private const int MaxComment = 4096;
    private const uint SymbolTable = 2;

    private int HeaderSize => wide ? 64 : 40;

    public ElfFacts AddTo(ElfFacts facts, byte[] header)
    {
        try
        {
            if (ReadHeaders(header) is not { } sections)
            {
                return facts;
            }

            if (IsRust(sections, header))
            {
                facts = facts with { Language = ElfLanguage.Rust };
            }

            return facts.IsDynamic && facts.HasStackProtector is not null ? facts : facts with { HasStackProtector = HasProtector(sections) };
        }
        catch (MalformedDataException)
        {
            return facts;
        }
    }

    private byte[]? ReadHeaders(byte[] header)
    {
        ulong offset = wide ? bytes.U64(header, 40) : bytes.U32(header, 32);
        int size = bytes.U16(header, wide ? 58 : 46);
        int count = bytes.U16(header, wide ? 60 : 48);
        return offset == 0 || size != HeaderSize || count is 0 or > MaxSections ? null : bytes.Read(offset, size * count, "the section headers");
    }

    private bool IsRust(byte[] sections, byte[] header)
    {
        int names = bytes.U16(header, wide ? 62 : 50) * HeaderSize;
        if (names >= sections.Length)
        {
            return false;
        }

        var (namesAt, namesLength) = Place(sections, names);
        for (int at = 0; at < sections.Length; at += HeaderSize)
        {
            uint name = bytes.U32(sections, at);
            if (name < namesLength && bytes.Text(namesAt + name, namesAt + namesLength, "a section's name") == ".comment")
            {
                var (offset, length) = Place(sections, at);
                return bytes.Read(offset, (int)Math.Min(length, MaxComment), "the compilers' names").AsSpan().IndexOf("rustc"u8) >= 0;
            }
        }

        return false;
    }

    private bool? HasProtector(byte[] sections)
    {
        for (int at = 0; at < sections.Length; at += HeaderSize)
        {
            int strings = (int)Math.Min(bytes.U32(sections, at + (wide ? 40 : 24)), MaxSections) * HeaderSize;
            if (bytes.U32(sections, at + 4) == SymbolTable && strings < sections.Length)
            {
                var (offset, length) = Place(sections, strings);
                return length <= MaxTable
                    ? bytes.Read(offset, (int)length, "the names of symbols").AsSpan().IndexOf("\0__stack_chk_fail\0"u8) >= 0
                    : null;
            }
        }

        return null;
    }

    private (ulong Offset, ulong Length) Place(byte[] sections, int at) => wide
        ? (bytes.U64(sections, at + 24), bytes.U64(sections, at + 32))
        : (bytes.U32(sections, at + 16), bytes.U32(sections, at + 20));
}
