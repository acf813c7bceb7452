using Bothy.Formats.Text;

namespace Bothy.Formats.Tests.Text;

public sealed class NearNameTests
{
    private static readonly string[] Names = ["packages", "paths", "ports", "policy", "cmd", "annotations", "environment", "libc6", "libc-bin"];

    [Theory]
    [InlineData("pacakges", "packages")] // two letters swapped
    [InlineData("package", "packages")]
    [InlineData("packagess", "packages")]
    [InlineData("PACKAGES", "packages")] // letter case is no slip
    [InlineData("env", "environment")] // far, but the only one that begins so
    [InlineData("lib", null)] // two begin so
    [InlineData("en", null)] // too short to tell
    [InlineData("port", "ports")]
    [InlineData("annotation", "annotations")]
    [InlineData("cdm", "cmd")]
    [InlineData("x", null)]
    [InlineData("", null)]
    [InlineData("libc7", "libc6")]
    [InlineData("something-else", null)]
    public void Finds_what_was_meant(string word, string? expected) => Assert.Equal(expected, NearName.Find(word, Names));

    [Fact]
    public void Takes_the_ordinally_first_of_equally_near_names_in_any_order()
    {
        Assert.Equal("bat", NearName.Find("bot", ["bit", "bat"]));
        Assert.Equal("bat", NearName.Find("bot", ["bat", "bit"]));
    }

    [Fact]
    public void A_very_long_word_is_not_compared() => Assert.Null(NearName.Find(new string('a', 100_000), [new string('a', 100_001)]));

    [Theory]
    [InlineData("expat", "expat-tools libexpat1 libexpat1-dev")] // what begins with it, then the shortest
    [InlineData("EXPAT1", "libexpat1 libexpat1-dev")]
    [InlineData("ex", "")] // in too many
    [InlineData("nothing", "")]
    public void Finds_what_contains_a_word(string word, string expected) =>
        Assert.Equal(expected, string.Join(' ', NearName.Containing(word, ["libexpat1-dev", "zlib1g", "expat-tools", "libexpat1"])));

    [Theory]
    [InlineData("", "abc", 3)]
    [InlineData("ca", "abc", 3)] // optimal string alignment; full Damerau-Levenshtein would say 2
    [InlineData("ab", "ba", 1)]
    [InlineData("kitten", "sitting", 3)]
    public void Counts_slips(string a, string b, int slips)
    {
        Assert.Equal(slips, NearName.Distance(a, b));
        Assert.Equal(slips, NearName.Distance(b, a));
    }
}
