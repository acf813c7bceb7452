using System.Security.Cryptography;
using System.Text;
using Bothy.Oci.Signing;

namespace Bothy.Oci.Tests.Signing;

public sealed class KeyTests : IDisposable
{
    // Made by cosign 3.1.1, 'cosign generate-key-pair', for this test; the password is 'secret'.
    private const string CosignKey = """
        -----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----
        eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjo2NTUzNiwiciI6
        OCwicCI6MX0sInNhbHQiOiJ3VDhsOFNyRlRNL2pZaFFRUjVnUm9oODVZQ2xjNmpm
        TWFXY0s1NjJXcmJZPSJ9LCJjaXBoZXIiOnsibmFtZSI6Im5hY2wvc2VjcmV0Ym94
        Iiwibm9uY2UiOiJtUHFzMTNxZnN1MDVjWENyeGd3c0JQOXZJVHRaWFYzQSJ9LCJj
        aXBoZXJ0ZXh0IjoiTHM4Qk5PY3JNcUlwY25sSzFtejE4SktvMkFjUGNKOXBDWFQ3
        SzNzYXk3QThSMzFhc0lLZWxDa3duazhZNkZSVUNXQWhpdDIvdVp5QTljZ3dmMVZU
        YTZrVmlORVdYZThzOVBDeGFJQ2J2NXQvK21rTjBXeVp4enRzdmF6bTROc3czM2Nl
        R2pkQytLZ3ZwcTFRQXgvTFNlYjZHUUlsMGRGNjg0R2hMMTBURlhBU2xlMHRjK1V3
        MnVMRkgxZ2tIZmtVblVrZDhLcWgzRkhLYVE9PSJ9
        -----END ENCRYPTED SIGSTORE PRIVATE KEY-----
        """;

    private const string CosignPublicKey = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAECmYAFElb5ua2TcX9Zfpg4KhylnZH
        dgENvVkAdnmCrvgrcxsn8+7jI6u/bZ6FoIAvxaWTQH45kcvaMmE3yLabSA==
        -----END PUBLIC KEY-----

