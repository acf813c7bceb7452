namespace Bothy.Transfer.Tests;

public sealed class DownloadTests : TransferTest
{
    private readonly MemoryStream _destination = new();

    [Fact]
    public async Task Continues_after_a_cut_with_the_rest_of_the_same_file()
    {
        byte[] bytes = Bytes(1_000_000);
        var whole = FakeResponse.Of(bytes, ("ETag", "\"v1\""));
        Server.Serve("/a.deb", whole with { CutAfter = 400_000 }, whole with { CutAfter = 300_000 }, whole);
        using var client = Client();

        await client.DownloadAsync(Server["/a.deb"], _destination, new DownloadOptions { ExpectedSize = bytes.Length }, null, None);

        Assert.Equal(bytes, _destination.ToArray());
        Assert.Equal([null, "bytes=400000-", "bytes=700000-"], Server.Requests.Select(request => request["Range"]));
        Assert.Equal([null, "\"v1\"", "\"v1\""], Server.Requests.Select(request => request["If-Range"]));
    }

    [Fact]
    public async Task Starts_over_where_the_file_has_changed_meanwhile()
    {
        byte[] bytes = Bytes(1_000_000);
        Server.Serve(
            "/a",
            FakeResponse.Of(Bytes(999_999), ("ETag", "\"v1\"")) with { CutAfter = 400_000 },
            FakeResponse.Of(bytes, ("ETag", "\"v2\"")));
        using var client = Client();

        await client.DownloadAsync(Server["/a"], _destination, new DownloadOptions(), null, None);

        Assert.Equal(bytes, _destination.ToArray());
    }

    [Fact]
    public async Task Starts_over_where_the_server_knows_no_parts()
    {
        byte[] bytes = Bytes(500_000);
        var whole = FakeResponse.Of(bytes) with { HonoursRanges = false };
        Server.Serve("/a", whole with { CutAfter = 400_000 }, whole);
        using var client = Client();

        await client.DownloadAsync(Server["/a"], _destination, new DownloadOptions { ExpectedSize = bytes.Length }, null, None);

        Assert.Equal(bytes, _destination.ToArray());
        Assert.Equal("bytes=400000-", Server.Requests[1]["Range"]);
    }

    [Theory]
    [InlineData(300_000, "bytes=300000-")] // the rest is asked for
    [InlineData(500_000, null)] // nothing is left to ask for
    [InlineData(600_000, "")] // too much to be the beginning of it
    public async Task Continues_what_an_earlier_process_began(int there, string? range)
    {
        byte[] bytes = Bytes(500_000);
        Server.Serve("/a", bytes);
        _destination.Write(there <= bytes.Length ? bytes.AsSpan(0, there) : Bytes(there));
        using var client = Client();

        await client.DownloadAsync(Server["/a"], _destination, new DownloadOptions { ExpectedSize = bytes.Length }, null, None);

        Assert.Equal(bytes, _destination.ToArray());
        Assert.Equal(range, Server.Requests.Count == 0 ? null : Server.Requests[0]["Range"] ?? "");
    }

    [Fact]
    public async Task A_finished_file_of_unknown_size_is_recognised()
    {
        byte[] bytes = Bytes(500_000);
        Server.Serve("/a", bytes);
        _destination.Write(bytes);
        using var client = Client();

        await client.DownloadAsync(Server["/a"], _destination, new DownloadOptions(), null, None);

        Assert.Equal(bytes, _destination.ToArray());
        Assert.Single(Server.Requests);
    }

    [Fact]
    public async Task What_is_longer_than_the_servers_file_is_thrown_away()
    {
        byte[] bytes = Bytes(500_000);
        Server.Serve("/a", bytes);
        _destination.Write(Bytes(500_001));
        using var client = Client();

        await client.DownloadAsync(Server["/a"], _destination, new DownloadOptions(), null, None);

        Assert.Equal(bytes, _destination.ToArray());
    }

    [Fact]
    public async Task Refuses_a_part_that_was_not_asked_for()
    {
        _destination.Write(Bytes(100));
        Server.Serve("/a", new FakeResponse { Status = 206, Body = Bytes(50), Headers = new Dictionary<string, string> { ["Content-Range"] = "bytes 50-99/100" } });
        using var client = Client();

        var failure = await FailureOf(client.DownloadAsync(Server["/a"], _destination, new DownloadOptions(), null, None));

        Assert.Equal($"cannot fetch {Server["/a"]}: the server sent the part 'bytes 50-99/100' where the one from byte 100 was asked for", failure.Message);
        Assert.Equal(Bytes(100), _destination.ToArray());
    }

    [Fact]
    public async Task Refuses_another_size_before_receiving_it()
    {
        Server.Serve("/a", Bytes(99));
        using var client = Client();

        var failure = await FailureOf(client.DownloadAsync(Server["/a"], _destination, new DownloadOptions { ExpectedSize = 100 }, null, None));

        Assert.Equal($"cannot fetch {Server["/a"]}: it has 99 bytes where 100 are expected", failure.Message);
        Assert.Single(Server.Requests);
        Assert.Equal(0, _destination.Length);
    }

