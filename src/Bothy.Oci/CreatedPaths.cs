namespace Bothy.Oci;

/// <summary>Remembers what a write made, and takes it away again unless the write is kept.</summary>
internal sealed class CreatedPaths : IDisposable
{
    private readonly Stack<string> _paths = new();

    /// <summary>Makes <paramref name="directory"/> and what is missing above it.</summary>
    public void MakeDirectory(string directory)
    {
        if (Directory.Exists(directory))
        {
            return;
        }

        if (Path.GetDirectoryName(directory) is { Length: > 0 } parent)
        {
            MakeDirectory(parent);
        }

        AtomicFile.CreateDirectory(directory);
        _paths.Push(directory);
    }

    /// <summary>Notes that <paramref name="path"/> is about to appear; call it only where there is nothing yet.</summary>
    public void Add(string path) => _paths.Push(path);

    /// <summary>Everything made so far stays.</summary>
    public void Keep() => _paths.Clear();

    /// <inheritdoc />
    public void Dispose()
    {
        while (_paths.TryPop(out string? path))
        {
            try
            {
                // A directory that others have put something into by now stays: hence not recursive.
                if (Directory.Exists(path))
                {
                    Directory.Delete(path);
                }
                else
                {
                    File.Delete(path);
                }
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // The failure that brought us here is the one to tell; this one would hide it.
            }
        }
    }
}
