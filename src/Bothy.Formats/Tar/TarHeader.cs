using System.Buffers.Binary;
using Bothy.Formats.Archives;

namespace Bothy.Formats.Tar;

/// <summary>
/// One 512-byte header block: the fields of ustar (POSIX.1-1988), which v7 and GNU share up to the link name.
/// </summary>
internal readonly ref struct TarHeader(ReadOnlySpan<byte> block, ArchiveSource source, long offset)
{
    public const int BlockSize = 512;

    private readonly ReadOnlySpan<byte> _block = block;

    public long Offset => offset;

    public char Type => (char)_block[156];

    public ReadOnlySpan<byte> Name => Text(0, 100);

    public ReadOnlySpan<byte> LinkName => Text(157, 100);

    public int Mode => (int)(Number(100, 8, "mode") & 0xFFF);

    public long UserId => Number(108, 8, "owner");

    public long GroupId => Number(116, 8, "group");

    public long Size => Number(124, 12, "size");

    public long ModifiedTime => Number(136, 12, "time");

    // v7 has no magic and random bytes from here on; GNU's magic is "ustar  ".
    public ReadOnlySpan<byte> UserName => HasOwnerNames ? Text(265, 32) : default;

    public ReadOnlySpan<byte> GroupName => HasOwnerNames ? Text(297, 32) : default;

    public long DeviceMajor => HasOwnerNames ? Number(329, 8, "device number") : 0;

    public long DeviceMinor => HasOwnerNames ? Number(337, 8, "device number") : 0;

    // GNU keeps other things in the place of the prefix; star keeps two times in its last 24 bytes and signs with "tar".
    public ReadOnlySpan<byte> Prefix =>
        !_block[257..263].SequenceEqual("ustar\0"u8) ? default
        : _block[508..].SequenceEqual("tar\0"u8) ? Text(345, 131)
        : Text(345, 155);

    private bool HasOwnerNames => _block[257..262].SequenceEqual("ustar"u8);

    /// <summary>Compares the checksum, which some old writers made of signed bytes.</summary>
    public void CheckSum()
    {
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < BlockSize; i++)
        {
            byte value = i is >= 148 and < 156 ? (byte)' ' : _block[i];
            unsigned += value;
            signed += (sbyte)value;
        }

        long stated = Number(148, 8, "checksum");
        if (stated != unsigned && stated != signed)
        {
            throw source.Malformed(offset + 148, "the checksum of a header does not fit");
        }
    }

    private ReadOnlySpan<byte> Text(int start, int length)
    {
        var field = _block.Slice(start, length);
        int end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }

    private long Number(int start, int length, string what)
    {
        var field = _block.Slice(start, length);
        return (field[0] & 0x80) != 0 ? Binary(field, start, what) : Octal(field, start, what);
    }

    // GNU: the first bit marks it, the second is the sign; big-endian two's complement.
    private long Binary(ReadOnlySpan<byte> field, int start, string what)
    {
        bool negative = (field[0] & 0x40) != 0;
        byte fill = negative ? (byte)0xFF : (byte)0;
        Span<byte> wide = stackalloc byte[12];
        wide.Fill(fill);
        field.CopyTo(wide[(12 - field.Length)..]);
        wide[12 - field.Length] = negative ? field[0] : (byte)(field[0] & 0x7F);
        long value = BinaryPrimitives.ReadInt64BigEndian(wide[4..]);
        if (wide[..4].ContainsAnyExcept(fill) || value < 0 != negative)
        {
            throw source.Malformed(offset + start, $"a header's {what} is too large");
        }

        return value;
    }

    // At most twelve octal digits, so it cannot overflow.
    private long Octal(ReadOnlySpan<byte> field, int start, string what)
    {
        field = field.TrimStart((byte)' ');
        int end = field.IndexOfAny((byte)0, (byte)' ');
        long value = 0;
        foreach (byte digit in end < 0 ? field : field[..end])
        {
            if (digit is < (byte)'0' or > (byte)'7')
            {
                throw source.Malformed(offset + start, $"a header's {what} is not a number");
            }

            value = (value << 3) + (digit - '0');
        }

        return value;
    }
}
