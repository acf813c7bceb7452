using System.Collections.Immutable;
using Bothy.Packages.Repositories;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Packages.Tests.Repositories;

public sealed class PackageFetcherTests : IDisposable
{
    private static readonly byte[] Deb = new DebBuilder("hello").File("usr/share/hello", new string('x', 5000)).Build();
    private static readonly Digest DebDigest = Digest.Of(Deb);

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeHttpServer _server = new();
    private readonly TransferClient _transfer = new(new TransferSettings { IdleTimeout = TimeSpan.FromHours(1) }, new SkippingTimeProvider());

    private ContentStore Store => new(_directory["store"]);

    public void Dispose()
    {
        _transfer.Dispose();
        _server.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Fetches_once_and_reports_how_far_it_is()
    {
        _server.Serve("/hello.deb", Deb);
        var progress = new Recorder();

        await FetchAsync([_server["/hello.deb"]], progress: progress);
        await FetchAsync([_server["/hello.deb"]]);

        Assert.Single(_server.Requests);
        Assert.Equal(Deb, Store.TryRead(DebDigest));
        Assert.Equal(new FetchProgress("hello 1.0-1 (amd64)", Deb.Length, Deb.Length), progress.Reports[^1]);
    }

    [Fact]
    public async Task The_next_mirror_is_asked_where_one_fails()
    {
        _server.Serve("/lost.deb", FakeResponse.OfStatus(404));
        _server.Serve("/changed.deb", Changed());
        _server.Serve("/hello.deb", Deb);

        await FetchAsync([_server["/lost.deb"], _server["/changed.deb"], _server["/hello.deb"]]);

        Assert.True(Store.Contains(DebDigest));
    }

    [Fact]
    public async Task A_changed_package_is_refused_and_not_kept()
    {
        _server.Serve("/hello.deb", Changed());

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync([_server["/hello.deb"]]));

        Assert.Equal($"cannot fetch hello 1.0-1 (amd64): {_server["/hello.deb"]}: its digest is {Digest.Of(Changed())} where {DebDigest} is expected", failure.Message);
        Assert.False(Store.Contains(DebDigest));
        Assert.False(Store.Contains(Digest.Of(Changed())));
    }

    [Fact]
    public async Task A_truncated_package_is_refused()
    {
        _server.Serve("/hello.deb", Deb.AsMemory(0, Deb.Length - 10));

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync([_server["/hello.deb"]]));

