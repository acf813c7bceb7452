using System.Security.Cryptography;
using System.Text;

namespace Bothy.Inspection.Sbom;

/// <summary>Identifiers of documents that are the same for the same document: name-based UUIDs (RFC 9562, version 5).</summary>
internal static class NameUuid
{
    // A name space of our own (RFC 9562, 5.5); any constant would do, another one would change every document.
    private static readonly Guid NameSpace = new("6f1f8a52-7c0e-5d1b-9a43-2b6e8c1d0f57");

    /// <summary>The identifier of what is called <paramref name="name"/>.</summary>
    public static Guid Of(string name)
    {
        byte[] hash = SHA1.HashData([.. NameSpace.ToByteArray(bigEndian: true), .. Encoding.UTF8.GetBytes(name)]);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash.AsSpan(0, 16), bigEndian: true);
    }
}