        """;

    private static readonly byte[] Password = "secret"u8.ToArray();

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void A_key_of_cosign_is_read_with_its_password()
    {
        using var key = SigningKey.Read("cosign.key", CosignKey, Password);

        Assert.Equal(CosignPublicKey, key.PublicKey.Export());
        Assert.Equal("PmDZnbs8GhCSO9PZPzu0GDxKaFtapco6Zg67kz0Qg04=", key.PublicKey.Hint); // what cosign writes into its bundles
        Assert.True(VerificationKey.Read("cosign.pub", CosignPublicKey).Verifies("x"u8, key.Sign("x"u8)));

        // The label that cosign 1 wrote.
        using var former = SigningKey.Read("cosign.key", CosignKey.Replace("SIGSTORE", "COSIGN", StringComparison.Ordinal), Password);
        Assert.Equal(key.PublicKey.Hint, former.PublicKey.Hint);
    }

    [Fact]
    public void A_key_reads_back_under_its_password_and_without_one()
    {
        using var key = SigningKey.Generate();
        foreach (byte[] password in (byte[][])[Password, []])
        {
            string text = key.Export(password);
            Assert.Equal(password.Length > 0, SigningKey.NeedsPassword("a.key", text));
            using var read = SigningKey.Read("a.key", text, password);
            Assert.Equal(key.PublicKey.Export(), read.PublicKey.Export());
        }
    }

    [Fact]
    public void A_signature_is_of_one_key_and_of_one_text()
    {
        using var key = SigningKey.Generate();
        using var other = SigningKey.Generate();
        byte[] signature = key.Sign("content"u8);

        Assert.True(key.PublicKey.Verifies("content"u8, signature));
        Assert.False(key.PublicKey.Verifies("c0ntent"u8, signature));
        Assert.False(other.PublicKey.Verifies("content"u8, signature));
        Assert.False(key.PublicKey.Verifies("content"u8, []));
        Assert.False(key.PublicKey.Verifies("content"u8, [.. signature, 0]));
        Assert.False(key.PublicKey.Verifies("content"u8, new byte[70]));
    }

    [RequiresFact("judges:openssl")]
    public void OpenSSL_reads_what_is_written_and_verifies_what_is_signed()
    {
        using var key = SigningKey.Generate();
        File.WriteAllText(_directory["a.key"], key.Export(Password));
        File.WriteAllText(_directory["a.pub"], key.PublicKey.Export());
        File.WriteAllText(_directory["text"], "some text");
        File.WriteAllBytes(_directory["signature"], key.Sign("some text"u8));

        string publicKey = Judge.Run("openssl", "pkey", "-in", _directory["a.key"], "-passin", "pass:secret", "-pubout").Succeeded().Output;
        Assert.Equal(key.PublicKey.Export(), publicKey);
        Assert.Equal("Verified OK\n", Judge.Run("openssl", "dgst", "-sha256", "-verify", _directory["a.pub"], "-signature", _directory["signature"], _directory["text"]).Succeeded().Output);
    }

    [RequiresTheory("judges:openssl")]
    [InlineData("ecparam -name prime256v1 -genkey -out KEY")] // SEC 1 behind the curve's parameters
    [InlineData("ecparam -name prime256v1 -genkey -noout -out KEY")]
    [InlineData("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out KEY")]
    [InlineData("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-256-cbc -pass pass:secret -out KEY")]
    [InlineData("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-128-cbc -pass pass:secret -out KEY")]
    public void Keys_of_OpenSSL_are_read(string command)
    {
        Judge.Run("openssl", command.Replace("KEY", _directory["key"], StringComparison.Ordinal).Split(' ')).Succeeded();
        using var key = SigningKey.Read("key", File.ReadAllText(_directory["key"]), Password);

        Assert.Equal(Judge.Run("openssl", "pkey", "-in", _directory["key"], "-passin", "pass:secret", "-pubout").Succeeded().Output, key.PublicKey.Export());
    }

    [RequiresTheory("judges:openssl")]
    [InlineData("genpkey -algorithm ED25519 -out KEY", "it is one of Ed25519, which the platform does not have, want ECDSA over P-256")]
    [InlineData("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out KEY", "it is one of RSA, want ECDSA over P-256")]
    [InlineData("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out KEY", "its curve is P-384, want P-256")]
    [InlineData("ecparam -name secp256k1 -genkey -noout -out KEY", "its curve is secp256k1, want P-256")]
    [InlineData("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes-256-cbc -pass pass:other -out KEY", "the password is not the key's, or the file was changed")]
    public void Keys_that_cannot_sign_are_refused_with_the_reason(string command, string reason)
    {
        Judge.Run("openssl", command.Replace("KEY", _directory["key"], StringComparison.Ordinal).Split(' ')).Succeeded();
        string text = File.ReadAllText(_directory["key"]);

        var failure = Assert.Throws<BothyException>(() => SigningKey.Read("the.key", text, Password).Dispose());

        Assert.Equal($"cannot use the key the.key: {reason}", failure.Message);
    }

    [RequiresTheory("judges:openssl")]
    [InlineData("genpkey -algorithm ED25519 -out KEY", "it is one of Ed25519, which the platform does not have")]
    [InlineData("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out KEY", "it has 1024 bits, want 2048 to 16384")]
    [InlineData("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out KEY", "its curve is P-521, want P-256")]
    public void Public_keys_that_cannot_verify_are_refused_with_the_reason(string command, string reason)
    {
        Judge.Run("openssl", command.Replace("KEY", _directory["key"], StringComparison.Ordinal).Split(' ')).Succeeded();
        string text = Judge.Run("openssl", "pkey", "-in", _directory["key"], "-pubout").Succeeded().Output;

        var failure = Assert.Throws<BothyException>(() => VerificationKey.Read("the.pub", text));

        Assert.Equal($"cannot use the key the.pub: {reason}", failure.Message);
    }

    [Fact]
    public void A_curve_that_nobody_knows_is_refused()
    {
        using var key = SigningKey.Generate();
        byte[] der = Convert.FromBase64String(string.Concat(key.PublicKey.Export().Split('\n')[1..^2]));
        der[der.AsSpan().IndexOf((byte[])[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03])] = 0x2b;

        var failure = Assert.Throws<BothyException>(() => VerificationKey.Read("the.pub", PemEncoding.WriteString("PUBLIC KEY", der)));

        Assert.Equal("cannot use the key the.pub: its curve is none that the platform knows, want P-256", failure.Message);
    }

    [RequiresFact("judges:openssl")]
    public void A_signature_of_RSA_is_verified()
    {
        Judge.Run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", _directory["key"]).Succeeded();
        byte[] signature = Judge.Run("openssl", ["dgst", "-sha256", "-sign", _directory["key"]], "text"u8.ToArray()).Succeeded().OutputBytes;
        var key = VerificationKey.Read("rsa.pub", Judge.Run("openssl", "pkey", "-in", _directory["key"], "-pubout").Succeeded().Output);

        Assert.True(key.Verifies("text"u8, signature));
        Assert.False(key.Verifies("test"u8, signature));
        Assert.False(key.Verifies("text"u8, signature.AsSpan(1)));
    }

    [Fact]
    public void A_wrong_password_is_said_and_neither_it_nor_the_key_is_shown()
    {
        using var key = SigningKey.Generate();
        foreach (string text in (string[])[key.Export(Password), CosignKey])
        {
            var failure = Assert.Throws<BothyException>(() => SigningKey.Read("a.key", text, "wr0ng"u8).Dispose());

            Assert.Equal("cannot use the key a.key: the password is not the key's, or the file was changed", failure.Message);
            Assert.DoesNotContain("wr0ng", failure.ToString() + failure.Hint, StringComparison.Ordinal);
            Assert.DoesNotContain(text.Split('\n')[1], failure.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("", "it is not a PEM file")]
    [InlineData("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE", "it is not a PEM file")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n", "it is a public key")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMFkw\n-----END PRIVATE KEY-----\n", "it is not a private key of ECDSA")]
    [InlineData("-----BEGIN EC PRIVATE KEY-----\nMFkw\n-----END EC PRIVATE KEY-----\n", "it is not a private key of ECDSA")]
    [InlineData("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMFkw\n-----END ENCRYPTED PRIVATE KEY-----\n", "it is not encrypted PKCS #8")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\nMFkw\n-----END OPENSSH PRIVATE KEY-----\n", "it is 'OPENSSH PRIVATE KEY', not a private key of ECDSA")]
    public void What_is_no_private_key_is_refused(string text, string reason)
    {
        var failure = Assert.Throws<BothyException>(() => SigningKey.Read("a.key", text, Password).Dispose());

        Assert.Equal($"cannot use the key a.key: {reason}", failure.Message);
    }

    [Theory]
    [InlineData("""{"kdf":{"name":"scrypt","params":{"N":1048576,"r":8,"p":1},"salt":"AA=="},"cipher":{"name":"nacl/secretbox","nonce":"AA=="},"ciphertext":""}""", "scrypt with N=1048576, r=8, p=1, which is not allowed or costs too much")]
    [InlineData("""{"kdf":{"name":"bcrypt","params":{},"salt":"AA=="},"cipher":{"name":"nacl/secretbox","nonce":"AA=="},"ciphertext":""}""", "'kdf.name' is 'bcrypt', want 'scrypt'")]
    [InlineData("""{"kdf":{"name":"scrypt","params":{"N":65536,"r":8,"p":1},"salt":"AA=="},"cipher":{"name":"nacl/secretbox","nonce":"AA=="},"ciphertext":""}""", "'cipher.nonce' has not 24 bytes")]
    [InlineData("""{"kdf":{"name":"scrypt"}}""", "'cipher' is missing")]
    [InlineData("[]", "not a JSON object")]
    public void What_asks_for_too_much_or_is_no_key_of_cosign_is_refused(string json, string reason)
    {
        string text = PemEncoding.WriteString("ENCRYPTED COSIGN PRIVATE KEY", Encoding.UTF8.GetBytes(json));

        var failure = Assert.Throws<MalformedDataException>(() => SigningKey.Read("a.key", text, Password).Dispose());

        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cannot_ask_for_more_rounds_than_the_limit()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] der = key.ExportEncryptedPkcs8PrivateKey(Password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));
        byte[] rounds = [0x02, 0x02, 0x03, 0xe8];
        int at = der.AsSpan().IndexOf(rounds);
        byte[] more = [.. der[..at], 0x02, 0x02, 0x7f, 0xff, .. der[(at + 4)..]];

        // 32,767 rounds are within the limit, and give another key; as many bytes say a number that is not positive.
        Assert.Contains("the password is not", Refusal(more), StringComparison.Ordinal);
        more[at + 2] = 0x80;
        Assert.Contains("more than 10000000", Refusal(more), StringComparison.Ordinal);

        string Refusal(byte[] bytes) =>
            Assert.Throws<BothyException>(() => SigningKey.Read("a.key", PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", bytes), Password).Dispose()).Message;
    }

    public void Dispose() => _directory.Dispose();
}
