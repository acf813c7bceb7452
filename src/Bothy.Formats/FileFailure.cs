namespace Bothy;

/// <summary>What the file system's failures are called in messages. The platform's own sentences name the path a second time, and are keys without text in the shipped program.</summary>
public static class FileFailure
{
    private const int NoSpace = 28; // ENOSPC
    private const int ReadOnly = 30; // EROFS
    private const int QuotaExceeded = 122; // EDQUOT

    /// <summary>Whether <paramref name="failure"/> says that there is no room, so that freeing some would help.</summary>
    public static bool IsNoRoom(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure is IOException { HResult: NoSpace or QuotaExceeded };
    }

    /// <summary>Why <paramref name="failure"/> happened, as the end of a message.</summary>
    public static string Reason(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure switch
        {
            // .NET carries the errno of the platform in HResult for failures that it has no type for.
            IOException { HResult: NoSpace } => "no space left on the device",
            IOException { HResult: QuotaExceeded } => "the disk quota is used up",
            IOException { HResult: ReadOnly } => "the file system is read-only",
            UnauthorizedAccessException => "permission denied",
            FileNotFoundException or DirectoryNotFoundException => "there is no such file or directory",
            PathTooLongException => "the path is too long",
            _ => WithoutPath(failure.Message),
        };
    }

    // "No such device or address : '/dev/x'"
    private static string WithoutPath(string message)
    {
        int path = message.IndexOf(" : '", StringComparison.Ordinal);
        return path > 0 ? message[..path] : message;
    }
}
