using Bothy.Formats.Trees;

namespace Bothy.Formats.Tests.Trees;

public sealed class FileTreeTests
{
    private static readonly Origin Somewhere = new Origin.ImageFile("test");

    [Theory]
    [InlineData("bin/sh", "/usr/bin/dash")] // bin -> usr/bin, then sh -> dash
    [InlineData("abs/dash", "/usr/bin/dash")] // an absolute target starts at the tree's root
    [InlineData("up", "/usr")] // a link cannot climb out of the tree
    [InlineData("bin/missing/x", "/usr/bin/missing/x")]
    public void Follows_links_inside_the_tree(string path, string real)
    {
        var tree = new FileTree();
        tree.Set(TreeEntry.Directory(TreePath.Parse("usr/bin"), Somewhere));
        tree.Set(TreeEntry.SymbolicLink(TreePath.Parse("bin"), "usr/bin", Somewhere));
        tree.Set(TreeEntry.SymbolicLink(TreePath.Parse("usr/bin/sh"), "dash", Somewhere));
        tree.Set(TreeEntry.SymbolicLink(TreePath.Parse("abs"), "/usr/bin", Somewhere));
        tree.Set(TreeEntry.SymbolicLink(TreePath.Parse("up"), "../../../usr", Somewhere));

        Assert.Equal(real, tree.Follow(TreePath.Parse(path)).ToString());
    }

    [Fact]
    public void A_cycle_of_links_leads_nowhere()
    {
        var tree = new FileTree();
        tree.Set(TreeEntry.SymbolicLink(TreePath.Parse("a"), "b", Somewhere));
        tree.Set(TreeEntry.SymbolicLink(TreePath.Parse("b"), "a", Somewhere));

        Assert.Null(tree.Follow(TreePath.Parse("a/x")));
    }
}
