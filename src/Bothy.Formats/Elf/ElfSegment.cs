namespace Bothy.Formats.Elf;

/// <summary>One program header: a part of the file and where it is loaded.</summary>
internal sealed record ElfSegment(uint Type, uint Flags, ulong Offset, ulong Address, ulong Size)
{
    public const uint Load = 1;
    public const uint Dynamic = 2;
    public const uint Interpreter = 3;
    public const uint Note = 4;
    public const uint GnuStack = 0x6474e551;
    public const uint GnuRelro = 0x6474e552;

    public bool IsExecutable => (Flags & 1) != 0;

    /// <summary>The offset behind its last byte.</summary>
    public ulong End => Offset + Size;

    public static ElfSegment Read(ElfBytes bytes, ReadOnlySpan<byte> header, bool wide)
    {
        var segment = wide
            ? new ElfSegment(bytes.U32(header, 0), bytes.U32(header, 4), bytes.U64(header, 8), bytes.U64(header, 16), bytes.U64(header, 32))
            : new ElfSegment(bytes.U32(header, 0), bytes.U32(header, 24), bytes.U32(header, 4), bytes.U32(header, 8), bytes.U32(header, 16));
        return ulong.MaxValue - segment.Offset >= segment.Size && ulong.MaxValue - segment.Address >= segment.Size
            ? segment
            : throw bytes.Malformed(segment.Offset, "a segment that ends past the end of all numbers");
    }

    /// <summary>The offset in the file of a loaded address; null where this segment does not hold it.</summary>
    public ulong? OffsetOf(ulong address) =>
        Type == Load && address >= Address && address - Address < Size ? Offset + (address - Address) : null;
}
