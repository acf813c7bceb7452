using System.Diagnostics;
using Bothy.Packages.Debian;
using Bothy.Packages.Repositories;
using Bothy.Store;
using Bothy.Transfer;
using Xunit.Abstractions;

namespace Bothy.Packages.Tests.Repositories;

/// <summary>The archive that this machine's apt uses, fetched and read, with dpkg's own programs as judges.</summary>
public sealed class RealArchiveTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string[] Suites = ["deb bookworm main", "deb bookworm-updates main", "deb bookworm-security main"];

    private readonly TemporaryDirectory _store = new();
    private readonly TransferClient _transfer = new(new TransferSettings(), TimeProvider.System);

    public void Dispose()
    {
        _transfer.Dispose();
        _store.Dispose();
    }

    [RequiresFact(Needs.Network)]
    public async Task Fetches_and_verifies_three_suites_and_then_reads_them_from_the_store()
    {
        for (int i = 0; i < 2; i++)
        {
            var watch = Stopwatch.StartNew();
            var fetched = await FetchAsync(DebianFetchOptions.Default);
            output.WriteLine($"fetch {i}: {watch.ElapsedMilliseconds} ms, {fetched.Indexes.Sum(index => index.Count)} packages");
        }

        var offlineWatch = Stopwatch.StartNew();
        var offline = await FetchAsync(new DebianFetchOptions { Offline = true });
        output.WriteLine($"offline: {offlineWatch.ElapsedMilliseconds} ms");
        Assert.Equal(["bookworm", "bookworm-updates", "bookworm-security"], offline.Releases.Select(release => release.Codename));
        Assert.True(offline.Indexes[0].Count > 50_000);
        Assert.All(offline.Releases, release => Assert.NotEmpty(release.KeyFingerprints));
        Assert.Empty(offline.Warnings);
    }

    private async Task<DebianIndexes> FetchAsync(DebianFetchOptions options)
    {
        var machine = MachineApt.Read("/");
        var repositories = DebianRepository.ResolveAll(Suites.Select(AptSource.Parse), new DebianMirrors(machine, mirror: null), new DebianKeys(machine, "/", []));
        var fetcher = new DebianRepositories(_transfer, new ContentStore(_store.Path), TimeProvider.System);
        return await fetcher.FetchIndexesAsync(repositories, "amd64", options, progress: null, CancellationToken.None);
    }
}
