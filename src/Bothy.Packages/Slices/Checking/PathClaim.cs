namespace Bothy.Packages.Slices.Checking;

/// <summary>What one slice says about one path.</summary>
internal readonly record struct PathClaim(SliceName Slice, ContentRule Rule)
{
    public string Package => Slice.Package;

    /// <summary>Whether what both say about one path comes to the same content, as far as can be known without the packages.</summary>
    public bool AgreesWith(PathClaim other) =>
        Rule.SaysTheSameAs(other.Rule) && (!Rule.IsFromPackage || Package == other.Package);
}
