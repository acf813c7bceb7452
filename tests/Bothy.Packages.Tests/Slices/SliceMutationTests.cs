using System.Text;
using System.Text.Json;
using Bothy.Formats.Trees;
using Bothy.Packages.Slices;

namespace Bothy.Packages.Tests.Slices;

public sealed class SliceMutationTests
{
    private const string Certificates = """
        data:
          contents:
            /etc/bundle: {text: FIXME, mutable: true}
            /usr/share/certs/: {until: mutate}
            /usr/share/certs/**: {until: mutate}
          mutate: |
            certs = "/usr/share/certs/"
            content.write("/etc/bundle", "".join([content.read(certs + name) for name in content.list(certs)]))
        keep:
          contents:
            /usr/share/certs/a:
        manifest:
          contents:
            /var/lib/chisel/**: {generate: manifest}
        """;

    private static readonly string[] Ship = ["dir 0755 /usr/", "dir 0755 /usr/share/", "dir 0755 /usr/share/certs/", "file 0644 /usr/share/certs/a A", "file 0644 /usr/share/certs/b B", "link /usr/share/certs/c -> b"];

    [Fact]
    public void A_script_writes_what_is_mutable_and_what_was_for_it_alone_goes()
    {
        var (tree, outcome, _, _) = Run(Certificates, Ship, "foo_data");

        Assert.Equal(["dir 0755 /etc", "file 0644 /etc/bundle 3b", "dir 0755 /usr", "dir 0755 /usr/share"], PackageTree.Lines(tree));
        Assert.Equal("ABB", Text(tree, "etc/bundle"));
        Assert.Equal([("/etc/bundle", Digest.Of("FIXME"u8))], outcome.Written.Select(static each => (each.Key.ToString(), each.Value)));
        Assert.Equal(["/usr/share/certs", "/usr/share/certs/a", "/usr/share/certs/b", "/usr/share/certs/c"], outcome.Removed.Select(static path => path.ToString()));
    }

    [Fact]
    public void What_another_slice_keeps_stays()
    {
        var (tree, outcome, _, _) = Run(Certificates, Ship, "foo_data", "foo_keep");

        Assert.Equal("ABB", Text(tree, "etc/bundle"));
        Assert.True(tree.Contains(TreePath.Parse("usr/share/certs/a")));
        Assert.Equal(["/usr/share/certs/b", "/usr/share/certs/c"], outcome.Removed.Select(static path => path.ToString()));
    }

    [Theory]
    [InlineData("content.write('/a', 'x')", "cannot write to /a: no slice of the selection says that it is mutable")]
    [InlineData("content.write('/m/../m', 'x')", "cannot write to '/m/../m': it is not an absolute, clean path")]
    [InlineData("content.write('m', 'x')", "cannot write to 'm': it is not an absolute, clean path")]
    [InlineData("content.read('/b')", "cannot read /b: no slice of the selection names it")] // in the package, and not selected
    [InlineData("content.read('/etc/passwd')", "cannot read /etc/passwd: no slice of the selection names it")]
    [InlineData("content.read('/../etc/passwd')", "cannot read '/../etc/passwd': it is not an absolute, clean path")]
    [InlineData("content.read('/d/')", "cannot read /d/: it is no file")]
    [InlineData("content.read('/out')", "cannot read /out: it is no file")] // a link that leads nowhere in the tree
    [InlineData("content.list('/a')", "cannot list /a: it is no directory")]
    [InlineData("content.list('/nope')", "cannot list /nope: no slice of the selection names it, or anything in it")]
    [InlineData("content.read('/bin')", "cannot read /bin: it is not text")]
    [InlineData("content.read(1)", "read() takes a string for 'path', not a int")]
    [InlineData("content.write('/m', None)", "write() takes a string for 'data', not a NoneType")]
    public void A_script_stays_within_what_is_selected(string script, string problem)
    {
        string slices = $"one:\n  contents:\n    /a:\n    /d/:\n    /out:\n    /bin:\n    /m: {{text: m, mutable: true}}\n  mutate: |\n    x = 1\n    {script}";
        string[] ship = ["file 0644 /a", "file 0644 /b", "dir 0755 /d/", "link /out -> /etc/passwd", "file 0644 /bin \udc00"];

        var failure = Assert.Throws<SliceReleaseException>(() => Run(slices, ship, "foo_one"));

        Assert.Equal($"release/slices/foo.yaml:12:1: the script cannot be run: {problem}", failure.Message);
    }

    [Fact]
    public void Directories_that_lie_above_what_is_named_can_be_listed()
    {
        var (tree, _, _, _) = Run("one:\n  contents:\n    /d/e/f:\n    /d/e/g/:\n    /m: {text: '', mutable: true}\n  mutate: content.write('/m', repr(content.list('/d/e')) + repr(content.list('/d/')))",
            ["dir 0755 /d/", "dir 0755 /d/e/", "file 0644 /d/e/f", "dir 0755 /d/e/g/"], "foo_one");

        Assert.Equal("[\"f\", \"g/\"][\"e/\"]", Text(tree, "m"));
    }

    [Fact]
    public void A_loop_without_end_ends()
    {
        var failure = Assert.Throws<SliceReleaseException>(() => Run("one:\n  contents: {/a: }\n  mutate: |\n    for i in range(1000000000000):\n      pass", ["file 0644 /a"], "foo_one"));

        Assert.Equal("release/slices/foo.yaml:7:1: the script cannot be run: it takes more than 5000000 steps", failure.Message);
    }

