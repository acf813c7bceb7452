using System.Globalization;

namespace Bothy.Inspection.Matching;

/// <summary>
/// Packages of languages that came within packages of the distribution. The distribution speaks for these: it corrects them without a new version, so what the language's own advisories say of
/// their version would be wrong. Where nothing is known of its release they are judged by themselves.
/// </summary>
internal sealed class PartsOfPackages
{
    private readonly HashSet<ScanPackage> _parts = new(ReferenceEqualityComparer.Instance);

    public PartsOfPackages(ScanSubject subject, AdvisoryCoverage coverage)
    {
        bool speaks = subject.Release is { } release && coverage.Covers(release.Space, release.Release);
        if (speaks)
        {
            _parts.UnionWith(subject.Packages.Where(static package => package.IsPart));
        }
    }

    /// <summary>Whether the distribution speaks for it.</summary>
    public bool Contains(ScanPackage package) => _parts.Contains(package);

    /// <summary>That there are such packages; null where there are none.</summary>
    public string? Note => _parts.Count switch
    {
        0 => null,
        1 => "a package of a programming language came within one of the distribution, and is judged by the advisories about that",
        var count => $"{count.ToString(CultureInfo.InvariantCulture)} packages of programming languages came within packages of the distribution, and are judged by the advisories about those",
    };
}
