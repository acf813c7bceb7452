using System.Text;
using Bothy.Packages.Alpine;

namespace Bothy.Packages.Tests.Alpine;

public sealed class ApkPkgInfoTests
{
    private const string Least = "pkgname = a\npkgver = 1-r0\n";

    [Fact]
    public void What_is_written_is_read_again()
    {
        var info = new ApkPkgInfo
        {
            Name = "a",
            Version = "1-r0",
            Architecture = "x86_64",
            Description = "Zoë's = thing # 1",
            Url = "https://example.test/?a = b",
            License = "MIT AND GPL-2.0-only",
            Origin = "src",
            Maintainer = "Zoë <z@example.test>",
            Packager = "P",
            Commit = "00ff",
            BuildTime = 1_700_000_000,
            InstalledSize = long.MaxValue,
            ProviderPriority = 10,
            ReplacesPriority = 3,
            Depends = ["b>=1", "!c", "b>=1"],
            Provides = ["so:x.so.1=1.0"],
            Replaces = ["old<2"],
            InstallIf = ["a=1-r0", "docs"],
            Triggers = ["/usr/*", "+/opt"],
            DataHash = Digest.Of("x"u8),
        };

        Assert.Equal(info.ToText(), Parse(info.ToText()).ToText());
        Assert.EndsWith($"datahash = {Digest.Of("x"u8).Hex}\n", info.ToText(), StringComparison.Ordinal);
        Assert.Equal("Zoë's = thing # 1", Parse(info.ToText()).Description);
    }

    [Theory]
    [InlineData(Least)]
    [InlineData("# comment\npkgname = a\n\npkgver = 1-r0")]
    [InlineData(Least + "unknown = 1\nunknown = 2\n")]
    [InlineData(Least + "no equals sign\n = x\npkgdesc =\n")]
    public void The_rest_is_as_nothing_says_otherwise(string text)
    {
        var info = Parse(text);

        Assert.Equal(("a", "1-r0", "noarch", "", 0, 0), (info.Name, info.Version, info.Architecture, info.Description, info.BuildTime, info.InstalledSize));
        Assert.Empty(info.Depends);
        Assert.Null(info.DataHash);
    }

    [Fact]
    public void Words_stand_on_one_line_or_on_several()
    {
        var info = Parse(Least + "depend = a b\ndepend =  c\ntriggers = /bin  /sbin\n");

        Assert.Equal(["a", "b", "c"], info.Depends.AsEnumerable());
        Assert.Equal(["/bin", "/sbin"], info.Triggers.AsEnumerable());
    }

    [Theory]
    [InlineData("pkgver = 1", "it has no pkgname")]
    [InlineData("pkgname = a", "it has no pkgver")]
    [InlineData("pkgname = \npkgver = 1", "it has no pkgname")]
    [InlineData(Least + "pkgname = b", "'pkgname' comes twice")]
    [InlineData(Least + "size = x", "its size is not a number")]
    [InlineData(Least + "size = -1", "its size is not a number")]
    [InlineData(Least + "size = 99999999999999999999", "its size is not a number")]
    [InlineData(Least + "provider_priority = 4294967296", "its provider_priority is not a number")]
    [InlineData(Least + "datahash = ABC", "its datahash is not a SHA-256")]
    public void What_does_not_follow_the_format_is_refused(string text, string problem) =>
        Assert.Equal(problem, Assert.Throws<MalformedDataException>(() => Parse(text)).Problem);

    private static ApkPkgInfo Parse(string text) => ApkPkgInfo.Parse(Encoding.UTF8.GetBytes(text), "it");
}
