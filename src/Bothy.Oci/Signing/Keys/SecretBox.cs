using System.Numerics;
using System.Security.Cryptography;

namespace Bothy.Oci.Signing.Keys;

/// <summary>
/// Opens NaCl's secretbox (XSalsa20 and Poly1305; Bernstein, "Cryptography in NaCl"), in which cosign keeps private keys. The platform has none.
/// </summary>
/// <remarks>Only one's own key file is opened by it, so the time that the arithmetic takes tells nobody anything.</remarks>
internal static class SecretBox
{
    /// <summary>The bytes of a key.</summary>
    public const int KeySize = 32;

    /// <summary>The bytes of a nonce.</summary>
    public const int NonceSize = 24;

    /// <summary>The bytes of the tag that a box begins with.</summary>
    public const int TagSize = 16;

    private static readonly BigInteger Prime = (BigInteger.One << 130) - 5;

    /// <summary>What is in <paramref name="box"/>; null where the key is not its key, or the box was changed.</summary>
    public static byte[]? TryOpen(ReadOnlySpan<byte> box, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> key)
    {
        if (box.Length < TagSize)
        {
            return null;
        }

        byte[] inner = Salsa20.DeriveKey(key, nonce[..16]);
        byte[] stream = Salsa20.Stream(inner, nonce[16..], KeySize + box.Length - TagSize);
        var encrypted = box[TagSize..];
        if (!CryptographicOperations.FixedTimeEquals(Authenticate(encrypted, stream.AsSpan(0, KeySize)), box[..TagSize]))
        {
            return null;
        }

        byte[] opened = new byte[encrypted.Length];
        for (int i = 0; i < opened.Length; i++)
        {
            opened[i] = (byte)(encrypted[i] ^ stream[KeySize + i]);
        }

        return opened;
    }

    /// <summary>Poly1305 (RFC 8439, section 2.5) of a message under a key that is used once.</summary>
    internal static byte[] Authenticate(ReadOnlySpan<byte> message, ReadOnlySpan<byte> key)
    {
        byte[] clamped = key[..TagSize].ToArray();
        foreach (int i in (int[])[3, 7, 11, 15])
        {
            clamped[i] &= 15;
        }

        foreach (int i in (int[])[4, 8, 12])
        {
            clamped[i] &= 252;
        }

        var r = new BigInteger(clamped, isUnsigned: true);
        var sum = BigInteger.Zero;
        while (!message.IsEmpty)
        {
            var block = message[..Math.Min(TagSize, message.Length)];
            sum = (sum + new BigInteger([.. block, 1], isUnsigned: true)) * r % Prime;
            message = message[block.Length..];
        }

        sum += new BigInteger(key[TagSize..], isUnsigned: true);
        byte[] bytes = sum.ToByteArray(isUnsigned: true);
        byte[] tag = new byte[TagSize];
        bytes.AsSpan(0, Math.Min(bytes.Length, TagSize)).CopyTo(tag);
        return tag;
    }
}
