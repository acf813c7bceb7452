using System.Collections.Immutable;

namespace Bothy.Formats.Elf;

internal static class ElfNotes
{
    private const int MaxLength = 1 << 16;
    private const uint AbiTag = 1;
    private const uint GoBuildId = 4;

    public static ElfFacts AddTo(ElfFacts facts, ElfBytes bytes, ImmutableArray<ElfSegment> segments)
    {
        foreach (var segment in segments.Where(segment => segment.Type == ElfSegment.Note && segment.Size is > 0 and <= MaxLength))
        {
            facts = Read(facts, bytes, bytes.Read(segment.Offset, (int)segment.Size, "the notes"));
        }

        return facts;
    }

    private static ElfFacts Read(ElfFacts facts, ElfBytes bytes, byte[] notes)
    {
        long at = 0;
        while (at + 12 <= notes.Length)
        {
            long nameLength = bytes.U32(notes, (int)at);
            long length = bytes.U32(notes, (int)at + 4);
            uint type = bytes.U32(notes, (int)at + 8);
            long description = at + 12 + Align(nameLength);
            if (description + length > notes.Length)
            {
                return facts;
            }

            var name = notes.AsSpan((int)at + 12, nameLength == 4 ? 4 : 0);
            if (type == AbiTag && length >= 16 && name.SequenceEqual("GNU\0"u8))
            {
                int start = (int)description;
                var note = new ElfAbiNote(bytes.U32(notes, start), bytes.U32(notes, start + 4), bytes.U32(notes, start + 8), bytes.U32(notes, start + 12));
                facts = facts with { AbiNote = facts.AbiNote ?? note };
            }
            else if (type == GoBuildId && name.SequenceEqual("Go\0\0"u8))
            {
                facts = facts with { Language = ElfLanguage.Go };
            }

            at = description + Align(length);
        }

        return facts;
    }

    private static long Align(long length) => (length + 3) & ~3L;
}
