using System.Text;

namespace Bothy.Formats.Tar;

/// <summary>One ustar header block while it is being filled. Each <c>Try</c> leaves the block as it was where the value does not fit.</summary>
internal readonly ref struct UstarBlock
{
    public const int NameLength = 100;
    private const int PrefixLength = 155;

    private readonly Span<byte> _block;

    public UstarBlock(Span<byte> block, char type)
    {
        _block = block;
        block.Clear();
        block[156] = (byte)type;
        "ustar\000"u8.CopyTo(block[257..]);
    }

    /// <summary>Whether the name was divided.</summary>
    public bool HasPrefix => _block[345] != 0;

    public void Mode(int mode) => TryOctal(100, 8, mode);

    public bool TryUserId(int id) => TryOctal(108, 8, id);

    public bool TryGroupId(int id) => TryOctal(116, 8, id);

    public bool TrySize(long size) => TryOctal(124, 12, size);

    public bool TryModifiedTime(long time) => TryOctal(136, 12, time);

    public bool TryUserName(string name) => TryText(265, 31, name);

    public bool TryGroupName(string name) => TryText(297, 31, name);

    public bool TryDevice(int major, int minor) => TryOctal(329, 8, major) && TryOctal(337, 8, minor);

    public bool TryLinkName(string name) => TryText(157, NameLength, name);

    /// <summary>Writes the name, divided at a slash where it is longer than its field.</summary>
    public bool TryName(string name)
    {
        if (TryText(0, NameLength, name))
        {
            return true;
        }

        if (name.Length > PrefixLength + 1 + NameLength || !Ascii.IsValid(name))
        {
            return false;
        }

        // The first slash that leaves no more than the name's field behind it; a slash at the very end belongs to the name.
        int from = name.Length - NameLength - 1;
        int slash = name.AsSpan(from, name.Length - 1 - from).IndexOf('/') + from;
        return slash >= from && slash is > 0 and <= PrefixLength
            && TryText(0, NameLength, name.AsSpan(slash + 1))
            && TryText(345, PrefixLength, name.AsSpan(0, slash));
    }

    /// <summary>A name for readers which do not understand the PAX record that holds the real one.</summary>
    public void StandInName(ReadOnlySpan<byte> name)
    {
        name = name[..Math.Min(name.Length, NameLength)];
        for (int i = 0; i < name.Length; i++)
        {
            _block[i] = name[i] < 0x80 ? name[i] : (byte)'_';
        }
    }

    /// <summary>Writes the checksum; call it last.</summary>
    public void Seal()
    {
        _block.Slice(148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte value in _block)
        {
            sum += value;
        }

        TryOctal(148, 7, sum);
    }

    private bool TryText(int start, int length, ReadOnlySpan<char> text) =>
        text.Length <= length && Ascii.IsValid(text) && Encoding.ASCII.GetBytes(text, _block[start..]) == text.Length;

    // Digits to the full width but one, then NUL: what every reader understands.
    private bool TryOctal(int start, int length, long value)
    {
        if (value < 0 || value >> (3 * (length - 1)) != 0)
        {
            _block.Slice(start, length - 1).Fill((byte)'0');
            return false;
        }

        for (int i = start + length - 2; i >= start; i--)
        {
            _block[i] = (byte)('0' + (value & 7));
            value >>= 3;
        }

        _block[start + length - 1] = 0;
        return true;
    }
}
