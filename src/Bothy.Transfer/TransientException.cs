namespace Bothy.Transfer;

/// <summary>A failure that may pass when tried again: see <see cref="TransferClient.RepeatAsync"/>.</summary>
public sealed class TransientException : BothyException
{
    /// <summary>Creates the failure; <paramref name="message"/> is what is said where it does not pass.</summary>
    public TransientException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>How long the server asks to be left alone; null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
