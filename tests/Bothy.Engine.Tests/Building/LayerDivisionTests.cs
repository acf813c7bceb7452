using System.Collections.Immutable;
using Bothy.Engine.Building;
using Bothy.Engine.Locking;
using Bothy.Formats.Trees;
using Bothy.Oci.Layers;
using Bothy.Packages;
using Bothy.Packages.Solving;
using FsCheck;
using FsCheck.Fluent;

namespace Bothy.Engine.Tests.Building;

public sealed class LayerDivisionTests
{
    private const long Epoch = 1000;

    [Fact]
    public void Packages_of_one_source_share_a_layer_and_what_is_of_no_package_is_on_top()
    {
        var layers = Divide(Sample(), budget: 10);

        Assert.Equal(["libc", "app", "data", ""], layers.Select(layer => string.Join(' ', layer.Sources)));
        Assert.Equal(["usr/bin/app", "usr/lib/app.so"], Files(layers[1]));
        Assert.Equal(["etc/passwd", "var/db"], Files(layers[3]));
    }

    [Fact]
    public void What_exceeds_the_budget_shares_the_layer_below_the_top()
    {
        var layers = Divide(Sample(), budget: 2);

        Assert.Equal(["libc", "app data", ""], layers.Select(layer => string.Join(' ', layer.Sources)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    public void The_layers_together_are_the_tree(int budget) => AssertSame(Sample(), Divide(Sample(), budget));

    [Fact]
    public void An_upgrade_changes_the_layer_of_its_source_and_the_top_one()
    {
        var before = Digests(Divide(Sample(), budget: 10));
        var after = Digests(Divide(Sample(time: 900, data: "a newer version of it"), budget: 10));

        // The time of /usr/share, too, which is the upgraded package's.
        Assert.Equal(before[..2], after[..2]);
        Assert.NotEqual(before[2], after[2]);
        Assert.NotEqual(before[3], after[3]);
    }

    [Fact]
    public void Another_package_above_leaves_the_layers_of_the_others_as_they_are()
    {
        var tree = Sample();
        tree.Set(TreeEntry.Directory(TreePath.Parse("usr/lib"), Package("extra")) with { ModifiedTime = 555 });
        tree.Set(PackageFile("extra", "usr/lib/extra.so", "x"));
        var layers = Digests(Divide(tree, budget: 10, Locked("extra", "extra")));

        Assert.Equal(Digests(Divide(Sample(), budget: 10))[..3], layers[..3]);
        Assert.Equal(5, layers.Length);
    }

    [Fact]
    public void Names_of_one_file_in_several_layers_go_to_the_top()
    {
        var tree = Sample();
        tree.Set(new TreeEntry
        {
            Path = TreePath.Parse("opt/app"), Kind = EntryKind.HardLink, Mode = TreeEntry.DefaultFileMode, Origin = new Origin.ImageFile("paths"), LinkTarget = "usr/bin/app",
        });
        var layers = Divide(tree, budget: 10);

        Assert.Equal(["usr/lib/app.so"], Files(layers[1]));
        Assert.Equal(["etc/passwd", "opt/app", "usr/bin/app", "var/db"], Files(layers[3]));
        AssertSame(tree, layers);
    }

    [Fact]
    public void Any_tree_divides_into_layers_that_are_the_tree()
    {
        string[] names = ["a", "b", "c", "d"];
        var entries =
            from depth in Gen.Choose(1, 4)
            from parts in Gen.Elements(names).ListOf(depth)
            from package in Gen.Choose(-1, 3)
            from isDirectory in Gen.Elements(true, false)
            from time in Gen.Choose(0, 5)
            select (Path: string.Join('/', parts), package, isDirectory, time);

        Prop.ForAll(Arb.From(entries.ListOf(12)), list =>
        {
            var tree = new FileTree();
            foreach (var (path, package, isDirectory, time) in list.OrderBy(one => one.Path.Length))
            {
                var place = TreePath.Parse(path);
                if (Ancestors(place).All(parent => !tree.TryGet(parent, out var above) || above.Kind == EntryKind.Directory) && !tree.Entries.Any(other => other.Path.IsAtOrBelow(place)))
                {
                    Origin origin = package < 0 ? new Origin.Effect("e") : Package(names[package]);
                    tree.Set((isDirectory ? TreeEntry.Directory(place, origin) : TreeEntry.File(place, FileContent.Of(path), origin)) with { ModifiedTime = time });
                }
            }

            AssertSame(tree, LayerDivision.ByOrigin(tree, [.. names.Select(name => Locked(name, name))], budget: 3, Epoch));
        }).QuickCheckThrowOnFailure();
    }

    private static IEnumerable<TreePath> Ancestors(TreePath path)
    {
        for (path = path.Parent; !path.IsRoot; path = path.Parent)
        {
            yield return path;
        }
    }

    private static FileTree Sample(long time = 300, string data = "data")
    {
        var tree = new FileTree();
        foreach (var entry in new[]
        {
            TreeEntry.Directory(TreePath.Parse("usr"), Package("libc6")) with { ModifiedTime = 10 },
            TreeEntry.Directory(TreePath.Parse("usr/lib"), Package("libc6")) with { ModifiedTime = 20 },
            TreeEntry.Directory(TreePath.Parse("usr/share"), Package("data"), 0b111_000_000) with { ModifiedTime = time },
            TreeEntry.Directory(TreePath.Parse("var/empty"), Package("libc6")) with { ModifiedTime = 40 },
            PackageFile("libc6", "usr/lib/libc.so", new string('c', 100)),
            PackageFile("app", "usr/bin/app", "app"),
            PackageFile("libapp", "usr/lib/app.so", "library"),
            PackageFile("data", "usr/share/data", data) with { ModifiedTime = time },
            TreeEntry.File(TreePath.Parse("etc/passwd"), FileContent.Of("root"), new Origin.Effect("accounts")) with { ModifiedTime = time },
            TreeEntry.File(TreePath.Parse("var/db"), FileContent.Of(data), new Origin.Effect("database")) with { ModifiedTime = time },
        })
        {
            tree.Set(entry);
        }

        return tree;
    }

    private static Origin.Package Package(string name) => new Origin.Package(name, "1", "amd64");

    private static TreeEntry PackageFile(string package, string path, string content) =>
        TreeEntry.File(TreePath.Parse(path), FileContent.Of(content), Package(package)) with { ModifiedTime = 100 };

    private static ImmutableArray<DividedLayer> Divide(FileTree tree, int budget, params LockedPackage[] more) => LayerDivision.ByOrigin(
        tree,
        [Locked("libc6", "libc", "app", "libapp", "data"), Locked("libapp", "app", "app"), Locked("app", "app"), Locked("data", "data"), .. more],
        budget,
        Epoch);

    private static LockedPackage Locked(string name, string source, params string[] neededBy) => new()
    {
        Id = Id(name),
        Source = source,
        SourceVersion = "1",
        Url = new Uri("https://mirror.example/x.deb"),
        Size = 1,
        Reasons = [.. neededBy.Select(by => new Reason.Needed(Id(by), "Depends", name, name, null))],
    };

    private static PackageId Id(string name) => new(name, "1", "amd64");

    private static string[] Files(DividedLayer layer) =>
        [.. layer.Tree.Entries.Where(entry => entry.Kind != EntryKind.Directory).Select(entry => entry.Path.Value)];

    private static Digest[] Digests(ImmutableArray<DividedLayer> layers) =>
        [.. layers.Select(layer => new LayerWriter(new LayerOptions { Epoch = Epoch }).Write(layer.Tree, Stream.Null, CancellationToken.None).DiffId)];

    // What a runtime shows of layers is the entry of the highest that has it.
    private static void AssertSame(FileTree tree, ImmutableArray<DividedLayer> layers)
    {
        var shown = new SortedDictionary<TreePath, TreeEntry>();
        foreach (var entry in layers.SelectMany(layer => layer.Tree.Entries))
        {
            Assert.True(entry.Kind == EntryKind.Directory || !shown.ContainsKey(entry.Path), $"{entry.Path} is in two layers");
            shown[entry.Path] = entry;
        }

        var expected = new SortedDictionary<TreePath, TreeEntry>();
        foreach (var entry in tree.Entries)
        {
            expected[entry.Path] = entry;
            foreach (var parent in Ancestors(entry.Path).Where(parent => !tree.Contains(parent)))
            {
                expected[parent] = TreeEntry.Directory(parent, entry.Origin) with { ModifiedTime = Epoch };
            }
        }

        Assert.Equal(expected.Values.Select(Line), shown.Values.Select(Line));
        Assert.All(layers, layer => Assert.All(layer.Tree.Entries, entry => Assert.True(entry.Path.Parent.IsRoot || layer.Tree.Contains(entry.Path.Parent))));
    }

    private static string Line(TreeEntry entry) => FormattableString.Invariant($"{entry.Kind} {entry.Path} {entry.Mode} {entry.ModifiedTime} {entry.LinkTarget} {entry.Content?.Digest}");
}
