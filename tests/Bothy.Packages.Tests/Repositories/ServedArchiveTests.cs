using Bothy.Packages.Debian;
using Bothy.Packages.Repositories;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Packages.Tests.Repositories;

/// <summary>An archive behind an HTTP server: what is asked for, how often, and what happens when answers go wrong.</summary>
public sealed class ServedArchiveTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly TestSigner _signer = new(DebianArchiveBuilder.SomeDate.AddYears(-1));
    private readonly FakeHttpServer _server = new();
    private readonly TransferClient _transfer = new(new TransferSettings { IdleTimeout = TimeSpan.FromHours(1) }, new SkippingTimeProvider());
    private readonly FixedClock _clock = new(DebianArchiveBuilder.SomeDate.AddHours(1));

    public void Dispose()
    {
        _transfer.Dispose();
        _server.Dispose();
        _signer.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_second_fetch_downloads_nothing()
    {
        Serve(Write());

        await FetchAsync();
        _server.Serve("/debian/dists/bookworm/InRelease", FakeResponse.OfStatus(304));
        var fetched = await FetchAsync();

        Assert.Equal("hello", fetched.Indexes.Single().Packages.Single().Name);
        Assert.Equal(3, _server.Requests.Count);
        Assert.Equal("\"one\"", _server.Requests[^1]["If-None-Match"]);
        Assert.Equal("/debian/dists/bookworm/InRelease", _server.Requests[^1].Target);
    }

    [Fact]
    public async Task A_new_release_with_the_same_index_costs_only_itself()
    {
        var archive = Write();
        Serve(archive);
        await FetchAsync();
        archive.Date = archive.Date.AddHours(1);
        archive.Write();
        Serve(archive);

        var fetched = await FetchAsync();

        Assert.Equal(3, _server.Requests.Count);
        Assert.Equal(archive.Date, fetched.Releases.Single().Date);
    }

    [Fact]
    public async Task An_index_that_is_not_there_by_its_hash_is_asked_for_by_its_name()
    {
        Serve(Write(), byHash: false);

        var fetched = await FetchAsync();

        Assert.Equal("hello", fetched.Indexes.Single().Packages.Single().Name);
        Assert.Equal("/debian/dists/bookworm/main/binary-amd64/Packages.gz", _server.Requests[^1].Target);
    }

    [Fact]
    public async Task An_index_whose_download_is_cut_is_resumed()
    {
        var archive = Write();
        Serve(archive);
        string path = Directory.EnumerateFiles(archive.ReleaseDirectory, "*", SearchOption.AllDirectories).Single(file => file.Contains("by-hash", StringComparison.Ordinal) && File.ReadAllBytes(file)[0] == 0x1f);
        byte[] index = File.ReadAllBytes(path);
        _server.Serve("/debian/" + Path.GetRelativePath(_directory["archive"], path), FakeResponse.Of(index) with { CutAfter = 50 }, FakeResponse.Of(index));

        Assert.Equal("hello", (await FetchAsync()).Indexes.Single().Packages.Single().Name);
        Assert.Equal("bytes=50-", _server.Requests[^1]["Range"]);
    }

    [Fact]
    public async Task An_index_that_starts_over_after_a_cut_is_scanned_anew()
    {
        var archive = Write();
        Serve(archive);
        string path = Directory.EnumerateFiles(archive.ReleaseDirectory, "*", SearchOption.AllDirectories).Single(file => file.Contains("by-hash", StringComparison.Ordinal) && File.ReadAllBytes(file)[0] == 0x1f);
        byte[] index = File.ReadAllBytes(path);
        _server.Serve(
            "/debian/" + Path.GetRelativePath(_directory["archive"], path),
            FakeResponse.Of(index) with { CutAfter = 50 },
            FakeResponse.Of(index) with { HonoursRanges = false });

        Assert.Equal("hello", (await FetchAsync()).Indexes.Single().Packages.Single().Name);
    }

    [Fact]
    public async Task A_server_without_the_suite_is_named()
    {
        foreach (string name in new[] { "InRelease", "Release" })
        {
            _server.Serve("/debian/dists/bookworm/" + name, FakeResponse.OfStatus(404));
        }

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync());

        Assert.Equal($"cannot fetch {_server["/debian/dists/bookworm/InRelease"]}: the server says 404 Not Found", failure.Message);
    }

    [Fact]
    public async Task Credentials_of_the_address_are_not_shown()
    {
        Serve(Write());
        using var other = new TestSigner(DebianArchiveBuilder.SomeDate.AddYears(-1));
        var builder = new UriBuilder(_server["/debian/"]) { UserName = "me", Password = "secret" };

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync(builder.Uri, other));

        Assert.StartsWith($"cannot trust {_server["/debian"]} bookworm: ", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message + failure.Hint, StringComparison.Ordinal);
    }

    private DebianArchiveBuilder Write()
    {
        var archive = new DebianArchiveBuilder(_directory["archive"], _signer);
        archive.Add(new DebBuilder("hello"));
        return archive.Write();
    }

    private void Serve(DebianArchiveBuilder archive, bool byHash = true)
    {
        foreach (string file in Directory.EnumerateFiles(archive.ReleaseDirectory, "*", SearchOption.AllDirectories))
        {
            bool missing = !byHash && file.Contains("by-hash", StringComparison.Ordinal);
            _server.Serve("/debian/" + Path.GetRelativePath(_directory["archive"], file), missing ? FakeResponse.OfStatus(404) : FakeResponse.Of(File.ReadAllBytes(file), ("ETag", "\"one\"")));
        }
    }

    private Task<DebianIndexes> FetchAsync() => FetchAsync(_server["/debian/"], _signer);

    private Task<DebianIndexes> FetchAsync(Uri archive, TestSigner signer)
    {
        File.WriteAllBytes(_directory["keys.gpg"], signer.ExportKeyring());
        var machine = MachineApt.Read(_directory.Path);
        var repositories = DebianRepository.ResolveAll([AptSource.Parse($"deb [signed-by=keys.gpg] {archive} bookworm main")], new DebianMirrors(machine, null), new DebianKeys(machine, _directory.Path, []));
        return new DebianRepositories(_transfer, new ContentStore(_directory["store"]), _clock)
            .FetchIndexesAsync(repositories, "amd64", DebianFetchOptions.Default, progress: null, CancellationToken.None);
    }
}
