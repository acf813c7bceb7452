using Bothy.Formats.Trees;
using Bothy.Inspection.Catalog;
using Bothy.Inspection.Comparison;
using Bothy.Oci;

namespace Bothy.Inspection.Tests.Comparison;

public sealed class ChangeTests
{
    private static readonly Origin Test = new Origin.ImageFile("test");

    // Each by its distribution's own order: as text, 1.10 would be older than 1.9.
    [Theory]
    [InlineData(PackageSystem.Dpkg, "1.9-1", "1.10-1", PackageChangeKind.Upgraded)]
    [InlineData(PackageSystem.Dpkg, "1.10-1", "1.9-1", PackageChangeKind.Downgraded)]
    [InlineData(PackageSystem.Dpkg, "1.0~rc1-1", "1.0-1", PackageChangeKind.Upgraded)]
    [InlineData(PackageSystem.Dpkg, "9.9-1", "1:0.1-1", PackageChangeKind.Upgraded)] // an epoch
    [InlineData(PackageSystem.Dpkg, "1.0", "1.0-0", PackageChangeKind.Changed)] // equal, written differently
    [InlineData(PackageSystem.Apk, "1.9-r0", "1.10-r0", PackageChangeKind.Upgraded)]
    [InlineData(PackageSystem.Apk, "1.0-r1", "1.0_rc1-r9", PackageChangeKind.Downgraded)]
    [InlineData(PackageSystem.Apk, "1.0-r1", "not a version", PackageChangeKind.Changed)]
    public void A_package_is_newer_or_older_by_the_order_of_its_distribution(PackageSystem system, string before, string after, PackageChangeKind kind) =>
        Assert.Equal(
            [new PackageChange("p", null, before, after, kind)],
            PackageChange.Between([Package("p", before, system)], [Package("p", after, system)]).AsEnumerable());

    [Fact]
    public void Packages_come_go_stay_and_move_between_distributions()
    {
        var changes = PackageChange.Between(
            [Package("gone", "1"), Package("same", "1"), Package("zlib", "1.3")],
            [Package("came", "1"), Package("same", "1"), Package("zlib", "1.2-r0", PackageSystem.Apk)]);

        Assert.Equal(
            [
                new PackageChange("came", null, null, "1", PackageChangeKind.Added),
                new PackageChange("gone", null, "1", null, PackageChangeKind.Removed),
                new PackageChange("zlib", null, "1.3", "1.2-r0", PackageChangeKind.Changed),
            ],
            changes.AsEnumerable());
    }

    [Fact]
    public void A_package_of_two_architectures_is_two() => Assert.Equal(
        [
            new PackageChange("libc6", "amd64", "2.36", "2.37", PackageChangeKind.Upgraded),
            new PackageChange("libc6", "i386", null, "2.37", PackageChangeKind.Added),
        ],
        PackageChange.Between([Package("libc6", "2.36")], [Package("libc6", "2.37"), Package("libc6", "2.37", architecture: "i386")]).AsEnumerable());

    [Fact]
    public void Says_what_of_a_file_differs()
    {
        var before = Tree(
            File("a", "same"), File("b", "one"), File("c", "x"), File("d", "x"), File("e", "x"), File("gone", "1234"), Link("l", "to"), File("k", "x"), File("t", "x"));
        var after = Tree(
            File("a", "same"), File("b", "two"), File("c", "x") with { Mode = 0b111_101_101 }, File("d", "y") with { UserId = 7 },
            File("e", "x") with { ExtendedAttributes = TreeEntry.NoAttributes.Add("user.a", new byte[] { 1 }) }, File("new", "12345"), Link("l", "there"), Link("k", "x"), File("t", "x") with { ModifiedTime = 9 });

        Assert.Equal(
            [
                "b content 0 [7692c3ad3540] [3fc4ccfe7458]",
                "c mode 0 [0644] [0755]",
                "d content, owner 0 [2d711642b726 0:0] [a1fce4363854 7:0]",
                "e attributes 0 [no attributes] [user.a]",
                "gone removed -4 [file 4 B] []",
                "k kind -1 [file] [link -> x]",
                "l link 0 [-> to] [-> there]",
                "new added 5 [] [file 5 B]",
            ],
            FileChange.Between(before, after).Select(change => FormattableString.Invariant($"{change.Path.Value} {string.Join(", ", change.Words())} {change.Bytes} [{change.Side(change.Before)}] [{change.Side(change.After)}]")));
    }

    [Fact]
    public void A_tree_is_the_same_as_itself() => Assert.Empty(FileChange.Between(Tree(File("a", "x"), Link("l", "a")), Tree(File("a", "x"), Link("l", "a"))));

    [Fact]
    public void Fields_of_the_configuration_that_differ_are_named_one_by_one()
    {
        var platform = new Platform("linux", "amd64");
        var one = new ContainerConfig { User = "0", Env = ["PATH=/bin", "A=1"], Cmd = ["sh", "-c", "a b"] };
        var other = new ContainerConfig { Env = ["A=1", "PATH=/usr/bin"], Cmd = ["sh", "-c", "a b"], Labels = one.Labels.Add("k", "v") };

        Assert.Equal(
            ["Env.PATH: /bin | /usr/bin | /usr/bin", "Labels.k:  | v | v", "User: 0 |  | "],
            ConfigChange.Between([(platform, one), (platform, other), (platform, other)]).Select(change => $"{change.Field}: {string.Join(" | ", change.Values)}"));
        Assert.Equal("sh -c 'a b' ''", ConfigChange.Words(["sh", "-c", "a b", ""]));
    }

    private static InstalledPackage Package(string name, string version, PackageSystem system = PackageSystem.Dpkg, string architecture = "amd64") => new()
    {
        System = system,
        Database = TreePath.Parse("var/lib/dpkg/status"),
        Name = name,
        Version = version,
        Architecture = architecture,
        SourceName = name,
        SourceVersion = version,
    };

    private static TreeEntry File(string path, string content) => TreeEntry.File(TreePath.Parse(path), FileContent.Of(content), Test);

    private static TreeEntry Link(string path, string target) => TreeEntry.SymbolicLink(TreePath.Parse(path), target, Test);

    private static FileTree Tree(params TreeEntry[] entries)
    {
        var tree = new FileTree();
        foreach (var entry in entries)
        {
            tree.Set(entry);
        }

        return tree;
    }
}
