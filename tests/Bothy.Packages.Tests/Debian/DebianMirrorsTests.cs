using Bothy.Packages.Debian;

namespace Bothy.Packages.Tests.Debian;

public sealed class DebianMirrorsTests : IDisposable
{
    private const string Bookworm =
        """
        Types: deb
        # the archive as it was in May
        URIs: http://mirror.example/debian
        Suites: bookworm bookworm-updates
        Components: main
        Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

        Types: deb deb-src
        URIs: http://security.example/debian-security/
        Suites: bookworm-security
        Components: main
        Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
        """;

    private const string ThirdParties =
        """
        Types: deb
        URIs: https://node.example/node_20.x
        Suites: nodistro
        Components: main
        Architectures: amd64
        Signed-By: /usr/share/keyrings/node.gpg

        Types: deb
        URIs: https://container.example/linux/debian
        Suites: bookworm
        Components: stable
        Signed-By: /etc/apt/keyrings/container.asc

        Types: deb
        URIs: https://tools.example
        Suites: bookworm
        Components: main
        Signed-By:
         -----BEGIN PGP PUBLIC KEY BLOCK-----
         .
         mQINBFit2ioBEADhWpZ8
         -----END PGP PUBLIC KEY BLOCK-----
        """;

    private readonly TemporaryDirectory _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("bookworm", "http://mirror.example/debian/")]
    [InlineData("bookworm-updates", "http://mirror.example/debian/")]
    [InlineData("bookworm-backports", "http://mirror.example/debian/")]
    [InlineData("trixie", "http://mirror.example/debian/")]
    [InlineData("zurg", "http://mirror.example/debian/")] // a release newer than this program
    [InlineData("trixie-updates", "http://mirror.example/debian/")]
    [InlineData("bookworm-security", "http://security.example/debian-security/")]
    [InlineData("trixie-security", "http://security.example/debian-security/")]
    [InlineData("buster/updates", "http://security.example/debian-security/")]
    [InlineData("thing-bookworm", "https://packages.vendor.example/apt/")] // only the entry that says exactly this
    public void A_source_without_URI_uses_the_entry_of_its_kind(string suite, string uri)
    {
        // Third parties first: the order of the files must not decide.
        Write("sources.list.d/a-thing.list", "deb https://packages.vendor.example/apt thing-bookworm main\n");
        Write("sources.list.d/b-others.sources", ThirdParties);
        Write("sources.list.d/debian.sources", Bookworm);

        Assert.Equal(uri, Resolve(suite).AbsoluteUri);
    }

    [Theory]
    [InlineData("deb https://packages.vendor.example/apt thing-bookworm main")]
    [InlineData("deb https://packages.vendor.example/apt nodistro main")]
    [InlineData("deb https://container.example/linux/debian bookworm stable")]
    [InlineData("deb [signed-by=/usr/share/keyrings/tools.gpg] https://tools.example bookworm main")]
    [InlineData("deb http://mirror.example/ubuntu jammy main universe")]
    [InlineData("deb http://security.example/debian-security bookworm-security main")] // another kind
    [InlineData("deb http://mirror.example/debian ./")]
    public void An_entry_of_another_vendor_or_kind_is_no_mirror(string line)
    {
        Write("sources.list", line + "\n");

        var failure = Assert.Throws<BothyException>(() => Resolve("bookworm"));
        Assert.Equal("cannot find a mirror for suite bookworm: the source names none, and no entry of the machine's apt configuration is for suites of its kind", failure.Message);
        Assert.Equal("Name the archive in the source ('deb URI bookworm main') or, for Debian, set BOTHY_DEBIAN_MIRROR to the URI of a mirror.", failure.Hint);
    }

    [Fact]
    public void The_old_format_with_default_keys_is_understood()
    {
        Write("sources.list.d/tools.list", "deb https://tools.example bookworm main\n");
        Write(
            "sources.list",
            """
            # deb http://old.example/debian bookworm main
            deb-src http://source.example/debian bookworm main
            deb [arch=amd64 trusted=yes] http://mirror.example/debian/ bookworm main contrib # comment
            deb cdrom:[Debian GNU/Linux 12]/ bookworm main
            """);

        Assert.Equal("http://mirror.example/debian/", Resolve("trixie").AbsoluteUri);
        string note = Assert.Single(MachineApt.Read(_root.Path).Notes);
        Assert.EndsWith("sources.list:4: 'cdrom:' is not supported: want http, https or file", note, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mirror_signed_with_a_key_of_its_own_is_known_by_carrying_the_other_pockets()
    {
        Write(
            "sources.list",
            """
            deb [signed-by=/etc/apt/keyrings/office.gpg] http://office.example/debian bookworm main
            deb [signed-by=/etc/apt/keyrings/office.gpg] http://office.example/debian bookworm-updates main
            """);

        Assert.Equal("http://office.example/debian/", Resolve("trixie").AbsoluteUri);
    }

    [Theory]
    [InlineData("jammy", "http://mirror.example/ubuntu/")]
    [InlineData("noble-security", "http://mirror.example/ubuntu/")] // Ubuntu's main archive has it too
    public void Suites_of_Ubuntu_use_entries_of_Ubuntu(string suite, string uri)
    {
        Write("sources.list", "deb http://mirror.example/debian bookworm main\ndeb http://mirror.example/ubuntu jammy main universe\n");

        Assert.Equal(uri, Resolve(suite).AbsoluteUri);
    }

    [Fact]
    public void A_file_that_cannot_be_read_and_a_disabled_entry_are_passed_over()
    {
        Write("sources.list.d/0.sources", "this is not a field\n");
        Write("sources.list.d/1.sources", "Enabled: no\n" + Bookworm.Split("\n\n")[0].Replace("mirror.example", "disabled.example", StringComparison.Ordinal));
        Write("sources.list.d/2.sources.disabled", Bookworm.Replace("mirror.example", "saved.example", StringComparison.Ordinal));
        Write("sources.list.d/3.sources", Bookworm);

        Assert.Equal("http://mirror.example/debian/", Resolve("bookworm").AbsoluteUri);
        Assert.EndsWith("0.sources: line 1: the line is not a field ('Name: value')", Assert.Single(MachineApt.Read(_root.Path).Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void An_embedded_key_is_unfolded()
    {
        Write("sources.list.d/others.sources", ThirdParties);

        Assert.Equal(
            "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQINBFit2ioBEADhWpZ8\n-----END PGP PUBLIC KEY BLOCK-----\n",
            MachineApt.Read(_root.Path).Entries[^1].EmbeddedKey);
    }

    [Theory]
    [InlineData("bookworm", "http://office.example/debian/")]
    [InlineData("bookworm-updates", "http://office.example/debian/")]
    [InlineData("trixie-security", "http://office.example/debian-security/")]
    public void Without_apt_the_mirror_of_the_environment_is_used(string suite, string uri) =>
        Assert.Equal(uri, Resolve(suite, "http://office.example/debian").AbsoluteUri);

    [Fact]
    public void The_machines_own_mirror_comes_before_that_of_the_environment()
    {
        Write("sources.list.d/debian.sources", Bookworm);

        Assert.Equal("http://mirror.example/debian/", Resolve("bookworm", "http://office.example/debian").AbsoluteUri);
    }

    [Fact]
    public void Without_any_mirror_the_failure_says_how_to_name_one()
    {
        var failure = Assert.Throws<BothyException>(() => Resolve("bookworm"));

        Assert.Equal("cannot find a mirror for suite bookworm: the source names none, and the machine has no apt configuration that does", failure.Message);
    }

    [Fact]
    public void A_mirror_of_Debian_is_not_one_of_Ubuntu()
    {
        var failure = Assert.Throws<BothyException>(() => Resolve("jammy", "http://office.example/debian"));

        Assert.Equal("cannot find a mirror for suite jammy: it is a suite of Ubuntu, and BOTHY_DEBIAN_MIRROR is a mirror of Debian", failure.Message);
    }

    [Fact]
    public void A_mirror_of_the_environment_that_is_no_URI_is_refused()
    {
        var failure = Assert.Throws<BothyException>(() => Resolve("bookworm", "office.example/debian"));

        Assert.Equal("cannot use BOTHY_DEBIAN_MIRROR: 'office.example/debian' is not a URI", failure.Message);
    }

    private Uri Resolve(string suite, string? mirror = null) =>
        new DebianMirrors(MachineApt.Read(_root.Path), mirror).Resolve(AptSource.Parse($"deb {suite} main")).Uri;

    private void Write(string name, string text)
    {
        string path = Path.Combine(_root.Path, "etc/apt", name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
