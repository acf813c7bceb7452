namespace Bothy.Packages.Solving;

/// <summary>One of the facts that together have no solution; the ecosystem puts them into words.</summary>
public abstract record Fact
{
    private Fact()
    {
    }

    /// <summary>The request at <paramref name="Index"/> was made.</summary>
    public sealed record Requested(int Index) : Fact;

    /// <summary>The package's requirement at <paramref name="Index"/> of its demands.</summary>
    public sealed record Needs(int Package, int Index) : Fact;

    /// <summary>The package's exclusion at <paramref name="Index"/> of its demands names <paramref name="Other"/>.</summary>
    public sealed record Excludes(int Package, int Index, int Other) : Fact;
}
