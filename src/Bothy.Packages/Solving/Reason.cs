namespace Bothy.Packages.Solving;

/// <summary>Why a package is in a solution; a lock records it so that <c>why</c> never guesses.</summary>
public abstract record Reason
{
    private Reason()
    {
    }

    /// <summary>The image file asked for it, in the words of <paramref name="Request"/>.</summary>
    public sealed record Requested(string Request) : Reason;

    /// <summary>
    /// Another package of the solution needs it: <paramref name="By"/> says <paramref name="Relation"/> (the whole relation with
    /// its alternatives, <c>a | b (>= 2)</c>) in <paramref name="Field"/> (<c>Depends</c>, <c>Pre-Depends</c>), and
    /// <paramref name="Alternative"/> is the one that was taken. <paramref name="Provides"/> is the virtual name it is taken
    /// through, null where the package has that name itself.
    /// </summary>
    public sealed record Needed(PackageId By, string Field, string Relation, string Alternative, string? Provides) : Reason;

    /// <summary>A slice of the package is in the image because <paramref name="BySlice"/>, of the package <paramref name="By"/>, needs it.</summary>
    public sealed record NeededSlice(PackageId By, string BySlice, string Slice) : Reason;
}
