using System.Runtime.ExceptionServices;
using Bothy.Store;

namespace Bothy.Packages.Repositories;

/// <summary>Of things that are done side by side and fail, the first in their order is the one to report, whichever failed first.</summary>
internal sealed class FirstFailure
{
    private readonly Lock _changed = new();
    private int _position = int.MaxValue;
    private BothyException? _failure;

    /// <summary>Whether something has failed.</summary>
    public bool HasFailed => Volatile.Read(ref _position) < int.MaxValue;

    /// <summary>Does what comes at <paramref name="position"/>, and keeps its failure; does not begin it where one before it has failed.</summary>
    public async Task TryAsync(int position, Func<Task> action)
    {
        if (position > Volatile.Read(ref _position))
        {
            return;
        }

        try
        {
            await action();
        }
        catch (BothyException failure) when (failure is not StoreWriteException)
        {
            lock (_changed)
            {
                if (position < _position)
                {
                    (_position, _failure) = (position, failure);
                }
            }
        }
    }

    /// <summary>Throws the failure to report, if there is one.</summary>
    public void Throw()
    {
        if (_failure is not null)
        {
            ExceptionDispatchInfo.Throw(_failure);
        }
    }
}
