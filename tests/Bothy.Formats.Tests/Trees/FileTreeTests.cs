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

    [Fact]
    public void Entries_stay_sorted_through_changes()
    {
        var tree = new FileTree();
        var random = new Random(1);
        for (int i = 0; i < 400; i++)
        {
            var path = TreePath.Parse($"d{random.Next(9)}/{random.Next(40)}");
            if (random.Next(3) == 0)
            {
                tree.Remove(path);
            }
            else
            {
                tree.Set(TreeEntry.Directory(path, Somewhere, i));
            }

            if (i % 7 == 0)
            {
                Assert.Equal(tree.Entries.OrderBy(static entry => entry.Path), tree.Entries);
                Assert.Equal(tree.Count, tree.Entries.Count);
                Assert.All(tree.Entries, entry => Assert.True(tree.TryGet(entry.Path, out var same) && ReferenceEquals(same, entry)));
            }
        }
    }
}