        Assert.Equal($"cannot fetch hello 1.0-1 (amd64): {_server["/hello.deb"]}: it has {Deb.Length - 10} bytes where {Deb.Length} are expected", failure.Message);
    }

    [Fact]
    public async Task A_package_that_no_mirror_has_is_named_with_its_address()
    {
        _server.Serve("/hello.deb", FakeResponse.OfStatus(404));

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync([_server["/hello.deb"]]));

        Assert.Equal($"cannot fetch hello 1.0-1 (amd64): {_server["/hello.deb"]}: the server says 404 Not Found", failure.Message);
        Assert.Equal("Check the address; a package may have left the mirror since its index was read.", failure.Hint);
    }

    [Fact]
    public async Task Without_an_address_it_says_so()
    {
        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync([]));

        Assert.Equal("cannot fetch hello 1.0-1 (amd64): it is not in the store, and no address of it is known", failure.Message);
    }

    [Fact]
    public async Task A_cut_connection_is_resumed()
    {
        _server.Serve("/hello.deb", FakeResponse.Of(Deb) with { CutAfter = 300 }, FakeResponse.Of(Deb));

        await FetchAsync([_server["/hello.deb"]]);

        Assert.Equal("bytes=300-", _server.Requests[^1]["Range"]);
        Assert.True(Store.Contains(DebDigest));
    }

    [Fact]
    public async Task Where_the_rest_of_an_earlier_run_is_bad_the_whole_is_asked_for()
    {
        _server.Serve("/hello.deb", Deb);
        using (var earlier = Store.BeginReception(DebDigest, Deb.Length))
        {
            earlier.Destination.Write(new byte[300]);
        }

        await FetchAsync([_server["/hello.deb"]]);

        Assert.Equal(["bytes=300-", null], _server.Requests.Select(request => request["Range"]));
        Assert.Equal(Deb, Store.TryRead(DebDigest));
    }

    [Fact]
    public async Task Where_the_store_cannot_be_written_no_other_mirror_is_asked()
    {
        File.WriteAllText(_directory["store"], "in the way");

        await Assert.ThrowsAsync<StoreWriteException>(() => FetchAsync([_server["/a.deb"], _server["/b.deb"]]));

        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData("hello.deb")]
    [InlineData("deep/down/under another name")]
    public async Task A_directory_of_packages_comes_before_the_mirrors(string name)
    {
        string file = Path.Combine(_directory["packages"], name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, Deb);
        File.WriteAllBytes(Path.Combine(_directory["packages"], "zz.deb"), Changed());

        await FetchAsync([_server["/hello.deb"]], [_directory["packages"]]);

        Assert.Empty(_server.Requests);
        Assert.True(Store.Contains(DebDigest));
    }

    [Fact]
    public async Task A_package_of_the_right_name_and_wrong_content_is_not_taken_from_a_directory()
    {
        Directory.CreateDirectory(_directory["packages"]);
        File.WriteAllBytes(_directory["packages/hello.deb"], Changed());
        _server.Serve("/hello.deb", Deb);

        await FetchAsync([_server["/hello.deb"]], [_directory["packages"]]);

        Assert.Single(_server.Requests);
        Assert.Equal(Deb, Store.TryRead(DebDigest));
    }

    [Fact]
    public async Task A_directory_that_is_not_there_is_named()
    {
        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync([_server["/hello.deb"]], [_directory["packages"]]));

        Assert.Equal($"cannot take packages from {_directory["packages"]}: there is no such directory", failure.Message);
    }

    [Fact]
    public async Task Of_many_packages_each_is_handed_on_as_it_arrives()
    {
        var packages = Enumerable.Range(0, 30).Select(i => new DebBuilder($"p{i}").Build()).Select((deb, i) =>
        {
            _server.Serve($"/p{i}.deb", deb);
            return new PackageToFetch(new PackageId($"p{i}", "1.0-1", "amd64"), [_server[$"/p{i}.deb"]], deb.Length, new PackageIdentity.OfFile(Digest.Of(deb)));
        }).ToImmutableArray();
        var arrived = new System.Collections.Concurrent.ConcurrentBag<string>();

        await new PackageFetcher(_transfer, Store, []).FetchAllAsync(
            packages,
            (position, digest, _) =>
            {
                Assert.Equal(new PackageIdentity.OfFile(digest), packages[position].Identity);
                Assert.True(Store.Contains(digest));
                arrived.Add(packages[position].Id.Name);
                return Task.CompletedTask;
            },
            progress: null,
            CancellationToken.None);

        Assert.Equal(packages.Select(package => package.Id.Name).Order(), arrived.Order());
    }

    [Fact]
    public async Task Without_a_network_the_first_of_several_missing_packages_is_named_and_nothing_is_decoded_that_need_not_be()
    {
        using var offline = new TransferClient(new TransferSettings { Offline = true }, TimeProvider.System);
        Directory.CreateDirectory(_directory["packages"]);
        var packages = Enumerable.Range(0, 40).Select(i => new DebBuilder($"p{i}").File("x", string.Concat(Enumerable.Range(0, i is 21 or 33 ? 1000 * i : i % 7))).Build()).Select((deb, i) =>
        {
            // Two are missing, and nothing else has their size; of a third something else has name and size.
            if (i is not (21 or 33))
            {
                byte[] kept = [.. deb];
                kept[^1] ^= (byte)(i == 12 ? 1 : 0);
                File.WriteAllBytes(_directory[$"packages/p{i}.deb"], kept);
            }

            return new PackageToFetch(new PackageId($"p{i}", "1.0-1", "amd64"), [_server[$"/p{i}.deb"]], deb.Length, new PackageIdentity.OfFile(Digest.Of(deb)));
        }).ToImmutableArray();

        for (int round = 0; round < 5; round++)
        {
            int arrived = 0;
            var failure = await Assert.ThrowsAsync<BothyException>(() => new PackageFetcher(offline, new ContentStore(_directory[$"store{round}"]), [_directory["packages"]]) { IsOffline = true }.FetchAllAsync(
                packages,
                (_, _, _) =>
                {
                    Interlocked.Increment(ref arrived);
                    return Task.CompletedTask;
                },
                progress: null,
                CancellationToken.None));

            Assert.StartsWith("cannot fetch p12 1.0-1 (amd64): ", failure.Message, StringComparison.Ordinal);
            Assert.EndsWith(": offline", failure.Message, StringComparison.Ordinal);
            Assert.Equal(0, arrived);
        }
    }

    [Theory]
    [InlineData("hello.deb")]
    [InlineData("another name")]
    public async Task A_file_that_goes_after_its_directory_was_looked_through_is_fetched(string name)
    {
        Directory.CreateDirectory(_directory["packages"]);
        byte[] other = new DebBuilder("other").Build();
        File.WriteAllBytes(_directory["packages/other"], other);
        File.WriteAllBytes(Path.Combine(_directory["packages"], name), Deb);
        _server.Serve("/hello.deb", Deb);
        var fetcher = new PackageFetcher(_transfer, Store, [_directory["packages"]]);
        await fetcher.FetchAsync(new PackageToFetch(new PackageId("other", "1.0-1", "amd64"), [], other.Length, new PackageIdentity.OfFile(Digest.Of(other))), progress: null, CancellationToken.None);
        File.Delete(Path.Combine(_directory["packages"], name));

        await fetcher.FetchAsync(new PackageToFetch(new PackageId("hello", "1.0-1", "amd64"), [_server["/hello.deb"]], Deb.Length, new PackageIdentity.OfFile(DebDigest)), progress: null, CancellationToken.None);

        Assert.Single(_server.Requests);
        Assert.True(Store.Contains(DebDigest));
    }

    [Fact]
    public async Task Of_two_directories_the_one_without_it_is_no_failure()
    {
        Directory.CreateDirectory(_directory["a"]);
        Directory.CreateDirectory(_directory["b"]);
        File.WriteAllBytes(_directory["a/hello.deb"], Changed());
        File.WriteAllBytes(_directory["b/hello.deb"], Deb);

        await FetchAsync([_server["/hello.deb"]], [_directory["a"], _directory["b"]]);

        Assert.Empty(_server.Requests);
        Assert.Equal(Deb, Store.TryRead(DebDigest));
        Assert.False(Store.Contains(Digest.Of(Changed())));
    }

    private static byte[] Changed()
    {
        byte[] changed = [.. Deb];
        changed[^20] ^= 1;
        return changed;
    }

    private Task<Digest> FetchAsync(ImmutableArray<Uri> uris, ImmutableArray<string>? directories = null, IProgress<FetchProgress>? progress = null) =>
        new PackageFetcher(_transfer, Store, directories ?? []).FetchAsync(
            new PackageToFetch(new PackageId("hello", "1.0-1", "amd64"), uris, Deb.Length, new PackageIdentity.OfFile(DebDigest)),
            progress,
            CancellationToken.None);

    private sealed class Recorder : IProgress<FetchProgress>
    {
        public List<FetchProgress> Reports { get; } = [];

        public void Report(FetchProgress value)
        {
            lock (Reports)
            {
                Reports.Add(value);
            }
        }
    }
}
