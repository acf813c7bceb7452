using System.Buffers.Binary;

namespace Bothy.Formats.Compression.Xz;

/// <summary>
/// Turns the absolute targets of calls and jumps back into relative ones (xz format §5.3.2). One subclass an instruction set;
/// the x86 one is a type of its own.
/// </summary>
internal abstract class BranchFilter(uint start) : BlockFilter
{
    private uint _position = start;

    /// <summary>What the start offset and the instructions are aligned to.</summary>
    public abstract int Alignment { get; }

    /// <summary>The filter with this number for code that begins at <paramref name="start"/>; null where we know none such.</summary>
    public static BranchFilter? Create(long id, uint start) => id switch
    {
        0x04 => new X86BranchFilter(start),
        0x05 => new PowerPc(start),
        0x06 => new Itanium(start),
        0x07 => new Arm(start),
        0x08 => new ArmThumb(start),
        0x09 => new Sparc(start),
        0x0A => new Arm64(start),
        _ => null,
    };

    /// <inheritdoc />
    public sealed override int Apply(Span<byte> bytes)
    {
        int done = Convert(bytes, _position);
        _position = unchecked(_position + (uint)done);
        return done;
    }

    /// <summary>Works on <paramref name="code"/>, whose first byte is at <paramref name="position"/>.</summary>
    protected abstract int Convert(Span<byte> code, uint position);

    private sealed class Arm(uint start) : BranchFilter(start)
    {
        public override int Alignment => 4;

        protected override int Convert(Span<byte> code, uint position)
        {
            int at = 0;
            for (; at + 4 <= code.Length; at += 4)
            {
                uint instruction = BinaryPrimitives.ReadUInt32LittleEndian(code[at..]);
                if (instruction >> 24 == 0xEB)
                {
                    // Calls count words, from two instructions on.
                    uint target = unchecked((instruction & 0xFFFFFF) - ((position + (uint)at + 8) >> 2));
                    BinaryPrimitives.WriteUInt32LittleEndian(code[at..], (target & 0xFFFFFF) | 0xEB000000);
                }
            }

            return at;
        }
    }

    private sealed class ArmThumb(uint start) : BranchFilter(start)
    {
        public override int Alignment => 2;

        protected override int Convert(Span<byte> code, uint position)
        {
            int at = 0;
            while (at + 4 <= code.Length)
            {
                uint high = BinaryPrimitives.ReadUInt16LittleEndian(code[at..]);
                uint low = BinaryPrimitives.ReadUInt16LittleEndian(code[(at + 2)..]);
                if (high >> 11 != 0x1E || low >> 11 != 0x1F)
                {
                    at += 2;
                    continue;
                }

                uint target = unchecked((((high & 0x7FF) << 11) | (low & 0x7FF)) - ((position + (uint)at + 4) >> 1));
                BinaryPrimitives.WriteUInt16LittleEndian(code[at..], (ushort)(0xF000 | ((target >> 11) & 0x7FF)));
                BinaryPrimitives.WriteUInt16LittleEndian(code[(at + 2)..], (ushort)(0xF800 | (target & 0x7FF)));
                at += 4;
            }

            return at;
        }
    }

    private sealed class Arm64(uint start) : BranchFilter(start)
    {
        public override int Alignment => 4;

        protected override int Convert(Span<byte> code, uint position)
        {
            int at = 0;
            for (; at + 4 <= code.Length; at += 4)
            {
                uint instruction = BinaryPrimitives.ReadUInt32LittleEndian(code[at..]);
                uint here = unchecked(position + (uint)at);
                if (instruction >> 26 == 0x25)
                {
                    uint target = unchecked(instruction - (here >> 2));
                    BinaryPrimitives.WriteUInt32LittleEndian(code[at..], (target & 0x03FFFFFF) | 0x94000000);
                }
                else if ((instruction & 0x9F000000) == 0x90000000)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(code[at..], ConvertPage(instruction, here));
                }
            }

            return at;
        }

