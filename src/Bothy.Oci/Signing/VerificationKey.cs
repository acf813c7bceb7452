using System.Security.Cryptography;
using Bothy.Oci.Signing.Keys;

namespace Bothy.Oci.Signing;

/// <summary>A public key that signatures of images are verified with: ECDSA over P-256, or RSA (PKCS #1 v1.5), both with SHA-256.</summary>
public sealed class VerificationKey
{
    // What key servers and OpenSSL keep within; a key of a million bits would keep a verifier busy.
    private const int MinRsaBits = 2048;
    private const int MaxRsaBits = 16384;

    private readonly byte[] _publicKeyInfo;
    private readonly bool _isRsa;

    private VerificationKey(byte[] publicKeyInfo, bool isRsa)
    {
        _publicKeyInfo = publicKeyInfo;
        _isRsa = isRsa;
        Hint = Convert.ToBase64String(SHA256.HashData(publicKeyInfo));
    }

    /// <summary>What a Sigstore bundle says about whose signature it holds, as cosign writes it: the SHA-256 of the key (SubjectPublicKeyInfo) in base64.</summary>
    public string Hint { get; }

    /// <summary>Reads the text of a key file. A private key without a password is taken for its public one.</summary>
    /// <exception cref="BothyException">It is no key that can be used; <paramref name="name"/> stands in the message.</exception>
    public static VerificationKey Read(string name, ReadOnlySpan<char> text)
    {
        var file = KeyFileText.Parse(name, text);
        if (file.Label == "PUBLIC KEY")
        {
            return FromPublicKeyInfo(name, file.Bytes);
        }

        if (file.Label is "PRIVATE KEY" or "EC PRIVATE KEY")
        {
            using var key = SigningKey.Read(name, text, []);
            return key.PublicKey;
        }

        throw Refused(name, file.Label.Contains("PRIVATE", StringComparison.Ordinal) ? "it is a private key under a password" : $"it is '{file.Label}'");
    }

    /// <summary>Whether <paramref name="signature"/> is this key's over the SHA-256 of <paramref name="content"/>.</summary>
    public bool Verifies(ReadOnlySpan<byte> content, ReadOnlySpan<byte> signature)
    {
        // Such an object is not safe for several threads; making one costs less than the verification.
        try
        {
            if (_isRsa)
            {
                using var rsa = RSA.Create();
                rsa.ImportSubjectPublicKeyInfo(_publicKeyInfo, out _);
                return rsa.VerifyData(content, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            }

            using var ecdsa = ECDsa.Create();
            ecdsa.ImportSubjectPublicKeyInfo(_publicKeyInfo, out _);
            return ecdsa.VerifyData(content, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            // Bytes that are no signature at all, as some platforms see them.
            return false;
        }
    }

    /// <summary>The key as PEM (SubjectPublicKeyInfo), ending in a line feed.</summary>
    public string Export() => PemEncoding.WriteString("PUBLIC KEY", _publicKeyInfo) + "\n";

    internal static VerificationKey FromPublicKeyInfo(string name, byte[] der)
    {
        string? other = KeyAlgorithm.OfPublicKey(der);
        try
        {
            switch (other)
            {
                case null:
                    using (var ecdsa = ECDsa.Create())
                    {
                        ecdsa.ImportSubjectPublicKeyInfo(der, out _);
                        return new VerificationKey(EllipticCurve.Check(name, ecdsa).ExportSubjectPublicKeyInfo(), isRsa: false);
                    }

                case "RSA":
                    using (var rsa = RSA.Create())
                    {
                        rsa.ImportSubjectPublicKeyInfo(der, out _);
                        return rsa.KeySize is >= MinRsaBits and <= MaxRsaBits
                            ? new VerificationKey(rsa.ExportSubjectPublicKeyInfo(), isRsa: true)
                            : throw Refused(name, FormattableString.Invariant($"it has {rsa.KeySize} bits, want {MinRsaBits} to {MaxRsaBits}"));
                    }

                default:
                    throw Refused(name, $"it is one of {other}");
            }
        }
        catch (CryptographicException)
        {
            throw Refused(name, "it is not a public key");
        }
        catch (PlatformNotSupportedException)
        {
            throw Refused(name, "its curve is none that the platform knows, want P-256");
        }
    }

    private static BothyException Refused(string name, string reason) => new($"cannot use the key {name}: {reason}")
    {
        Hint = "Want a public key of ECDSA over P-256, or of RSA, in PEM: it begins with -----BEGIN PUBLIC KEY-----.",
    };
}
