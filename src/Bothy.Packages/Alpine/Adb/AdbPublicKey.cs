using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Bothy.Packages.Alpine.Adb;

/// <summary>How signatures of format 3 are verified: RSA (PKCS #1 v1.5) or ECDSA, over the schema, the signature's header and the SHA-512 of the metadata.</summary>
internal static class AdbPublicKey
{
    private const int KeyIdLength = 16;

    /// <summary>The identifier of a key: the first 16 bytes of the SHA-512 of its bare form (PKCS #1 for RSA, the uncompressed point for ECDSA).</summary>
    /// <param name="subjectPublicKeyInfo">The key, DER.</param>
    /// <exception cref="CryptographicException">It is neither RSA nor ECDSA over a named curve.</exception>
    public static byte[] KeyId(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        byte[] bare;
        if (TryReadRsa(subjectPublicKeyInfo) is { } rsa)
        {
            using (rsa)
            {
                bare = rsa.ExportRSAPublicKey();
            }
        }
        else
        {
            using var ecdsa = ReadEcdsa(subjectPublicKeyInfo);
            var point = ecdsa.ExportParameters(includePrivateParameters: false).Q;
            bare = [4, .. point.X!, .. point.Y!];
        }

        return SHA512.HashData(bare)[..KeyIdLength];
    }

    /// <summary>What is signed.</summary>
    public static byte[] SignedBytes(AdbSchema schema, ReadOnlySpan<byte> keyId, ReadOnlySpan<byte> metadata)
    {
        byte[] bytes = new byte[4 + 2 + KeyIdLength + SHA512.HashSizeInBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)schema);
        bytes[5] = 4; // SHA-512, behind version 0
        keyId.CopyTo(bytes.AsSpan(6));
        SHA512.HashData(metadata, bytes.AsSpan(6 + KeyIdLength));
        return bytes;
    }

    /// <summary>Whether one of the signatures of what <paramref name="reader"/> read is by this key.</summary>
    /// <param name="subjectPublicKeyInfo">The key, DER.</param>
    /// <param name="reader">The file.</param>
    public static bool HasSigned(ReadOnlySpan<byte> subjectPublicKeyInfo, AdbReader reader)
    {
        byte[] id = KeyId(subjectPublicKeyInfo);
        foreach (var signature in reader.Signatures)
        {
            if (signature.KeyId.Span.SequenceEqual(id) && Verify(subjectPublicKeyInfo, SignedBytes(reader.Schema, id, reader.Metadata), signature.Value.Span))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether one of the signatures of what <paramref name="reader"/> read says that it is this key's.</summary>
    /// <param name="subjectPublicKeyInfo">The key, DER.</param>
    /// <param name="reader">The file.</param>
    public static bool IsNamed(ReadOnlySpan<byte> subjectPublicKeyInfo, AdbReader reader)
    {
        byte[] id = KeyId(subjectPublicKeyInfo);
        return reader.Signatures.Any(signature => signature.KeyId.Span.SequenceEqual(id));
    }

    private static bool Verify(ReadOnlySpan<byte> subjectPublicKeyInfo, byte[] signed, ReadOnlySpan<byte> signature)
    {
        try
        {
            if (TryReadRsa(subjectPublicKeyInfo) is { } rsa)
            {
                using (rsa)
                {
                    return rsa.VerifyData(signed, signature, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1);
                }
            }

            using var ecdsa = ReadEcdsa(subjectPublicKeyInfo);
            return ecdsa.VerifyData(signed, signature, HashAlgorithmName.SHA512, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            // A signature that does not have the form of one.
            return false;
        }
    }

    private static RSA? TryReadRsa(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
            return rsa;
        }
        catch (CryptographicException)
        {
            rsa.Dispose();
            return null;
        }
    }

    private static ECDsa ReadEcdsa(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        var ecdsa = ECDsa.Create();
        try
        {
            ecdsa.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
            return ecdsa;
        }
        catch
        {
            ecdsa.Dispose();
            throw;
        }
    }
}
