namespace Bothy;

/// <summary>
/// A failure with a cause outside this program: a bad image file, a damaged package, a mirror that says no.
/// The command line prints <see cref="Exception.Message"/> and <see cref="Hint"/>, and no stack trace.
/// Anything else that escapes is a bug, and is reported as one.
/// </summary>
public class BothyException : Exception
{
    /// <summary>Creates the failure. <paramref name="message"/> starts with "cannot …" and names the thing it is about.</summary>
    public BothyException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>What the user can do about it, as a full sentence; null where there is nothing useful to say.</summary>
    public string? Hint { get; init; }
}
