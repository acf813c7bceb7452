using System.Buffers.Binary;
using System.Text;

namespace Bothy.Formats.Elf;

/// <summary>Parts of a file, in memory or behind a stream that seeks, and the numbers in them by its byte order.</summary>
internal sealed class ElfBytes(Stream stream, string source)
{
    private const int MaxString = 4096;

    // What is read lies mostly close together, in pieces of some ten bytes: the headers and names at the start of a file, the table at its end.
    private const int WindowSize = 8192;

    private readonly byte[] _window = new byte[Math.Min(WindowSize, stream.Length)];
    private ulong _windowStart;
    private int _windowLength;

    public long Length { get; } = stream.Length;

    public string Source => source;

    public bool IsBigEndian { get; set; }

    /// <summary>The bytes at <paramref name="offset"/>; outside of the file is malformed.</summary>
    public byte[] Read(ulong offset, int length, string what)
    {
        if (offset > (ulong)Length || (ulong)Length - offset < (ulong)length)
        {
            throw Malformed(offset, $"{what} reach past the end of the file");
        }

        byte[] bytes = new byte[length];
        if (length > _window.Length)
        {
            stream.Position = (long)offset;
            stream.ReadExactly(bytes);
            return bytes;
        }

        if (offset < _windowStart || offset + (ulong)length > _windowStart + (ulong)_windowLength)
        {
            MoveWindow(offset);
        }

        _window.AsSpan((int)(offset - _windowStart), length).CopyTo(bytes);
        return bytes;
    }

    public ushort U16(ReadOnlySpan<byte> bytes, int at) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    public uint U32(ReadOnlySpan<byte> bytes, int at) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    public ulong U64(ReadOnlySpan<byte> bytes, int at) =>
        IsBigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes[at..]) : BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);

    /// <summary>The NUL-terminated text at <paramref name="offset"/>, of at most <see cref="MaxString"/> bytes and none at or past <paramref name="end"/>.</summary>
    public string Text(ulong offset, ulong end, string what)
    {
        if (offset >= end || offset >= (ulong)Length)
        {
            throw Malformed(offset, $"{what} lies outside of its table");
        }

        int length = (int)Math.Min(MaxString, Math.Min(end, (ulong)Length) - offset);
        byte[] bytes = Read(offset, length, what);
        int zero = bytes.AsSpan().IndexOf((byte)0);
        return zero >= 0
            ? Encoding.UTF8.GetString(bytes, 0, zero)
            : throw Malformed(offset, FormattableString.Invariant($"{what} does not end within {length} bytes"));
    }

    public MalformedDataException Malformed(ulong offset, string problem) => new(source, (long)Math.Min(offset, long.MaxValue), problem);

    private void MoveWindow(ulong offset)
    {
        _windowLength = 0;
        int length = (int)Math.Min((ulong)_window.Length, (ulong)Length - offset);
        stream.Position = (long)offset;
        stream.ReadExactly(_window, 0, length);
        (_windowStart, _windowLength) = (offset, length);
    }
}
