using System.Buffers.Binary;

namespace Bothy.Formats.OpenPgp;

/// <summary>Reads the big-endian numbers and counted strings of OpenPGP; whatever reaches past the end is malformed.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes, string source, long start)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; }

    public readonly int Remaining => _bytes.Length - Position;

    public byte U8() => Take(1)[0];

    public ushort U16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    public uint U32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    public ReadOnlySpan<byte> Take(long length)
    {
        if (length > Remaining)
        {
            throw Malformed(FormattableString.Invariant($"it ends where {length} more bytes are announced"));
        }

        var taken = _bytes.Slice(Position, (int)length);
        Position += (int)length;
        return taken;
    }

    /// <summary>A multiprecision integer (RFC 9580 3.2) without leading zero bytes.</summary>
    public ReadOnlySpan<byte> Integer()
    {
        int bits = U16();
        return Take((bits + 7) / 8).TrimStart((byte)0);
    }

    public readonly MalformedDataException Malformed(string problem) => new(source, start + Position, problem);
}
