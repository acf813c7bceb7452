using System.Collections.Immutable;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Matching.Cvss;
using Bothy.Inspection.Matching.Versions;

namespace Bothy.Inspection.Matching;

/// <summary>
/// Judges the packages of one source in one version by everything that is said of that source. Of a distribution the best informed source decides: its own database or tracker; its
/// notices where that leaves a vulnerability open or says nothing of it; records of others last. Of a language every source counts, since each knows some that the others do not.
/// </summary>
internal sealed class SourceJudge(IAdvisoryLookup advisories, AdvisorySpace space, string version)
{
    private readonly VersionOrder _order = VersionOrders.Of(space);

    /// <summary>Statements that name versions which are none, with that version.</summary>
    public List<(AdvisoryEntry Entry, string Version)> Unreadable { get; } = [];

    /// <summary>The findings; the evidence of each is still to be found.</summary>
    public IEnumerable<Vulnerability> Judge(IReadOnlyList<AdvisoryEntry> entries, ImmutableArray<ScanPackage> packages)
    {
        var names = new VulnerabilityNames(entries);
        var statements = entries
            .Where(static entry => entry.State != AdvisoryState.Withdrawn && !IsFollowUp(entry))
            .SelectMany(entry => names.Of(entry).Select(name => (Name: name, Entry: entry)))
            .GroupBy(static pair => pair.Name, static pair => pair.Entry, StringComparer.Ordinal);
        foreach (var group in statements)
        {
            var verdicts = group.Select(entry => EntryVerdict.Of(entry, version, _order)).ToList();
            Unreadable.AddRange(verdicts.Where(static verdict => verdict.BadVersion is not null).Select(static verdict => (verdict.Entry, verdict.BadVersion!)));
            var decisive = Decisive(verdicts);
            if (decisive.Find(static verdict => verdict.Meaning is EntryMeaning.Affected or EntryMeaning.Undetermined) is { } found && FactsOf(group.Key, group) is var facts && facts?.Withdrawn is null)
            {
                yield return Finding(group.Key, found.Entry, verdicts, decisive, packages, facts);
            }
        }
    }

    // "DSA-5356-2" without a vulnerability of its own corrects what the first notice broke.
    private static bool IsFollowUp(AdvisoryEntry entry) =>
        entry.Feed == AdvisoryFeed.DebianNotices && entry.Upstream.IsEmpty && entry.Id.Split('-') is [_, _, not "1"];

