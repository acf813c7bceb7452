namespace Bothy.Oci;

/// <summary>Files that appear whole or not at all, with a mode that no umask changes.</summary>
internal static class AtomicFile
{
    public const UnixFileMode FileMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public const UnixFileMode DirectoryMode =
        FileMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Writes beside <paramref name="path"/>, then renames over it. Whatever fails, nothing is left behind.</summary>
    public static void Write(string path, Action<Stream> write) => Replace(path, temporary =>
    {
        var options = new FileStreamOptions { Mode = System.IO.FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
        using var stream = new FileStream(temporary, options);
        write(stream);
    });

    public static void CreateDirectory(string path)
    {
        Directory.CreateDirectory(path);
        SetMode(path, DirectoryMode);
    }

    /// <summary>A name beside <paramref name="path"/> that nothing has yet.</summary>
    public static string TemporaryNameFor(string path) =>
        Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid().ToString("N")[..12]}.part");

    private static void Replace(string path, Action<string> make)
    {
        string temporary = TemporaryNameFor(path);
        try
        {
            make(temporary);
            SetMode(temporary, FileMode);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }
}