    [Fact]
    public void Paths_are_followed_to_where_links_of_the_tree_lead_them()
    {
        using var release = new ReleaseBuilder().Package("foo", "one:\n  contents:\n    /lib/x: {mutable: true}\n    /lib/y: {until: mutate}\n  mutate: content.write('/lib/x', content.read('/lib/y'))");
        var selection = release.Select("foo_one");
        var cut = selection.Cut("foo", PackageTree.Of("foo", "dir 0755 /lib/", "file 0644 /lib/x 1", "file 0644 /lib/y 22"));
        var merged = PackageTree.Of("foo", "link /lib -> usr/lib", "dir 0755 /usr/", "dir 0755 /usr/lib/", "file 0644 /usr/lib/x 1", "file 0644 /usr/lib/y 22");

        var outcome = SliceMutation.Run(selection, [cut], merged, CancellationToken.None);

        Assert.Equal("22", Text(merged, "usr/lib/x"));
        Assert.Equal(["/usr/lib/x"], outcome.Written.Keys.Select(static path => path.ToString()));
        Assert.Equal(["/usr/lib/y"], outcome.Removed.Select(static path => path.ToString()));
    }

    [RequiresFact(Needs.Judges + ":zstd")]
    public void The_manifest_states_packages_slices_and_paths_in_order()
    {
        var (tree, outcome, selection, cuts) = Run(Certificates, Ship, "foo_data", "foo_keep", "foo_manifest");
        var digest = Digest.Of("the package"u8);

        ManifestWall.Lay(selection, [new ManifestPackage("foo", "1.0-1", digest, "amd64"), new ManifestPackage("whole", "2", digest, "all")], cuts, outcome, tree);

        Assert.True(tree.TryGet(TreePath.Parse("var/lib/chisel/manifest.wall"), out var entry));
        Assert.Equal(("/var/lib/chisel", 0b110_100_100), (entry.Path.Parent.ToString(), entry.Mode));
        string[] lines = Judge.Run("zstd", ["-dc"], entry.Content!.ReadAll()).Succeeded().Output.TrimEnd('\n').Split('\n');
        Assert.Equal("{\"jsonwall\":\"1.0\",\"schema\":\"1.0\",\"count\":14}", lines[0]);
        Assert.Equal(14, lines.Length);
        Assert.Equal(lines.Skip(1).Order(StringComparer.Ordinal), lines.Skip(1));
        Assert.All(lines, static line => JsonDocument.Parse(line).Dispose());
        string a = Digest.Of("A"u8).Hex;
        Assert.Equal(
            [
                "{\"kind\":\"content\",\"slice\":\"foo_data\",\"path\":\"/etc/bundle\"}",
                "{\"kind\":\"content\",\"slice\":\"foo_data\",\"path\":\"/usr/share/certs/\"}",
                "{\"kind\":\"content\",\"slice\":\"foo_data\",\"path\":\"/usr/share/certs/a\"}",
                "{\"kind\":\"content\",\"slice\":\"foo_keep\",\"path\":\"/usr/share/certs/a\"}",
                "{\"kind\":\"content\",\"slice\":\"foo_manifest\",\"path\":\"/var/lib/chisel/manifest.wall\"}",
                $"{{\"kind\":\"package\",\"name\":\"foo\",\"version\":\"1.0-1\",\"sha256\":\"{digest.Hex}\",\"arch\":\"amd64\"}}",
                $"{{\"kind\":\"path\",\"path\":\"/etc/bundle\",\"mode\":\"0644\",\"slices\":[\"foo_data\"],\"sha256\":\"{Digest.Of("FIXME"u8).Hex}\",\"final_sha256\":\"{Digest.Of("ABB"u8).Hex}\",\"size\":3}}",
                "{\"kind\":\"path\",\"path\":\"/usr/share/certs/\",\"mode\":\"0755\",\"slices\":[\"foo_data\"]}",
                $"{{\"kind\":\"path\",\"path\":\"/usr/share/certs/a\",\"mode\":\"0644\",\"slices\":[\"foo_data\",\"foo_keep\"],\"sha256\":\"{a}\",\"size\":1}}",
                "{\"kind\":\"path\",\"path\":\"/var/lib/chisel/manifest.wall\",\"mode\":\"0644\",\"slices\":[\"foo_manifest\"]}",
                "{\"kind\":\"slice\",\"name\":\"foo_data\"}",
                "{\"kind\":\"slice\",\"name\":\"foo_keep\"}",
            ],
            lines.Skip(1).Where(static line => line != "{\"kind\":\"slice\",\"name\":\"foo_manifest\"}"));
    }

    private static (FileTree Tree, MutationOutcome Outcome, SliceSelection Selection, SliceCut[] Cuts) Run(string slices, string[] ship, params string[] names)
    {
        using var release = new ReleaseBuilder().Package("foo", slices);
        var selection = release.Select(names);
        var package = PackageTree.Of("foo", ship);
        if (package.TryGet(TreePath.Parse("bin"), out var binary))
        {
            package.Set(binary with { Content = FileContent.Of(new byte[] { 0xFF, 0xFE }) });
        }

        SliceCut[] cuts = [selection.Cut("foo", package)];
        var outcome = SliceMutation.Run(selection, cuts, cuts[0].Tree, CancellationToken.None);
        return (cuts[0].Tree, outcome, selection, cuts);
    }

    private static string Text(FileTree tree, string path) => Encoding.UTF8.GetString(tree.Find(TreePath.Parse(path))!.Content!.ReadAll());
}
