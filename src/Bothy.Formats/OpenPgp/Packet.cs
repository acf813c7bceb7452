namespace Bothy.Formats.OpenPgp;

/// <summary>One packet (RFC 9580 4) of the kinds that keys and signatures are made of.</summary>
internal readonly record struct Packet(int Tag, ReadOnlyMemory<byte> Body, long Offset)
{
    public const int Signature = 2;
    public const int SecretKey = 5;
    public const int PublicKey = 6;
    public const int SecretSubkey = 7;
    public const int Marker = 10;
    public const int Trust = 12;
    public const int UserId = 13;
    public const int PublicSubkey = 14;
    public const int UserAttribute = 17;
    public const int Padding = 21;

    // RFC 9580 4.3: readers skip unknown packets from here on and refuse those below.
    public const int FirstIgnorable = 40;

    private const int MaxCount = 20_000;

    public static List<Packet> ReadAll(ReadOnlyMemory<byte> bytes, string source)
    {
        var packets = new List<Packet>();
        var reader = new ByteReader(bytes.Span, source, 0);
        while (reader.Remaining > 0)
        {
            if (packets.Count == MaxCount)
            {
                throw reader.Malformed(FormattableString.Invariant($"more than {MaxCount} packets"));
            }

            int offset = reader.Position;
            byte header = reader.U8();
            if ((header & 0x80) == 0)
            {
                throw new MalformedDataException(source, offset, "not the start of an OpenPGP packet");
            }

            bool modern = (header & 0x40) != 0;
            int tag = modern ? header & 0x3f : (header >> 2) & 0x0f;
            long length = modern ? ModernLength(ref reader) : OldLength(ref reader, header & 3);
            int start = reader.Position;
            _ = reader.Take(length);
            packets.Add(new Packet(tag, bytes.Slice(start, (int)length), offset));
        }

        return packets;
    }

    private static long ModernLength(ref ByteReader reader)
    {
        int first = reader.U8();
        return first switch
        {
            < 192 => first,
            < 224 => ((first - 192) << 8) + reader.U8() + 192,
            255 => reader.U32(),
            _ => throw reader.Malformed("a partial length, which only packets of data may have"),
        };
    }

    private static long OldLength(ref ByteReader reader, int type) => type switch
    {
        0 => reader.U8(),
        1 => reader.U16(),
        2 => reader.U32(),
        _ => throw reader.Malformed("a packet of indeterminate length, which only packets of data may have"),
    };
}
