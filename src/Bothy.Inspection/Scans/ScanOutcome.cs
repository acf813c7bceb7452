using System.Collections.Immutable;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Matching;

namespace Bothy.Inspection.Scans;

/// <summary>A scan with everything that is printed of it. Nothing in it is of the clock, so that the same image and the same snapshot make the same bytes.</summary>
/// <param name="Report">What was found.</param>
/// <param name="Sources">What the advisories were made from.</param>
public sealed record ScanOutcome(ScanReport Report, ImmutableArray<SnapshotSource> Sources)
{
    /// <summary>Which findings a new lock would end; null where that was not asked.</summary>
    public UpgradeOutlook? Upgrade { get; init; }

    /// <summary>Whether a baseline was given, so that <see cref="ScanReport.Vulnerabilities"/> are only those that are new.</summary>
    public bool HasBaseline { get; init; }

    /// <summary>Judges <paramref name="subject"/>.</summary>
    /// <exception cref="BothyException">The snapshot is damaged, or a file of the image cannot be read.</exception>
    public static ScanOutcome Of(ScanSubject subject, IAdvisoryLookup advisories, ScanRules rules, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(advisories);
        ArgumentNullException.ThrowIfNull(rules);
        return new ScanOutcome(Scanner.Scan(subject, advisories, rules, cancellationToken), advisories.Sources) { HasBaseline = rules.Baseline is not null };
    }

    /// <summary>The sources that speak of the subject's packages or of scores, in words, each once.</summary>
    public IEnumerable<string> SourceNames => Sources.Select(static source => source.Name).Distinct(StringComparer.Ordinal);
}

/// <summary>What of the findings a lock that was written today would leave.</summary>
/// <param name="Left">What would be found in what it names.</param>
/// <param name="NotComputed">Why that is not known, in words to stand after a colon; null where it is.</param>
public sealed record UpgradeOutlook(ImmutableHashSet<BaselineFinding> Left, string? NotComputed)
{
    /// <summary>An answer that could not be had.</summary>
    public static UpgradeOutlook Unknown(string reason) => new([], reason);

    /// <summary>What the scan of the packages of a new lock found.</summary>
    public static UpgradeOutlook Of(ScanReport fresh)
    {
        ArgumentNullException.ThrowIfNull(fresh);
        return new UpgradeOutlook([.. fresh.Vulnerabilities.Concat(fresh.Suppressed).Concat(fresh.Known).Select(static one => new BaselineFinding(one.Id, one.Package.SourceName))], NotComputed: null);
    }

    /// <summary>Whether a new lock ends <paramref name="finding"/>; null where that is not known, as of packages that no lock names.</summary>
    public bool? Ends(Vulnerability finding)
    {
        ArgumentNullException.ThrowIfNull(finding);
        return NotComputed is not null || finding.Package.Space?.IsDistribution() != true ? null : !Left.Contains(new BaselineFinding(finding.Id, finding.Package.SourceName));
    }
}
