namespace Bothy.Transfer.Tests;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("machine mirror.example login me password pw", "https://mirror.example/debian/x", true)]
    [InlineData("machine mirror.example login me password pw", "http://mirror.example/debian/x", false)] // no scheme: https alone
    [InlineData("machine http://mirror.example login me password pw", "http://mirror.example/debian/x", true)]
    [InlineData("machine http://mirror.example login me password pw", "https://mirror.example/debian/x", false)]
    [InlineData("machine mirror.example/deb login me password pw", "https://mirror.example/debian/x", true)] // a prefix of text, as in apt
    [InlineData("machine mirror.example/deb/ login me password pw", "https://mirror.example/debian/x", false)]
    [InlineData("machine mirror.example/ubuntu login me password pw", "https://mirror.example/debian/x", false)]
    [InlineData("machine mirror.example login me password pw", "https://mirror.example:8443/debian/x", true)] // no port: every port
    [InlineData("machine mirror.example:8443 login me password pw", "https://mirror.example:8443/debian/x", true)]
    [InlineData("machine mirror.example:8443 login me password pw", "https://mirror.example/debian/x", false)]
    [InlineData("machine mirror.examplea login me password pw", "https://mirror.example/debian/x", false)]
    [InlineData("machine example login me password pw", "https://mirror.example/debian/x", false)]
    [InlineData("# machine mirror.example login no password no\nmachine mirror.example\n\tlogin me\n\tpassword pw\n", "https://mirror.example/", true)]
    [InlineData("default login me password pw", "https://mirror.example/", false)]
    [InlineData("machine mirror.example login me", "https://mirror.example/", false)] // not finished
    [InlineData("machine mirror.example account x login me password pw machine other.example login a password b", "https://mirror.example/", true)]
    [InlineData("machine login login me password pw", "https://login/", true)] // words in places of values are values
    [InlineData("machine", "https://mirror.example/", false)]
    public void Finds_credentials_as_apt_does(string text, string address, bool found)
    {
        var credential = NetrcCredentials.Parse(text).Find(new Uri(address));

        Assert.Equal(found ? "me:pw" : null, credential is null ? null : $"{credential.UserName}:{credential.Password}");
    }

    [Fact]
    public void The_first_file_wins()
    {
        var both = NetrcCredentials.Parse("machine a.example login one password 1").Then(NetrcCredentials.Parse("machine a.example login two password 2"));

        Assert.Equal("one", both.Find(new Uri("https://a.example"))!.UserName);
    }

    [Theory]
    [InlineData("", "http://mirror.example/", true)]
    [InlineData("*", "http://mirror.example/", false)]
    [InlineData("mirror.example", "http://mirror.example/", false)]
    [InlineData("example", "http://mirror.example/", false)] // a domain stands for what is below it
    [InlineData(".example", "http://mirror.example/", false)]
    [InlineData("*.example", "http://mirror.example/", false)]
    [InlineData("ror.example", "http://mirror.example/", true)] // half a name is none
    [InlineData("a.example, MIRROR.example", "http://mirror.example/", false)]
    [InlineData("mirror.example:80", "http://mirror.example/", false)]
    [InlineData("mirror.example:8080", "http://mirror.example/", true)]
    [InlineData("10.0.0.0/8", "http://10.1.2.3/", false)]
    [InlineData("10.0.0.0/8", "http://11.1.2.3/", true)]
    [InlineData("10.1.2.3", "http://10.1.2.3:81/", false)]
    [InlineData("10.1.2.3:80", "http://10.1.2.3:81/", true)]
    [InlineData("::1", "http://[::1]/", false)]
    [InlineData("10.1.2.3", "http://110.1.2.3/", true)]
    public void Goes_through_a_proxy_unless_excepted(string except, string address, bool through)
    {
        var settings = ProxySettings.FromEnvironment(new Dictionary<string, string> { ["http_proxy"] = "proxy.example:3128", ["no_proxy"] = except });

        Assert.Equal(through ? new Uri("http://proxy.example:3128") : null, settings.For(new Uri(address)));
    }

    [Theory]
    [InlineData("http_proxy", "http://mirror.example/", true)]
    [InlineData("http_proxy", "https://mirror.example/", false)]
    [InlineData("https_proxy", "https://mirror.example/", true)]
    [InlineData("HTTPS_PROXY", "https://mirror.example/", true)]
    [InlineData("all_proxy", "https://mirror.example/", true)]
    [InlineData("ftp_proxy", "http://mirror.example/", false)]
    public void Each_scheme_has_its_variable(string name, string address, bool through) =>
        Assert.Equal(through, ProxySettings.FromEnvironment(new Dictionary<string, string> { [name] = "http://proxy.example" }).For(new Uri(address)) is not null);

    [Fact]
    public void A_proxy_that_is_no_address_is_refused_without_showing_it()
    {
        var failure = Assert.Throws<BothyException>(() => ProxySettings.FromEnvironment(new Dictionary<string, string> { ["http_proxy"] = "socks5://me:secret@proxy.example" }));

        Assert.Equal("cannot use http_proxy: it is not an http address", failure.Message);
    }

    [Theory]
    [InlineData("http://mirror.example/debian", "http://mirror.example/debian")]
    [InlineData("file:/srv/mirror", "file:///srv/mirror")]
    [InlineData("file:///srv/mirror", "file:///srv/mirror")]
    [InlineData("copy:/srv/mirror", "copy:/srv/mirror")]
    [InlineData("/srv/mirror", null)] // a path
    [InlineData("mirror.example", null)]
    [InlineData("http://", null)]
    [InlineData("", null)]
    public void Reads_addresses_as_apt_writes_them(string text, string? expected) =>
        Assert.Equal(expected, TransferAddress.TryParse(text, out var address) ? address.AbsoluteUri : null);
}
