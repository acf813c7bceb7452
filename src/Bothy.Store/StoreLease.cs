namespace Bothy.Store;

/// <summary>Keeps what its process uses from being pruned by others, until it is disposed of.</summary>
public sealed class StoreLease : IDisposable
{
    private UseMarks? _marks;

    internal StoreLease(UseMarks marks) => _marks = marks;

    /// <inheritdoc />
    public void Dispose()
    {
        _marks?.End();
        _marks = null;
    }
}
