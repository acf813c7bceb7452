namespace Bothy.Oci;

/// <summary>Turns what the file system throws into messages about outputs.</summary>
internal static class OutputFailure
{
    /// <summary>Runs <paramref name="write"/>, and turns what the file system throws into "cannot write …".</summary>
    public static void Explain(string path, Action write)
    {
        try
        {
            write();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Explained(path, failure);
        }
    }

    /// <summary>The same for what takes its time.</summary>
    public static async Task ExplainAsync(string path, Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw Explained(path, failure);
        }
    }

    private static BothyException Explained(string path, Exception failure) => new($"cannot write {path}: {FileFailure.Reason(failure)}", failure)
    {
        Hint = FileFailure.IsNoRoom(failure) ? "Free some space, or write to another disk." : null,
    };
}
