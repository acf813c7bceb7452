using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;

namespace Bothy.Oci.Signing.Keys;

/// <summary>Private keys in PKCS #8 under a password (RFC 5958; PBES2 of RFC 8018).</summary>
internal static class EncryptedPkcs8
{
    /// <summary>The label of the PEM block.</summary>
    public const string Label = "ENCRYPTED PRIVATE KEY";

    /// <summary>How often the password is hashed in what is written: what OWASP asks of PBKDF2 with SHA-256.</summary>
    public const int Iterations = 600_000;

    /// <summary>The most that is read; a file must not be able to keep the program busy for minutes.</summary>
    public const int MaxIterations = 10_000_000;

    /// <summary>How keys are written: AES-256 in CBC mode under PBKDF2 with HMAC-SHA-256, as every OpenSSL since 1.1 reads it.</summary>
    public static PbeParameters Parameters { get; } = new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, Iterations);

    /// <summary>Why the platform cannot or must not decrypt this; null where it may try.</summary>
    public static string? ReasonToRefuse(ReadOnlyMemory<byte> der)
    {
        try
        {
            var algorithm = new AsnReader(der, AsnEncodingRules.BER).ReadSequence().ReadSequence();
            string scheme = algorithm.ReadObjectIdentifier();
            var parameters = algorithm.ReadSequence();
            if (scheme != "1.2.840.113549.1.5.13")
            {
                // PBES1 and PKCS #12's have salt and iterations side by side.
                parameters.ReadOctetString();
                return Judge(parameters.ReadInteger());
            }

            var derivation = parameters.ReadSequence();
            if (derivation.ReadObjectIdentifier() != "1.2.840.113549.1.5.12")
            {
                return "its key is not made of the password by PBKDF2";
            }

            derivation = derivation.ReadSequence();
            derivation.ReadOctetString();
            return Judge(derivation.ReadInteger());
        }
        catch (AsnContentException)
        {
            return "it is not encrypted PKCS #8";
        }
    }

    private static string? Judge(BigInteger iterations) =>
        iterations.Sign > 0 && iterations <= MaxIterations ? null : FormattableString.Invariant($"its password is to be hashed {iterations} times, more than {MaxIterations}");
}
