namespace Bothy.Transfer;

/// <summary>There is nothing at an address: the server says 404 or 410, or there is no such file.</summary>
public sealed class NotFoundException : BothyException
{
    internal NotFoundException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
