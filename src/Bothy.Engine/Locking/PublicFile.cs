namespace Bothy.Engine.Locking;

/// <summary>Files written under another name and given their own when they are complete, with a mode that no umask changes.</summary>
public static class PublicFile
{
    /// <summary>The mode of a file that its owner alone may read and write.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The mode of a file that everybody may read.</summary>
    public const UnixFileMode Public = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Writes <paramref name="target"/> with <paramref name="write"/>, readable by everybody unless said otherwise; where that fails, nothing of it is left.</summary>
    /// <exception cref="IOException">It cannot be written, or stands there already and <paramref name="overwrite"/> is not set.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written.</exception>
    public static async Task WriteAsync(string target, Func<Stream, Task> write, UnixFileMode mode = Public, bool overwrite = true)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(write);
        string temporary = $"{target}.{Path.GetRandomFileName()}.tmp";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 0 };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = Private;
            }

            await using (var file = new FileStream(temporary, options))
            {
                await write(file);
                file.Flush(flushToDisk: true);
            }

            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(temporary, mode);
            }

            File.Move(temporary, target, overwrite);
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
