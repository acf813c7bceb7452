using System.Collections.Immutable;
using System.Globalization;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Languages;
using Bothy.Inspection.Matching;
using static Bothy.Inspection.Tests.Matching.Planted;

namespace Bothy.Inspection.Tests.Matching;

public sealed class ScannerTests
{
    [Fact]
    public void Advisories_are_asked_once_for_each_source_and_never_for_all()
    {
        var lookup = new CountingLookup(new AdvisoryMemory([.. Enumerable.Range(0, 500).Select(static i => Debian(Name(i), $"x{i}"))]));
        var subject = Deb([.. Enumerable.Range(0, 100).SelectMany(static i => new[] { $"a{i} 1-1 of x{i}", $"b{i} 1-1 of x{i}" })]);

        var report = Scanner.Scan(subject, lookup, ScanRules.None(Now), CancellationToken.None);

        Assert.Equal((100, 100), (report.Vulnerabilities.Length, lookup.Finds));
        Assert.InRange(lookup.Facts, 100, 200);
    }

    [Fact]
    public void The_same_subject_advisories_and_rules_make_the_same_report_in_whatever_order_they_come()
    {
        AdvisoryEntry[] entries = [.. Enumerable.Range(0, 60).Select(static i => Debian(Name(i), $"x{i % 7}", $"{i % 5}-1")), .. Enumerable.Range(0, 20).Select(static i => Notice($"DSA-{i}-1", $"x{i % 7}", $"{i % 4}-2", Name(i), Name(i + 60)))];
        string[] packages = [.. Enumerable.Range(0, 7).Select(static i => $"p{i} 2-1 of x{i}")];

        string expected = Text(Scan(Deb(packages), entries));
        Assert.Contains("CVE-", expected, StringComparison.Ordinal);
        foreach (int seed in Enumerable.Range(0, 5))
        {
            var random = new Random(seed);
            random.Shuffle(entries);
            random.Shuffle(packages);
            Assert.Equal(expected, Text(Scan(Deb(packages), entries)));
        }
    }

    [Fact]
    public void Names_that_go_round_in_a_circle_are_one_finding()
    {
        AdvisoryEntry[] entries = [.. Enumerable.Range(0, 200).Select(static i => Osv(AdvisorySpace.PyPI, $"X-{i:000}", "x", VersionRange.All) with { Aliases = [$"X-{(i + 1) % 200:000}", $"X-{(i + 7) % 200:000}"] })];

        var found = Assert.Single(Scan(Language(Ecosystem.Python, "x", "1.0"), entries).Vulnerabilities);
        Assert.Equal(("X-000", 199), (found.Id, found.Aliases.Length));
    }

    [Fact]
    public void A_scan_ends_when_it_is_told_to() =>
        Assert.Throws<OperationCanceledException>(() => Scanner.Scan(Deb("x 1-1"), new AdvisoryMemory([Debian("CVE-2024-1", "x")]), ScanRules.None(Now), new CancellationToken(canceled: true)));

    private static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"CVE-2024-{1000 + i}");

    private sealed class CountingLookup(AdvisoryMemory advisories) : IAdvisoryLookup
    {
        public int Finds { get; private set; }

        public int Facts { get; private set; }

        public Digest Digest => advisories.Digest;

        public DateTimeOffset? Created => advisories.Created;

        public ImmutableArray<SnapshotSource> Sources => advisories.Sources;

        public ImmutableArray<KnownRelease> Releases => advisories.Releases;

        public IReadOnlyList<AdvisoryEntry> Find(AdvisorySpace space, string release, string package)
        {
            Finds++;
            return advisories.Find(space, release, package);
        }

        public AdvisoryFacts? FactsOf(string id)
        {
            Facts++;
            return advisories.FactsOf(id);
        }

        public IEnumerable<AdvisoryEntry> FindById(string id) => throw new NotSupportedException();
    }
}
