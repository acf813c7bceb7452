namespace Bothy.Engine.ImageFiles;

/// <summary>A file that was looked at to read an image file or its lock.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Digest">The digest of its bytes; null where there was no such file.</param>
public sealed record FileRead(string Path, Digest? Digest)
{
    /// <summary>The file at <paramref name="path"/> as it is now; one that cannot be read counts as none.</summary>
    public static FileRead Of(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return new FileRead(path, Bothy.Digest.FromHash(System.Security.Cryptography.SHA256.HashData(file)));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new FileRead(path, null);
        }
    }
}
