using System.Globalization;
using System.Security.Cryptography;

namespace Bothy.Formats.OpenPgp;

/// <summary>The numbers of RFC 9580 9 as names.</summary>
internal static class Algorithms
{
    public const int Rsa = 1;
    public const int RsaSignOnly = 3;
    public const int Ecdsa = 19;
    public const int EdDsaLegacy = 22;
    public const int Sha1 = 2;

    public static string KeyName(int algorithm) => algorithm switch
    {
        Rsa or 2 or RsaSignOnly => "RSA",
        16 or 20 => "ElGamal",
        17 => "DSA",
        18 => "ECDH",
        Ecdsa => "ECDSA",
        EdDsaLegacy or 27 => "Ed25519",
        25 => "X25519",
        26 => "X448",
        28 => "Ed448",
        _ => "algorithm " + algorithm.ToString(CultureInfo.InvariantCulture),
    };

    public static bool CanVerify(int algorithm) => algorithm is Rsa or RsaSignOnly or Ecdsa;

    public static string HashName(int algorithm) => algorithm switch
    {
        1 => "MD5",
        Sha1 => "SHA1",
        3 => "RIPEMD160",
        8 => "SHA256",
        9 => "SHA384",
        10 => "SHA512",
        11 => "SHA224",
        12 => "SHA3-256",
        14 => "SHA3-512",
        _ => "hash " + algorithm.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>Hashes whose signatures over documents count.</summary>
    public static bool IsStrongHash(int algorithm) => algorithm is 8 or 9 or 10;

    /// <summary>The name to the BCL of a hash that can be computed at all; null for every other.</summary>
    public static HashAlgorithmName? Hash(int algorithm) => algorithm switch
    {
        Sha1 => HashAlgorithmName.SHA1,
        8 => HashAlgorithmName.SHA256,
        9 => HashAlgorithmName.SHA384,
        10 => HashAlgorithmName.SHA512,
        _ => null,
    };
}
