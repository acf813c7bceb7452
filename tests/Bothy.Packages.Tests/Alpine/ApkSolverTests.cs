using Bothy.Packages.Alpine;
using Bothy.Packages.Solving;

namespace Bothy.Packages.Tests.Alpine;

public sealed class ApkSolverTests
{
    [Theory]
    [InlineData("a 1 | D: b\na 2 | D: b\nb 1\nb 2", "a", "b-2 a-2")]
    [InlineData("m 1 | D: z y x\nx 1\ny 1\nz 1", "m x", "z-1 y-1 x-1 m-1")] // in the order of the dependencies
    [InlineData("a 1\nB 1\nc 1", "c a B", "a-1 B-1 c-1")] // the world is sorted without regard to case
    [InlineData("a 1 | D: b\nb 1 | D: c\nc 1 | D: a", "c", "b-1 a-1 c-1")] // a cycle
    public void Orders_as_apk(string packages, string world, string answer) => Assert.Equal(answer, ApkWorld.Answer(packages, world));

    [Theory]
    [InlineData("a 1\na 2 | D: b>1\nb 1\nb 2\nz 1 | D: b<2", "a z", "a-1 b-1 z-1")] // a-2 is ruled out by what z says of b
    [InlineData("b 1\nb 2\na 1\na 2 | D: b=1", "a b", "b-1 a-2")] // a, which has a say in b, goes first
    [InlineData("a 1 | p: v | k: 1\nb 1 | p: v | k: 2\nc 1 | D: v", "c", "b-1 c-1")]
    [InlineData("a 1 | p: v | k: 1\nb 1 | p: v=1\nc 1 | D: v", "c", "a-1 c-1")] // a priority counts for more than a version beside none
    [InlineData("a 1 | p: v=2\nb 1 | p: v=3 \nc 1 | D: v", "c", "b-1 c-1")]
    [InlineData("b 1 | p: v=1\na 1 | p: v=1\nc 1 | D: v", "c", "b-1 c-1")] // the first of the index
    [InlineData("a 1 | p: v\nb 1 | p: v\nc 1 | D: v\nz 1 | D: b", "c z", "b-1 c-1 z-1")] // without a priority only what others bring
    [InlineData("a 1 | D: !b>1\nb 1\nb 2", "a b", "b-1 a-1")]
    public void Prefers_what_apk_prefers(string packages, string world, string answer) => Assert.Equal(answer, ApkWorld.Answer(packages, world));

    [Theory]
    [InlineData("a 1\nb 1\ni 1 | i: a b", "a b", "a-1 b-1 i-1")]
    [InlineData("a 1\nb 1\ni 1 | i: a b\ni 2", "a b", "a-1 b-1 i-1")] // the later one asks for nothing
    [InlineData("a 1\nb 1\ni 1 | i: a b | D: c\nc 1", "a b", "a-1 b-1 c-1 i-1")]
    [InlineData("a 1\nb 1\ni 1 | i: a b", "a b !i", "a-1 b-1")]
    [InlineData("a 1 | p: x\nb 1 | p: y=1\ni 1 | i: x y", "a b", "a-1 b-1 i-1")]
    [InlineData("a 1\nb 1\ni 1 | i: a !b", "a", "a-1")] // a conflict among conditions never holds
    [InlineData("a 1\nb 1\ni 1 | i: a b | D: !b", "a b", "a-1 b-1")]
    [InlineData("m 1 | D: a b c\na 1\nb 1\nc 1\ni 1 | i: a b", "m", "a-1 b-1 i-1 c-1 m-1")]
    public void Brings_what_comes_by_itself(string packages, string world, string answer) => Assert.Equal(answer, ApkWorld.Answer(packages, world));

    [Theory]
    [InlineData("a 3\n@t\na 4", "a", "a-3")]
    [InlineData("a 4\n@t\na 3", "a@t", "a-3")] // pinned, even to an earlier one
    [InlineData("a 1\n@t\na 4", "a@t<3", "a-1")]
    [InlineData("b 1\nc 1\n@t\na 4 | D: b>1\nb 2 | D: c>1\nc 2", "a@t", "c-2 b-2 a-4")] // what it needs may come from there
    [InlineData("b 2\n@t\na 4 | D: b\nb 1", "a@t", "b-2 a-4")]
    [InlineData("x 1 | D: b\n@t\na 4 | D: b\nb 1", "a@t x", "b-1 a-4 x-1")] // in whatever order they come up
    [InlineData("a 1 | T: one\n@\na 1 | T: two", "a", "a-1")]
    public void Takes_from_tagged_repositories_what_is_pinned_to_them(string packages, string world, string answer) =>
        Assert.Equal(answer, ApkWorld.Answer(packages, world));

