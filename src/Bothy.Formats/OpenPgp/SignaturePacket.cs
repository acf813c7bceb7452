using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Bothy.Formats.OpenPgp;

/// <summary>
/// A signature (RFC 9580 5.2). Only what its hashed part says is believed; the unhashed part is read for two things that
/// prove themselves: who the issuer might be, and the back signature of a signing subkey.
/// </summary>
internal sealed class SignaturePacket
{
    public const int SupportedVersion = 4;
    public const byte Binary = 0x00;
    public const byte Text = 0x01;
    public const byte FirstCertification = 0x10;
    public const byte LastCertification = 0x13;
    public const byte SubkeyBinding = 0x18;
    public const byte PrimaryKeyBinding = 0x19;
    public const byte DirectKey = 0x1f;
    public const byte KeyRevocation = 0x20;
    public const byte SubkeyRevocation = 0x28;
    public const byte CertificationRevocation = 0x30;

    private byte[] _hashedPart = [];
    private byte[] _left = [];

    private SignaturePacket(int version) => Version = version;

    public int Version { get; }

    public byte Type { get; private set; }

    public int KeyAlgorithm { get; private set; }

    public int HashAlgorithm { get; private set; }

    public Subpackets Hashed { get; private set; } = Subpackets.None;

    public Subpackets Unhashed { get; private set; } = Subpackets.None;

    /// <summary>The integers of the signature proper; empty where the algorithm is not supported.</summary>
    public byte[][] Integers { get; private set; } = [];

    public DateTimeOffset? Created => Hashed.Created;

    public string? IssuerFingerprint => Hashed.IssuerFingerprint ?? Unhashed.IssuerFingerprint;

    /// <summary>16 hex digits; null where the signature does not say who made it.</summary>
    public string? IssuerKeyId => IssuerFingerprint?[^16..] ?? Hashed.IssuerKeyId ?? Unhashed.IssuerKeyId;

    /// <summary>Reads the body of a packet; one of another version than 4 is returned with its version and nothing else.</summary>
    public static SignaturePacket Parse(Packet packet, string source) => Parse(packet, source, nested: false);

    /// <summary>Whether this may be a signature by <paramref name="key"/>, going by its hints alone.</summary>
    public bool NamesIssuer(PublicKeyPacket key) =>
        IssuerFingerprint is { } fingerprint ? fingerprint == key.Fingerprint : IssuerKeyId == key.KeyId;

    /// <summary>Whether <paramref name="key"/> made this signature over what <paramref name="content"/> hashes.</summary>
    public bool Verify(PublicKeyPacket key, Action<IncrementalHash> content)
    {
        if (Integers.Length == 0 || key.Obstacle is not null || Algorithms.Hash(HashAlgorithm) is not { } name)
        {
            return false;
        }

        using var hash = IncrementalHash.CreateHash(name);
        content(hash);
        hash.AppendData(_hashedPart);
        Span<byte> trailer = [SupportedVersion, 0xff, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(trailer[2..], _hashedPart.Length);
        hash.AppendData(trailer);
        byte[] digest = hash.GetHashAndReset();
        return digest.AsSpan().StartsWith(_left) && SameAlgorithm(key) && key.Verify(digest, name, Integers);
    }

    private static SignaturePacket Parse(Packet packet, string source, bool nested)
    {
        var reader = new ByteReader(packet.Body.Span, source, packet.Offset);
        int version = reader.U8();
        var signature = new SignaturePacket(version);
        if (version != SupportedVersion)
        {
            return signature;
        }

        signature.Type = reader.U8();
        signature.KeyAlgorithm = reader.U8();
        signature.HashAlgorithm = reader.U8();
        int hashedStart = reader.Position + 2;
        signature.Hashed = Subpackets.Parse(reader.Take(reader.U16()), source, packet.Offset + hashedStart, hashed: true);
        signature._hashedPart = packet.Body[..reader.Position].ToArray();
        int unhashedStart = reader.Position + 2;
        signature.Unhashed = Subpackets.Parse(reader.Take(reader.U16()), source, packet.Offset + unhashedStart, hashed: false);
        if (nested && (signature.Hashed.Embedded ?? signature.Unhashed.Embedded) is not null)
        {
            throw reader.Malformed("an embedded signature inside of an embedded signature");
        }

        signature._left = reader.Take(2).ToArray();
        signature.Integers = signature.KeyAlgorithm switch
        {
            Algorithms.Rsa or Algorithms.RsaSignOnly => [reader.Integer().ToArray()],
            Algorithms.Ecdsa => [reader.Integer().ToArray(), reader.Integer().ToArray()],
            _ => [],
        };
        return signature;
    }

    /// <summary>The back signature of a signing subkey, made by the subkey about its primary key.</summary>
    public SignaturePacket? BackSignature(string source) =>
        (Hashed.Embedded ?? Unhashed.Embedded) is { } body
            ? Parse(new Packet(Packet.Signature, body, 0), source + " (embedded signature)", nested: true)
            : null;

    private bool SameAlgorithm(PublicKeyPacket key) =>
        key.Algorithm == Algorithms.Ecdsa ? KeyAlgorithm == Algorithms.Ecdsa : KeyAlgorithm is Algorithms.Rsa or Algorithms.RsaSignOnly;
}
