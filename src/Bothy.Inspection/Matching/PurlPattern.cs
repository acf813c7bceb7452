using Bothy.Inspection.Advisories;
using Bothy.Inspection.Sbom;

namespace Bothy.Inspection.Matching;

/// <summary>
/// Whether a package URL that somebody wrote down means a package: type, namespace and name are its own, and of version and qualifiers those that are stated, so that one without a version
/// means every version (OpenVEX, "Package URL Matching").
/// </summary>
internal static class PurlPattern
{
    private const string Architecture = "arch";

    /// <summary>Whether <paramref name="pattern"/> means <paramref name="package"/>, by its own name or that of the source it was built from.</summary>
    public static bool Means(PackageUrl pattern, ScanPackage package)
    {
        if (package.Purl is not { } purl)
        {
            return false;
        }

        if (Covers(pattern, purl))
        {
            return true;
        }

        // A source has no architecture; who names one means a binary package of the source's name.
        bool namesSource = pattern.Qualifiers.GetValueOrDefault(Architecture, "source") is "source" or "src";
        return namesSource && !package.IsOfLanguage && Covers(
            pattern with { Qualifiers = pattern.Qualifiers.Remove(Architecture) },
            purl with { Name = package.SourceName, Version = package.SourceVersion });
    }

    /// <summary>Whether <paramref name="pattern"/> covers <paramref name="purl"/>.</summary>
    public static bool Covers(PackageUrl pattern, PackageUrl purl) =>
        pattern.Type == purl.Type
        && string.Equals(pattern.Namespace, purl.Namespace, StringComparison.OrdinalIgnoreCase)
        && string.Equals(NameOf(pattern), NameOf(purl), StringComparison.OrdinalIgnoreCase)
        && (string.IsNullOrEmpty(pattern.Version) || pattern.Version == purl.Version)
        && pattern.Qualifiers.All(qualifier => purl.Qualifiers.GetValueOrDefault(qualifier.Key) == qualifier.Value);

    private static string NameOf(PackageUrl purl) => purl.Type == "pypi" ? AdvisorySpace.PyPI.Normalise(purl.Name) : purl.Name;
}
