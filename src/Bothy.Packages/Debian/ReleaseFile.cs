using System.Security.Cryptography;

namespace Bothy.Packages.Debian;

/// <summary>A file that a Release file lists, with the strongest hash it gives.</summary>
/// <param name="Path">The path below the directory of the Release file.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="Algorithm">The name of the hash as in the Release file: <c>SHA256</c> or <c>SHA512</c>.</param>
/// <param name="Hash">The hash in lower-case hex digits.</param>
public sealed record ReleaseFile(string Path, long Size, string Algorithm, string Hash)
{
    /// <summary>Where the file is kept by its hash, below the directory of the Release file.</summary>
    public string ByHashPath => $"{Path[..(Path.LastIndexOf('/') + 1)]}by-hash/{Algorithm}/{Hash}";

    /// <summary>The hash as the store knows it; null where only another algorithm is given.</summary>
    internal Digest? Digest => Algorithm == "SHA256" && Bothy.Digest.TryParseHex(Hash, out var digest) ? digest : null;

    internal HashAlgorithmName AlgorithmName => Algorithm == "SHA512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;
}
