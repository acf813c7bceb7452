using Bothy.Engine.ImageFiles;

namespace Bothy.Engine.Tests.Assembly;

/// <summary>What packages enable, where there is an init that starts it.</summary>
public sealed class UnitsTests : AssemblerTestBase
{
    private const string Enabling = """
        if [ "$1" = "configure" ]; then
          deb-systemd-helper unmask 'web.service' >/dev/null || true
          if deb-systemd-helper --quiet was-enabled 'web.service'; then
            deb-systemd-helper enable 'web.service' >/dev/null || true
          else
            deb-systemd-helper update-state 'web.service' >/dev/null || true
          fi
        fi
        systemctl ${DPKG_ROOT:+--root="$DPKG_ROOT"} enable console@tty1.service || true
        systemd-machine-id-setup
        """;

    private static TestPackage Web => new TestPackage("web")
        .File("lib/systemd/system/web.service", "[Unit]\nWants=x\n[Install]\n# nothing\nWantedBy=multi-user.target other.target\nRequiredBy=third.target\nAlias=www.service\nAlso=web.socket\n")
        .File("lib/systemd/system/web.socket", "[Install]\nWantedBy=sockets.target\n")
        .File("lib/systemd/system/console@.service", "[Install]\nWantedBy=getty.target\n")
        .Script("postinst", Enabling);

    [Fact]
    public void Units_are_linked_as_their_install_sections_say()
    {
        var result = Assemble(new TestPackage("systemd"), Web);

        Assert.Empty(result.Uncovered);
        Assert.Equal(
            ["getty.target.wants/console@tty1.service", "multi-user.target.wants/web.service", "other.target.wants/web.service", "sockets.target.wants/web.socket", "third.target.requires/web.service", "www.service"],
            Links(result).Select(link => link.Path["/etc/systemd/system/".Length..]));
        Assert.Equal("/lib/systemd/system/console@.service", Links(result).First().Target);
        Assert.Equal("", Text(result, "etc/machine-id"));
        Assert.False(Has(result, "var/lib/systemd"));
    }

    [Fact]
    public void Where_dpkg_goes_on_its_helper_knows_what_was_enabled()
    {
        var result = Assemble(Image with { Contents = new() { Database = DatabaseChoice.Dpkg } }, new TestPackage("systemd"), Web);

        Assert.Equal(
            "/etc/systemd/system/multi-user.target.wants/web.service\n/etc/systemd/system/other.target.wants/web.service\n/etc/systemd/system/third.target.requires/web.service\n/etc/systemd/system/www.service\n",
            Text(result, "var/lib/systemd/deb-systemd-helper-enabled/web.service.dsh-also"));
        Assert.True(Has(result, "var/lib/systemd/deb-systemd-helper-enabled/multi-user.target.wants/web.service"));
    }

    [Fact]
    public void Without_systemd_nobody_needs_the_links()
    {
        var result = Assemble(Web);

        Assert.Empty(Links(result));
        Assert.Empty(result.Uncovered);
        Assert.False(Has(result, "etc/machine-id"));
    }

    private static IEnumerable<(string Path, string Target)> Links(Engine.Assembly.AssemblyResult result) => result.Tree.Entries
        .Where(entry => entry.Path.Value.StartsWith("etc/systemd/", StringComparison.Ordinal) && entry.LinkTarget is not null)
        .Select(entry => (entry.Path.ToString(), entry.LinkTarget!));
}
