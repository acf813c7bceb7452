using Bothy.Inspection.Catalog;

namespace Bothy.Inspection.Matching;

/// <summary>Finds out which files of packages are in an image.</summary>
internal sealed class CodeSearch(ImageContents contents)
{
    /// <summary>What the image has of <paramref name="packages"/>, which are all that it has of their source.</summary>
    public CodeEvidence Of(IReadOnlyList<ScanPackage> packages)
    {
        _ = contents;
        return CodeEvidence.Unknown(packages.Count == 0 ? "there is no package" : "its files were not looked at");
    }
}
