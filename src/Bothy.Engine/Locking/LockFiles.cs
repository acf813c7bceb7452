namespace Bothy.Engine.Locking;

/// <summary>Locks as files.</summary>
public static class LockFiles
{
    /// <summary>Where the lock of an image file is unless the user says otherwise: <c>x.lock.json</c> beside <c>x.yaml</c>.</summary>
    public static string DefaultPath(string imageFile)
    {
        ArgumentNullException.ThrowIfNull(imageFile);
        string stem = Path.GetExtension(imageFile) is ".yaml" or ".yml" ? Path.ChangeExtension(imageFile, null) : imageFile;
        return stem + ".lock.json";
    }

    /// <summary>The text of a lock in UTF-8: the same bytes for the same lock.</summary>
    public static byte[] Format(LockFile lockFile)
    {
        ArgumentNullException.ThrowIfNull(lockFile);
        return LockWriter.Write(lockFile);
    }

    /// <summary>Reads the text of a lock; <paramref name="name"/> stands in messages.</summary>
    /// <exception cref="BothyException">It is not a lock that can be used.</exception>
    public static LockFile Parse(string name, ReadOnlyMemory<byte> content) => LockReader.Read(name, content);

    /// <summary>Reads the lock at <paramref name="path"/>.</summary>
    /// <exception cref="BothyException">There is none, or it is not a lock that can be used.</exception>
    public static Task<LockFile> LoadAsync(string path, CancellationToken cancellationToken) => LoadAsync(path, path, cancellationToken);

    /// <summary>Reads the lock at <paramref name="path"/>; <paramref name="shown"/> stands in messages.</summary>
    /// <exception cref="BothyException">There is none, or it is not a lock that can be used.</exception>
    public static async Task<LockFile> LoadAsync(string path, string shown, CancellationToken cancellationToken)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > LockReader.MaxBytes })
            {
                throw new IOException($"it is larger than {LockReader.MaxBytes >> 20} MiB");
            }

            return Parse(shown, await File.ReadAllBytesAsync(path, cancellationToken));
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BothyException($"cannot read {shown}: there is no such file", failure) { Hint = "Write it with 'bothy lock'." };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot read {shown}: {FileFailure.Reason(failure)}", failure);
        }
    }

    /// <summary>
    /// Writes the lock to <paramref name="path"/>, readable by everybody, whole or not at all: what was there before stays until
    /// the new one is complete.
    /// </summary>
    /// <exception cref="BothyException">It cannot be written.</exception>
    public static async Task SaveAsync(LockFile lockFile, string path, CancellationToken cancellationToken)
    {
        byte[] content = Format(lockFile);
        try
        {
            await PublicFile.WriteAsync(path, file => file.WriteAsync(content, cancellationToken).AsTask());
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot write {path}: {FileFailure.Reason(failure)}", failure);
        }
    }
}
