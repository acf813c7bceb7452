namespace Bothy.Oci;

/// <summary>What the file system's failures are called in messages.</summary>
internal static class OutputFailure
{
    private const int NoSpace = 28; // ENOSPC
    private const int QuotaExceeded = 122; // EDQUOT
    private const int ReadOnly = 30; // EROFS

    public static string Reason(Exception failure) => failure switch
    {
        // .NET carries the errno of the platform in HResult for failures that it has no type for.
        IOException { HResult: NoSpace } => "no space left on the disk",
        IOException { HResult: QuotaExceeded } => "the disk quota is used up",
        IOException { HResult: ReadOnly } => "the file system is read-only",
        UnauthorizedAccessException => "permission denied",
        FileNotFoundException or DirectoryNotFoundException => "there is no such file or directory",
        _ => failure.Message,
    };

    /// <summary>Runs <paramref name="write"/>, and turns what the file system throws into "cannot write …".</summary>
    public static void Explain(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BothyException($"cannot write {path}: {Reason(failure)}", failure);
        }
    }
}
