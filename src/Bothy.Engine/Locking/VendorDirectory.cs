using System.Security.Cryptography;

namespace Bothy.Engine.Locking;

/// <summary>
/// A directory that keeps the exact package files of a lock under their own names, so that a build lives on when the archive
/// drops a version. Two files of one name and different content are told apart by the beginning of their digest.
/// </summary>
public sealed class VendorDirectory(string path)
{
    private const int ShownDigits = 12;
    private const int CopyBuffer = 1 << 17;

    /// <summary>The directory.</summary>
    public string Path => path;

    /// <summary>The file with the bytes of <paramref name="package"/>, checked against its digest; null where there is none.</summary>
    public async Task<string?> FindAsync(LockedPackage package, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(package);
        foreach (string name in (string[])[SafeName(package), DistinctName(package), package.KnownDigest.Hex])
        {
            string candidate = System.IO.Path.Combine(path, name);
            if (await HoldsAsync(candidate, package, cancellationToken))
            {
                return candidate;
            }
        }

        return null;
    }

    /// <summary>
    /// Puts the bytes of <paramref name="package"/> into the directory, unless they are there. Nothing keeps its name before its
    /// digest is right.
    /// </summary>
    /// <returns>The file.</returns>
    /// <exception cref="BothyException">The bytes of <paramref name="content"/> are not the package's, or the file cannot be written.</exception>
    public async Task<string> AddAsync(LockedPackage package, Stream content, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (await FindAsync(package, cancellationToken) is { } present)
        {
            return present;
        }

        string target = System.IO.Path.Combine(path, SafeName(package));
        target = File.Exists(target) ? System.IO.Path.Combine(path, DistinctName(package)) : target;
        try
        {
            Directory.CreateDirectory(path);
            await PublicFile.WriteAsync(target, file => CopyVerifiedAsync(package, content, file, cancellationToken));
            return target;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot keep {package.Id} in {path}: {FileFailure.Reason(failure)}", failure);
        }
    }

    private static async Task CopyVerifiedAsync(LockedPackage package, Stream content, Stream file, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[CopyBuffer];
        long seen = 0;
        for (int read; (read = await content.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            seen += read;
            if (seen > package.Size)
            {
                throw new BothyException(FormattableString.Invariant($"cannot keep {package.Id}: it is longer than the {package.Size} bytes of the lock"));
            }

            hash.AppendData(buffer.AsSpan(0, read));
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        var actual = Digest.FromHash(hash.GetCurrentHash());
        if (actual != package.KnownDigest)
        {
            throw new BothyException($"cannot keep {package.Id}: its content is {actual}, and the lock says {package.KnownDigest}");
        }
    }

    private static async Task<bool> HoldsAsync(string candidate, LockedPackage package, CancellationToken cancellationToken)
    {
        if (new FileInfo(candidate) is not { Exists: true } file || file.Length != package.Size)
        {
            return false;
        }

        await using var content = file.OpenRead();
        return Digest.FromHash(await SHA256.HashDataAsync(content, cancellationToken)) == package.KnownDigest;
    }

    // A name from an address: it must not lead out of the directory, nor be hidden or empty.
    private static string SafeName(LockedPackage package)
    {
        string name = package.FileName;
        bool isName = name.Length is > 0 and <= 200 && name[0] != '.' && name.AsSpan().IndexOfAny('/', '\\', '\0') < 0;
        return isName ? name : package.KnownDigest.Hex;
    }

    private static string DistinctName(LockedPackage package) => $"{package.KnownDigest.Hex[..ShownDigits]}_{SafeName(package)}";
}