    private Vulnerability Finding(string name, AdvisoryEntry entry, List<EntryVerdict> verdicts, List<EntryVerdict> decisive, ImmutableArray<ScanPackage> packages, AdvisoryFacts? facts)
    {
        string? fixedVersion = FirstFree(decisive);
        var cvss = facts is null ? null : CvssScore.Newest(facts.CvssVectors);
        return new Vulnerability
        {
            Id = name,
            Aliases =
            [
                .. verdicts
                    .SelectMany(static verdict => verdict.Entry.Upstream.IsEmpty ? verdict.Entry.Aliases.Append(verdict.Entry.Id) : [verdict.Entry.Id])
                    .Where(alias => alias != name && !VulnerabilityNames.IsCve(alias))
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal),
            ],
            Packages = packages,
            State = StateOf(entry, fixedVersion),
            FixedVersion = fixedVersion,
            Severity = SeverityOf(decisive.Concat(verdicts), cvss, facts),
            Cvss = cvss,
            Facts = facts,
            Statements = [entry, .. verdicts.Select(static verdict => verdict.Entry).Where(other => other != entry && other.State != AdvisoryState.NotAffected)],
            Code = CodeEvidence.Unknown(""),
        };
    }

    private List<EntryVerdict> Decisive(List<EntryVerdict> verdicts)
    {
        if (!space.IsDistribution())
        {
            return verdicts;
        }

        // A tracker may be older than the notices: what it leaves open without a fix may have one there.
        var own = verdicts.FindAll(static verdict => verdict.Entry.Feed is AdvisoryFeed.Secdb or AdvisoryFeed.DebianTracker);
        var notices = verdicts.FindAll(static verdict => verdict.Entry.Feed == AdvisoryFeed.DebianNotices);
        bool isOpen = own.TrueForAll(static verdict => verdict.Entry.State != AdvisoryState.NotAffected && verdict.Entry.Ranges.All(static range => range.Fixed is null));
        return notices.Count > 0 && isOpen ? notices : own.Count > 0 ? own : verdicts;
    }

    // The first version that a statement calls fixed and none calls affected.
    private string? FirstFree(List<EntryVerdict> decisive)
    {
        var candidates = decisive
            .SelectMany(static verdict => verdict.Entry.Ranges)
            .Select(static range => range.Fixed)
            .OfType<string>()
            .Where(candidate => _order.TryCompare(candidate, version, out int sign) && sign > 0)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        candidates.Sort((a, b) => _order.TryCompare(a, b, out int sign) && sign != 0 ? sign : string.CompareOrdinal(a, b));
        return candidates.Find(candidate => decisive.TrueForAll(verdict => EntryVerdict.Of(verdict.Entry, candidate, _order).Meaning != EntryMeaning.Affected));
    }

    private static VulnerabilityState StateOf(AdvisoryEntry entry, string? fixedVersion) => entry switch
    {
        { State: AdvisoryState.Undetermined } => VulnerabilityState.Undetermined,
        { State: AdvisoryState.EndOfLife } => VulnerabilityState.EndOfLife,
        _ when fixedVersion is not null => VulnerabilityState.Affected,
        { NoNotice: NoNotice.Ignored } => VulnerabilityState.WontFix,
        { NoNotice: not NoNotice.None } => VulnerabilityState.Deferred,
        _ => VulnerabilityState.Affected,
    };

    private SeverityStatement SeverityOf(IEnumerable<EntryVerdict> verdicts, CvssScore? cvss, AdvisoryFacts? facts) =>
        verdicts.Select(static verdict => SeverityLevels.Find(verdict.Entry.Urgency)).FirstOrDefault(static level => level is not null) is { } level ? new SeverityStatement(level, space.Name())
        : cvss is not null ? new SeverityStatement(cvss.Severity, $"CVSS {cvss.Version}")
        : SeverityLevels.Find(facts?.SeverityWord) is { } word ? new SeverityStatement(word, AdvisoryFeed.Osv.ToString().ToUpperInvariant())
        : SeverityStatement.None;

    // A database may know a vulnerability by a name of its own, and say there what is not said under the CVE's.
    private AdvisoryFacts? FactsOf(string name, IEnumerable<AdvisoryEntry> entries)
    {
        var facts = advisories.FactsOf(name);
        foreach (string alias in entries.Where(static entry => entry.Upstream.IsEmpty).SelectMany(static entry => entry.Aliases.Append(entry.Id)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            if (alias != name && !VulnerabilityNames.IsCve(alias) && advisories.FactsOf(alias) is { Withdrawn: null } more)
            {
                facts = facts is null ? more with { Id = name } : Completed(facts, more);
            }
        }

        return facts;
    }

    private static AdvisoryFacts Completed(AdvisoryFacts facts, AdvisoryFacts more) => facts with
    {
        Summary = facts.Summary ?? more.Summary,
        CvssVectors = facts.CvssVectors.IsEmpty ? more.CvssVectors : facts.CvssVectors,
        SeverityWord = facts.SeverityWord ?? more.SeverityWord,
        Epss = facts.Epss ?? more.Epss,
        EpssPercentile = facts.EpssPercentile ?? more.EpssPercentile,
        KnownExploited = facts.KnownExploited ?? more.KnownExploited,
        KnownRansomwareUse = facts.KnownRansomwareUse || more.KnownRansomwareUse,
        Published = facts.Published ?? more.Published,
        References = facts.References.IsEmpty ? more.References : facts.References,
    };
}
