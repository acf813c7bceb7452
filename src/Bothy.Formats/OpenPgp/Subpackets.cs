using System.Globalization;

namespace Bothy.Formats.OpenPgp;

/// <summary>One area of subpackets (RFC 9580 5.2.3.1): what is used of them.</summary>
internal sealed class Subpackets
{
    public static readonly Subpackets None = new();

    private const int MaxCount = 200;
    private const byte SigningFlag = 0x02;

    private Subpackets()
    {
    }

    public DateTimeOffset? Created { get; private set; }

    /// <summary>How long after <see cref="Created"/> the signature is good; null for ever.</summary>
    public TimeSpan? GoodFor { get; private set; }

    /// <summary>How long after its creation the key is good; null for ever.</summary>
    public TimeSpan? KeyGoodFor { get; private set; }

    public string? IssuerKeyId { get; private set; }

    public string? IssuerFingerprint { get; private set; }

    /// <summary>Whether the key may sign; null where nothing is said.</summary>
    public bool? MaySign { get; private set; }

    public byte[]? Embedded { get; private set; }

    /// <summary>What must be understood and is not; null where everything is.</summary>
    public string? NotUnderstood { get; private set; }

    public static Subpackets Parse(ReadOnlySpan<byte> area, string source, long offset, bool hashed)
    {
        var result = new Subpackets();
        var reader = new ByteReader(area, source, offset);
        for (int count = 0; reader.Remaining > 0; count++)
        {
            if (count == MaxCount)
            {
                throw reader.Malformed(FormattableString.Invariant($"more than {MaxCount} subpackets"));
            }

            long length = Length(ref reader);
            if (length == 0)
            {
                throw reader.Malformed("a subpacket without a type");
            }

            long start = offset + reader.Position;
            var body = reader.Take(length);
            result.Accept(body[0], new ByteReader(body[1..], source, start + 1), hashed);
        }

        return result;
    }

    private static long Length(ref ByteReader reader)
    {
        int first = reader.U8();
        return first switch
        {
            < 192 => first,
            255 => reader.U32(),
            _ => ((first - 192) << 8) + reader.U8() + 192,
        };
    }

    private static TimeSpan? Duration(uint seconds) => seconds == 0 ? null : TimeSpan.FromSeconds(seconds);

    private void Accept(byte typeAndCritical, ByteReader body, bool hashed)
    {
        int type = typeAndCritical & 0x7f;
        switch (type)
        {
            case 16:
                IssuerKeyId = Convert.ToHexString(body.Take(8));
                break;
            case 33:
                // Fingerprints of other key versions name no key that is supported here.
                IssuerFingerprint = body.U8() == PublicKeyPacket.SupportedVersion ? Convert.ToHexString(body.Take(20)) : IssuerFingerprint;
                break;
            case 32:
                Embedded = body.Take(body.Remaining).ToArray();
                break;
            default:
                if (hashed)
                {
                    AcceptHashed(type, critical: (typeAndCritical & 0x80) != 0, body);
                }

                break;
        }
    }

    private void AcceptHashed(int type, bool critical, ByteReader body)
    {
        switch (type)
        {
            case 2:
                Created = DateTimeOffset.FromUnixTimeSeconds(body.U32());
                break;
            case 3:
                GoodFor = Duration(body.U32());
                break;
            case 9:
                KeyGoodFor = Duration(body.U32());
                break;
            case 27:
                MaySign = body.Remaining > 0 && (body.U8() & SigningFlag) != 0;
                break;
            case 4 or 5 or 6 or 7 or 11 or 21 or 22 or 23 or 24 or 25 or 26 or 28 or 29 or 30 or 34:
                // Preferences, reasons and notes: understood, and of no consequence for whether a signature is good.
                break;
            default:
                // Notations (20) are here on purpose: a critical one asks for knowledge of its name, and none is known.
                NotUnderstood ??= critical ? "subpacket type " + type.ToString(CultureInfo.InvariantCulture) : null;
                break;
        }
    }
}
