using System.IO.Compression;
using BenchmarkDotNet.Attributes;
using Bothy.Packages.Debian;
using Bothy.Packages.Solving;

namespace Bothy.Benchmarks;

/// <summary>Indexes and the solver. Data: <c>Packages</c>, with a <c>python3</c> in it.</summary>
[MemoryDiagnoser]
public class PackagesBenchmarks
{
    private static readonly DebianIndexOrigin Origin = new()
    {
        Archive = new Uri("http://mirror.example/debian/"),
        Suite = "stable",
        Codename = "bookworm",
        Component = "main",
        Architecture = "amd64",
    };

    private byte[] _gzipped = [];
    private DebianPool _pool = new([]);

    [GlobalSetup]
    public void Prepare()
    {
        byte[] text = Inputs.File("Packages") ?? Inputs.Index(60_000);
        using var gzipped = new MemoryStream();
        using (var gzip = new GZipStream(gzipped, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(text);
        }

        _gzipped = gzipped.ToArray();
        _pool = new DebianPool([DebianIndex.Read(text, Origin)]);
    }

    [Benchmark]
    public async Task<DebianIndex> InflateAndScanIndex()
    {
        await using var text = new GZipStream(new MemoryStream(_gzipped), CompressionMode.Decompress);
        return await DebianIndex.ReadAsync(text, Origin, CancellationToken.None);
    }

    [Benchmark]
    public Resolution<DebianPackage> SolvePython() =>
        DebianSolver.Solve(_pool, new DebianSolverRequest { Architecture = "amd64", Packages = [DebianRequest.Parse("python3")] }, CancellationToken.None);
}
