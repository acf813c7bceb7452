using Bothy.Store;

namespace Bothy.Engine.Building;

/// <summary>Work goes on where the store is damaged: what is has been taken out by whoever found it, so that trying again makes it anew.</summary>
internal static class Repair
{
    /// <summary>Runs <paramref name="work"/>, again after each damaged item, which is reported; one that is found damaged twice is the end.</summary>
    public static async Task<T> MakingAnewAsync<T>(this BuildSettings settings, Func<Task<T>> work)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            try
            {
                return await work();
            }
            catch (DamagedItemException damaged) when (found.Add(damaged.Message))
            {
                settings.Progress.Report(new BuildEvent.Warning($"{damaged.Message}; making it anew"));
            }
        }
    }
}
