using System.Collections.Immutable;
using Bothy.Inspection.Matching;

namespace Bothy.Inspection.Scans;

/// <summary>The findings in which one scan differs from another. A finding is the same where it is the same vulnerability of the same source, in whatever version.</summary>
/// <param name="Gone">What only the first found; in its order.</param>
/// <param name="Come">What only the other found; in its order.</param>
public sealed record FindingChange(ImmutableArray<Vulnerability> Gone, ImmutableArray<Vulnerability> Come)
{
    /// <summary>How <paramref name="after"/> differs from <paramref name="before"/>.</summary>
    public static FindingChange Between(ScanReport before, ScanReport after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        return new FindingChange(Only(before, after), Only(after, before));
    }

    private static ImmutableArray<Vulnerability> Only(ScanReport report, ScanReport other)
    {
        var known = other.Vulnerabilities.Select(Key).ToHashSet();
        return [.. report.Vulnerabilities.Where(finding => !known.Contains(Key(finding)))];
    }

    private static BaselineFinding Key(Vulnerability finding) => new(finding.Id, finding.Package.SourceName);
}