        // ADRP: a page number of 21 bits in two parts; only targets within ±512 MiB were converted.
        private static uint ConvertPage(uint instruction, uint here)
        {
            uint page = ((instruction >> 29) & 3) | ((instruction >> 3) & 0x1FFFFC);
            if ((unchecked(page + 0x20000) & 0x1C0000) != 0)
            {
                return instruction;
            }

            uint target = unchecked(page - (here >> 12));
            uint sign = (target & 0x20000) != 0 ? 0xE00000u : 0;
            return (instruction & 0x9000001F) | ((target & 3) << 29) | ((target & 0x3FFFC) << 3) | sign;
        }
    }

    private sealed class PowerPc(uint start) : BranchFilter(start)
    {
        public override int Alignment => 4;

        protected override int Convert(Span<byte> code, uint position)
        {
            int at = 0;
            for (; at + 4 <= code.Length; at += 4)
            {
                uint instruction = BinaryPrimitives.ReadUInt32BigEndian(code[at..]);
                if ((instruction & 0xFC000003) == 0x48000001)
                {
                    uint target = unchecked((instruction & 0x03FFFFFC) - (position + (uint)at));
                    BinaryPrimitives.WriteUInt32BigEndian(code[at..], 0x48000001 | (target & 0x03FFFFFC));
                }
            }

            return at;
        }
    }

    private sealed class Sparc(uint start) : BranchFilter(start)
    {
        public override int Alignment => 4;

        protected override int Convert(Span<byte> code, uint position)
        {
            int at = 0;
            for (; at + 4 <= code.Length; at += 4)
            {
                uint instruction = BinaryPrimitives.ReadUInt32BigEndian(code[at..]);
                if (instruction >> 22 is 0x100 or 0x1FF)
                {
                    // A call of 30 bits in words, sign-extended from bit 22.
                    uint target = unchecked((instruction << 2) - (position + (uint)at)) >> 2;
                    uint sign = (target & 0x400000) != 0 ? 0x3FC00000u : 0;
                    BinaryPrimitives.WriteUInt32BigEndian(code[at..], 0x40000000 | sign | (target & 0x3FFFFF));
                }
            }

            return at;
        }
    }

    private sealed class Itanium(uint start) : BranchFilter(start)
    {
        public override int Alignment => 16;

        // Which of the three slots of a bundle are branches, by the bundle's template.
        private static ReadOnlySpan<byte> BranchSlots =>
        [
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            4, 4, 6, 6, 0, 0, 7, 7, 4, 4, 0, 0, 4, 4, 0, 0,
        ];

        protected override int Convert(Span<byte> code, uint position)
        {
            int at = 0;
            for (; at + 16 <= code.Length; at += 16)
            {
                int branches = BranchSlots[code[at] & 0x1F];
                for (int slot = 0; slot < 3; slot++)
                {
                    if (((branches >> slot) & 1) != 0)
                    {
                        ConvertSlot(code.Slice(at, 16), 5 + (slot * 41), unchecked(position + (uint)at));
                    }
                }
            }

            return at;
        }

        private static void ConvertSlot(Span<byte> bundle, int bit, uint here)
        {
            var low = bundle.Slice(Math.Min(bit / 8, 8), 8);
            int shift = bit - (Math.Min(bit / 8, 8) * 8);
            ulong eight = BinaryPrimitives.ReadUInt64LittleEndian(low);
            ulong instruction = eight >> shift;
            if (((instruction >> 37) & 0xF) != 0x5 || ((instruction >> 9) & 0x7) != 0)
            {
                return;
            }

            uint target = (uint)((instruction >> 13) & 0xFFFFF) | ((uint)(instruction >> 36) & 1) << 20;
            target = unchecked((target << 4) - here) >> 4;
            const ulong Target = 0x8FFFFFUL << 13;
            ulong changed = (instruction & ~Target) | ((target & 0xFFFFFUL) << 13) | ((target & 0x100000UL) << 16);
            BinaryPrimitives.WriteUInt64LittleEndian(low, (eight & ((1UL << shift) - 1)) | (changed << shift));
        }
    }
}
