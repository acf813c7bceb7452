using System.Buffers.Binary;

namespace Bothy.Formats.Compression.Xz;

/// <summary>
/// The targets of x86's CALL and JMP. Their opcodes are single bytes that also occur in other places, so that the encoder, and we like it,
/// keep a history of the opcodes seen in the last few bytes and convert only where it makes a real instruction likely.
/// </summary>
internal sealed class X86BranchFilter(uint start) : BranchFilter(start)
{
    private const int InstructionLength = 5;

    // A bit for each of the last bytes that looked like an opcode; bit 4 is set where the last one's target looked plausible.
    private uint _history;
    private uint _lastOpcode = unchecked(0u - InstructionLength);

    /// <inheritdoc />
    public override int Alignment => 1;

    /// <inheritdoc />
    protected override int Convert(Span<byte> code, uint position)
    {
        if (code.Length < InstructionLength)
        {
            return 0;
        }

        if (unchecked(position - _lastOpcode) > InstructionLength)
        {
            _lastOpcode = unchecked(position - InstructionLength);
        }

        int at = 0;
        while (true)
        {
            int skip = code[at..^(InstructionLength - 1)].IndexOfAny((byte)0xE8, (byte)0xE9);
            if (skip < 0)
            {
                return code.Length - (InstructionLength - 1);
            }

            at += skip;
            Remember(unchecked(position + (uint)at));
            at += ConvertOne(code.Slice(at, InstructionLength), unchecked(position + (uint)at));
            if (at > code.Length - InstructionLength)
            {
                return at;
            }
        }
    }

    private void Remember(uint here)
    {
        uint distance = unchecked(here - _lastOpcode);
        _lastOpcode = here;
        if (distance > InstructionLength)
        {
            _history = 0;
            return;
        }

        for (uint i = 0; i < distance; i++)
        {
            _history = (_history & 0x77) << 1;
        }
    }

    // Gives how many bytes are done: the whole instruction where it was converted, else its opcode.
    private int ConvertOne(Span<byte> instruction, uint here)
    {
        byte top = instruction[4];
        if (!IsPlausible(top) || !IsLikely(_history))
        {
            _history |= IsPlausible(top) ? 0x11u : 1u;
            return 1;
        }

        uint target = BinaryPrimitives.ReadUInt32LittleEndian(instruction[1..]);
        uint after = unchecked(here + InstructionLength);
        while (true)
        {
            uint relative = unchecked(target - after);
            int bits = _history == 0 ? 0 : 32 - (OverlapOf(_history) * 8);
            if (_history == 0 || !IsPlausible((byte)(relative >> (bits - 8))))
            {
                // Bits 25 to 31 repeat bit 24.
                uint sign = (relative & 0x01000000) != 0 ? 0xFF000000u : 0;
                BinaryPrimitives.WriteUInt32LittleEndian(instruction[1..], (relative & 0x00FFFFFF) | sign);
                _history = 0;
                return InstructionLength;
            }

            target = relative ^ ((1u << bits) - 1);
        }
    }

    private static bool IsPlausible(byte top) => top is 0x00 or 0xFF;

    private static bool IsLikely(uint history) => (history >> 1) is 0 or 1 or 2 or 4;

    private static int OverlapOf(uint history) => (history >> 1) switch
    {
        0 => 0,
        1 => 1,
        2 or 3 => 2,
        _ => 3,
    };
}
