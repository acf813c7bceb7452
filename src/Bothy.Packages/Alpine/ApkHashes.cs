using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Bothy.Packages.Alpine;

/// <summary>The hashes of a compressed segment, made as its bytes pass.</summary>
internal sealed class ApkHashes : IDisposable
{
#pragma warning disable CA5350 // the format's own identity of a package
    private readonly IncrementalHash _sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash? _sha512;

    /// <summary>Prepares the hashes that identities and <paramref name="signatures"/> ask for.</summary>
    public ApkHashes(IEnumerable<ApkSignature> signatures)
    {
        _sha512 = signatures.Any(signature => signature.Algorithm == HashAlgorithmName.SHA512)
            ? IncrementalHash.CreateHash(HashAlgorithmName.SHA512)
            : null;
    }

    /// <summary>The next bytes.</summary>
    public void Append(ReadOnlyMemory<byte> bytes)
    {
        _sha1.AppendData(bytes.Span);
        _sha256.AppendData(bytes.Span);
        _sha512?.AppendData(bytes.Span);
    }

    /// <summary>The identity of a package with these bytes as its control segment: by SHA-1, then by SHA-256.</summary>
    public ImmutableArray<ApkChecksum> Checksums() => [ApkChecksum.FromHash(_sha1.GetCurrentHash()), ApkChecksum.FromHash(_sha256.GetCurrentHash())];

    /// <summary>The hash of the bytes so far.</summary>
    public byte[] Current(HashAlgorithmName algorithm) =>
        (algorithm == HashAlgorithmName.SHA1 ? _sha1 : algorithm == HashAlgorithmName.SHA256 ? _sha256 : _sha512!).GetCurrentHash();

    /// <inheritdoc />
    public void Dispose()
    {
        _sha1.Dispose();
        _sha256.Dispose();
        _sha512?.Dispose();
    }
}
