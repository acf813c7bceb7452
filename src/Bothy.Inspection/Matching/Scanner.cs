using System.Collections.Immutable;
using Bothy.Inspection.Advisories;

namespace Bothy.Inspection.Matching;

/// <summary>
/// Judges packages by advisories. Packages that were built from the same source in the same version are judged once, since a distribution's advisories are about sources; a language's
/// package is its own source.
/// </summary>
public static class Scanner
{
    /// <summary>Judges every package of <paramref name="subject"/>.</summary>
    /// <exception cref="BothyException">The snapshot is damaged, or a file of the image cannot be read.</exception>
    public static ScanReport Scan(ScanSubject subject, IAdvisoryLookup advisories, ScanRules rules, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        ArgumentNullException.ThrowIfNull(advisories);
        ArgumentNullException.ThrowIfNull(rules);
        var sources = new AdvisoryCoverage(advisories);
        var unjudged = new UnjudgedPackages(subject);
        var found = new List<Vulnerability>();
        var parts = new PartsOfPackages(subject, sources);
        foreach (var group in subject.Packages.Where(package => !parts.Contains(package)).GroupBy(static package => (package.Space, package.Release, package.SourceName, package.SourceVersion)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            ImmutableArray<ScanPackage> packages = [.. group];
            if (unjudged.Add(packages, sources) || group.Key is not { Space: { } space, SourceVersion: { } version })
            {
                continue;
            }

            var entries = advisories.Find(space, group.Key.Release, group.Key.SourceName);
            unjudged.AddIfUnknown(packages, entries);
            var judge = new SourceJudge(advisories, space, version);
            var code = new Lazy<CodeEvidence>(() => subject.Code?.Of(packages) ?? CodeEvidence.Unknown("no files are known of it"));
            found.AddRange(judge.Judge(entries, packages).Select(vulnerability => vulnerability with { Code = code.Value }));
            unjudged.AddUnreadable(packages, judge.Unreadable);
        }

        return Report(subject, advisories, rules, found, unjudged.ToImmutable(), parts.Note);
    }

    private static ScanReport Report(ScanSubject subject, IAdvisoryLookup advisories, ScanRules rules, List<Vulnerability> found, ImmutableArray<Unjudged> unjudged, string? note)
    {
        var sorted = found
            .OrderByDescending(static vulnerability => vulnerability.IsKnownExploited)
            .ThenByDescending(static vulnerability => vulnerability.Epss ?? 0)
            .ThenByDescending(static vulnerability => vulnerability.Severity.Level)
            .ThenBy(static vulnerability => vulnerability.Id, StringComparer.Ordinal)
            .ThenBy(static vulnerability => vulnerability.Package.SourceName, StringComparer.Ordinal)
            .ThenBy(static vulnerability => vulnerability.Package.SourceVersion, StringComparer.Ordinal)
            .ToList();
        var suppressing = new Suppressing(subject, rules);
        var judged = sorted.ConvertAll(suppressing.Apply);
        return new ScanReport
        {
            Subject = subject,
            Snapshot = advisories.Digest,
            SnapshotDate = advisories.Created,
            Vulnerabilities = [.. judged.Where(vulnerability => vulnerability.Suppression is null && !IsKnown(vulnerability))],
            Suppressed = [.. judged.Where(static vulnerability => vulnerability.Suppression is not null)],
            Known = [.. judged.Where(vulnerability => vulnerability.Suppression is null && IsKnown(vulnerability))],
            Unjudged = unjudged,
            ExpiredRules = suppressing.Notes,
            Notes = [.. suppressing.Notes, .. note is null ? Array.Empty<string>() : [note]],
        };

        bool IsKnown(Vulnerability vulnerability) =>
            rules.Baseline is { } baseline && vulnerability.Aliases.Prepend(vulnerability.Id).Any(id => baseline.Findings.Contains(new BaselineFinding(id, vulnerability.Package.SourceName)));
    }
}
