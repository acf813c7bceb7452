using System.Text;
using Bothy.Engine.Rebuilding;
using Bothy.Formats.Trees;
using Bothy.Oci;
using Bothy.Oci.Layers;
using Bothy.Oci.Sources;

namespace Bothy.Engine.Tests.Rebuilding;

public sealed class ImageComparisonTests
{
    private static readonly Origin Origin = new Origin.ImageFile("test");

    private static readonly TreeEntry[] Entries =
    [
        Directory("usr"),
        Directory("usr/bin"),
        File("usr/bin/hello", "hello world"),
        TreeEntry.SymbolicLink(TreePath.Parse("usr/bin/link"), "hello", Origin),
        File("usr/bin/tool", string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i} "))),
    ];

    [Fact]
    public async Task An_image_is_its_own_rebuild() => Assert.Null(await CompareAsync(Image(Entries), Image(Entries)));

    [Theory]
    [InlineData("added", "layer 1: the entries", "usr/bin/tool", "usr/bin/new")]
    [InlineData("removed", "layer 1: the entries", "usr/bin/tool", "no further entry")]
    [InlineData("mode", "layer 1, usr/bin/hello: mode", "0644", "4755")]
    [InlineData("owner", "layer 1, usr/bin/hello: owner", "0", "1000")]
    [InlineData("time", "layer 1, usr/bin/hello: time", "1", "2")]
    [InlineData("target", "layer 1, usr/bin/link: link target", "hello", "tool")]
    [InlineData("kind", "layer 1, usr/bin/link: kind", "SymbolicLink", "File")]
    [InlineData("size", "layer 1, usr/bin/hello: size", "11", "12")]
    [InlineData("byte", "layer 1, usr/bin/hello: byte 6 of 11", "0x77", "0x57")]
    [InlineData("far", "layer 1, usr/bin/tool: byte 108888 of 108890", "0x39", "0x38")]
    public async Task The_first_entry_field_or_byte_is_named(string change, string place, string was, string @is)
    {
        var changed = Entries.ToList();
        switch (change)
        {
            case "added":
                changed.Insert(4, File("usr/bin/new", "new"));
                break;
            case "removed":
                changed.RemoveAt(4);
                break;
            default:
                int at = change is "target" or "kind" ? 3 : change == "far" ? 4 : 2;
                changed[at] = change switch
                {
                    "mode" => changed[at] with { Mode = 0b100_111_101_101 },
                    "owner" => changed[at] with { UserId = 1000 },
                    "time" => changed[at] with { ModifiedTime = 2 },
                    "target" => changed[at] with { LinkTarget = "tool" },
                    "kind" => File("usr/bin/link", ""),
                    "size" => File("usr/bin/hello", "hello worlds"),
                    "byte" => File("usr/bin/hello", "hello World"),
                    _ => File("usr/bin/tool", TextOf(changed[at])[..^2] + "8 "),
                };
                break;
        }

        Assert.Equal(new ImageDifference(place, was, @is), await CompareAsync(Image(Entries), Image(changed)));
    }

    [Fact]
    public async Task The_same_archive_in_another_compression_is_called_that()
    {
        var difference = await CompareAsync(Image(Entries), Image(Entries, LayerCompression.Zstd));

        Assert.Equal("layer 1: the compressed bytes", difference!.Place);
        Assert.Contains("tar+gzip", difference.Original, StringComparison.Ordinal);
        Assert.Contains("tar+zstd", difference.Rebuilt, StringComparison.Ordinal);
        Assert.Equal("the archive in it is the same, and compressed differently", difference.Reason);
    }