    [Fact]
    public async Task Stops_at_the_limit_where_no_length_is_told()
    {
        Server.Serve("/a", FakeResponse.Of(Bytes(1_000_000)) with { TellsLength = false });
        using var client = Client();

        var failure = await FailureOf(client.DownloadAsync(Server["/a"], _destination, new DownloadOptions { MaxBytes = 500_000 }, null, None));

        Assert.Equal($"cannot fetch {Server["/a"]}: it has more than the 500000 bytes allowed", failure.Message);
        Assert.True(_destination.Length <= 500_000);
    }

    [Fact]
    public async Task A_server_that_cuts_again_and_again_is_put_up_with_while_there_is_progress()
    {
        byte[] bytes = Bytes(1_000_000);
        Server.Serve("/a", FakeResponse.Of(bytes) with { CutAfter = 50_000 });
        using var client = Client(settings => settings with { RetryCount = 2 });

        await client.DownloadAsync(Server["/a"], _destination, new DownloadOptions { ExpectedSize = bytes.Length }, null, None);

        Assert.Equal(bytes, _destination.ToArray());
        Assert.Equal(20, Server.Requests.Count);
    }

    [Fact]
    public async Task Gives_up_where_there_is_no_progress()
    {
        Server.Serve("/a", FakeResponse.Of(Bytes(1_000)) with { CutAfter = 400 }, FakeResponse.Of(Bytes(1_000)) with { CutAfter = 0 });
        using var client = Client(settings => settings with { RetryCount = 2 });

        var failure = await FailureOf(client.DownloadAsync(Server["/a"], _destination, new DownloadOptions { ExpectedSize = 1_000 }, null, None));

        Assert.Equal($"cannot fetch {Server["/a"]}: the connection was closed before the end", failure.Message);
        Assert.Equal(400, _destination.Length);
    }

    [Fact]
    public async Task Tells_progress_and_stops_when_cancelled()
    {
        byte[] bytes = Bytes(3_000_000);
        Server.Serve("/a", bytes);
        using var client = Client();
        using var cancelling = new CancellationTokenSource();
        var told = new Recorder(_ => cancelling.Cancel());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            client.DownloadAsync(Server["/a"], _destination, new DownloadOptions { ExpectedSize = bytes.Length }, told, cancelling.Token));

        Assert.Equal(told.Last, _destination.Length);
        Assert.InRange(_destination.Length, 1, bytes.Length - 1);
    }

    [Fact]
    public async Task What_the_destination_cannot_take_is_no_failure_of_the_network()
    {
        Server.Serve("/a", Bytes(1_000));
        using var client = Client();

        await Assert.ThrowsAsync<IOException>(() => client.DownloadAsync(Server["/a"], new FullStream(), new DownloadOptions(), null, None));

        Assert.Single(Server.Requests);
    }

    [Theory]
    [InlineData("file:")]
    [InlineData("file://")]
    [InlineData("copy:")]
    public async Task Copies_a_local_file_whichever_way_it_is_written(string prefix)
    {
        using var directory = new TemporaryDirectory();
        byte[] bytes = Bytes(300_000);
        await File.WriteAllBytesAsync(directory["a b.deb"], bytes);
        using var client = Client();

        Assert.True(TransferAddress.TryParse($"{prefix}{directory["a%20b.deb"]}", out var address));
        await client.DownloadAsync(address, _destination, new DownloadOptions { ExpectedSize = bytes.Length }, null, None);

        Assert.Equal(bytes, _destination.ToArray());
    }

    [Fact]
    public async Task A_local_file_is_checked_like_any_other()
    {
        using var directory = new TemporaryDirectory();
        byte[] bytes = Bytes(300_000);
        await File.WriteAllBytesAsync(directory["a.deb"], bytes);
        _destination.Write(Bytes(10));
        using var client = Client();

        await client.DownloadAsync(new Uri(directory["a.deb"]), _destination, new DownloadOptions { ExpectedSize = bytes.Length }, null, None);
        var missing = await FailureOf(client.DownloadAsync(new Uri(directory["b"]), _destination, new DownloadOptions(), null, None));
        var shorter = await FailureOf(client.DownloadAsync(new Uri(directory["a.deb"]), new MemoryStream(), new DownloadOptions { ExpectedSize = 300_001 }, null, None));

        Assert.Equal(bytes, _destination.ToArray());
        Assert.Equal($"cannot fetch {directory["b"]}: there is no such file", missing.Message);
        Assert.Equal($"cannot fetch {directory["a.deb"]}: it has 300000 bytes where 300001 are expected", shorter.Message);
    }

    private sealed class Recorder(Action<long> then) : IProgress<long>
    {
        public long Last { get; private set; }

        public void Report(long value)
        {
            Last = value;
            then(value);
        }
    }

    private sealed class FullStream : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("no space left on device");
    }
}
