using System.Collections.Immutable;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Matching.Versions;

namespace Bothy.Inspection.Matching;

/// <summary>Gathers what nothing could be said of, and why.</summary>
internal sealed class UnjudgedPackages(ScanSubject subject)
{
    private readonly SortedDictionary<(UnjudgedReason Reason, string Sentence), HashSet<ScanPackage>> _packages = new(Comparer<(UnjudgedReason Reason, string Sentence)>.Create(
        static (a, b) => a.Reason != b.Reason ? a.Reason.CompareTo(b.Reason) : string.CompareOrdinal(a.Sentence, b.Sentence)));

    /// <summary>Takes packages of one source which cannot be judged at all; false for others.</summary>
    public bool Add(ImmutableArray<ScanPackage> packages, AdvisoryCoverage coverage)
    {
        var package = packages[0];
        if (package.Space is not { } space)
        {
            return Add(UnjudgedReason.NoSpace, $"no advisories are read for {subject.Distribution ?? "a system that does not say what it is"}", packages);
        }

        if (!coverage.Covers(space, package.Release))
        {
            return Add(UnjudgedReason.NoSource, $"no advisories are known for {NameOf(space, package.Release)}", packages);
        }

        var order = VersionOrders.Of(space);
        return package.SourceVersion is null ? Add(UnjudgedReason.NoVersion, "no version is known of them", packages)
            : !order.IsVersion(package.SourceVersion) && Add(UnjudgedReason.NoVersion, $"'{package.SourceVersion}' is not {order.Kind}", packages);
    }

    /// <summary>Takes packages of which nothing is ever said.</summary>
    public void AddIfUnknown(ImmutableArray<ScanPackage> packages, IReadOnlyList<AdvisoryEntry> entries)
    {
        if (entries.Count == 0)
        {
            Add(UnjudgedReason.NoRecord, $"the advisories for {NameOf(packages[0].Space!.Value, packages[0].Release)} never name them", packages);
        }
    }

    /// <summary>Takes packages that statements with unreadable versions are about.</summary>
    public void AddUnreadable(ImmutableArray<ScanPackage> packages, List<(AdvisoryEntry Entry, string Version)> unreadable)
    {
        foreach (var (entry, version) in unreadable)
        {
            Add(UnjudgedReason.BadAdvisory, $"{entry.Id} names '{version}', which is not {VersionOrders.Of(entry.Space).Kind}", packages);
        }
    }

    /// <summary>What was gathered, by reason.</summary>
    public ImmutableArray<Unjudged> ToImmutable() => [.. _packages.Select(static pair => new Unjudged(pair.Key.Reason, pair.Key.Sentence, ScanSubjects.Sorted(pair.Value)))];

    private static string NameOf(AdvisorySpace space, string release) => release.Length == 0 ? space.Name() : $"{space.Name()} {release}";

    private bool Add(UnjudgedReason reason, string sentence, ImmutableArray<ScanPackage> packages)
    {
        if (!_packages.TryGetValue((reason, sentence), out var gathered))
        {
            _packages[(reason, sentence)] = gathered = new HashSet<ScanPackage>(ReferenceEqualityComparer.Instance);
        }

        gathered.UnionWith(packages);
        return true;
    }
}
