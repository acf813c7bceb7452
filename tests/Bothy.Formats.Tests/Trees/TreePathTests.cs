using Bothy.Formats.Trees;

namespace Bothy.Formats.Tests.Trees;

public sealed class TreePathTests
{
    [Theory]
    [InlineData("usr/bin", "/usr/bin")]
    [InlineData("./usr/bin/", "/usr/bin")]
    [InlineData("././usr", "/usr")]
    [InlineData("./", "/")]
    [InlineData("", "/")]
    [InlineData(".", "/")]
    [InlineData("a..b/...", "/a..b/...")] // dots are only special alone
    public void Reads(string name, string path) => Assert.Equal(path, TreePath.Parse(name).ToString());

    [Theory]
    [InlineData("/etc/passwd")] // absolute
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("a/./b")]
    [InlineData("a//b")]
    [InlineData("a\0b")]
    [InlineData(".//etc")] // would be absolute once the ./ is gone
    public void Refuses(string name) => Assert.False(TreePath.TryParse(name, null, out _));

    [Fact]
    public void There_is_one_root()
    {
        Assert.Equal(TreePath.Root, TreePath.Parse("etc").Parent);
        Assert.Equal(TreePath.Root, TreePath.Root.Parent);
        Assert.Equal(TreePath.Root, TreePath.Parse("./"));
    }

    [Fact]
    public void A_directory_sorts_directly_before_what_is_in_it() =>
        Assert.Equal(
            ["/", "/a", "/a/b", "/a/b/c", "/a-b", "/a.b", "/b"],
            new[] { "b", "a.b", "a/b/c", "a-b", "a", "", "a/b" }.Select(name => TreePath.Parse(name)).Order().Select(path => path.ToString()));
}
