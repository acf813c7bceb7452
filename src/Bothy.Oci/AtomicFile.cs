namespace Bothy.Oci;

/// <summary>Files that appear whole or not at all, with a mode that no umask changes.</summary>
internal static class AtomicFile
{
    public const UnixFileMode FileMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public const UnixFileMode DirectoryMode =
        FileMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Writes beside <paramref name="path"/>, then renames over it. Whatever fails, nothing is left behind.</summary>
    public static void Write(string path, Action<FileStream> write) => Write(path, FileMode, write);

    /// <summary>The same with another mode, which it has from its first byte on.</summary>
    public static void Write(string path, UnixFileMode mode, Action<FileStream> write)
    {
        string temporary = TemporaryNameFor(path);
        try
        {
            using (var stream = Create(temporary, mode))
            {
                write(stream);
            }

            Publish(temporary, mode, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>The same for what takes its time to come.</summary>
    public static async Task WriteAsync(string path, Func<Stream, Task> write)
    {
        string temporary = TemporaryNameFor(path);
        try
        {
            await using (var stream = Create(temporary, FileMode))
            {
                await write(stream);
            }

            Publish(temporary, FileMode, path);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    public static void CreateDirectory(string path)
    {
        Directory.CreateDirectory(path);
        SetMode(path, DirectoryMode);
    }

    /// <summary>A name beside <paramref name="path"/> that nothing has yet.</summary>
    public static string TemporaryNameFor(string path) =>
        Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid().ToString("N")[..12]}.part");

    private static FileStream Create(string path, UnixFileMode mode)
    {
        var options = new FileStreamOptions { Mode = System.IO.FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        return new FileStream(path, options);
    }

    private static void Publish(string temporary, UnixFileMode mode, string path)
    {
        SetMode(temporary, mode);
        File.Move(temporary, path, overwrite: true);
    }

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }
}
