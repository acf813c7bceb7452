using Bothy.Store;

namespace Bothy.Engine.Building;

/// <summary>Work goes on where the store is damaged: what is has been taken out, and reported, by whoever found it, so that trying again makes it anew.</summary>
internal static class Repair
{
    /// <summary>Runs <paramref name="work"/>, again after each damaged item; one that is found damaged twice is the end.</summary>
    public static async Task<T> MakingAnewAsync<T>(Func<Task<T>> work)
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
                // What it was needed for begins again.
            }
        }
    }
}
