namespace Bothy.Packages;

/// <summary>One package of one distribution release: what a lock names and an origin points to.</summary>
public sealed record PackageId(string Name, string Version, string Architecture) : IComparable<PackageId>
{
    /// <summary>By name, then version, then architecture, each ordinal: an order for output, not an order of versions.</summary>
    public int CompareTo(PackageId? other)
    {
        if (other is null)
        {
            return 1;
        }

        int byName = string.CompareOrdinal(Name, other.Name);
        int byVersion = byName != 0 ? byName : string.CompareOrdinal(Version, other.Version);
        return byVersion != 0 ? byVersion : string.CompareOrdinal(Architecture, other.Architecture);
    }

    /// <summary>As people write it: <c>name version (architecture)</c>.</summary>
    public override string ToString() => $"{Name} {Version} ({Architecture})";
}
