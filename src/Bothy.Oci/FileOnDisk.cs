using Bothy.Formats.Trees;

namespace Bothy.Oci;

/// <summary>Content that is a whole file of a file system, and that whoever made this object vouches for.</summary>
/// <param name="path">The file.</param>
/// <param name="length">Its size in bytes.</param>
/// <param name="digest">The digest of its bytes.</param>
public sealed class FileOnDisk(string path, long length, Digest digest) : FileContent
{
    /// <summary>The file.</summary>
    public string Path => path;

    /// <inheritdoc />
    public override long Length => length;

    /// <inheritdoc />
    public override Digest Digest => digest;

    /// <inheritdoc />
    public override Stream OpenRead()
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot read {path}: {FileFailure.Reason(failure)}", failure);
        }
    }
}
