using System.Security.Cryptography;

namespace Bothy.Packages.Alpine.Adb;

/// <summary>
/// The identity of a package of format 3: the SHA-256 of its metadata, whole or its first 20 bytes (<c>mkndx --hash</c>). Early releases
/// wrote it into the package as well, made while zeros stood in its place; both bind every byte of the metadata.
/// </summary>
internal static class AdbIdentity
{
    /// <summary>Whether <paramref name="metadata"/> has the identity <paramref name="expected"/>.</summary>
    /// <param name="metadata">The block of metadata.</param>
    /// <param name="own">What the metadata itself has for its identity: a slice of it, or nothing.</param>
    /// <param name="expected">20 or 32 bytes.</param>
    public static bool Matches(ReadOnlyMemory<byte> metadata, ReadOnlyMemory<byte> own, ReadOnlySpan<byte> expected)
    {
        if (expected.Length is not (SHA1.HashSizeInBytes or SHA256.HashSizeInBytes))
        {
            return false;
        }

        if (SHA256.HashData(metadata.Span).AsSpan(0, expected.Length).SequenceEqual(expected))
        {
            return true;
        }

        return own.Length == expected.Length
            && own.Span.SequenceEqual(expected)
            && WithoutOwn(metadata.Span, own.Span).AsSpan(0, expected.Length).SequenceEqual(expected);
    }

    private static byte[] WithoutOwn(ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> own)
    {
        metadata.Overlaps(own, out int at);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(metadata[..at]);
        hash.AppendData(new byte[own.Length]);
        hash.AppendData(metadata[(at + own.Length)..]);
        return hash.GetHashAndReset();
    }
}
