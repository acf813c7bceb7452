using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Bothy.Formats.OpenPgp;

/// <summary>Takes off ASCII armour (RFC 9580 6), where there is any. Text outside of the blocks is ignored, as gpg does.</summary>
internal static class AsciiArmor
{
    private const string Begin = "-----BEGIN PGP ";
    private const string End = "-----END PGP ";
    private const string Dashes = "-----";

    /// <summary>The packets of <paramref name="bytes"/>, binary or in any number of armour blocks labelled <paramref name="label"/>.</summary>
    public static List<Packet> ReadPackets(ReadOnlyMemory<byte> bytes, string label, string source)
    {
        if (bytes.IsEmpty)
        {
            throw new MalformedDataException(source, 0, "it is empty");
        }

        if ((bytes.Span[0] & 0x80) != 0)
        {
            return Packet.ReadAll(bytes, source);
        }

        var packets = new List<Packet>();
        int offset = 0;
        int blocks = 0;
        while (TryFindBlock(bytes.Span, ref offset))
        {
            blocks++;
            byte[] body = ReadBlock(bytes.Span, ref offset, label, source);
            packets.AddRange(Packet.ReadAll(body, FormattableString.Invariant($"{source} (armour block {blocks})")));
        }

        return blocks > 0
            ? packets
            : throw new MalformedDataException(source, 0, $"it is neither binary OpenPGP nor armoured ('{Begin}{label}{Dashes}')");
    }

    /// <summary>Reads the block that begins at <paramref name="offset"/> and moves behind it.</summary>
    public static byte[] ReadBlock(ReadOnlySpan<byte> bytes, ref int offset, string label, string source)
    {
        int start = offset;
        string found = TextLine(bytes, ref offset);
        if (found != Begin + label + Dashes)
        {
            throw new MalformedDataException(source, start, $"'{Shorten(found)}' where '{Begin}{label}{Dashes}' is expected");
        }

        SkipHeaders(bytes, ref offset, source);
        var base64 = new ArrayBufferWriter<byte>();
        uint? checksum = null;
        while (offset < bytes.Length)
        {
            int at = offset;
            var line = TrimEnd(NextLine(bytes, ref offset));
            if (line.StartsWith("-"u8))
            {
                return Encoding.Latin1.GetString(line) == End + label + Dashes
                    ? Decode(base64.WrittenSpan, checksum, source, start)
                    : throw new MalformedDataException(source, at, $"an armour block that does not end with '{End}{label}{Dashes}'");
            }

            if (checksum is not null)
            {
                throw new MalformedDataException(source, at, "armoured data behind its checksum");
            }

            if (line.Length == 5 && line[0] == '=')
            {
                checksum = DecodeChecksum(line[1..], source, at);
            }
            else
            {
                base64.Write(line);
            }
        }

        throw new MalformedDataException(source, offset, "the armour block does not end");
    }

    /// <summary>The next line without its line feed; moves behind it.</summary>
    public static ReadOnlySpan<byte> NextLine(ReadOnlySpan<byte> bytes, ref int offset)
    {
        var rest = bytes[offset..];
        int length = rest.IndexOf((byte)'\n');
        offset += length < 0 ? rest.Length : length + 1;
        return length < 0 ? rest : rest[..length];
    }

    /// <summary>A line without the blanks that signatures over text do not cover.</summary>
    public static ReadOnlySpan<byte> TrimEnd(ReadOnlySpan<byte> line) => line.TrimEnd(" \t\r"u8);

    public static string TextLine(ReadOnlySpan<byte> bytes, ref int offset) =>
        Encoding.Latin1.GetString(TrimEnd(NextLine(bytes, ref offset)));

    public static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";

    private static bool TryFindBlock(ReadOnlySpan<byte> bytes, ref int offset)
    {
        while (offset < bytes.Length)
        {
            int start = offset;
            if (NextLine(bytes, ref offset).StartsWith("-----BEGIN PGP "u8))
            {
                offset = start;
                return true;
            }
        }

        return false;
    }

    private static void SkipHeaders(ReadOnlySpan<byte> bytes, ref int offset, string source)
    {
        while (offset < bytes.Length)
        {
            int at = offset;
            string line = TextLine(bytes, ref offset);
            if (line.Length == 0)
            {
                return;
            }

            if (!line.Contains(':', StringComparison.Ordinal))
            {
                throw new MalformedDataException(source, at, "an armour block without an empty line behind its headers");
            }
        }
    }

    private static byte[] Decode(ReadOnlySpan<byte> base64, uint? checksum, string source, int start)
    {
        byte[] decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        if (Base64.DecodeFromUtf8(base64, decoded, out _, out int written) != OperationStatus.Done)
        {
            throw new MalformedDataException(source, start, "an armour block that is not base64");
        }

        Array.Resize(ref decoded, written);
        return checksum is null || checksum == Crc24(decoded)
            ? decoded
            : throw new MalformedDataException(source, start, "an armour block whose checksum does not fit");
    }

    private static uint DecodeChecksum(ReadOnlySpan<byte> base64, string source, int at)
    {
        Span<byte> crc = stackalloc byte[3];
        return Base64.DecodeFromUtf8(base64, crc, out _, out int written) == OperationStatus.Done && written == 3
            ? (uint)((crc[0] << 16) | (crc[1] << 8) | crc[2])
            : throw new MalformedDataException(source, at, "an armour checksum that is not base64");
    }

    private static uint Crc24(ReadOnlySpan<byte> bytes)
    {
        uint crc = 0xB704CE;
        foreach (byte value in bytes)
        {
            crc ^= (uint)value << 16;
            for (int i = 0; i < 8; i++)
            {
                crc <<= 1;
                crc ^= (crc & 0x1000000) != 0 ? 0x1864CFBu : 0;
            }
        }

        return crc & 0xFFFFFF;
    }
}
