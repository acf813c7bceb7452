using System.Formats.Tar;
using Bothy.Oci.Archives;
using Bothy.Oci.Layers;

namespace Bothy.Oci.Tests.Archives;

public sealed class ArchiveWritersTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("oci-archive:{0}:v1")]
    [InlineData("docker-archive:{0}:test")]
    [InlineData("rootfs:{0}")]
    public void The_same_image_gives_the_same_bytes(string destination)
    {
        Write(destination, "new/a.tar");
        Write(destination, "b.tar");
        Assert.Equal(File.ReadAllBytes(_directory["new/a.tar"]), File.ReadAllBytes(_directory["b.tar"]));
        Assert.Equal("644 755", $"{Mode("b.tar")} {Mode("new")}");
    }

    [Fact]
    public void A_rootfs_holds_the_tree()
    {
        Write("rootfs:{0}", "x.tar");
        var expected = LayerOrder.ByPath(Samples.Rich(), Samples.Epoch).Select(entry => entry.Path.Value);
        Assert.Equal(expected, Names("x.tar").Select(name => name.TrimEnd('/')));
    }

    [Fact]
    public void A_docker_archive_names_its_parts()
    {
        var image = Samples.Image();
        Write("docker-archive:{0}:test", "x.tar");
        string config = image.Manifest.Config.Digest.Hex + ".json";
        string layer = image.Manifest.Layers[0].Digest.Hex + ".tar.gz";

        Assert.Equal(new[] { config, layer, "manifest.json" }.Order(StringComparer.Ordinal), Names("x.tar"));
        Assert.Contains($$"""[{"Config":"{{config}}","RepoTags":["test:latest"],"Layers":["{{layer}}"]}]""", File.ReadAllText(_directory["x.tar"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("docker-archive:{0}", "a docker archive holds one platform")]
    [InlineData("rootfs:{0}", "a rootfs holds one platform")]
    public void Several_platforms_are_refused_where_one_fits(string destination, string reason)
    {
        string path = _directory["x.tar"];
        Assert.True(Destination.TryParse(string.Format(null, destination, path), out var parsed, out _));
        var refused = Assert.Throws<BothyException>(() => parsed.Write(new Delivery(Samples.Index(), [Samples.Rich(), Samples.Rich()], 0), CancellationToken.None));
        Assert.Equal($"cannot write {path}: {reason}", refused.Message);
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_failure_leaves_the_old_file()
    {
        File.WriteAllText(_directory["x.tar"], "old");
        var broken = Samples.Tree(Samples.HardLink("a", "nothing"));
        Assert.Throws<BothyException>(() => RootfsWriter.Write(_directory["x.tar"], broken, 0, CancellationToken.None));
        Assert.Throws<BothyException>(() => RootfsWriter.Write(_directory["new/x.tar"], broken, 0, CancellationToken.None));

        Assert.Equal("old", File.ReadAllText(_directory["x.tar"]));
        Assert.Equal([_directory["x.tar"]], Directory.GetFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void A_link_is_followed_and_a_device_is_not_replaced()
    {
        File.WriteAllText(_directory["real"], "old");
        File.CreateSymbolicLink(_directory["link"], "real");
        Write("rootfs:{0}", "link");
        Assert.NotNull(new FileInfo(_directory["link"]).LinkTarget);
        Assert.NotEqual("old", File.ReadAllText(_directory["real"]));

        var refused = Assert.Throws<BothyException>(() => RootfsWriter.Write("/dev/null", Samples.Rich(), 0, CancellationToken.None));
        Assert.Equal("cannot write /dev/null: it is not a regular file", refused.Message);
        Assert.Equal($"cannot write {_directory.Path}: it is a directory", Assert.Throws<BothyException>(() => RootfsWriter.Write(_directory.Path, Samples.Rich(), 0, CancellationToken.None)).Message);
    }

    private void Write(string destination, string file)
    {
        Assert.True(Destination.TryParse(string.Format(null, destination, _directory[file]), out var parsed, out _));
        parsed.Write(new Delivery(Samples.Image(), [Samples.Rich()], Samples.Epoch), CancellationToken.None);
    }

    private string Mode(string name) => Convert.ToString((int)new FileInfo(_directory[name]).UnixFileMode, 8);

    private IEnumerable<string> Names(string file)
    {
        using var reader = new TarReader(File.OpenRead(_directory[file]));
        while (reader.GetNextEntry() is { } entry)
        {
            yield return entry.Name;
        }
    }
}