    [Fact]
    public async Task A_key_of_the_configuration_and_of_the_manifest_is_named()
    {
        var was = Image(Entries);
        var user = Image(Entries, config: was.Config with { Container = new ContainerConfig { User = "65532", Env = ["A=1", "B=2"] } });
        var env = Image(Entries, config: was.Config with { Container = new ContainerConfig { User = "65532", Env = ["A=1", "B=3"] } });
        var annotated = Image(Entries, annotations: ("a.b", "1"));

        Assert.Equal(new ImageDifference("the configuration: config.User", "none", "\"65532\""), await CompareAsync(was, user));
        Assert.Equal(new ImageDifference("the configuration: config.Env[1]", "\"B=2\"", "\"B=3\""), await CompareAsync(user, env));
        Assert.Equal(new ImageDifference("the manifest: annotations", "none", "{\"a.b\":\"1\"}"), await CompareAsync(was, annotated));
    }

    [Fact]
    public async Task Of_an_index_the_platform_is_named()
    {
        var amd64 = Image(Entries);
        var arm64 = Image(Entries, config: amd64.Config with { Platform = new Platform("linux", "arm64") });
        var other = Image([.. Entries[..^1]], config: arm64.Config);

        Assert.Equal(
            new ImageDifference("linux/arm64, layer 1: the entries", "usr/bin/tool", "no further entry"),
            await CompareAsync(OciIndex.Create([amd64, arm64]), OciIndex.Create([amd64, other])));
        Assert.Equal(
            new ImageDifference("platform 2 of the index", "linux/arm64", "none"),
            await CompareAsync(OciIndex.Create([amd64, arm64]), OciIndex.Create([amd64])));
        Assert.Equal(
            new ImageDifference("the root", "an index of several images", "one image"),
            await CompareAsync(OciIndex.Create([amd64]), amd64));
    }

    [Fact]
    public async Task A_layer_more_is_named()
    {
        var was = Image(Entries);
        var (layer, blob) = WriteLayer([File("x", "x")], default);
        var (first, firstBlob) = WriteLayer(Entries, default);
        var more = OciImage.Create(was.Config, [(first, FileContent.Of(firstBlob)), (layer, FileContent.Of(blob))]);

        Assert.Equal(new ImageDifference("the number of layers", "1", "2"), await CompareAsync(was, more));
    }

    [Fact]
    public async Task What_hostile_archives_say_is_shown_as_text()
    {
        var changed = Entries.ToList();
        changed[4] = File("usr/bin/\u001b[2Jtool", "x");

        Assert.Equal("usr/bin/\\x1b[2Jtool", (await CompareAsync(Image(changed), Image(Entries[..4])))!.Original);
    }

    private static async Task<ImageDifference?> CompareAsync(OciContent was, OciContent @is)
    {
        await using var original = new ContentSource(was, "original");
        await using var rebuilt = new ContentSource(@is, "rebuilt");
        return await new ImageComparison(original, rebuilt).FindFirstAsync(was.Root.Descriptor, @is.Root.Descriptor, default);
    }

    private static OciImage Image(
        IEnumerable<TreeEntry> entries, LayerCompression compression = default, ImageConfig? config = null, params (string Name, string Value)[] annotations)
    {
        var (layer, blob) = WriteLayer(entries, compression);
        var sorted = System.Collections.Immutable.ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)
            .AddRange(annotations.Select(each => KeyValuePair.Create(each.Name, each.Value)));
        return OciImage.Create(config ?? new ImageConfig { Platform = new Platform("linux", "amd64") }, [(layer, FileContent.Of(blob))], sorted);
    }

    private static (Layer Layer, byte[] Blob) WriteLayer(IEnumerable<TreeEntry> entries, LayerCompression compression)
    {
        var tree = new FileTree();
        foreach (var entry in entries)
        {
            tree.Set(entry);
        }

        using var blob = new MemoryStream();
        var layer = new LayerWriter(new LayerOptions { Epoch = 1_700_000_000, Parallelism = 1, Compression = compression }).Write(tree, blob, default);
        return (layer, blob.ToArray());
    }

    private static string TextOf(TreeEntry file)
    {
        using var reader = new StreamReader(file.Content!.OpenRead(), Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static TreeEntry Directory(string path) => TreeEntry.Directory(TreePath.Parse(path), Origin);

    private static TreeEntry File(string path, string content) => TreeEntry.File(TreePath.Parse(path), FileContent.Of(content), Origin) with { ModifiedTime = 1 };
}
