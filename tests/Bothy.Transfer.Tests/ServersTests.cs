using System.Text;

namespace Bothy.Transfer.Tests;

/// <summary>Redirects, credentials, proxies and certificates.</summary>
public sealed class ServersTests : TransferTest
{
    [Fact]
    public async Task Follows_redirects_also_relative_ones()
    {
        Server.Serve("/a", FakeResponse.OfStatus(302, ("Location", "b/c")));
        Server.Serve("/b/c", FakeResponse.OfStatus(308, ("Location", Server["/d"].ToString())));
        Server.Serve("/d", "d"u8.ToArray());
        using var client = Client();

        Assert.IsType<FetchResult.Found>(await client.FetchAsync(Server["/a"], FetchOptions.Default, None));
    }

    [Fact]
    public async Task Does_not_go_round_in_circles()
    {
        Server.Serve("/a", FakeResponse.OfStatus(301, ("Location", "/a")));
        using var client = Client(settings => settings with { MaxRedirects = 5 });

        var failure = await FailureOf(client.FetchAsync(Server["/a"], FetchOptions.Default, None));

        Assert.Equal($"cannot fetch {Server["/a"]}: more than 5 redirects", failure.Message);
        Assert.Equal(6, Server.Requests.Count);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://mirror.example/")]
    [InlineData(null)]
    public async Task Is_not_led_out_of_the_web(string? location)
    {
        Server.Serve("/a", location is null ? FakeResponse.OfStatus(302) : FakeResponse.OfStatus(302, ("Location", location)));
        using var client = Client();

        Assert.Equal($"cannot fetch {Server["/a"]}: it is redirected to nowhere", (await FailureOf(client.FetchAsync(Server["/a"], FetchOptions.Default, None))).Message);
    }

    [Fact]
    public async Task The_credentials_of_an_address_stay_with_its_server_and_out_of_messages()
    {
        Server.Serve("/a", FakeResponse.OfStatus(302, ("Location", "http://other.example/b?token=hidden")));
        Server.Serve("/b", FakeResponse.OfStatus(403));
        using var client = Client(settings => settings with { Connect = Server.ConnectAsync });

        var failure = await FailureOf(client.FetchAsync(new Uri("http://me:s%40cret@mirror.example/a"), FetchOptions.Default, None));

        Assert.Equal("cannot fetch http://mirror.example/a: the server says 403 Forbidden", failure.Message);
        Assert.Equal(["Basic " + Convert.ToBase64String("me:s@cret"u8), null], Server.Requests.Select(request => request["Authorization"]));
        Assert.DoesNotContain("cret", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_are_looked_up_for_each_server_on_the_way()
    {
        Server.Serve("/a", FakeResponse.OfStatus(302, ("Location", "http://other.example/b")));
        Server.Serve("/b", "b"u8.ToArray());
        var credentials = NetrcCredentials.Parse("machine http://mirror.example login one password 1\nmachine http://other.example login two password 2");
        using var client = Client(settings => settings with { Connect = Server.ConnectAsync, Credentials = credentials });

        await client.FetchAsync(new Uri("http://mirror.example/a"), FetchOptions.Default, None);

        Assert.Equal(["Basic " + Convert.ToBase64String("one:1"u8), "Basic " + Convert.ToBase64String("two:2"u8)], Server.Requests.Select(request => request["Authorization"]));
    }

    [Fact]
    public async Task Goes_through_the_proxy_except_where_told_not_to()
    {
        using var proxy = new FakeHttpServer();
        proxy.Serve("http://mirror.example/a", "through"u8.ToArray());
        Server.Serve("/a", "direct"u8.ToArray());
        var settings = ProxySettings.FromEnvironment(new Dictionary<string, string> { ["http_proxy"] = $"http://127.0.0.1:{proxy.Port}", ["no_proxy"] = "127.0.0.0/8,localhost" });
        using var client = Client(it => it with { Proxy = settings });

        var through = Assert.IsType<FetchResult.Found>(await client.FetchAsync(new Uri("http://mirror.example/a"), FetchOptions.Default, None));
        var direct = Assert.IsType<FetchResult.Found>(await client.FetchAsync(Server["/a"], FetchOptions.Default, None));

        Assert.Equal("through", Encoding.ASCII.GetString(through.Bytes.Span));
        Assert.Equal("direct", Encoding.ASCII.GetString(direct.Bytes.Span));
    }

    [Fact]
    public async Task Tells_the_proxy_who_it_is_when_asked_and_nobody_else()
    {
        using var proxy = new FakeHttpServer();
        proxy.Serve("http://mirror.example/a", FakeResponse.OfStatus(407, ("Proxy-Authenticate", "Basic realm=\"x\"")), FakeResponse.Of("a"u8.ToArray()));
        using var client = Client(it => it with { Proxy = new ProxySettings { Http = new Uri($"http://me:secret@127.0.0.1:{proxy.Port}") } });

        Assert.IsType<FetchResult.Found>(await client.FetchAsync(new Uri("http://mirror.example/a"), FetchOptions.Default, None));

        Assert.Equal([null, "Basic " + Convert.ToBase64String("me:secret"u8)], proxy.Requests.Select(request => request["Proxy-Authorization"]));
        Assert.All(proxy.Requests, request => Assert.Null(request["Authorization"]));
    }

    [Fact]
    public async Task Opens_a_tunnel_for_https_and_says_when_the_proxy_refuses_it()
    {
        using var proxy = new FakeHttpServer();
        proxy.Serve("mirror.example:443", FakeResponse.OfStatus(403));
        using var client = Client(it => it with { RetryCount = 0, Proxy = new ProxySettings { Https = new Uri($"http://me:secret@127.0.0.1:{proxy.Port}") } });

        var failure = await FailureOf(client.FetchAsync(new Uri("https://mirror.example/a"), FetchOptions.Default, None));

        Assert.Equal($"cannot fetch https://mirror.example/a: the proxy refuses: 403 Forbidden (through the proxy http://127.0.0.1:{proxy.Port})", failure.Message);
        Assert.Equal("CONNECT", proxy.Requests[0].Method);
    }

    [Fact]
    public async Task Trusts_an_authority_only_when_told_and_never_leaves_https()
    {
        using var directory = new TemporaryDirectory();
        using var certificate = TestCertificate.SelfSigned();
        await File.WriteAllTextAsync(directory["ca.pem"], certificate.ExportCertificatePem());
        using var secure = new FakeHttpServer(certificate);
        secure.Serve("/a", "a"u8.ToArray());
        secure.Serve("/down", FakeResponse.OfStatus(302, ("Location", "http://me:secret@mirror.example/a")));
        using var stranger = Client(settings => settings with { RetryCount = 0 });
        using var friend = Client(settings => settings with { RetryCount = 0, AuthorityFiles = [directory["ca.pem"]] });

        var untrusted = await FailureOf(stranger.FetchAsync(secure["/a"], FetchOptions.Default, None));
        var found = await friend.FetchAsync(secure["/a"], FetchOptions.Default, None);
        var downgrade = await FailureOf(friend.FetchAsync(secure["/down"], FetchOptions.Default, None));

        Assert.StartsWith($"cannot fetch {secure["/a"]}: no secure connection: ", untrusted.Message, StringComparison.Ordinal);
        Assert.IsType<FetchResult.Found>(found);
        Assert.Equal($"cannot fetch {secure["/down"]}: it is redirected to http://mirror.example/a, which is not encrypted", downgrade.Message);
    }

    [Fact]
    public void A_file_of_authorities_that_cannot_be_read_is_named()
    {
        var failure = Assert.Throws<BothyException>(() => Client(settings => settings with { AuthorityFiles = ["/nowhere/ca.pem"] }));

        Assert.StartsWith("cannot read the certificate authorities in /nowhere/ca.pem: ", failure.Message, StringComparison.Ordinal);
    }
}
