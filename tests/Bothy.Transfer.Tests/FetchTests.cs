using System.Text;

namespace Bothy.Transfer.Tests;

public sealed class FetchTests : TransferTest
{
    [Fact]
    public async Task Gives_the_bytes_with_what_tells_them_apart_later()
    {
        Server.Serve("/InRelease", FakeResponse.Of("Suite: stable\n"u8.ToArray(), ("ETag", "\"7\""), ("Last-Modified", "Sat, 10 Jan 2026 10:00:00 GMT")));
        using var client = Client();

        var found = Assert.IsType<FetchResult.Found>(await client.FetchAsync(Server["/InRelease"], FetchOptions.Default, None));

        Assert.Equal("Suite: stable\n", Encoding.ASCII.GetString(found.Bytes.Span));
        Assert.Equal("\"7\"", found.EntityTag);
        Assert.Equal(new DateTimeOffset(2026, 1, 10, 10, 0, 0, TimeSpan.Zero), found.LastModified);
        Assert.Equal("bothy", Server.Requests[0]["User-Agent"]);
    }

    [Fact]
    public async Task Asks_only_for_what_changed()
    {
        Server.Serve("/InRelease", FakeResponse.OfStatus(304));
        using var client = Client();
        var seen = new DateTimeOffset(2026, 1, 10, 10, 0, 0, TimeSpan.Zero);

        var result = await client.FetchAsync(Server["/InRelease"], new FetchOptions { IfModifiedSince = seen, IfNoneMatch = "W/\"7\"" }, None);

        Assert.IsType<FetchResult.NotModified>(result);
        Assert.Equal("Sat, 10 Jan 2026 10:00:00 GMT", Server.Requests[0]["If-Modified-Since"]);
        Assert.Equal("W/\"7\"", Server.Requests[0]["If-None-Match"]);
    }

