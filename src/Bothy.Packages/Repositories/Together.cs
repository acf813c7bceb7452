using System.Collections.Immutable;

namespace Bothy.Packages.Repositories;

/// <summary>Several things that are of no use one without the other.</summary>
internal static class Together
{
    /// <summary>
    /// Awaits all. The first failure is the one to report, and ends the others by <paramref name="stop"/>: nobody waits for 12 MB of an index
    /// that is of no use.
    /// </summary>
    public static async Task<T[]> AllAsync<T>(ImmutableArray<Task<T>> tasks, CancellationTokenSource stop)
    {
        // Local files are read at once.
        if (tasks.All(task => task.IsCompletedSuccessfully))
        {
            return [.. tasks.Select(task => task.Result)];
        }

        await foreach (var task in Task.WhenEach(tasks))
        {
            if (!task.IsCompletedSuccessfully)
            {
                await stop.CancelAsync();
                await ((Task)Task.WhenAll(tasks)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await task;
            }
        }

        return [.. tasks.Select(task => task.Result)];
    }
}
