namespace Bothy.Inspection.Advisories;

/// <summary>The one order of statements: what decides the bytes of a snapshot, and the order of answers.</summary>
internal sealed class AdvisoryOrder : IComparer<AdvisoryEntry>
{
    public static AdvisoryOrder Instance { get; } = new();

    public int Compare(AdvisoryEntry? x, AdvisoryEntry? y)
    {
        if (x is null || y is null)
        {
            return (x is null ? 0 : 1) - (y is null ? 0 : 1);
        }

        int order = x.Space.CompareTo(y.Space);
        order = order != 0 ? order : string.CompareOrdinal(x.Release, y.Release);
        order = order != 0 ? order : string.CompareOrdinal(x.Package, y.Package);
        order = order != 0 ? order : string.CompareOrdinal(x.Id, y.Id);
        return order != 0 ? order : x.Feed.CompareTo(y.Feed);
    }
}
