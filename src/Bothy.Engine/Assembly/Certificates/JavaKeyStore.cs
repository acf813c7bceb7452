using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Bothy.Engine.Assembly.Certificates;

/// <summary>
/// Writes Java's own key store format, JKS: trusted certificates by alias, closed by a digest that is keyed with a password. The
/// dates of the entries are 1970, so that the bytes do not depend on when they were made.
/// </summary>
internal static class JavaKeyStore
{
    private const uint Magic = 0xFEEDFEED;
    private const uint Version = 2;
    private const uint TrustedCertificate = 2;

    // Part of the format: the digest is over the password, these words and the store.
    private const string Whitener = "Mighty Aphrodite";

    /// <summary>The store with <paramref name="certificates"/> (alias and DER), protected by <paramref name="password"/>.</summary>
    public static byte[] Write(IReadOnlyCollection<(string Alias, byte[] Certificate)> certificates, string password)
    {
        using var store = new MemoryStream();
        WriteNumber(store, Magic);
        WriteNumber(store, Version);
        WriteNumber(store, (uint)certificates.Count);
        foreach (var (alias, certificate) in certificates)
        {
            WriteNumber(store, TrustedCertificate);
            WriteText(store, alias);
            store.Write(new byte[sizeof(long)]);
            WriteText(store, "X.509");
            WriteNumber(store, (uint)certificate.Length);
            store.Write(certificate);
        }

        byte[] body = store.ToArray();
        byte[] digest = SHA1.HashData([.. Encoding.BigEndianUnicode.GetBytes(password), .. Encoding.UTF8.GetBytes(Whitener), .. body]);
        return [.. body, .. digest];
    }

    private static void WriteNumber(Stream store, uint number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        store.Write(bytes);
    }

    private static void WriteText(Stream store, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(length, checked((ushort)utf8.Length));
        store.Write(length);
        store.Write(utf8);
    }
}
