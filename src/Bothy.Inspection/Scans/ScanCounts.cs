using System.Collections.Immutable;
using Bothy.Inspection.Matching;

namespace Bothy.Inspection.Scans;

/// <summary>How many findings there are, and of which kinds.</summary>
public sealed record ScanCounts
{
    /// <summary>All of them.</summary>
    public required int Total { get; init; }

    /// <summary>By severity, the worst first; every level, also those without a finding.</summary>
    public required ImmutableArray<(SeverityLevel Level, int Count)> BySeverity { get; init; }

    /// <summary>Those that a version is known to be free of.</summary>
    public required int Fixable { get; init; }

    /// <summary>Those that are known to be exploited.</summary>
    public required int KnownExploited { get; init; }

    /// <summary>Those whose source has no code in the image.</summary>
    public required int WithoutCode { get; init; }

    /// <summary>The sources, or packages of languages, that they are in.</summary>
    public required int Sources { get; init; }

    /// <summary>Counts <paramref name="findings"/>.</summary>
    public static ScanCounts Of(ImmutableArray<Vulnerability> findings) => new()
    {
        Total = findings.Length,
        BySeverity = [.. Enum.GetValues<SeverityLevel>().Reverse().Select(level => (level, findings.Count(finding => finding.Severity.Level == level)))],
        Fixable = findings.Count(static finding => finding.FixedVersion is not null),
        KnownExploited = findings.Count(static finding => finding.IsKnownExploited),
        WithoutCode = findings.Count(static finding => finding.Code.Presence == CodePresence.Absent),
        Sources = findings.Select(static finding => (finding.Package.Space, finding.Package.SourceName, finding.Package.SourceVersion)).Distinct().Count(),
    };
}
