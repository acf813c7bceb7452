using System.Globalization;
using BenchmarkDotNet.Attributes;
using Bothy.Inspection.Advisories;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Matching;
using Bothy.Packages;

namespace Bothy.Benchmarks;

/// <summary>A scan of 100 packages by a snapshot as large as that of Debian's tracker: 4,000 sources with 50 statements each.</summary>
[MemoryDiagnoser]
public class MatchingBenchmarks
{
    private const int Sources = 4000;
    private const int Statements = 50;
    private const int Packages = 100;

    private byte[] _bytes = [];
    private AdvisorySnapshot? _snapshot;
    private ScanSubject? _subject;

    [GlobalSetup]
    public void Prepare()
    {
        var builder = new AdvisorySnapshotBuilder();
        builder.Add(
            new SnapshotSource(AdvisoryFeed.DebianTracker, "Debian", "made here", Digest.Of([]), null, 0, 0, 0),
            Enumerable.Range(0, Sources * Statements).Select(static i => new AdvisoryEntry
            {
                Id = Name(i),
                Feed = AdvisoryFeed.DebianTracker,
                Space = AdvisorySpace.Debian,
                Release = "bookworm",
                Package = string.Create(CultureInfo.InvariantCulture, $"source{i / Statements}"),
                State = AdvisoryState.Affected,

                // One in ten is open.
                Ranges = [i % 10 == 0 ? VersionRange.All : VersionRange.Before("1:1.2.3-4+deb12u1")],
            }),
            Enumerable.Range(0, Sources * Statements).Select(static i => new AdvisoryFacts { Id = Name(i), Summary = "what is wrong with it, in a sentence of the usual length" }));
        _bytes = builder.ToBytes();
        _snapshot = AdvisorySnapshot.Open(_bytes, "a snapshot");
        var release = OsRelease.Parse("ID=debian\nVERSION_ID=\"12\"\n");
        _subject = ScanSubjects.Of("subject", ScanSubjectKind.Lock, release, Enumerable.Range(0, Packages).Select(i => ScanSubjects.Package(
            PackageSystem.Dpkg, new PackageId($"package{i}", "1:1.2.3-4+deb12u2", "amd64"), string.Create(CultureInfo.InvariantCulture, $"source{i * 37}"), null, release)));
    }

    [Benchmark]
    public int Scan() => Scanner.Scan(_subject!, _snapshot!, ScanRules.None(DateTimeOffset.UnixEpoch), CancellationToken.None).Vulnerabilities.Length;

    private static string Name(int i) => string.Create(CultureInfo.InvariantCulture, $"CVE-{2000 + (i % 25)}-{10000 + i}");
}
