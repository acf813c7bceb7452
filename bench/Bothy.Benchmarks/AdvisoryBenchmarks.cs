using BenchmarkDotNet.Attributes;
using Bothy.Inspection.Advisories;
using Bothy.Store;
using Bothy.Testing;

namespace Bothy.Benchmarks;

/// <summary>Advisories: a document of 60 MB of the shape of Debian's tracker, and questions to its snapshot in a store.</summary>
[MemoryDiagnoser]
public class AdvisoryBenchmarks
{
    private byte[] _document = [];
    private TemporaryDirectory? _directory;
    private ContentStore? _store;
    private Digest _digest;
    private AdvisorySnapshot? _snapshot;

    [GlobalSetup]
    public void Prepare()
    {
        using var document = new MemoryStream();
        Inputs.Tracker(document, 60 << 20);
        _document = document.ToArray();
        _directory = new TemporaryDirectory();
        _store = new ContentStore(_directory.Path);
        byte[] snapshot = Import();
        _digest = new AdvisoryStore(_store).Adopt(snapshot, "snapshot", seen: null);
        _snapshot = AdvisorySnapshot.TryOpen(_store, _digest);
    }

    [GlobalCleanup]
    public void Clean()
    {
        _snapshot?.Dispose();
        _directory?.Dispose();
    }

    [Benchmark]
    public byte[] Import()
    {
        var document = AdvisoryDocument.Read(new MemoryStream(_document), "tracker", null, CancellationToken.None);
        var builder = new AdvisorySnapshotBuilder();
        builder.Add(document.Source, document.Entries, document.Facts);
        return builder.ToBytes();
    }

    /// <summary>What a process pays for its first answer.</summary>
    [Benchmark]
    public int OpenAndFindOne()
    {
        using var snapshot = AdvisorySnapshot.TryOpen(_store!, _digest);
        return snapshot!.Find(AdvisorySpace.Debian, "bookworm", "library1000").Count;
    }

    [Benchmark]
    public int FindOne() => _snapshot!.Find(AdvisorySpace.Debian, "bookworm", "library1000").Count;

    [Benchmark]
    public int FindNone() => _snapshot!.Find(AdvisorySpace.Debian, "bookworm", "nothing-of-that-name").Count;

    [Benchmark]
    public bool Facts() => _snapshot!.FactsOf("CVE-2015-4711") is null;
}
