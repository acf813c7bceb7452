namespace Bothy.Store;

/// <summary>Received bytes are not those that were promised; they were thrown away.</summary>
public sealed class RefusedContentException : BothyException
{
    internal RefusedContentException(string what, string reason)
        : base($"cannot accept {what}: {reason}")
    {
        Reason = reason;
        Hint = "The server or something on the way changed the file, or its index is older than the file; try again or use another mirror.";
    }

    /// <summary>What is wrong with them.</summary>
    public string Reason { get; }
}
