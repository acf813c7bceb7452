using System.Collections.Immutable;
using Bothy.Formats;
using Bothy.Packages.Alpine;
using Bothy.Packages.Debian;
using Bothy.Packages.Repositories;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Packages.Tests.Repositories;

/// <summary>Packages that are decoded while they arrive: whatever happens on the way, the store ends as if they had been decoded afterwards.</summary>
public sealed class ArrivalDecodingTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly PackageId Hello = new("hello", "1.0-1", "amd64");
    private static readonly PackageId HelloApk = new("hello", "1.0-r0", "x86_64");
    private static readonly byte[] Noise = MakeNoise(1_500_000);
    private static readonly byte[] Deb = new DebBuilder("hello").Directory("usr").File("usr/noise", Noise).File("usr/zeros", new byte[300_000]).Link("usr/link", "noise").Build();
    private static readonly Digest DebDigest = Digest.Of(Deb);

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeHttpServer _server = new();
    private readonly TransferClient _transfer = new(new TransferSettings { IdleTimeout = TimeSpan.FromHours(1) }, new SkippingTimeProvider());
    private readonly DecodingSlots _slots = new(1);

    // When a decoder has begun, and when it has read a good part.
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _halfway = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ContentStore Store => new(_directory["store"]);

    public void Dispose()
    {
        _transfer.Dispose();
        _server.Dispose();
        _slots.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Half_of_a_package_is_decoded_before_the_other_half_is_sent()
    {
        _server.Serve("/hello.deb", Halting(Deb));

        await FetchAsync();

        await AssertDecodedOnArrivalAsync();
    }

    [Fact]
    public async Task An_apk_of_an_index_is_decoded_before_its_digest_is_known()
    {
        byte[] apk = new ApkBuilder("hello").File("usr/noise", Noise).Write(out var written, ApkRepositoryBuilder.Key);
        _server.Serve("/hello.apk", Halting(apk));
        var package = new PackageToFetch(HelloApk, [_server["/hello.apk"]], apk.Length, new PackageIdentity.OfApk(written.Checksum))
        {
            Decode = Noticed(stream => new ApkPackages(Store).Decode(HelloApk, stream, apk.Length)),
        };

        var digest = await Fetcher().FetchAsync(package, progress: null, CancellationToken.None);

        Assert.Equal(Digest.Of(apk), digest);
        byte[] catalogue = File.ReadAllBytes(Directory.GetFiles(_directory["store/catalogues"]).Single());
        var other = new ContentStore(_directory["other"]);
        var contents = await new ApkPackages(other).OpenAsync(HelloApk, other.AddBytes(apk), written.Checksum, CancellationToken.None);
        Assert.Equal(File.ReadAllBytes(Directory.GetFiles(_directory["other/catalogues"]).Single()), catalogue);
        Assert.Equal(TreeDump.WithOrigins(contents.Tree), TreeDump.WithOrigins((await new ApkPackages(Store).OpenAsync(HelloApk, digest, written.Checksum, CancellationToken.None)).Tree));
        AssertNothingUnfinished();
    }

    [Fact]
    public async Task A_byte_that_was_changed_anywhere_is_the_digests_to_refuse_and_leaves_nothing()
    {
        var random = new Random(4);
        foreach (int at in (int[])[0, 9, 70, 140, 400_000, Deb.Length - 1, .. Enumerable.Range(0, 20).Select(_ => random.Next(Deb.Length))])
        {
            byte[] changed = [.. Deb];
            changed[at] ^= (byte)random.Next(1, 256);
            _server.Serve("/hello.deb", changed);

            var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync());

            Assert.Equal($"cannot fetch hello 1.0-1 (amd64): {_server["/hello.deb"]}: its digest is {Digest.Of(changed)} where {DebDigest} is expected", failure.Message);
            Assert.Empty(Directory.GetFiles(_directory["store/blobs"]));
            Assert.Empty(Directory.GetFiles(_directory["store/catalogues"]));
            AssertNothingUnfinished();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(400_000)]
    public async Task What_cannot_be_decoded_is_the_digests_to_refuse(int from)
    {
        byte[] garbage = [.. Deb[..from], .. MakeNoise(Deb.Length - from)];
        _server.Serve("/hello.deb", FakeResponse.Of(garbage) with { GateAfter = Deb.Length - 10, Gate = _begun.Task });

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync());

        Assert.EndsWith($"its digest is {Digest.Of(garbage)} where {DebDigest} is expected", failure.Message, StringComparison.Ordinal);
        AssertNothingUnfinished();
    }

    [Fact]
    public async Task A_cut_connection_is_resumed_and_decoded_in_one()
    {
        _server.Serve("/hello.deb", FakeResponse.Of(Deb) with { CutAfter = 500_000 }, FakeResponse.Of(Deb) with { Gate = _halfway.Task });

        await FetchAsync();

        Assert.Equal("bytes=500000-", _server.Requests[^1]["Range"]);
        await AssertDecodedOnArrivalAsync();
    }

    [Theory]
    [InlineData(500_000)]
    [InlineData(1_000_000)]
    public async Task A_package_that_is_begun_anew_is_decoded_from_the_store(int cut)
    {
        byte[] other = [.. Deb];
        other.AsSpan(200_000, 1000).Clear();
        _server.Serve("/hello.deb", FakeResponse.Of(other) with { CutAfter = cut }, FakeResponse.Of(Deb) with { HonoursRanges = false, Gate = _halfway.Task });

        await FetchAsync();

        Assert.Empty(Directory.GetFiles(_directory["store/catalogues"]));
        await AssertDecodesAsAlwaysAsync();
    }

    [Fact]
    public async Task What_an_earlier_run_received_is_decoded_with_the_rest()
    {
        using (var earlier = Store.BeginReception(DebDigest, Deb.Length))
        {
            earlier.Destination.Write(Deb.AsSpan(0, 700_000));
        }

        _server.Serve("/hello.deb", FakeResponse.Of(Deb) with { Gate = _halfway.Task });

        await FetchAsync();

        Assert.Equal("bytes=700000-", _server.Requests.Single()["Range"]);
        await AssertDecodedOnArrivalAsync();
    }

    [Fact]
    public async Task Where_what_an_earlier_run_received_is_wrong_the_whole_is_asked_for_and_right()
    {
        using (var earlier = Store.BeginReception(DebDigest, Deb.Length))
        {
            earlier.Destination.Write(Noise.AsSpan(0, 700_000));
        }

        _server.Serve("/hello.deb", Deb);

        await FetchAsync();

        Assert.Equal(["bytes=700000-", null], _server.Requests.Select(request => request["Range"]));
        await AssertDecodesAsAlwaysAsync();
    }

    [Fact]
    public async Task The_next_mirror_is_asked_where_one_has_something_else()
    {
        byte[] changed = [.. Deb];
        changed[^20] ^= 1;
        _server.Serve("/changed.deb", FakeResponse.Of(changed) with { GateAfter = changed.Length / 2, Gate = _begun.Task });
        _server.Serve("/hello.deb", Deb);

        await FetchAsync("/changed.deb", "/hello.deb");

        await AssertDecodesAsAlwaysAsync();
        Assert.False(Store.Contains(Digest.Of(changed)));
    }

    [Fact]
    public async Task A_silent_server_keeps_nobody_else_from_decoding()
    {
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var debs = Enumerable.Range(0, 6).Select(i => new DebBuilder($"p{i}").File("usr/noise", Noise.AsMemory(i).ToArray()).Build()).ToArray();
        var packages = debs.Select((deb, i) =>
        {
            var id = new PackageId($"p{i}", "1.0-1", "amd64");
            // Half of them come to a stop in the middle of what is being decoded.
            _server.Serve($"/p{i}.deb", FakeResponse.Of(deb) with { GateAfter = deb.Length / 2, Gate = i < 3 ? held.Task : Task.CompletedTask });
            return new PackageToFetch(id, [_server[$"/p{i}.deb"]], deb.Length, new PackageIdentity.OfFile(Digest.Of(deb))) { Decode = Noticed(stream => new DebPackages(Store).Decode(id, stream)) };
        }).ToImmutableArray();
        int open = 0;

        await Fetcher().FetchAllAsync(
            packages,
            async (position, digest, token) =>
            {
                await _slots.RunAsync(() => new DebPackages(Store).OpenAsync(packages[position].Id, digest, token), token);
                if (Interlocked.Increment(ref open) == 3)
                {
                    await _begun.Task;
                    held.SetResult();
                }
            },
            progress: null,
            CancellationToken.None).WaitAsync(Patience);

        Assert.Equal(6, Directory.GetFiles(_directory["store/catalogues"]).Length);
        AssertNothingUnfinished();
    }

    [Fact]
    public async Task What_is_cancelled_leaves_what_was_received_and_nothing_else()
    {
        using var stop = new CancellationTokenSource();
        var held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Serve("/hello.deb", FakeResponse.Of(Deb) with { GateAfter = 600_000, Gate = held.Task }, FakeResponse.Of(Deb));

        var fetching = Fetcher().FetchAsync(Package("/hello.deb"), progress: null, stop.Token);
        await _halfway.Task.WaitAsync(Patience);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetching.WaitAsync(Patience));
        held.SetResult();
        Assert.Empty(Directory.GetFiles(_directory["store/temporary"]));
        Assert.Empty(Directory.GetFiles(_directory["store/catalogues"]));
        Assert.InRange(new FileInfo(Directory.GetFiles(_directory["store/partial"]).Single()).Length, 1, 600_000);
        await FetchAsync();
        await AssertDecodesAsAlwaysAsync();
    }

    [Fact]
    public async Task A_right_package_that_must_not_be_unpacked_is_refused_as_always()
    {
        byte[] deb = new DebBuilder("hello").File("usr/noise", Noise).Raw(new RawTarEntry("../etc/passwd", '0')).File("usr/more", Noise).Build();
        _server.Serve("/hello.deb", Halting(deb));
        var package = new PackageToFetch(Hello, [_server["/hello.deb"]], deb.Length, new PackageIdentity.OfFile(Digest.Of(deb))) { Decode = Noticed(stream => new DebPackages(Store).Decode(Hello, stream)) };

        var digest = await Fetcher().FetchAsync(package, progress: null, CancellationToken.None);
        var failure = await Assert.ThrowsAsync<MalformedDataException>(() => new DebPackages(Store).OpenAsync(Hello, digest, CancellationToken.None));

        Assert.Contains("the entry '../etc/passwd' leaves the package", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_directory["store/catalogues"]));
        AssertNothingUnfinished();
    }

    [Fact]
    public async Task Of_several_builds_one_fetches_and_decodes_and_all_have_it()
    {
        _server.Serve("/hello.deb", Halting(Deb));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => FetchAsync())).WaitAsync(Patience);

        Assert.Single(_server.Requests);
        await AssertDecodedOnArrivalAsync();
    }

    private static byte[] MakeNoise(int length)
    {
        byte[] noise = new byte[length];
        new Random(1).NextBytes(noise);
        return noise;
    }

    // Sends the second half once a good part of the first was decoded.
    private FakeResponse Halting(byte[] body) => FakeResponse.Of(body) with { GateAfter = body.Length / 2, Gate = _halfway.Task };

    private PackageFetcher Fetcher() => new(_transfer, Store, []) { Decoding = _slots };

    private PackageToFetch Package(params string[] paths) => new(Hello, [.. paths.Select(path => _server[path])], Deb.Length, new PackageIdentity.OfFile(DebDigest))
    {
        Decode = Noticed(stream => new DebPackages(Store).Decode(Hello, stream)),
    };

    private Func<Stream, CatalogueWriter> Noticed(Func<Stream, CatalogueWriter> decode) => stream =>
    {
        _begun.TrySetResult();
        return decode(new NoticedStream(stream, _halfway));
    };

    private Task<Digest> FetchAsync(params string[] paths) =>
        Fetcher().FetchAsync(Package(paths is [] ? ["/hello.deb"] : paths), progress: null, CancellationToken.None).WaitAsync(Patience);

    private async Task AssertDecodedOnArrivalAsync()
    {
        byte[] catalogue = File.ReadAllBytes(Directory.GetFiles(_directory["store/catalogues"]).Single());
        await AssertDecodesAsAlwaysAsync();
        Assert.Equal(File.ReadAllBytes(Directory.GetFiles(_directory["other/catalogues"]).Single()), catalogue);
    }

    private async Task AssertDecodesAsAlwaysAsync()
    {
        Assert.Equal(Deb, Store.TryRead(DebDigest));
        var other = new ContentStore(_directory["other"]);
        var expected = await new DebPackages(other).OpenAsync(Hello, other.AddBytes(Deb), CancellationToken.None);
        var actual = await new DebPackages(Store).OpenAsync(Hello, DebDigest, CancellationToken.None);
        Assert.Equal(TreeDump.WithOrigins(expected.Tree), TreeDump.WithOrigins(actual.Tree));
        Assert.Equal(expected.Control["control"].ToArray(), actual.Control["control"].ToArray());
        AssertNothingUnfinished();
    }

    private void AssertNothingUnfinished() =>
        Assert.Empty(((string[])["temporary", "partial", "claims"]).SelectMany(name => Directory.GetFiles(_directory[$"store/{name}"])));

    private sealed class NoticedStream(Stream inner, TaskCompletionSource halfway) : ForwardReadStream
    {
        private const int GoodPart = 300_000;

        private long _count;

        public override int Read(Span<byte> buffer)
        {
            int count = inner.Read(buffer);
            _count += count;
            if (_count >= GoodPart)
            {
                halfway.TrySetResult();
            }

            return count;
        }
    }
}
