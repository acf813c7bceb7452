using System.Collections.Immutable;
using BenchmarkDotNet.Attributes;
using Bothy.Packages.Alpine;
using Bothy.Packages.Debian;
using Bothy.Packages.Indexes;
using Bothy.Packages.Solving;
using Bothy.Store;
using Bothy.Testing;

namespace Bothy.Benchmarks;

/// <summary>
/// Indexes from their text and as the store keeps them. Data: <c>Packages</c> with a <c>python3</c> in it, <c>APKINDEX</c> with the names of
/// the file <c>world</c> in it, one a line.
/// </summary>
[MemoryDiagnoser]
public class IndexBenchmarks
{
    private static readonly Digest Source = Digest.Of("source"u8);

    private static readonly DebianIndexOrigin Debian = new()
    {
        Archive = new Uri("http://mirror.example/debian/"),
        Suite = "stable",
        Codename = "bookworm",
        Component = "main",
        Architecture = "amd64",
    };

    private static readonly ApkIndexOrigin Alpine = new("https://mirror.example/main", "x86_64", null);

    private readonly byte[] _packages = Inputs.File("Packages") ?? Inputs.Index(60_000);
    private readonly byte[] _apkIndex = Inputs.File("APKINDEX") ?? Inputs.ApkIndex(23_000);
    private readonly ImmutableArray<ApkDependency> _world =
        [.. (Inputs.File("world") is { } names ? System.Text.Encoding.ASCII.GetString(names) : "app").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(name => ApkDependency.Parse(name, null))];

    private TemporaryDirectory? _directory;
    private ContentStore? _store;

    [GlobalSetup]
    public void Prepare()
    {
        _directory = new TemporaryDirectory();
        _store = new ContentStore(_directory.Path);

        // Not every toolchain waits for a task here.
        ScanAndKeepDebian().Wait();
        OpenApkAsync().Wait();
    }

    [GlobalCleanup]
    public void Clean() => _directory?.Dispose();

    [Benchmark]
    public DebianIndex ScanDebian() => DebianIndex.Read(_packages, Debian);

    /// <summary>What a cold build does to an index beside inflating it; the keeping is on other threads.</summary>
    [Benchmark]
    public async Task<DebianIndex> ScanAndKeepDebian()
    {
        await using var keeper = new IndexKeeper(_store!, DebianIndex.KindFor(Debian), Source);
        var index = await DebianIndex.ReadAsync(new MemoryStream(_packages), Debian, keeper, CancellationToken.None);
        await keeper.CommitAsync();
        return index;
    }

    [Benchmark]
    public ImmutableArray<DebianPackage> OpenDebianAndLookUpOne() => DebianIndex.TryOpen(_store!, Source, Debian)!.Named("python3");

    [Benchmark]
    public Resolution<DebianPackage> OpenDebianAndSolvePython() => DebianSolver.Solve(
        new DebianPool([DebianIndex.TryOpen(_store!, Source, Debian)!]),
        new DebianSolverRequest { Architecture = "amd64", Packages = [DebianRequest.Parse("python3")] },
        CancellationToken.None);

    [Benchmark]
    public ApkIndex ScanApk() => ApkIndex.Read(_apkIndex, Alpine);

    [Benchmark]
    public async Task<Resolution<ApkPackage>> OpenApkAndSolve() => ApkSolver.Solve(
        new ApkPool([await OpenApkAsync()]), new ApkSolverRequest { Architecture = "x86_64", World = _world }, CancellationToken.None);

    private Task<ApkIndex> OpenApkAsync() => ApkIndex.OpenAsync(_store!, Source, () => _apkIndex, Alpine, CancellationToken.None);
}
