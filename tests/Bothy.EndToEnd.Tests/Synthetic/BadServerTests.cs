namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>Servers that fail: what passes is tried again, what does not is said.</summary>
public sealed class BadServerTests : IDisposable
{
    private const string Later = "The server has a problem of its own; try again later, or use another mirror.";

    private readonly Workshop _workshop = Workshop.WithArchive();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task No_such_suite()
    {
        _workshop.Server.Serve("/elsewhere", "nothing"u8.ToArray());
        _workshop.WriteImage();

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            "cannot fetch http://HOST/debian/dists/bookworm/InRelease: the server says 404 Not Found",
            "There is no such suite at this address: check both.");
        await _workshop.AssertRecoversAsync();
    }

    [Fact]
    public async Task A_package_that_is_gone()
    {
        _workshop.Serve().Serve(_workshop.Served("hello_"), FakeResponse.OfStatus(404));

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            "cannot fetch hello 1.0-1 (amd64): http://HOST/debian/pool/main/h/hello/hello_1.0-1_amd64.deb: the server says 404 Not Found",
            "Check the address; a package may have left the mirror since its index was read.");
        await _workshop.AssertRecoversAsync();
    }

    [Theory]
    [InlineData("InRelease")]
    [InlineData("by-hash/SHA256")]
    [InlineData("hello_")]
    public async Task A_server_error_that_passes_is_not_even_mentioned(string file)
    {
        var server = _workshop.Serve();
        byte[] body = File.ReadAllBytes(_workshop.Find(file));
        server.Serve(_workshop.Served(file), FakeResponse.OfStatus(500), FakeResponse.OfStatus(503), FakeResponse.Of(body));

        var built = (await _workshop.BuildAsync()).Succeeded();

        Assert.Equal(3, server.Requests.Count(request => request.Target == _workshop.Served(file)));
        await _workshop.AssertRecoversAsync();
        Assert.StartsWith("sha256:", built.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_error_that_stays()
    {
        _workshop.Serve().Serve(_workshop.Served("hello_"), FakeResponse.OfStatus(500));

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            "cannot fetch hello 1.0-1 (amd64): http://HOST/debian/pool/main/h/hello/hello_1.0-1_amd64.deb: the server says 500 Internal Server Error",
            Later);
        await _workshop.AssertRecoversAsync();
    }

    [Fact]
    public async Task A_connection_that_is_cut_is_resumed_in_the_same_run()
    {
        var server = _workshop.Serve();
        string package = _workshop.Served("libgreet_");
        byte[] body = File.ReadAllBytes(_workshop.Find("libgreet_"));
        server.Serve(package, FakeResponse.Of(body) with { CutAfter = 5000 }, FakeResponse.Of(body));

        (await _workshop.BuildAsync()).Succeeded();

        Assert.Equal([null, "bytes=5000-"], server.Requests.Where(request => request.Target == package).Select(request => request["Range"]));
        StoreAudit.Check(_workshop.Store);
    }

    [Fact]
    public async Task A_connection_that_stays_cut_is_resumed_by_the_next_run()
    {
        var server = _workshop.Serve();
        string package = _workshop.Served("libgreet_");
        byte[] body = File.ReadAllBytes(_workshop.Find("libgreet_"));
        server.Serve(package, FakeResponse.Of(body) with { CutAfter = 5000 }, FakeResponse.OfStatus(503));

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            "cannot fetch libgreet 1.0-1 (amd64): http://HOST/debian/pool/main/l/libgreet/libgreet_1.0-1_amd64.deb: the server says 503 Service Unavailable",
            Later,
            partial: 1);

        server.Serve(package, body);
        (await _workshop.BuildAsync()).Succeeded();
        Assert.Equal("bytes=5000-", server.Requests[^1]["Range"]);
        StoreAudit.Check(_workshop.Store);
    }

    [Fact]
    public async Task Credentials_are_never_shown()
    {
        Directory.CreateDirectory(_workshop["machine/etc/apt"]);
        File.WriteAllText(_workshop["machine/etc/apt/auth.conf"], $"machine http://127.0.0.1:{_workshop.Server.Port} login user password secret\n");
        _workshop.Serve().Serve(_workshop.Served("InRelease"), FakeResponse.OfStatus(403));

        _workshop.AssertRefused(
            await _workshop.BuildAsync(),
            "cannot fetch http://HOST/debian/dists/bookworm/InRelease: the server says 403 Forbidden",
            "Add the credentials to an auth.conf file, with the scheme where it is http.");
    }
}
