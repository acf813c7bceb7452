using System.Collections.Immutable;

namespace Bothy.Inspection.Matching;

/// <summary>Why a package was not judged.</summary>
public enum UnjudgedReason
{
    /// <summary>Nothing says of which distribution or language it is, or none that advisories are read for.</summary>
    NoSpace,

    /// <summary>No source speaks of its distribution's release, or of its language.</summary>
    NoSource,

    /// <summary>Its release, or its language, is spoken of, and it never is.</summary>
    NoRecord,

    /// <summary>It has no version, or one that its world does not know for one.</summary>
    NoVersion,

    /// <summary>An advisory names a version that its world does not know for one.</summary>
    BadAdvisory,
}

/// <summary>Packages that were not judged: nothing is known of them, which is not the same as nothing being wrong with them.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Sentence">Why, for people.</param>
/// <param name="Packages">Which, sorted.</param>
public sealed record Unjudged(UnjudgedReason Reason, string Sentence, ImmutableArray<ScanPackage> Packages);

/// <summary>What a scan found. The same subject, advisories and rules make the same report.</summary>
public sealed record ScanReport
{
    /// <summary>What was scanned.</summary>
    public required ScanSubject Subject { get; init; }

    /// <summary>The advisories it was judged by.</summary>
    public required Digest Snapshot { get; init; }

    /// <summary>The newest date of those advisories; null where they have none.</summary>
    public DateTimeOffset? SnapshotDate { get; init; }

    /// <summary>The findings: those known to be exploited first, then by the probability of it, severity, name and source.</summary>
    public required ImmutableArray<Vulnerability> Vulnerabilities { get; init; }

    /// <summary>What would be findings but for a VEX statement or an ignore rule; in the same order.</summary>
    public ImmutableArray<Vulnerability> Suppressed { get; init; } = [];

    /// <summary>What the baseline has as well; in the same order. Empty without a baseline.</summary>
    public ImmutableArray<Vulnerability> Known { get; init; } = [];

    /// <summary>What was not judged, and why.</summary>
    public ImmutableArray<Unjudged> Unjudged { get; init; } = [];

    /// <summary>The rules that would have taken something out, had they not expired; sentences, which <see cref="Notes"/> have too.</summary>
    public ImmutableArray<string> ExpiredRules { get; init; } = [];

    /// <summary>What the reader has to know of how the report came about, such as rules that have expired; sentences for people.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}
