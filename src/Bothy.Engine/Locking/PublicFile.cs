namespace Bothy.Engine.Locking;

/// <summary>A file written under another name and given its own when it is complete, readable by everybody whatever the umask.</summary>
internal static class PublicFile
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Writes <paramref name="target"/> with <paramref name="write"/>; where that fails, nothing of it is left.</summary>
    public static async Task WriteAsync(string target, Func<Stream, Task> write)
    {
        string temporary = $"{target}.{Path.GetRandomFileName()}.tmp";
        try
        {
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0))
            {
                await write(file);
                file.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(temporary, Mode);
            }

            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }
        }
    }
}
