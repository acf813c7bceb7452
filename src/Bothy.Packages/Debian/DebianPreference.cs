namespace Bothy.Packages.Debian;

/// <summary>
/// Which of several packages that satisfy a relation is preferred, as apt does it: the one that has the name, an essential one,
/// then by <c>Priority</c>. Before all of that stands what counts as present already, and after it what only a last resort offers.
/// </summary>
/// <remarks>
/// Among equals apt takes the one its cache numbered last, which follows from the order in which the whole archive happens to
/// mention names. Here it is the one that likely brings least: the fewest dependencies, then the smallest, then the first by name.
/// </remarks>
internal sealed class DebianPreference(DebianUniverse universe, string name) : IComparer<DebianPackage>
{
    private static readonly string[] Priorities = ["required", "important", "standard", "optional", "extra"];

    public int Compare(DebianPackage? x, DebianPackage? y)
    {
        int byRank = RankOf(x!).CompareTo(RankOf(y!));
        return byRank != 0 ? byRank : string.CompareOrdinal(x!.Name, y!.Name);
    }

    private (int, int, int, int, int, int, long) RankOf(DebianPackage package) =>
        (universe.IsOmitted(package) ? 0 : 1,
            universe.IsFallback(package) ? 1 : 0,
            package.Name == name ? 0 : 1,
            package.Essential ? 0 : 1,
            Array.IndexOf(Priorities, package.Priority) is >= 0 and var priority ? priority : Priorities.Length,
            package.PreDepends.Length + package.Depends.Length,
            package.InstalledSize);
}
