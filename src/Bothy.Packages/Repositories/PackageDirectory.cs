using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Bothy.Packages.Repositories;

/// <summary>A local directory with package files, under whatever names. It is looked through once: with hundreds of packages each look costs as much as hashing some of them.</summary>
internal sealed class PackageDirectory
{
    private readonly string _path;
    private readonly Lazy<ILookup<long, FileInfo>> _bySize;
    private readonly ConcurrentDictionary<string, Digest> _hashed = new(StringComparer.Ordinal);

    public PackageDirectory(string path)
    {
        _path = path;
        _bySize = new(List);
    }

    /// <summary>The files that may be <paramref name="package"/>, those with its usual name first; a directory of thousands of packages is not hashed for the sake of one.</summary>
    /// <exception cref="BothyException">There is no such directory.</exception>
    public IEnumerable<(string Path, bool IsNamed)> Candidates(PackageToFetch package)
    {
        var names = NamesOf(package);
        return _bySize.Value[package.Size]
            .Select(file => (file.FullName, IsNamed: names.Contains(file.Name, StringComparer.Ordinal)))
            .OrderByDescending(static file => file.IsNamed)
            .ThenBy(static file => file.FullName, StringComparer.Ordinal);
    }

    /// <summary>The digest of one of its files, null where it is gone; no file is hashed twice.</summary>
    /// <exception cref="BothyException">It cannot be read.</exception>
    public async Task<Digest?> DigestOfAsync(string file, CancellationToken cancellationToken)
    {
        if (!_hashed.TryGetValue(file, out var digest))
        {
            if (await TryReadAsync(file, async bytes => (Digest?)Digest.FromHash(await SHA256.HashDataAsync(bytes, cancellationToken))) is not { } hashed)
            {
                return null;
            }

            _hashed[file] = digest = hashed;
        }

        return digest;
    }

    /// <summary>What <paramref name="read"/> makes of one of its files; nothing where it has gone since it was seen.</summary>
    /// <exception cref="BothyException">It cannot be read.</exception>
    public static async Task<T?> TryReadAsync<T>(string file, Func<FileStream, Task<T?>> read)
    {
        try
        {
            await using var bytes = File.OpenRead(file);
            return await read(bytes);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return default;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot take packages from {file}: {FileFailure.Reason(failure)}", failure);
        }
    }

    private ILookup<long, FileInfo> List() => new DirectoryInfo(_path).Exists
        ? new DirectoryInfo(_path).EnumerateFiles("*", SearchOption.AllDirectories).ToLookup(static file => file.Length)
        : throw new BothyException($"cannot take packages from {_path}: there is no such directory");

    private static string[] NamesOf(PackageToFetch package) =>
        [.. package.Uris.Select(uri => Uri.UnescapeDataString(uri.Segments[^1])), .. package.Identity is PackageIdentity.OfFile known ? [known.Digest.Hex] : Array.Empty<string>()];
}
