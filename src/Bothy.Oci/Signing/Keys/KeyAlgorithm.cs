using System.Formats.Asn1;

namespace Bothy.Oci.Signing.Keys;

/// <summary>What a key is of, for messages about those that cannot be used.</summary>
internal static class KeyAlgorithm
{
    /// <summary>The algorithm of a private key in PKCS #8; null where it cannot be told.</summary>
    public static string? OfPrivateKey(ReadOnlyMemory<byte> der) => Read(der, skipVersion: true);

    /// <summary>The algorithm of a public key (SubjectPublicKeyInfo); null where it cannot be told.</summary>
    public static string? OfPublicKey(ReadOnlyMemory<byte> der) => Read(der, skipVersion: false);

    private static string? Read(ReadOnlyMemory<byte> der, bool skipVersion)
    {
        try
        {
            var key = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
            if (skipVersion)
            {
                key.ReadInteger();
            }

            return key.ReadSequence().ReadObjectIdentifier() switch
            {
                "1.3.101.112" => "Ed25519, which the platform does not have",
                "1.3.101.113" => "Ed448, which the platform does not have",
                "1.2.840.113549.1.1.1" => "RSA",
                "1.2.840.113549.1.1.10" => "RSA-PSS",
                "1.2.840.10045.2.1" => null,
                var other => $"the algorithm {other}",
            };
        }
        catch (AsnContentException)
        {
            return null;
        }
    }
}
