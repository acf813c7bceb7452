using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Bothy.Formats.Trees;

namespace Bothy.Formats.Cpio;

/// <summary>The head of a member in the "new ASCII" format, which the kernel unpacks (Documentation/driver-api/early-userspace/buffer-format.rst): a magic number and thirteen numbers of eight hexadecimal digits.</summary>
internal readonly record struct CpioHeader(
    uint Inode, uint Mode, uint UserId, uint GroupId, uint Links, uint ModifiedTime, uint Size, uint DeviceMajor, uint DeviceMinor, uint NameLength)
{
    public const int Length = 110;

    /// <summary>Names and contents begin and end at multiples of it.</summary>
    public const int Alignment = 4;

    /// <summary>The name of the member that ends an archive.</summary>
    public const string End = "TRAILER!!!";

    public const uint KindMask = 0xF000;

    private const int Digits = 8;

    public static ReadOnlySpan<byte> Magic => "070701"u8;

    /// <summary>The bits of inode(7) for a kind of entry; a hard link is one more name of a file.</summary>
    public static uint KindOf(EntryKind kind) => kind switch
    {
        EntryKind.Fifo => 0x1000,
        EntryKind.CharacterDevice => 0x2000,
        EntryKind.Directory => 0x4000,
        EntryKind.BlockDevice => 0x6000,
        EntryKind.File or EntryKind.HardLink => 0x8000,
        EntryKind.SymbolicLink => 0xA000,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The kind of entry that the bits of a mode say; null where it is none that images hold.</summary>
    public static EntryKind? KindOf(uint mode) => (mode & KindMask) switch
    {
        0x1000 => EntryKind.Fifo,
        0x2000 => EntryKind.CharacterDevice,
        0x4000 => EntryKind.Directory,
        0x6000 => EntryKind.BlockDevice,
        0x8000 => EntryKind.File,
        0xA000 => EntryKind.SymbolicLink,
        _ => null,
    };

    /// <summary>The bytes of the head.</summary>
    public byte[] ToBytes()
    {
        uint[] numbers = [Inode, Mode, UserId, GroupId, Links, ModifiedTime, Size, 0, 0, DeviceMajor, DeviceMinor, NameLength, 0];
        return Encoding.ASCII.GetBytes("070701" + string.Concat(numbers.Select(static number => number.ToString("X8", CultureInfo.InvariantCulture))));
    }

    /// <summary>Reads a head of <see cref="Length"/> bytes; null where it is none.</summary>
    public static CpioHeader? Read(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith(Magic))
        {
            return null;
        }

        Span<uint> numbers = stackalloc uint[13];
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!Utf8Parser.TryParse(head.Slice(Magic.Length + (i * Digits), Digits), out numbers[i], out int read, 'x') || read != Digits)
            {
                return null;
            }
        }

        return new CpioHeader(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6], numbers[9], numbers[10], numbers[11]);
    }
}
