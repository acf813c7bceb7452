using System.Globalization;
using System.Security.Cryptography;

namespace Bothy.Formats.OpenPgp;

/// <summary>A version 4 public key or subkey (RFC 9580 5.5.2).</summary>
internal sealed class PublicKeyPacket
{
    public const int SupportedVersion = 4;

    private const int MinRsaBits = 2048;
    private const int MaxRsaBits = 16384;
    private const int MaxExponentLength = 8;

    private readonly byte[] _body;
    private byte[] _first = [];
    private byte[] _second = [];
    private ECCurve? _curve;

    private PublicKeyPacket(byte[] body) => _body = body;

    public int Algorithm { get; private init; }

    public DateTimeOffset Created { get; private init; }

    /// <summary>Upper-case hex.</summary>
    public string Fingerprint { get; private init; } = "";

    public string KeyId => Fingerprint[^16..];

    /// <summary>Such as <c>RSA 4096</c>, <c>ECDSA P-256</c>, <c>Ed25519</c>.</summary>
    public string AlgorithmName { get; private set; } = "";

    /// <summary>Why nothing can be verified with this key; null where it can.</summary>
    public string? Obstacle { get; private set; }

    /// <summary>Whether <see cref="Obstacle"/> is that the key is too short.</summary>
    public bool IsWeak { get; private set; }

    /// <summary>Reads the body of a packet whose version is already known to be <see cref="SupportedVersion"/>.</summary>
    public static PublicKeyPacket Parse(Packet packet, string source)
    {
        byte[] body = packet.Body.ToArray();
        var reader = new ByteReader(body, source, packet.Offset);
        _ = reader.U8();
        uint created = reader.U32();
        int algorithm = reader.U8();
        if (body.Length > ushort.MaxValue)
        {
            throw reader.Malformed("a key of more than 65535 bytes");
        }

        var key = new PublicKeyPacket(body)
        {
            Algorithm = algorithm,
            Created = DateTimeOffset.FromUnixTimeSeconds(created),
            Fingerprint = Convert.ToHexString(SHA1.HashData([.. Prefix(body.Length), .. body])),
        };
        key.ReadMaterial(ref reader);
        return key;
    }

    /// <summary>What signatures about this key hash of it.</summary>
    public void HashInto(IncrementalHash hash)
    {
        hash.AppendData(Prefix(_body.Length));
        hash.AppendData(_body);
    }

    /// <summary>Whether <paramref name="signature"/> (the integers of a signature packet) over <paramref name="hash"/> was made by this key.</summary>
    public bool Verify(byte[] hash, HashAlgorithmName hashName, byte[][] signature)
    {
        try
        {
            return Algorithm == Algorithms.Ecdsa ? VerifyEcdsa(hash, signature) : VerifyRsa(hash, hashName, signature);
        }
        catch (CryptographicException)
        {
            // A key that the platform will not import or a signature it cannot read verifies nothing.
            return false;
        }
    }

    private static byte[] Prefix(int length) => [0x99, (byte)(length >> 8), (byte)length];

    private static byte[] LeftPad(byte[] value, int length)
    {
        byte[] padded = new byte[length];
        value.CopyTo(padded, length - value.Length);
        return padded;
    }

    private void ReadMaterial(ref ByteReader reader)
    {
        AlgorithmName = Algorithms.KeyName(Algorithm);
        if (Algorithm is Algorithms.Rsa or Algorithms.RsaSignOnly)
        {
            ReadRsa(ref reader);
        }
        else if (Algorithm == Algorithms.Ecdsa)
        {
            ReadEcdsa(ref reader);
        }
        else
        {
            Obstacle = $"made with {AlgorithmName}, which is not supported";
        }
    }

    private void ReadRsa(ref ByteReader reader)
    {
        _first = reader.Integer().ToArray();
        _second = reader.Integer().ToArray();
        int bits = _first.Length == 0 ? 0 : (_first.Length * 8) - byte.LeadingZeroCount(_first[0]);
        AlgorithmName = string.Create(CultureInfo.InvariantCulture, $"RSA {bits}");
        if (bits < MinRsaBits)
        {
            Obstacle = $"made with {AlgorithmName}, which is too weak";
            IsWeak = true;
        }
        else if (bits > MaxRsaBits || _second.Length is 0 or > MaxExponentLength)
        {
            Obstacle = $"made with {AlgorithmName} with parameters out of all bounds, which is not supported";
        }
    }

    private void ReadEcdsa(ref ByteReader reader)
    {
        string oid = Convert.ToHexString(reader.Take(reader.U8()));
        (string name, _curve, int size) = oid switch
        {
            "2A8648CE3D030107" => ("P-256", (ECCurve?)ECCurve.NamedCurves.nistP256, 32),
            "2B81040022" => ("P-384", ECCurve.NamedCurves.nistP384, 48),
            "2B81040023" => ("P-521", ECCurve.NamedCurves.nistP521, 66),
            _ => ("over curve " + oid, null, 0),
        };
        AlgorithmName = "ECDSA " + name;
        if (_curve is null)
        {
            Obstacle = $"made with {AlgorithmName}, which is not supported";
            return;
        }

        var point = reader.Integer();
        if (point.Length != 1 + (2 * size) || point[0] != 4)
        {
            throw reader.Malformed("a point that is not on the curve of its key");
        }

        _first = point[1..(1 + size)].ToArray();
        _second = point[(1 + size)..].ToArray();
    }

    private bool VerifyRsa(byte[] hash, HashAlgorithmName hashName, byte[][] signature)
    {
        if (signature.Length != 1 || signature[0].Length > _first.Length)
        {
            return false;
        }

        using var rsa = RSA.Create(new RSAParameters { Modulus = _first, Exponent = _second });
        return rsa.VerifyHash(hash, LeftPad(signature[0], _first.Length), hashName, RSASignaturePadding.Pkcs1);
    }

    private bool VerifyEcdsa(byte[] hash, byte[][] signature)
    {
        if (signature.Length != 2 || signature.Any(part => part.Length > _first.Length))
        {
            return false;
        }

        using var ecdsa = ECDsa.Create(new ECParameters { Curve = _curve!.Value, Q = new ECPoint { X = _first, Y = _second } });
        byte[] joined = [.. LeftPad(signature[0], _first.Length), .. LeftPad(signature[1], _first.Length)];
        return ecdsa.VerifyHash(hash, joined, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}
