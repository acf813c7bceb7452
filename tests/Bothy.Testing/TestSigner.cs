using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Bothy.Testing;

/// <summary>
/// An OpenPGP key made for a test, which exports its keyring and signs as an archive would. It writes the format by
/// itself, so that what it makes is no echo of the reader; <c>gpgv</c> judges both.
/// </summary>
public sealed class TestSigner : IDisposable
{
    private readonly RSA _rsa;
    private readonly byte[] _keyBody;
    private readonly TimeSpan? _validFor;
    private readonly string _userId;

    /// <summary>Makes an RSA key of 2048 bits, created at <paramref name="created"/> and valid for <paramref name="validFor"/> (for ever where null).</summary>
    public TestSigner(DateTimeOffset created, TimeSpan? validFor = null, string userId = "Test Archive <archive@example.test>")
    {
        _rsa = RSA.Create(2048);
        _validFor = validFor;
        _userId = userId;
        Created = created;
        var parameters = _rsa.ExportParameters(includePrivateParameters: false);
        _keyBody = [4, .. U32(Seconds(created)), 1, .. Integer(parameters.Modulus!), .. Integer(parameters.Exponent!)];
        Fingerprint = Convert.ToHexString(SHA1.HashData(HashedKey()));
    }

    /// <summary>When the key was made.</summary>
    public DateTimeOffset Created { get; }

    /// <summary>40 upper-case hex digits.</summary>
    public string Fingerprint { get; }

    /// <summary>The last 16 digits of <see cref="Fingerprint"/>, as messages name the key.</summary>
    public string KeyId => Fingerprint[^16..];

    /// <summary>The public key as a binary keyring, such as <c>/usr/share/keyrings/*.gpg</c>.</summary>
    public byte[] ExportKeyring()
    {
        byte[] userId = Encoding.UTF8.GetBytes(_userId);
        byte[] about = [.. HashedKey(), 0xb4, .. U32((uint)userId.Length), .. userId];
        byte[] flags = Subpacket(27, [0x03]);
        byte[] expiry = _validFor is { } validFor ? Subpacket(9, U32((uint)validFor.TotalSeconds)) : [];
        byte[] certification = Sign(0x13, about, Created, [.. flags, .. expiry], HashAlgorithmName.SHA256);
        return [.. Packet(6, _keyBody), .. Packet(13, userId), .. certification];
    }

    /// <summary>The public key as an armoured keyring, such as <c>signed-by</c> files with the ending <c>.asc</c>.</summary>
    public string ExportArmouredKeyring() => Armour("PUBLIC KEY BLOCK", ExportKeyring());

    /// <summary>A clear-signed text, such as <c>InRelease</c>. The text must end with a line feed and have no blanks at line ends.</summary>
    public byte[] ClearSign(string text, DateTimeOffset signedAt, TimeSpan? goodFor = null, HashAlgorithmName? hash = null)
    {
        var name = hash ?? HashAlgorithmName.SHA256;
        byte[] canonical = Encoding.UTF8.GetBytes(text.TrimEnd('\n').Replace("\n", "\r\n", StringComparison.Ordinal));
        byte[] signature = Sign(0x01, canonical, signedAt, GoodFor(goodFor), name);
        string escaped = string.Concat(text.TrimEnd('\n').Split('\n').Select(line => (line.StartsWith('-') ? "- " : "") + line + "\n"));
        return Encoding.UTF8.GetBytes($"-----BEGIN PGP SIGNED MESSAGE-----\nHash: {name.Name}\n\n{escaped}{Armour("SIGNATURE", signature)}");
    }

    /// <summary>A binary detached signature. Several of them, one behind the other, are a file with several signatures.</summary>
    public byte[] DetachSign(byte[] data, DateTimeOffset signedAt, TimeSpan? goodFor = null, HashAlgorithmName? hash = null) =>
        Sign(0x00, data, signedAt, GoodFor(goodFor), hash ?? HashAlgorithmName.SHA256);

    /// <summary>An armoured detached signature, such as <c>Release.gpg</c>.</summary>
    public string DetachSignArmoured(byte[] data, DateTimeOffset signedAt, TimeSpan? goodFor = null) =>
        Armour("SIGNATURE", DetachSign(data, signedAt, goodFor));

    /// <summary>
    /// A whole signature packet of any type over any bytes, with further hashed subpackets: for what an honest signer does not write.
    /// </summary>
    public byte[] Sign(byte type, byte[] content, DateTimeOffset signedAt, byte[] hashedSubpackets, HashAlgorithmName hash)
    {
        byte[] hashed = [.. Subpacket(33, [4, .. Convert.FromHexString(Fingerprint)]), .. Subpacket(2, U32(Seconds(signedAt))), .. hashedSubpackets];
        byte algorithm = hash.Name switch { "SHA1" => 2, "SHA256" => 8, "SHA384" => 9, "SHA512" => 10, _ => throw new ArgumentException("no such hash here", nameof(hash)) };
        byte[] head = [4, type, 1, algorithm, .. U16(hashed.Length), .. hashed];
        using var digest = IncrementalHash.CreateHash(hash);
        digest.AppendData(content);
        digest.AppendData(head);
        digest.AppendData([4, 0xff, .. U32((uint)head.Length)]);
        byte[] value = digest.GetHashAndReset();
        byte[] signature = _rsa.SignHash(value, hash, RSASignaturePadding.Pkcs1);
        byte[] unhashed = Subpacket(16, Convert.FromHexString(KeyId));
        return Packet(2, [.. head, .. U16(unhashed.Length), .. unhashed, value[0], value[1], .. Integer(signature)]);
    }

    /// <summary>A subpacket, for <see cref="Sign"/>; add 0x80 to the type to make it critical.</summary>
    public static byte[] Subpacket(byte type, byte[] body) => [(byte)(body.Length + 1), type, .. body];

    /// <summary>Armours <paramref name="bytes"/> with a checksum.</summary>
    public static string Armour(string label, byte[] bytes)
    {
        uint crc = 0xB704CE;
        foreach (byte value in bytes)
        {
            crc ^= (uint)value << 16;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x800000) != 0 ? (crc << 1) ^ 0x1864CFB : crc << 1;
            }
        }

        var text = new StringBuilder($"-----BEGIN PGP {label}-----\n\n");
        foreach (char[] line in Convert.ToBase64String(bytes).Chunk(64))
        {
            text.Append(line).Append('\n');
        }

        string checksum = Convert.ToBase64String([(byte)(crc >> 16), (byte)(crc >> 8), (byte)crc]);
        return text.Append('=').Append(checksum).Append("\n-----END PGP ").Append(label).Append("-----\n").ToString();
    }

    /// <inheritdoc />
    public void Dispose() => _rsa.Dispose();

    private static byte[] GoodFor(TimeSpan? time) => time is { } span ? Subpacket(3, U32((uint)span.TotalSeconds)) : [];

    private static byte[] Packet(int tag, byte[] body) => [(byte)(0xc0 | tag), 0xff, .. U32((uint)body.Length), .. body];

    private static uint Seconds(DateTimeOffset time) => (uint)time.ToUnixTimeSeconds();

    private static byte[] U16(int value) => [(byte)(value >> 8), (byte)value];

    private static byte[] U32(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Integer(byte[] value)
    {
        byte[] trimmed = value.SkipWhile(part => part == 0).ToArray();
        int bits = (trimmed.Length * 8) - byte.LeadingZeroCount(trimmed[0]);
        return [.. U16(bits), .. trimmed];
    }

    private byte[] HashedKey() => [0x99, .. U16(_keyBody.Length), .. _keyBody];
}
