namespace Bothy.Engine.ImageFiles;

/// <summary>A file or directory that was looked at to tell what is to be built.</summary>
/// <param name="Path">Its full path; that of a directory whose names were looked at ends with a slash.</param>
/// <param name="Digest">The digest of its bytes, or of the names in it; null where there was none.</param>
public sealed record FileRead(string Path, Digest? Digest)
{
    private static readonly Digest OfDirectory = Bothy.Digest.Of("directory"u8);

    /// <summary>What is at <paramref name="path"/> as it is now; what cannot be read counts as none.</summary>
    public static FileRead Of(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            if (path.EndsWith('/'))
            {
                var names = Directory.EnumerateFileSystemEntries(path).Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal);
                return new FileRead(path, Bothy.Digest.Of(System.Text.Encoding.UTF8.GetBytes(string.Join('\0', names))));
            }

            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return new FileRead(path, Bothy.Digest.FromHash(System.Security.Cryptography.SHA256.HashData(file)));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new FileRead(path, Directory.Exists(path) ? OfDirectory : null);
        }
    }
}
