using System.Security.Cryptography;
using Bothy.Packages.Alpine.Writing;

namespace Bothy.Packages.Tests.Alpine.Writing;

public sealed class ApkSignerTests
{
    private static readonly RSA Key = RSA.Create(2048);

    [Theory]
    [InlineData(ApkSignatureKind.Rsa, ".SIGN.RSA.me.rsa.pub", "SHA1")]
    [InlineData(ApkSignatureKind.Rsa256, ".SIGN.RSA256.me.rsa.pub", "SHA256")]
    [InlineData(ApkSignatureKind.Rsa512, ".SIGN.RSA512.me.rsa.pub", "SHA512")]
    public void A_signature_names_its_key_and_its_kind(ApkSignatureKind kind, string entry, string hash)
    {
        using var signer = ApkSigner.FromPem(Key.ExportPkcs8PrivateKeyPem(), "me.rsa.pub", kind);
        byte[] signature = signer.Sign(new MemoryStream([1, 2, 3]));

        Assert.Equal(entry, signer.EntryName);
        Assert.True(Key.VerifyData((byte[])[1, 2, 3], signature, new HashAlgorithmName(hash), RSASignaturePadding.Pkcs1));
    }

    [Fact]
    public void Both_forms_of_a_private_key_are_one_key()
    {
        using var newer = ApkSigner.FromPem(Key.ExportPkcs8PrivateKeyPem(), "k");
        using var older = ApkSigner.FromPem(Key.ExportRSAPrivateKeyPem(), "k");

        Assert.Equal(newer.Sign(new MemoryStream([7])), older.Sign(new MemoryStream([7])));
        Assert.Equal(Key.ExportSubjectPublicKeyInfoPem() + "\n", newer.ExportPublicKey());
        Assert.Equal(newer.ExportPublicKey(), older.ExportPublicKey());
    }

    public static TheoryData<string, string> Unusable()
    {
        using var curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var small = RSA.Create(512);
        var iterations = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
        return new()
        {
            { Key.ExportSubjectPublicKeyInfoPem(), "it is not a private RSA key in PEM" },
            { Key.ExportEncryptedPkcs8PrivateKeyPem("secret", iterations), "it is encrypted" },
            { "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n", "it is encrypted" },
            { curve.ExportPkcs8PrivateKeyPem(), "it is not a private RSA key in PEM" },
            { small.ExportPkcs8PrivateKeyPem(), "it has 512 bits, fewer than 1024" },
            { "", "it is not a private RSA key in PEM" },
            { "no key", "it is not a private RSA key in PEM" },
        };
    }

    [Theory]
    [MemberData(nameof(Unusable))]
    public void What_is_no_usable_key_is_named_and_never_shown(string pem, string problem)
    {
        var failure = Assert.Throws<BothyException>(() => ApkSigner.FromPem(pem, "me.rsa.pub"));

        Assert.Equal($"cannot use the private key of 'me.rsa.pub': {problem}", failure.Message);
        Assert.DoesNotContain(pem.Split('\n').Where(line => line.Length > 60), line => failure.ToString().Contains(line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b.rsa.pub")]
    [InlineData("a b.rsa.pub")]
    [InlineData("zoë.rsa.pub")]
    [InlineData("123456789012345678901234567890123456789012345678901234567890123456789012345678901234567")]
    public void A_name_that_does_not_fit_a_signature_is_refused(string name) =>
        Assert.StartsWith($"cannot sign as '{name}': ", Assert.Throws<BothyException>(() => ApkSigner.FromPem(Key.ExportPkcs8PrivateKeyPem(), name)).Message, StringComparison.Ordinal);
}