    [Fact]
    public async Task What_is_not_there_is_an_answer_that_can_become_a_failure()
    {
        using var client = Client();

        var result = Assert.IsType<FetchResult.NotFound>(await client.FetchAsync(Server["/InRelease"], FetchOptions.Default, None));

        Assert.Equal($"cannot fetch http://127.0.0.1:{Server.Port}/InRelease: the server says 404 Not Found", result.Failure.Message);
        Assert.NotNull(result.Failure.Hint);
        Assert.Single(Server.Requests);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Tries_again_what_may_pass(int status)
    {
        Server.Serve("/a", FakeResponse.OfStatus(status), FakeResponse.OfStatus(status), FakeResponse.Of("a"u8.ToArray()));
        using var client = Client();

        Assert.IsType<FetchResult.Found>(await client.FetchAsync(Server["/a"], FetchOptions.Default, None));

        Assert.Equal(3, Server.Requests.Count);
        Assert.Equal(2, Time.Delays.Count);
        Assert.All(Time.Delays, delay => Assert.InRange(delay, TimeSpan.Zero, TimeSpan.FromSeconds(30)));
    }

    [Theory]
    [InlineData(400, "400 Bad Request")]
    [InlineData(401, "401 Unauthorized")]
    [InlineData(403, "403 Forbidden")]
    [InlineData(304, "304 Not Modified")] // though nothing was said that could be older
    [InlineData(206, "206 Partial Content")]
    public async Task Does_not_try_again_what_will_not_pass(int status, string name)
    {
        Server.Serve("/a", FakeResponse.OfStatus(status));
        using var client = Client();

        var failure = await FailureOf(client.FetchAsync(Server["/a"], FetchOptions.Default, None));

        Assert.Equal($"cannot fetch {Server["/a"]}: the server says {name}", failure.Message);
        Assert.Single(Server.Requests);
    }

    [Fact]
    public async Task Gives_up_in_the_end()
    {
        Server.Serve("/a", FakeResponse.OfStatus(503));
        using var client = Client(settings => settings with { RetryCount = 3 });

        var failure = await FailureOf(client.FetchAsync(Server["/a"], FetchOptions.Default, None));

        Assert.Equal($"cannot fetch {Server["/a"]}: the server says 503 Service Unavailable", failure.Message);
        Assert.Equal(4, Server.Requests.Count);
    }

    [Theory]
    [InlineData("7", 7)]
    [InlineData("86400", 30)] // a day is not what anybody wants to wait
    [InlineData("Thu, 01 Jan 2026 00:00:11 GMT", 11)]
    [InlineData("Thu, 01 Jan 2015 00:00:11 GMT", 0)] // a server whose clock is wrong
    public async Task Waits_as_long_as_the_server_asks_up_to_a_limit(string retryAfter, int seconds)
    {
        Server.Serve("/a", FakeResponse.OfStatus(429, ("Retry-After", retryAfter)), FakeResponse.Of("a"u8.ToArray()));
        using var client = Client();

        await client.FetchAsync(Server["/a"], FetchOptions.Default, None);

        Assert.Equal(TimeSpan.FromSeconds(seconds), TimeSpan.FromTicks(Time.Delays.Sum(delay => delay.Ticks)));
    }

    [Fact]
    public async Task A_document_that_breaks_off_is_fetched_again()
    {
        byte[] bytes = Bytes(100_000);
        Server.Serve("/a", FakeResponse.Of(bytes) with { CutAfter = 50_000 }, FakeResponse.Of(bytes));
        using var client = Client();

        var found = Assert.IsType<FetchResult.Found>(await client.FetchAsync(Server["/a"], FetchOptions.Default, None));

        Assert.Equal(bytes, found.Bytes.ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Refuses_a_document_that_is_too_long(bool tellsLength)
    {
        Server.Serve("/a", FakeResponse.Of(Bytes(100_001)) with { TellsLength = tellsLength });
        using var client = Client();

        var failure = await FailureOf(client.FetchAsync(Server["/a"], new FetchOptions { MaxBytes = 100_000 }, None));

        Assert.Equal($"cannot fetch {Server["/a"]}: it has more than the 100000 bytes allowed", failure.Message);
        Assert.Single(Server.Requests);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(100_000)]
    public async Task Takes_a_document_of_unknown_length_up_to_the_limit(int length)
    {
        byte[] bytes = Bytes(length);
        Server.Serve("/a", FakeResponse.Of(bytes) with { TellsLength = false });
        using var client = Client();

        var found = Assert.IsType<FetchResult.Found>(await client.FetchAsync(Server["/a"], new FetchOptions { MaxBytes = 100_000 }, None));

        Assert.Equal(bytes, found.Bytes.ToArray());
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named()
    {
        var address = Server["/a"];
        Server.Dispose();
        using var client = Client(settings => settings with { RetryCount = 1 });

        var failure = await FailureOf(client.FetchAsync(address, FetchOptions.Default, None));

        Assert.Equal($"cannot fetch {address}: connection refused", failure.Message);
        Assert.Single(Time.Delays);
    }

    [Fact]
    public async Task A_server_that_stays_silent_is_given_up()
    {
        var gate = new TaskCompletionSource();
        Server.Serve("/a", FakeResponse.Of("a"u8.ToArray()) with { Gate = gate.Task });
        using var client = Client(settings => settings with { RetryCount = 0, IdleTimeout = TimeSpan.FromSeconds(60) });

        var failure = await FailureOf(client.FetchAsync(Server["/a"], FetchOptions.Default, None));

        gate.SetResult();
        Assert.Equal($"cannot fetch {Server["/a"]}: the server sent nothing for 60 seconds", failure.Message);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_for_an_answer()
    {
        var gate = new TaskCompletionSource();
        Server.Serve("/a", FakeResponse.Of("a"u8.ToArray()) with { Gate = gate.Task });
        using var client = Client();
        using var cancelling = new CancellationTokenSource();

        var fetching = client.FetchAsync(Server["/a"], FetchOptions.Default, cancelling.Token);
        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetching);
        gate.SetResult();
    }

    [Fact]
    public async Task Runs_at_most_four_requests_against_a_host_and_reuses_its_connections()
    {
        var gate = new TaskCompletionSource();
        string[] paths = [.. Enumerable.Range(0, 20).Select(number => FormattableString.Invariant($"/{number}"))];
        foreach (string path in paths)
        {
            Server.Serve(path, FakeResponse.Of(Bytes(10_000)) with { Gate = gate.Task });
        }

        using var client = Client();
        var fetching = paths.Select(path => client.FetchAsync(Server[path], FetchOptions.Default, None)).ToArray();
        while (Server.Requests.Count < 4)
        {
            await Task.Yield();
        }

        gate.SetResult();
        await Task.WhenAll(fetching);

        Assert.Equal(20, Server.Requests.Count);
        Assert.Equal(4, Server.MostAtOnce);
        Assert.Equal(4, Server.ConnectionCount);
    }

    [Fact]
    public async Task Offline_fetches_nothing_but_local_files()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["a b"], "local");
        using var client = Client(settings => settings with { Offline = true });

        var failure = await FailureOf(client.FetchAsync(Server["/a"], FetchOptions.Default, None));
        var found = Assert.IsType<FetchResult.Found>(await client.FetchAsync(new Uri(directory["a b"]), FetchOptions.Default, None));

        Assert.Equal($"cannot fetch {Server["/a"]}: offline", failure.Message);
        Assert.Equal("local", Encoding.ASCII.GetString(found.Bytes.Span));
        Assert.Empty(Server.Requests);
    }

    [Theory]
    [InlineData("ftp://mirror.example/debian", "cannot fetch ftp://mirror.example/debian: 'ftp' is not a way to fetch")]
    [InlineData("cdrom:/dists", "cannot fetch cdrom:/dists: 'cdrom' is not a way to fetch")]
    public async Task Knows_no_other_ways(string address, string message)
    {
        using var client = Client();

        Assert.Equal(message, (await FailureOf(client.FetchAsync(new Uri(address), FetchOptions.Default, None))).Message);
    }

    [Fact]
    public async Task A_local_file_can_be_missing_unchanged_or_too_long()
    {
        using var directory = new TemporaryDirectory();
        await File.WriteAllTextAsync(directory["a"], "local");
        var modified = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        File.SetLastWriteTimeUtc(directory["a"], modified.UtcDateTime);
        using var client = Client();

        var missing = Assert.IsType<FetchResult.NotFound>(await client.FetchAsync(new Uri(directory["b"]), FetchOptions.Default, None));
        var unchanged = await client.FetchAsync(new Uri(directory["a"]), new FetchOptions { IfModifiedSince = modified }, None);
        var tooLong = await FailureOf(client.FetchAsync(new Uri(directory["a"]), new FetchOptions { MaxBytes = 4 }, None));

        Assert.Equal($"cannot fetch {directory["b"]}: there is no such file", missing.Failure.Message);
        Assert.IsType<FetchResult.NotModified>(unchanged);
        Assert.Equal($"cannot fetch {directory["a"]}: it has more than 4 bytes", tooLong.Message);
    }
}
