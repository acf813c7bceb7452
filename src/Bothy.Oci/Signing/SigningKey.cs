using System.Security.Cryptography;
using Bothy.Oci.Signing.Keys;

namespace Bothy.Oci.Signing;

/// <summary>
/// A private key that signs images: ECDSA over the curve P-256 with SHA-256, as cosign's. Read from PKCS #8, plain or under a password, SEC 1
/// (<c>EC PRIVATE KEY</c>), or cosign's own key files.
/// </summary>
/// <remarks>Ed25519 is not among them: the platform does not have it, and such keys are refused by name.</remarks>
public sealed class SigningKey : IDisposable
{
    private readonly ECDsa _key;

    private SigningKey(ECDsa key)
    {
        _key = key;
        PublicKey = VerificationKey.FromPublicKeyInfo("a key of its own", key.ExportSubjectPublicKeyInfo());
    }

    /// <summary>The key that verifies what this one signs.</summary>
    public VerificationKey PublicKey { get; }

    /// <summary>Makes a new key.</summary>
    public static SigningKey Generate() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Whether reading this text of a key file takes a password.</summary>
    /// <exception cref="BothyException">It is not a PEM file.</exception>
    public static bool NeedsPassword(string name, ReadOnlySpan<char> text) =>
        KeyFileText.Parse(name, text).Label is EncryptedPkcs8.Label or CosignPrivateKey.Label or CosignPrivateKey.FormerLabel;

    /// <summary>Reads the text of a key file.</summary>
    /// <param name="name">Names it in messages, which have no part of the key.</param>
    /// <param name="text">The file in PEM.</param>
    /// <param name="password">The password, in UTF-8; not looked at where the key has none.</param>
    /// <exception cref="BothyException">It is no private key of ECDSA over P-256, or the password is not its own.</exception>
    public static SigningKey Read(string name, ReadOnlySpan<char> text, ReadOnlySpan<byte> password)
    {
        var file = KeyFileText.Parse(name, text);
        try
        {
            return new SigningKey(EllipticCurve.Check(name, file.Label switch
            {
                CosignPrivateKey.Label or CosignPrivateKey.FormerLabel => FromPkcs8(name, OpenCosign(name, file.Bytes, password)),
                EncryptedPkcs8.Label => FromEncrypted(name, file.Bytes, password),
                "PRIVATE KEY" => FromPkcs8(name, file.Bytes),
                "EC PRIVATE KEY" => FromSec1(file.Bytes),
                var label => throw Refused(name, label.Contains("PUBLIC", StringComparison.Ordinal) ? "it is a public key" : $"it is '{label}', not a private key of ECDSA"),
            }));
        }
        catch (CryptographicException)
        {
            throw Refused(name, "it is not a private key of ECDSA");
        }
        catch (PlatformNotSupportedException)
        {
            throw Refused(name, "its curve is none that the platform knows, want P-256");
        }
    }

    /// <summary>The signature over the SHA-256 of <paramref name="content"/>, in DER. No two are the same.</summary>
    public byte[] Sign(ReadOnlySpan<byte> content) => _key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    /// <summary>The key as PEM under a password (PKCS #8, AES-256), ending in a line feed; as plain PKCS #8 where the password is empty.</summary>
    public string Export(ReadOnlySpan<byte> password) =>
        (password.IsEmpty ? _key.ExportPkcs8PrivateKeyPem() : _key.ExportEncryptedPkcs8PrivateKeyPem(password, EncryptedPkcs8.Parameters)) + "\n";

    /// <inheritdoc />
    public void Dispose() => _key.Dispose();

    private static byte[] OpenCosign(string name, byte[] json, ReadOnlySpan<byte> password) =>
        CosignPrivateKey.Parse(json, $"the key {name}").TryDecrypt(password) ?? throw WrongPassword(name);

    private static ECDsa FromPkcs8(string name, byte[] der)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(der, out _);
            return key;
        }
        catch (CryptographicException)
        {
            key.Dispose();
            throw Refused(name, KeyAlgorithm.OfPrivateKey(der) is { } other ? $"it is one of {other}, want ECDSA over P-256" : "it is not a private key of ECDSA");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
        }
    }

    private static ECDsa FromSec1(byte[] der)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportECPrivateKey(der, out _);
            return key;
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static ECDsa FromEncrypted(string name, byte[] der, ReadOnlySpan<byte> password)
    {
        if (EncryptedPkcs8.ReasonToRefuse(der) is { } reason)
        {
            throw Refused(name, reason);
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportEncryptedPkcs8PrivateKey(password, der, out _);
            return key;
        }
        catch (CryptographicException)
        {
            // A wrong password gives noise, which sometimes has the right padding and is then no key.
            key.Dispose();
            throw WrongPassword(name);
        }
    }

    private static BothyException WrongPassword(string name) => new($"cannot use the key {name}: the password is not the key's, or the file was changed")
    {
        Hint = "The password is that of $COSIGN_PASSWORD, else of --password-file, else the one asked for.",
    };

    private static BothyException Refused(string name, string reason) => new($"cannot use the key {name}: {reason}")
    {
        Hint = "Want a private key of ECDSA over P-256 in PEM; 'bothy sign keygen' makes one, and those of 'cosign generate-key-pair' are read.",
    };
}
