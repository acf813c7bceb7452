namespace Bothy.Formats.Elf;

/// <summary>
/// What sections tell, which may be stripped and which no loader reads: where they are damaged, nothing is told. Static programs have
/// the names of their symbols there, compilers their own.
/// </summary>
internal static class ElfSections
{
    private const int MaxNames = 256 << 20;
    private const int MaxComment = 1 << 16;

    public static ElfFacts AddTo(ElfFacts facts, ElfBytes bytes, byte[] header, bool wide)
    {
        try
        {
            var sections = new ElfSectionReader(bytes, header, wide);
            bool isRust = sections.Read(".comment", MaxComment)?.AsSpan().IndexOf("rustc"u8) >= 0;
            return facts with
            {
                Language = isRust ? ElfLanguage.Rust : facts.Language,
                HasStackProtector = facts.HasStackProtector ?? (sections.Read(".strtab", MaxNames) is { } names ? names.AsSpan().IndexOf("\0__stack_chk_fail\0"u8) >= 0 : null),
            };
        }
        catch (MalformedDataException)
        {
            return facts;
        }
    }
}
