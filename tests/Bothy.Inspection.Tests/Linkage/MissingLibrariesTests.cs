using Bothy.Formats.Elf;
using Bothy.Formats.Trees;
using Bothy.Inspection.Linkage;

namespace Bothy.Inspection.Tests.Linkage;

public sealed class MissingLibrariesTests
{
    private static readonly Origin Package = new Origin.Package("a", "1", "amd64");

    [Theory]
    [InlineData("usr/lib/libb.so.1")] // a directory the loader always looks in
    [InlineData("lib64/libb.so.1")]
    [InlineData("usr/lib/x86_64-linux-gnu/libb.so.1")] // Debian's own
    [InlineData("opt/cached/libb.so.1")] // named in ld.so.cache
    public void A_library_where_the_loader_looks_is_there(string place)
    {
        var tree = TreeWith(place);

        Assert.Empty(MissingLibraries.Find(tree, CancellationToken.None));
    }

    [Theory]
    [InlineData("opt/elsewhere/libb.so.1")]
    [InlineData("usr/lib/libb.so.2")] // another version is another library
    [InlineData("usr/lib/deeper/libb.so.1")]
    [InlineData("usr/bin/libb.so.1")] // beside the file that needs it, which does not say so
    public void A_library_elsewhere_is_missing(string place)
    {
        var missing = Assert.Single(MissingLibraries.Find(TreeWith(place), CancellationToken.None));

        Assert.Equal(("/usr/bin/a", "libb.so.1"), (missing.File.Path.ToString(), missing.Library));
    }

    [Fact]
    public void A_library_behind_a_link_is_there()
    {
        var tree = TreeWith("usr/lib/libb.so.1.2.3");
        tree.Set(TreeEntry.SymbolicLink(TreePath.Parse("usr/lib/libb.so.1"), "libb.so.1.2.3", Package));

        Assert.Empty(MissingLibraries.Find(tree, CancellationToken.None));
    }

    [Fact]
    public void Files_that_are_not_what_they_seem_are_passed_over()
    {
        var tree = new FileTree();
        byte[] damaged = ElfSample.Library("liba.so.1", ["libb.so.1"]);
        tree.Set(TreeEntry.File(TreePath.Parse("usr/bin/damaged"), FileContent.Of(damaged.AsMemory(0, damaged.Length / 2)), Package, 0b111_101_101));
        tree.Set(TreeEntry.File(TreePath.Parse("usr/bin/script"), FileContent.Of("#!/bin/sh\n" + new string('#', 100)), Package, 0b111_101_101));

        Assert.Empty(MissingLibraries.Find(tree, CancellationToken.None));
    }

    private static FileTree TreeWith(string library)
    {
        var tree = new FileTree();
        tree.Set(TreeEntry.File(TreePath.Parse("etc/ld.so.cache"), FileContent.Of(LdSoCache.Write([new("libb.so.1", "/opt/cached/libb.so.1", 0x303, null)], "ldconfig")), Package));
        tree.Set(TreeEntry.File(TreePath.Parse("usr/bin/a"), FileContent.Of(ElfSample.Library(null, ["libb.so.1"])), Package, 0b111_101_101));
        tree.Set(TreeEntry.File(TreePath.Parse(library), FileContent.Of(ElfSample.Library("libb.so.1", [])), Package));
        return tree;
    }
}
