using System.Security.Cryptography;
using System.Text;

namespace Bothy.Packages.Alpine.Writing;

/// <summary>
/// Signs v2 packages and indexes with one RSA key. The signature names the file of the public key, since that is how whoever
/// verifies finds it: <c>NAME.rsa</c> signs as <c>NAME.rsa.pub</c>.
/// </summary>
public sealed class ApkSigner : IDisposable
{
    // What fits a tar header's name beside ".SIGN.RSA256.", without a PAX record, which apk does not expect there.
    private const int MaxKeyNameLength = 86;
    private const int MinKeyBits = 1024;

    private readonly RSA _key;

    private ApkSigner(RSA key, string keyName, ApkSignatureKind kind)
    {
        _key = key;
        KeyName = keyName;
        Kind = kind;
    }

    /// <summary>The file name of the public key.</summary>
    public string KeyName { get; }

    /// <summary>How it signs.</summary>
    public ApkSignatureKind Kind { get; }

    /// <summary>The name of the signature's entry, such as <c>.SIGN.RSA256.NAME.rsa.pub</c>.</summary>
    public string EntryName => Kind switch
    {
        ApkSignatureKind.Rsa => ".SIGN.RSA.",
        ApkSignatureKind.Rsa256 => ".SIGN.RSA256.",
        ApkSignatureKind.Rsa512 => ".SIGN.RSA512.",
        _ => throw new InvalidOperationException($"no such signature: {Kind}"),
    } + KeyName;

    /// <summary>Makes a signer of a private key in PEM (PKCS #1 or PKCS #8, not encrypted).</summary>
    /// <param name="pem">The key's text.</param>
    /// <param name="keyName">The file name of its public key.</param>
    /// <param name="kind">How to sign.</param>
    /// <exception cref="BothyException">It is no such key, is too short, or the name cannot stand in a signature. No message has a part of the key.</exception>
    public static ApkSigner FromPem(ReadOnlySpan<char> pem, string keyName, ApkSignatureKind kind = ApkSignatureKind.Rsa256)
    {
        CheckKeyName(keyName);
        var key = RSA.Create();
        try
        {
            key.ImportFromPem(pem);
            if (key.KeySize < MinKeyBits)
            {
                throw Unusable(keyName, FormattableString.Invariant($"it has {key.KeySize} bits, fewer than {MinKeyBits}"));
            }

            // Also finds out a public key, which imports as well.
            key.SignHash(new byte[SHA256.HashSizeInBytes], HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            return new ApkSigner(key, keyName, kind);
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw Unusable(keyName, pem.Contains("ENCRYPTED", StringComparison.Ordinal) ? "it is encrypted" : "it is not a private RSA key in PEM");
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Makes a signer with a new key.</summary>
    /// <exception cref="BothyException">The name cannot stand in a signature.</exception>
    public static ApkSigner Generate(string keyName, int bits = 4096, ApkSignatureKind kind = ApkSignatureKind.Rsa256)
    {
        CheckKeyName(keyName);
        using var key = RSA.Create(bits);
        return FromPem(key.ExportPkcs8PrivateKeyPem(), keyName, kind);
    }

    /// <summary>The private key as PEM (PKCS #8), ending in a line feed.</summary>
    public string ExportPrivateKey() => _key.ExportPkcs8PrivateKeyPem() + "\n";

    /// <summary>The public key as PEM (SubjectPublicKeyInfo), as it stands in <c>/etc/apk/keys</c>, ending in a line feed.</summary>
    public string ExportPublicKey() => _key.ExportSubjectPublicKeyInfoPem() + "\n";

    /// <summary>The signature over the bytes of <paramref name="data"/> from where it stands.</summary>
    public byte[] Sign(Stream data)
    {
        var hash = Kind switch
        {
            ApkSignatureKind.Rsa => HashAlgorithmName.SHA1,
            ApkSignatureKind.Rsa256 => HashAlgorithmName.SHA256,
            ApkSignatureKind.Rsa512 => HashAlgorithmName.SHA512,
            _ => throw new InvalidOperationException($"no such signature: {Kind}"),
        };
        return _key.SignData(data, hash, RSASignaturePadding.Pkcs1);
    }

    /// <inheritdoc />
    public void Dispose() => _key.Dispose();

    private static void CheckKeyName(string keyName)
    {
        ArgumentNullException.ThrowIfNull(keyName);
        if (keyName.Length is 0 or > MaxKeyNameLength || !Ascii.IsValid(keyName) || keyName.AsSpan().ContainsAnyInRange('\0', ' ') || keyName.Contains('/', StringComparison.Ordinal))
        {
            throw new BothyException($"cannot sign as '{keyName}': the name of a key is 1 to {MaxKeyNameLength} ASCII characters without blanks and slashes");
        }
    }

    private static BothyException Unusable(string keyName, string reason) => new($"cannot use the private key of '{keyName}': {reason}")
    {
        Hint = "Want an RSA key in PEM without a passphrase; 'bothy package keygen' makes one.",
    };
}
