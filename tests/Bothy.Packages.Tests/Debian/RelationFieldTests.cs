using Bothy.Packages.Debian;

namespace Bothy.Packages.Tests.Debian;

public sealed class RelationFieldTests
{
    [Theory]
    [InlineData("libc6 (>= 2.36)", "libc6 (>= 2.36)")]
    [InlineData("libc6(>=2.36)", "libc6 (>= 2.36)")]
    [InlineData("a|b (<< 2), c:any", "a | b (<< 2), c:any")]
    [InlineData("a (< 2), b (> 3)", "a (<= 2), b (>= 3)")] // the legacy operators mean "or equal"
    [InlineData("a (= 1:2-3) , ", "a (= 1:2-3)")] // a comma too many is tolerated by dpkg
    [InlineData("python3:native (>> 3.11~)", "python3:native (>> 3.11~)")]
    [InlineData("", "")]
    public void Reads_groups(string field, string normal) =>
        Assert.Equal(normal, string.Join(", ", RelationField.Parse(field)));

    [Theory]
    [InlineData("a (2)")]
    [InlineData("a (>= )")]
    [InlineData("a (=> 2)")]
    [InlineData("a (>= 2")]
    [InlineData("a b")]
    [InlineData("a |")]
    [InlineData("a:")]
    [InlineData("(>= 2)")]
    [InlineData("a <!nocheck>")] // a build profile
    [InlineData("a (>= 2) x")]
    [InlineData("a (>= _)")]
    [InlineData("${shlibs:Depends}")] // a substitution that a build forgot
    public void Refuses_what_is_not_a_relation(string field) => Assert.Throws<FormatException>(() => RelationField.Parse(field));

    [Fact]
    public void Refuses_alternatives_where_none_are_allowed() =>
        Assert.Throws<FormatException>(() => RelationField.ParseFlat("a, b | c"));

    [Theory]
    [InlineData("a [amd64]", "amd64", true)]
    [InlineData("a [amd64]", "arm64", false)]
    [InlineData("a [!amd64 !i386]", "amd64", false)]
    [InlineData("a [!amd64 !i386]", "arm64", true)]
    [InlineData("a", "arm64", true)]
    public void Reads_restriction_lists(string text, string architecture, bool applies) =>
        Assert.Equal(applies, RelationField.ParseRelation(text).AppliesTo(architecture));

    [Theory]
    [InlineData("a (<< 2)", "2~", "2")]
    [InlineData("a (<= 2)", "2", "2+b1")]
    [InlineData("a (= 2)", "2-0", "2-1")] // a missing revision is a 0
    [InlineData("a (>= 2)", "2", "2~")]
    [InlineData("a (>> 2)", "2+b1", "2")]
    public void Bounds_versions(string relation, string inside, string outside)
    {
        var parsed = RelationField.ParseRelation(relation);
        Assert.True(parsed.Admits(DebianVersion.Parse(inside)));
        Assert.False(parsed.Admits(DebianVersion.Parse(outside)));
    }
}
