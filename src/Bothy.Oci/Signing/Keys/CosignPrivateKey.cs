using Bothy.Oci.Json;

namespace Bothy.Oci.Signing.Keys;

/// <summary>
/// The form in which cosign keeps a private key: JSON that says how the key of a secretbox is made of a password, and the box,
/// which holds PKCS #8 (go-securesystemslib, package encrypted).
/// </summary>
/// <param name="Salt">The salt of scrypt.</param>
/// <param name="Cost">scrypt's N.</param>
/// <param name="BlockSize">scrypt's r.</param>
/// <param name="Parallelization">scrypt's p.</param>
/// <param name="Nonce">The nonce of the box.</param>
/// <param name="Box">The box.</param>
internal sealed record CosignPrivateKey(byte[] Salt, int Cost, int BlockSize, int Parallelization, byte[] Nonce, byte[] Box)
{
    /// <summary>The label of the PEM block.</summary>
    public const string Label = "ENCRYPTED SIGSTORE PRIVATE KEY";

    /// <summary>The label until cosign 2.</summary>
    public const string FormerLabel = "ENCRYPTED COSIGN PRIVATE KEY";

    /// <summary>Reads the content of the PEM block.</summary>
    /// <exception cref="MalformedDataException">It is no such JSON, or asks for more work or memory than the limits allow.</exception>
    public static CosignPrivateKey Parse(ReadOnlyMemory<byte> json, string source) => OciJson.Read(json, source, fields =>
    {
        var kdf = Section(fields, "kdf", "scrypt");
        var cipher = Section(fields, "cipher", "nacl/secretbox");
        var parameters = kdf.Object("params") ?? throw fields.Malformed("'kdf.params' is missing");
        long cost = parameters.Size("N");
        long blockSize = parameters.Size("r");
        long parallelization = parameters.Size("p");
        if (!Scrypt.IsAffordable(cost, blockSize, parallelization))
        {
            throw fields.Malformed(FormattableString.Invariant($"scrypt with N={cost}, r={blockSize}, p={parallelization}, which is not allowed or costs too much"));
        }

        byte[] nonce = cipher.Base64("nonce");
        return nonce.Length == SecretBox.NonceSize
            ? new CosignPrivateKey(kdf.Base64("salt"), (int)cost, (int)blockSize, (int)parallelization, nonce, fields.Base64("ciphertext"))
            : throw fields.Malformed("'cipher.nonce' has not 24 bytes");
    });

    /// <summary>The private key as PKCS #8; null where the password is not the key's.</summary>
    public byte[]? TryDecrypt(ReadOnlySpan<byte> password) =>
        SecretBox.TryOpen(Box, Nonce, Scrypt.DeriveKey(password, Salt, Cost, BlockSize, Parallelization, SecretBox.KeySize));

    private static JsonFields Section(JsonFields fields, string name, string known)
    {
        var section = fields.Object(name) ?? throw fields.Malformed($"'{name}' is missing");
        string given = section.String("name");
        return given == known ? section : throw fields.Malformed($"'{name}.name' is '{given}', want '{known}'");
    }
}
