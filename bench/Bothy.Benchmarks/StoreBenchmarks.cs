using BenchmarkDotNet.Attributes;
using Bothy.Formats.Trees;
using Bothy.Store;
using Bothy.Testing;

namespace Bothy.Benchmarks;

/// <summary>Catalogues.</summary>
[MemoryDiagnoser]
public class StoreBenchmarks
{
    private const string Kind = "bench";
    private static readonly Origin Origin = new Origin.Package("bench", "1", "amd64");
    private static readonly Digest Source = Digest.Of([1]);

    private TemporaryDirectory? _directory;
    private ContentStore? _store;

    [GlobalSetup]
    public void Prepare()
    {
        _directory = new TemporaryDirectory();
        _store = new ContentStore(_directory.Path);
        using var writer = _store.BeginCatalogue(Source, Kind);
        byte[] content = Inputs.Content(4096);
        for (int i = 0; i < 5000; i++)
        {
            var path = TreePath.Parse(FormattableString.Invariant($"usr/lib/python3/directory{i / 50}/file{i:d4}.py"));
            writer.AddFile(TreeEntry.File(path, FileContent.Empty, Origin), new MemoryStream(content), content.Length);
        }

        writer.Commit().Dispose();
    }

    [GlobalCleanup]
    public void Clean() => _directory?.Dispose();

    [Benchmark]
    public int OpenCatalogueOf5000Files()
    {
        using var catalogue = _store!.TryOpenCatalogue(Source, Kind)!;
        return catalogue.ReadTree(Origin).Count;
    }
}
