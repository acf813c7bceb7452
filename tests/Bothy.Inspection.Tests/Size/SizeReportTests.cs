using System.Globalization;
using System.Text.Json;
using Bothy.Inspection.Size;
using static Bothy.Inspection.Tests.SampleImage;

namespace Bothy.Inspection.Tests.Size;

public sealed class SizeReportTests
{
    private const string Database = "C:Q1AAAA=\nP:tool\nV:1.0-r0\nA:x86_64\nF:usr/bin\nR:tool\nR:other\n\nC:Q1BBBB=\nP:empty\nV:2-r1\nA:noarch\n\n";

    [Fact]
    public async Task Bytes_are_those_of_packages_layers_and_top_directories()
    {
        using var image = await OfAsync(
            [Directory("usr"), Directory("usr/bin"), File("usr/bin/tool", new string('t', 1000), "755"), HardLink("usr/bin/other", "usr/bin/tool"), File("lib/apk/db/installed", Database)],
            [File("srv/data", new string('d', 300)), File("root.txt", "12345"), Link("srv/link", "data")]);

        var size = SizeReport.Of(image.Contents);

        Assert.Equal(1000 + Database.Length + 300 + 5, size.Unpacked);
        Assert.Equal((4, 6, 1), (size.Files, size.Directories, size.Links));
        Assert.Equal([("empty", 0, 0L), ("tool", 1, 1000L)], size.Packages.Select(package => (package.Package!.Name, package.Files, package.Bytes)));
        Assert.Equal((3, Database.Length + 305L), (size.Unowned.Files, size.Unowned.Bytes));
        Assert.Equal([("/", 1, 5L), ("/lib", 1, Database.Length), ("/srv", 1, 300L), ("/usr", 1, 1000L)], size.Top.Select(top => (top.Path.ToString(), top.Files, top.Bytes)));
        Assert.Equal([(0, 1000L + Database.Length, 0L), (1, 305L, 0L)], size.Layers.Select(layer => (layer.Index, layer.Unpacked, layer.Hidden)));
        Assert.Equal(0, size.Waste);
    }

    // By hand: /a 10 is replaced; /d/one 20 and /d/sub/two 30 go with the opaque directory, /d/new stays; /gone 40 is whited out in the third layer, and so is
    // the second layer's /a of 11.
    [Fact]
    public async Task What_later_layers_hide_is_said_file_by_file()
    {
        using var image = await OfAsync(
            [File("a", new string('a', 10)), File("d/one", new string('1', 20)), File("d/sub/two", new string('2', 30)), File("gone", new string('g', 40)), File("stays", new string('s', 50))],
            [File("a", new string('a', 11)), Opaque("d"), File("d/new", new string('n', 60))],
            [new RawTarEntry(".wh.gone", '0'), new RawTarEntry(".wh.a", '0')]);

        var size = SizeReport.Of(image.Contents);

        Assert.Equal(
            [("/gone", 40L, 0, 2, "removed"), ("/d/sub/two", 30L, 0, 1, "removed with its directory"), ("/d/one", 20L, 0, 1, "removed with its directory"), ("/a", 11L, 1, 2, "removed"), ("/a", 10L, 0, 1, "replaced")],
            size.Hidden.Select(file => (file.Path.ToString(), file.Bytes, file.Layer, file.HiddenIn, file.How())));
        Assert.Equal(111, size.Waste);
        Assert.Equal([100L, 11L, 0L], size.Layers.Select(layer => layer.Hidden));
        Assert.Equal([150L, 71L, 0L], size.Layers.Select(layer => layer.Unpacked));
        Assert.Equal(110, size.Unpacked);
    }

    [RequiresTheory(Needs.Data, Needs.Containers)]
    [InlineData("docker-archive:test-docker-image.tar")]
    [InlineData("docker-archive:test-kaniko-image.tar")]
    [InlineData("oci-archive:test-oci-gzip-image.tar")]
    [InlineData("oci-archive:test-oci-uncompressed-image.tar")]
    public async Task Sizes_are_those_that_skopeo_umoci_tar_and_find_come_to(string image)
    {
        var directory = new TemporaryDirectory();
        string[] parts = image.Split(':');
        string layout = $"oci:{directory["layout"]}:latest";
        Judge.Run("skopeo", "copy", "--quiet", $"{parts[0]}:{Path.Combine(RealData.Directory, "images", parts[1])}", layout).Succeeded();
        byte[] manifest = Judge.Run("skopeo", "inspect", "--raw", layout).Succeeded().OutputBytes;
        using var inspected = JsonDocument.Parse(manifest);
        var layers = inspected.RootElement.GetProperty("layers").EnumerateArray().Select(layer => layer.GetProperty("size").GetInt64()).ToList();
        int documents = manifest.Length + Judge.Run("skopeo", "inspect", "--config", "--raw", layout).Succeeded().OutputBytes.Length;
        Judge.Run("umoci", "unpack", "--image", $"{directory["layout"]}:latest", directory["bundle"]).Succeeded();

        using var opened = await OpenAsync(directory);
        var size = SizeReport.Of(opened.Contents);

        Assert.Equal(layers, size.Layers.Select(layer => layer.Compressed));
        Assert.Equal(layers.Sum() + documents, size.Compressed);
        Assert.Equal(FilesOnDisk(directory["bundle/rootfs"]), (size.Files, size.Unpacked));

        // What the archives have and the unpacked image lacks is what is hidden.
        long[] archived = [.. opened.Image.Layers.Select(layer => BytesInArchive(Path.Combine(directory["layout"], "blobs/sha256", layer.Blob.Digest.Hex)))];
        Assert.Equal(archived, size.Layers.Select(layer => layer.Unpacked));
        Assert.Equal(archived.Sum() - size.Unpacked, size.Waste);
    }

    // Each inode once: a file of two names is one.
    private static (int Files, long Bytes) FilesOnDisk(string root)
    {
        var files = Judge.Run("find", root, "-type", "f", "-printf", "%i %s\\n").Succeeded().Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .DistinctBy(fields => fields[0])
            .Select(fields => long.Parse(fields[1], CultureInfo.InvariantCulture))
            .ToList();
        return (files.Count, files.Sum());
    }

    private static long BytesInArchive(string blob) => Judge.Run("tar", "--list", "--verbose", "--numeric-owner", "--quoting-style=escape", "--file", blob).Succeeded().Output
        .Split('\n')
        .Where(line => line.StartsWith('-'))
        .Sum(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2], CultureInfo.InvariantCulture));
}
