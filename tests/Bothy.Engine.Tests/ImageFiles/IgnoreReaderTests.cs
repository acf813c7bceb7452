using System.Collections.Immutable;
using System.Text;
using Bothy.Engine.ImageFiles;
using Bothy.Inspection.Matching;

namespace Bothy.Engine.Tests.ImageFiles;

public sealed class IgnoreReaderTests
{
    [Fact]
    public void Rules_have_an_id_a_reason_and_what_bounds_them()
    {
        var rules = Parse("""
            ignore:
              - id: CVE-2024-1
                package: openssl
                reason: not reachable
                expires: 2026-12-31
              - id: GHSA-a
                reason: "only on Windows"
            """);

        Assert.Equal<IgnoreRule>(
            [
                new IgnoreRule("CVE-2024-1", "openssl", "not reachable", new DateOnly(2026, 12, 31), "ignore.yaml:2:5"),
                new IgnoreRule("GHSA-a", null, "only on Windows", null, "ignore.yaml:6:5"),
            ],
            rules);
    }

    [Theory]
    [InlineData("ignore: [{id: CVE-1}]", "ignore.yaml:1:10: 'reason' is missing")]
    [InlineData("ignore: [{reason: x}]", "ignore.yaml:1:10: 'id' is missing")]
    [InlineData("ignore: [{id: CVE-1, reason: ''}]", "ignore.yaml:1:30: 'reason' is empty")]
    [InlineData("ignore: [{id: CVE-1, reason: x, expires: soon}]", "ignore.yaml:1:42: 'expires' must be a day such as 2026-12-31, not 'soon'")]
    [InlineData("ignore: [{id: CVE-1, reason: x, expires: 2026-02-30}]", "ignore.yaml:1:42: 'expires' must be a day such as 2026-12-31, not '2026-02-30'")]
    [InlineData("ignore: [{id: CVE-1, reason: x, expire: 2026-02-03}]", "ignore.yaml:1:33: unknown key 'expire' (did you mean 'expires'?)")]
    [InlineData("ignores: []", "ignore.yaml:1:1: unknown key 'ignores' (did you mean 'ignore'?)")]
    [InlineData("[]", "ignore.yaml:1:1: the file must be a map, not a list")]
    public void A_mistake_is_named_with_its_place(string text, string problem) =>
        Assert.Contains(problem, Assert.Throws<ImageFileException>(() => Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_not_there_is_said_to_be_missing()
    {
        using var directory = new TemporaryDirectory();

        Assert.Equal("cannot read ignore.yaml: there is no such file", Assert.Throws<BothyException>(() => IgnoreReader.Load("ignore.yaml", directory.Path)).Message);
    }

    private static ImmutableArray<IgnoreRule> Parse(string text) => IgnoreReader.Parse("ignore.yaml", Encoding.UTF8.GetBytes(text));
}
