using System.Collections.Immutable;
using Bothy.Packages.Alpine;
using Bothy.Packages.Repositories;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Packages.Tests.Repositories;

public sealed class ApkFetchTests : IDisposable
{
    private static readonly PackageId Hello = new("hello", "1.0-r0", "x86_64");

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeHttpServer _server = new();
    private readonly TransferClient _transfer = new(new TransferSettings { RetryCount = 0 }, TimeProvider.System);
    private readonly byte[] _apk;
    private readonly ApkChecksum _checksum;

    public ApkFetchTests()
    {
        _apk = new ApkBuilder("hello").File("usr/share/hello", new string('x', 5000)).Write(out var written, ApkRepositoryBuilder.Key);
        _checksum = written.Checksum;
    }

    private ContentStore Store => new(_directory["store"]);

    public void Dispose()
    {
        _transfer.Dispose();
        _server.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_package_is_fetched_by_its_identity_once_and_its_digest_told()
    {
        _server.Serve("/hello.apk", _apk);

        var first = await FetchAsync([_server["/hello.apk"]]);
        var second = await FetchAsync([_server["/hello.apk"]]);

        Assert.Equal((Digest.Of(_apk), Digest.Of(_apk)), (first, second));
        Assert.Single(_server.Requests);
        Assert.Equal(_apk, Store.TryRead(first));
    }

    [Fact]
    public async Task An_identity_by_sha256_is_as_good()
    {
        _server.Serve("/hello.apk", _apk);
        using var members = new Bothy.Formats.Compression.GzipMembers(new MemoryStream(_apk), "test");
        members.OpenNext(long.MaxValue, static _ => { }).CopyTo(Stream.Null);
        int start = (int)members.Offset;
        members.OpenNext(long.MaxValue, static _ => { }).CopyTo(Stream.Null);
        var checksum = ApkChecksum.FromHash(System.Security.Cryptography.SHA256.HashData(_apk.AsSpan(start, (int)members.Offset - start)));

        var digest = await FetchAsync([_server["/hello.apk"]], checksum);

        Assert.NotNull(await new ApkPackages(Store).OpenAsync(Hello, digest, checksum, CancellationToken.None));
    }

    [Fact]
    public async Task A_package_that_was_removed_from_the_store_is_fetched_again()
    {
        _server.Serve("/hello.apk", _apk);
        var digest = await FetchAsync([_server["/hello.apk"]]);
        Store.Remove(digest);

        await FetchAsync([_server["/hello.apk"]]);

        Assert.True(Store.Contains(digest));
    }

    [Fact]
    public async Task The_next_mirror_is_asked_where_one_serves_another_package()
    {
        byte[] other = new ApkBuilder("hello").File("usr/share/hello", new string('y', 5000)).Write(out var written, ApkRepositoryBuilder.Key);
        _server.Serve("/other.apk", other);
        _server.Serve("/hello.apk", _apk);

        Assert.Equal(Digest.Of(_apk), await FetchAsync([_server["/other.apk"], _server["/hello.apk"]], size: null));
        Store.Remove(Digest.Of(_apk));
        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync([_server["/other.apk"]], size: other.Length));

        Assert.Equal($"cannot fetch hello 1.0-r0 (x86_64): {_server["/other.apk"]}: its control segment has the checksum {written.Checksum}, not {_checksum} (C:)", failure.Message);
        Assert.False(Store.Contains(Digest.Of(other)));
    }

    [Fact]
    public async Task Two_packages_of_one_identity_are_one_and_the_name_decides_which()
    {
        _server.Serve("/hello.apk", _apk);
        var digest = await FetchAsync([_server["/hello.apk"]]);
        var liar = new PackageId("busybox", "1.0-r0", "x86_64");

        var found = await new PackageFetcher(_transfer, Store, []).FetchAsync(new PackageToFetch(liar, [], _apk.Length, new PackageIdentity.OfApk(_checksum)), progress: null, CancellationToken.None);
        var failure = await Assert.ThrowsAsync<BothyException>(() => new ApkPackages(Store).OpenAsync(liar, found, _checksum, CancellationToken.None));

        Assert.Equal(digest, found);
        Assert.Equal("cannot use busybox 1.0-r0 (x86_64): its .apk says that it is hello 1.0-r0 (x86_64)", failure.Message);
    }

    [Fact]
    public async Task Where_the_rest_of_an_earlier_run_is_bad_the_whole_is_asked_for()
    {
        _server.Serve("/hello.apk", _apk);
        using (var earlier = Store.BeginReception(_checksum.ToString(), _apk.Length))
        {
            earlier.Destination.Write(new byte[300]);
        }

        await FetchAsync([_server["/hello.apk"]]);

        Assert.Equal(["bytes=300-", null], _server.Requests.Select(request => request["Range"]));
    }

    [Fact]
    public async Task A_cut_connection_is_resumed()
    {
        _server.Serve("/hello.apk", FakeResponse.Of(_apk) with { CutAfter = 300 }, FakeResponse.Of(_apk));

        Assert.Equal(Digest.Of(_apk), await FetchAsync([_server["/hello.apk"]]));

        Assert.Equal("bytes=300-", _server.Requests[^1]["Range"]);
    }

    [Fact]
    public async Task A_directory_of_packages_comes_before_the_mirrors()
    {
        Directory.CreateDirectory(_directory["packages"]);
        File.WriteAllBytes(_directory["packages/some.apk"], _apk);
        File.WriteAllBytes(_directory["packages/same-size"], new byte[_apk.Length]);

        var digest = await FetchAsync([_server["/hello.apk"]], directories: [_directory["packages"]]);

        Assert.Empty(_server.Requests);
        Assert.Equal(_apk, Store.TryRead(digest));
    }

    private Task<Digest> FetchAsync(ImmutableArray<Uri> uris, ApkChecksum? checksum = null, int? size = null, ImmutableArray<string>? directories = null) =>
        new PackageFetcher(_transfer, Store, directories ?? []).FetchAsync(
            new PackageToFetch(Hello, uris, size ?? _apk.Length, new PackageIdentity.OfApk(checksum ?? _checksum)), progress: null, CancellationToken.None);
}