    [Fact]
    public void Of_one_version_in_two_repositories_takes_that_of_the_first()
    {
        var solved = Assert.IsType<Resolution<ApkPackage>.Solved>(ApkWorld.Solve("a 1 | T: one\n@\na 1 | T: two", "a"));
        Assert.Equal("one", Assert.Single(solved.Packages).Package.Description);
    }

    [Theory]
    [InlineData("a 1 | D: b\nb 1", "ab", "  ab (no such package):\n    required by: world[ab]\nAsk for 'a' instead of 'ab'.")]
    [InlineData("a 1 | D: missing", "a", "  missing (no such package):\n    required by: a-1[missing]")]
    [InlineData("a 1 | D: b\nb 1", "a !b", "  b-1:\n    breaks: world[!b]\n    satisfies: a-1[b]\nRemove '!b' from packages.")]
    [InlineData("a 1", "a>1", "  a-1:\n    breaks: world[a>1]\nAsk for 'a' instead of 'a>1'.")]
    [InlineData("a 1 | p: v\nb 1 | p: v\nc 1 | D: v", "c", "  v (virtual):\n    note: please select one of the 'provided by'\n          packages explicitly\n    provided by: a b\n    required by: c-1[v]\nAsk for 'a' as well.")]
    [InlineData("b 1 | D: a\n@t\na 1", "b", "  a-1:\n    masked in: @t\n    satisfies: b-1[a]\nAsk for 'a@t' as well.")]
    [InlineData("@t\na 1", "a", "  a-1:\n    masked in: @t\n    satisfies: world[a]\nAsk for 'a@t' instead of 'a'.")]
    [InlineData("a 1 | p: v=1\nb 1 | p: v=2", "a b", "  a-1:\n    conflicts: b-1[v=2]\n    satisfies: world[a]\n  b-1:\n    conflicts: a-1[v=1]\n    satisfies: world[b]\nRemove 'b' from packages.")]
    [InlineData("a 1\nb 1\ni 1 | i: a b | D: missing", "a b", "  missing (no such package):\n    required by: i-1[missing]\nRemove 'b' from packages.")] // not left out, as with apk
    [InlineData("a 1 | D: c\nb 1 | D: !c\nc 1", "a b", "  c-1:\n    breaks: b-1[!c]\n    satisfies: a-1[c]\nRemove 'b' from packages.")]
    public void Says_why_there_is_no_solution_and_what_would_help(string packages, string world, string answer) =>
        Assert.Equal(answer, ApkWorld.Answer(packages, world));

    [Fact]
    public void Knows_why_each_package_is_there()
    {
        var solved = Assert.IsType<Resolution<ApkPackage>.Solved>(ApkWorld.Solve("a 1 | D: v>1\nb 1 | p: v=2\ni 1 | i: a=1 b", "a"));
        Assert.Equal(["b", "i", "a"], solved.Packages.Select(package => package.Package.Name));
        Assert.Equal(new Reason.Needed(new PackageId("a", "1", "x86_64"), "depends", "v>1", "v>1", "v"), solved.Packages[0].Reasons[0]);
        Assert.Equal(new Reason.Requested("a"), solved.Packages[2].Reasons[0]);
        Assert.Equal<Reason>(
            [
                new Reason.Needed(new PackageId("a", "1", "x86_64"), "install_if", "a=1 b", "a=1", null),
                new Reason.Needed(new PackageId("b", "1", "x86_64"), "install_if", "a=1 b", "b", null),
            ],
            solved.Packages[1].Reasons);
    }

    [Fact]
    public void What_is_omitted_counts_as_present_and_brings_nothing()
    {
        const string packages = "a 1 | D: b so:c=1\nb 2 | D: d | p: so:c=1\nd 1\ni 1 | i: a b";
        var solved = Assert.IsType<Resolution<ApkPackage>.Solved>(ApkWorld.Solve(packages, "a", "b", "d"));
        Assert.Equal("a", Assert.Single(solved.Packages).Package.Name);
        var omitted = Assert.Single(solved.Omitted);
        Assert.Equal("b", omitted.Package.Name);
        Assert.Equal(2, omitted.Reasons.Length);
        Assert.Equal("'d' need not be omitted: nothing asks for it", Assert.Single(solved.Warnings));
    }

    [Theory]
    [InlineData("a@t", "", "cannot take 'a@t': no repository has the tag 't'")]
    [InlineData("a", "a", "cannot omit package 'a': it is asked for as well")]
    [InlineData("a", "bb", "cannot omit package 'bb': no repository has such a package")]
    public void Refuses_a_world_that_contradicts_itself(string world, string omit, string message)
    {
        var failure = Assert.Throws<BothyException>(() => ApkWorld.Solve("a 1\nb 1", world, omit.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(message, failure.Message);
    }

    [Fact]
    public void A_package_that_cannot_be_installed_is_none() =>
        Assert.Equal("a-1", ApkWorld.Answer("a 1\na 2 | X: unknown", "a"));
}
