namespace Bothy.Store;

/// <summary>Received bytes are not those that were promised; they were thrown away.</summary>
public sealed class RefusedContentException : BothyException
{
    internal RefusedContentException(Digest expected, string reason)
        : base($"cannot accept {expected}: {reason}")
    {
        Reason = reason;
        Hint = "The server or something on the way changed the file, or its index is older than the file; try again or use another mirror.";
    }

    /// <summary>What is wrong with them.</summary>
    public string Reason { get; }
}
