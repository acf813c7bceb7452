using System.Collections.Immutable;

namespace Bothy.Formats.Elf;

internal static class ElfNotes
{
    private const int MaxLength = 1 << 16;
    private const uint AbiTag = 1;

    public static ElfAbiNote? ReadAbi(ElfBytes bytes, ImmutableArray<ElfSegment> segments) =>
        segments
            .Where(segment => segment.Type == ElfSegment.Note && segment.Size is > 0 and <= MaxLength)
            .Select(segment => Find(bytes, bytes.Read(segment.Offset, (int)segment.Size, "the notes")))
            .FirstOrDefault(note => note is not null);

    private static ElfAbiNote? Find(ElfBytes bytes, byte[] notes)
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
                return null;
            }

            if (type == AbiTag && length >= 16 && nameLength == 4 && notes.AsSpan((int)at + 12, 4).SequenceEqual("GNU\0"u8))
            {
                int start = (int)description;
                return new ElfAbiNote(bytes.U32(notes, start), bytes.U32(notes, start + 4), bytes.U32(notes, start + 8), bytes.U32(notes, start + 12));
            }

            at = description + Align(length);
        }

        return null;
    }

    private static long Align(long length) => (length + 3) & ~3L;
}
