using System.Collections.Immutable;
using System.Security.Cryptography;
using Bothy.Formats.Compression;
using Bothy.Store;

namespace Bothy.Packages.Alpine.Adb;

/// <summary>An <c>.apk</c> of format 3: identity and signatures are of its metadata, which has the hash of each file.</summary>
/// <param name="apk">The bytes.</param>
/// <param name="size">How many there are.</param>
/// <param name="source">What they are, for messages.</param>
/// <param name="freeSize">The size in bytes that every package may unpack to, however small it is.</param>
internal sealed class AdbApk(Stream apk, long size, string source, long freeSize) : IApkFile
{
    /// <inheritdoc />
    public ImmutableArray<ApkChecksum> Read(CatalogueWriter catalogue)
    {
        using var reader = Open();
        var package = AdbPackage.Read(reader, source);
        new AdbPackageReader(reader, package, source, catalogue).Read();
        return Identities(reader.Metadata, package.Info.Hash);
    }

    /// <inheritdoc />
    public string? Problem(ApkChecksum expected)
    {
        try
        {
            using var reader = Open();
            var package = AdbPackage.Read(reader, source);
            if (!AdbIdentity.Matches(reader.Metadata, package.Info.Hash, expected.ToHash()))
            {
                return $"its metadata has the SHA-256 {Convert.ToHexStringLower(SHA256.HashData(reader.Metadata))}, and not the identity {expected}";
            }

            new AdbPackageReader(reader, package, source, catalogue: null).Read();
            return null;
        }
        catch (BothyException failure)
        {
            return failure.Message;
        }
    }

    /// <inheritdoc />
    public ApkVerdict FindSigner(ApkKeyring keys)
    {
        using var reader = Open();
        return keys.FindSigner(reader);
    }

    private AdbReader Open() => AdbPackage.Open(apk, source, UnpackedLimit.Of(size, freeSize));

    private static ImmutableArray<ApkChecksum> Identities(byte[] metadata, ReadOnlyMemory<byte> own)
    {
        byte[] hash = SHA256.HashData(metadata);
        var identities = ImmutableArray.Create(ApkChecksum.FromHash(hash.AsSpan(0, SHA1.HashSizeInBytes)), ApkChecksum.FromHash(hash));
        return !own.IsEmpty && AdbIdentity.Matches(metadata, own, own.Span) ? identities.Add(ApkChecksum.FromHash(own.Span)) : identities;
    }
}
