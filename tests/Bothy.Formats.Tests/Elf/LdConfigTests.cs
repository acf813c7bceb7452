using Bothy.Formats.Elf;
using Bothy.Formats.Trees;

namespace Bothy.Formats.Tests.Elf;

public sealed class LdConfigTests
{
    private const string Lib = "usr/lib/x86_64-linux-gnu/";
    private static readonly Origin Here = new Origin.ImageFile("test");
    private static readonly LdConfigTarget Target = new("x86_64-linux-gnu", ElfMachine.X8664, 64, 0x0303, "ldconfig (test) stable release version 2.36");

    [Fact]
    public void Links_each_library_by_the_name_it_is_needed_by()
    {
        var result = LdConfig.Run(Tree((Lib + "libx.so.1.2", "libx.so.1")), Target);

        Assert.Equal(new LibraryLink(TreePath.Parse(Lib + "libx.so.1"), "libx.so.1.2"), Assert.Single(result.Links));
        Assert.Contains("libx.so.1", System.Text.Encoding.ASCII.GetString(result.Cache.Span), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tree_without_glibc_gets_nothing() => Assert.Null(LdConfig.Run(Tree((Lib + "libx.so.1", "libx.so.1"))));

    [Fact]
    public void The_generator_is_read_from_the_library_itself()
    {
        var tree = Tree();
        tree.Set(TreeEntry.File(TreePath.Parse("usr/lib/aarch64-linux-gnu/libc.so.6"), FileContent.Of("GNU C Library Lesser\0GNU C Library (Debian GLIBC 2.41-12) stable release version 2.41.\nCopyright"), Here));

        var target = LdConfigTarget.Find(tree)!;

        Assert.Equal("ldconfig (Debian GLIBC 2.41-12) stable release version 2.41", target.Generator);
        Assert.Equal((ElfMachine.AArch64, 0x0a03), (target.Machine, target.CacheFlags));
    }

    [Fact]
    public void Links_that_a_package_ships_are_replaced_by_a_newer_library_only()
    {
        var tree = Tree((Lib + "libx.so.1.9", "libx.so.1"), (Lib + "libx.so.1.10", "libx.so.1"), (Lib + "liby.so.1.0", "liby.so.1"));
        Link(tree, Lib + "libx.so.1", "libx.so.1.9");
        Link(tree, Lib + "liby.so.1", "./liby.so.1.0");

        Assert.Equal(new LibraryLink(TreePath.Parse(Lib + "libx.so.1"), "libx.so.1.10"), Assert.Single(LdConfig.Run(tree, Target).Links));
    }

    [RequiresFact(Needs.Judges + ":ldconfig")]
    public void The_machines_ldconfig_writes_the_same_for_odd_trees()
    {
        using var root = new TemporaryDirectory();
        var tree = OddTree();
        DiskTree.Write(tree, root.Path);
        Judge.Run("ldconfig", "-r", root.Path).Succeeded();

        AssertSame(root.Path, tree, MachineTarget());
    }

    [RequiresFact(Needs.Judges + ":ldconfig")]
    public void The_machines_ldconfig_writes_the_same_for_a_merged_usr()
    {
        using var root = new TemporaryDirectory();
        var tree = Tree(("usr/lib/x86_64-linux-gnu/libx.so.1", "libx.so.1"), ("usr/lib/liby.so.1.5", "liby.so.1"));
        Link(tree, "lib", "usr/lib");
        Text(tree, "etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n");
        Text(tree, "etc/ld.so.conf.d/x.conf", "/lib/x86_64-linux-gnu\n/usr/lib/x86_64-linux-gnu\n");
        DiskTree.Write(tree, root.Path);
        Judge.Run("ldconfig", "-r", root.Path).Succeeded();

        AssertSame(root.Path, tree, MachineTarget());
    }

    [RequiresFact(Needs.Judges + ":ldconfig")]
    public void The_machines_ldconfig_writes_the_same_for_directories_without_a_triplet()
    {
        using var root = new TemporaryDirectory();
        var tree = Tree(("usr/lib64/libx.so.1.2", "libx.so.1"), ("usr/lib/liby.so.1.5", "liby.so.1"), ("lib64/libx.so.1.3", "libx.so.1"));
        DiskTree.Write(tree, root.Path);
        Directory.CreateDirectory(root["etc"]);
        File.WriteAllText(root["etc/ld.so.conf"], "/lib64\n/usr/lib64\n/lib\n/usr/lib\n");
        Judge.Run("ldconfig", "-r", root.Path).Succeeded();
        File.Delete(root["etc/ld.so.conf"]);

        AssertSame(root.Path, tree, MachineTarget() with { IsMultiarch = false });
    }

    [Theory]
    [InlineData("lib64/libc.so.6")]
    [InlineData("usr/lib/libc.so.6")]
    public void A_glibc_without_a_triplet_is_found(string place)
    {
        var tree = new FileTree();
        byte[] libc = [.. ElfSample.Library("libc.so.6", []), .. "GNU C Library (GNU libc) stable release version 2.39.\n"u8];
        tree.Set(TreeEntry.File(TreePath.Parse(place), FileContent.Of(libc), Here));

        var target = LdConfigTarget.Find(tree)!;

        Assert.Equal((false, "ldconfig (GNU libc) stable release version 2.39"), (target.IsMultiarch, target.Generator));
        Assert.Contains("/lib64", target.SystemDirectories);
    }

    [Fact]
    public void A_library_of_another_C_library_by_that_name_is_no_glibc()
    {
        var tree = new FileTree();
        tree.Set(TreeEntry.File(TreePath.Parse("lib/libc.so.6"), FileContent.Of(ElfSample.Library("libc.musl-x86_64.so.1", [])), Here));

        Assert.Null(LdConfig.Run(tree));
    }

    [RequiresFact(Needs.Judges + ":ldconfig")]
    public void The_machines_ldconfig_writes_the_same_for_no_libraries()
    {
        using var root = new TemporaryDirectory();
        Directory.CreateDirectory(root["etc"]);
        Judge.Run("ldconfig", "-r", root.Path).Succeeded();

        AssertSame(root.Path, new FileTree(), MachineTarget());
    }

    [RequiresFact(Needs.Network, Needs.Judges + ":ldconfig", Needs.Judges + ":apt-get")]
    public void The_machines_ldconfig_writes_the_same_for_real_packages()
    {
        using var directory = new TemporaryDirectory();
        string root = RealPackages.Unpack(directory, [], "libc6", "libc-bin", "zlib1g", "libstdc++6", "libgcc-s1", "libpython3.11", "libsqlite3-0", "libssl3", "libncursesw6");
        var tree = DiskTree.Read(root);
        Judge.Run("ldconfig", "-r", root).Succeeded();

        AssertSame(root, tree, LdConfigTarget.Find(tree)!);
    }

    [RequiresFact(Needs.Network, Needs.Judges + ":ldconfig", Needs.Judges + ":apt-get")]
    public void The_ldconfig_of_trixie_writes_the_same_for_its_packages()
    {
        using var directory = new TemporaryDirectory();
        string root = RealPackages.Unpack(directory, RealPackages.UpdateSuite(directory, "trixie"), "libc6", "libc-bin", "zlib1g", "libstdc++6", "libgcc-s1", "libpython3.13", "libssl3t64");
        Directory.CreateSymbolicLink(Path.Combine(root, "lib"), "usr/lib");
        var tree = DiskTree.Read(root);
        Judge.Run(Path.Combine(root, "usr/sbin/ldconfig"), "-r", root).Succeeded();

        var target = LdConfigTarget.Find(tree)!;
        Assert.Contains(" 2.41", target.Generator, StringComparison.Ordinal);
        AssertSame(root, tree, target);
    }

    private static void AssertSame(string root, FileTree tree, LdConfigTarget target)
    {
        var result = LdConfig.Run(tree, target);
        foreach (var link in result.Links)
        {
            Link(tree, link.Path.Value, link.Target);
        }

        foreach (var stale in result.StaleLinks)
        {
            tree.Remove(stale);
        }

        string[] Links(FileTree all) => [.. all.Entries.Where(entry => entry.Kind == EntryKind.SymbolicLink).Select(entry => $"{entry.Path} -> {entry.LinkTarget}")];
        Assert.Equal(Links(DiskTree.Read(root)), Links(tree));
        Assert.Equal(Convert.ToHexString(File.ReadAllBytes(Path.Combine(root, "etc/ld.so.cache"))), Convert.ToHexString(result.Cache.Span));
    }

    // The machine's own glibc, whatever its version.
    private static LdConfigTarget MachineTarget()
    {
        var tree = new FileTree();
        string libc = "/lib/x86_64-linux-gnu/libc.so.6";
        tree.Set(TreeEntry.File(TreePath.Parse(libc[1..]), FileContent.Of(File.ReadAllBytes(libc)), Here));
        return LdConfigTarget.Find(tree)!;
    }

    private static FileTree OddTree()
    {
        var tree = Tree(
            (Lib + "libf.so.1.0", "libf.so.1"),
            (Lib + "libf.so.1.9", "libf.so.1"),
            (Lib + "libf.so.1.10", "libf.so.1"),
            (Lib + "libnosoname.so.2.1", null),
            (Lib + "libdev.so.3", "libdev.so.3"),
            (Lib + "libdev.so.3.newer", "libdev.so.3"), // cannot take the place of a file
            (Lib + "libmis.so.1", "libother.so.5"),
            (Lib + "libslash.so.1", "/x/libslash.so.1"),
            (Lib + "notlib.so.1", "notlib.so.1"),
            (Lib + "libnodot", "libnodot"),
            (Lib + "libzz.sox", "libzz.sox"),
            (Lib + "ld-foo.so.1", "ld-foo.so.1"),
            (Lib + "lib+.so.1", "lib+.so.1"),
            (Lib + "libä.so.1", null), // bytes above 127 sort below all others
            (Lib + "libq.so.99999999999", "libq.so.99999999999"),
            (Lib + "libq.so.1a", "libq.so.1a"),
            (Lib + "libq.so", "libq.so"),
            (Lib + "libq.so.10", "libq.so.10"),
            (Lib + "libq.so.9", "libq.so.9"),
            (Lib + "glibc-hwcaps/x86-64-v3/libf.so.1.10", "libf.so.1"),
            (Lib + "glibc-hwcaps/x86-64-v2/libf.so.1", "libf.so.1"),
            (Lib + "glibc-hwcaps/x86-64-v3/libonly.so.1", "libonly.so.1"),
            ("opt/libfar.so.4.1", "libfar.so.4"),
            ("opt/libfard.so.4.1", "libfard.so.4"),
            ("opt/libalias.so.4.1", "libalias.so.4"),
            ("usr/lib/libdup.so.1", "libdup.so.1"),
            ("lib/libdup.so.1", "libdup.so.1"),
            ("srv/libdup.so.1", "libdup.so.1"),
            ("d/libd.so.1", "libd.so.1"));
        tree.Set(TreeEntry.File(TreePath.Parse(Lib + "libarm.so.1"), FileContent.Of(ElfSample.Library("libarm.so.1", [], machine: ElfMachine.AArch64)), Here));
        Text(tree, Lib + "libscript.so", "GROUP ( /lib/x86_64-linux-gnu/libc.so.6 )\n");
        Text(tree, Lib + "libempty.so.1", "");
        tree.Set(TreeEntry.Directory(TreePath.Parse(Lib + "glibc-hwcaps"), Here));
        tree.Set(TreeEntry.Directory(TreePath.Parse(Lib + "glibc-hwcaps/x86-64-v2"), Here));
        tree.Set(TreeEntry.Directory(TreePath.Parse(Lib + "glibc-hwcaps/x86-64-v3"), Here));
        Link(tree, Lib + "libf.so.1", "libf.so.1.0");
        Link(tree, Lib + "libf.so", "libf.so.1");
        Link(tree, Lib + "libdev.so", "libdev.so.3");
        Link(tree, Lib + "libodd.so.9", "libq.so.9");
        Link(tree, Lib + "libdangling.so.1", "nowhere.so.1");
        Link(tree, Lib + "libdangling.so", "nowhere.so");
        Link(tree, Lib + "glibc-hwcaps/x86-64-v2/libdangling.so.1", "nowhere.so.1");
        Link(tree, Lib + "libdirectory.so.1", "glibc-hwcaps");
        Link(tree, Lib + "libfar.so.4", "/opt/libfar.so.4.1");
        Link(tree, Lib + "libfard.so", "../../../opt/libfard.so.4.1");
        Link(tree, Lib + "libanother.so.7", "../../../opt/libalias.so.4.1");
        Text(tree, "etc/ld.so.conf", "# comment\n  /srv/   # behind\ninclude ld.so.conf.d/*.conf\ninclude /etc/nothing/*.conf\nhwcap 0 x\n/nonexistent\n/usr/lib\n");
        Text(tree, "etc/ld.so.conf.d/10.conf", "/opt-nothing\n");
        Text(tree, "etc/ld.so.conf.d/2.conf", "/d//\n/srv");
        Text(tree, "etc/ld.so.conf.d/.hidden.conf", "/opt\n");
        return tree;
    }

    private static FileTree Tree(params (string Path, string? SoName)[] libraries)
    {
        var tree = new FileTree();
        foreach (var (path, soName) in libraries)
        {
            tree.Set(TreeEntry.File(TreePath.Parse(path), FileContent.Of(ElfSample.Library(soName, ["libc.so.6"])), Here));
        }

        return tree;
    }

    private static void Text(FileTree tree, string path, string content) =>
        tree.Set(TreeEntry.File(TreePath.Parse(path), FileContent.Of(content), Here));

    private static void Link(FileTree tree, string path, string target) =>
        tree.Set(TreeEntry.SymbolicLink(TreePath.Parse(path), target, Here));
}
