namespace Bothy.Store;

/// <summary>The store cannot be written: the disk is full, or it belongs to somebody else. Trying another source of the same bytes does not help.</summary>
public sealed class StoreWriteException : BothyException
{
    /// <summary>Creates the failure of the store in <paramref name="directory"/>, caused by <paramref name="inner"/>.</summary>
    public StoreWriteException(string directory, Exception inner)
        : base($"cannot write to the store {directory}: {FileFailure.Reason(inner)}", inner) =>
        Hint = FileFailure.IsNoRoom(inner)
            ? "Free some space, or set BOTHY_STORE to a directory with more of it."
            : "Set BOTHY_STORE to a directory that you may write to.";
}
