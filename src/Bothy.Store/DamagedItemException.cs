namespace Bothy.Store;

/// <summary>
/// Something in the store is not what was put there: a disk error, a power cut, a hand in the wrong place. It has been removed
/// by the time this is thrown, so that fetching or making it anew helps.
/// </summary>
public sealed class DamagedItemException : BothyException
{
    internal DamagedItemException(string item, string problem, Exception? inner = null)
        : base($"cannot use {item} from the store: {problem}", inner) =>
        Hint = "The damaged item was removed; run the command again.";
}
