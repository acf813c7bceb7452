using System.IO.Compression;
using Bothy.Formats.Trees;
using Bothy.Oci.Reading;
using Bothy.Oci.Sources;
using Bothy.Store;

namespace Bothy.Oci.Tests.Reading;

/// <summary>Images that others built: the files that are read are those that umoci and podman unpack, to the mode, owner, size, digest and link.</summary>
public sealed class RealImagesTests : IDisposable
{
    private static readonly string[] OfEStargz = ["stargz.index.json", ".prefetch.landmark", ".no.prefetch.landmark"];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose()
    {
        // The platform removes no file whose name is not UTF-8.
        Judge.Run("rm", "-rf", _directory["root"], _directory["bundle"]);
        _directory.Dispose();
    }

    [RequiresTheory(Needs.Data, Needs.Containers)]
    [InlineData("test-docker-image.tar", 14)]
    [InlineData("test-kaniko-image.tar", 14)]
    [InlineData("alpine-311.tar.gz", 1)]
    public async Task An_archive_of_docker_has_the_files_that_umoci_unpacks(string file, int layers)
    {
        string path = DataFile(file);

        // skopeo takes the gzip of this one for a tar archive.
        string plain = file.EndsWith(".gz", StringComparison.Ordinal) ? _directory["plain.tar"] : path;
        if (plain != path)
        {
            await File.WriteAllBytesAsync(plain, Judge.Run("zcat", path).Succeeded().OutputBytes);
        }

        Judge.Run("skopeo", "copy", "--quiet", $"docker-archive:{plain}", $"oci:{_directory["layout"]}:latest").Succeeded();

        using var image = await OpenAsync(path);

        Assert.Equal(layers, image.Layers.Length);
        Assert.Equal(UnpackedByUmoci(), TreeDump.Of(image.Tree));
    }

    [RequiresTheory(Needs.Data, Needs.Containers)]
    [InlineData("test-oci-gzip-image.tar")]
    [InlineData("test-oci-uncompressed-image.tar")]
    [InlineData("test-oci-estargz-image.tar")]
    public async Task An_archive_of_a_layout_has_the_files_that_umoci_unpacks(string file)
    {
        string path = DataFile(file);
        Judge.Run("skopeo", "copy", "--quiet", "--override-arch", "arm64", $"oci-archive:{path}", $"oci:{_directory["layout"]}:latest").Succeeded();

        using var image = await OpenAsync(path);

        Assert.Equal(UnpackedByUmoci(), TreeDump.Of(image.Tree));
        Assert.Equal(file.Contains("estargz", StringComparison.Ordinal), image.Layers[0].IsEStargz);
    }

    [RequiresFact(Needs.Data, Needs.Containers)]
    public async Task An_image_in_zstd_has_the_files_that_podman_mounts()
    {
        string path = DataFile("test-oci-zstd-image.tar");
        using var podman = new Podman();
        string id = podman.Run("pull", "--quiet", "--arch", "arm64", $"oci-archive:{path}").Succeeded().Output.Trim();
        string root = podman.Run("image", "mount", id).Succeeded().Output.Trim();
        string mounted = TreeDump.Of(UnpackedTree.Read(root));
        podman.Run("image", "unmount", id).Succeeded();

        using var image = await OpenAsync(path);

        Assert.NotEmpty(mounted);
        Assert.Equal(mounted, TreeDump.Of(image.Tree));
    }

    [RequiresTheory(Needs.Data, Needs.Containers)]
    [InlineData("alpine-minirootfs-3.10.3-x86_64.tar.gz")]
    [InlineData("alpine-minirootfs-3.10.9-x86_64.tar.gz")]
    [InlineData("alpine-minirootfs-3.20.3-x86_64.tar.gz")]
    [InlineData("alpine-minirootfs-3.20.3-aarch64.tar.gz")]
    public async Task A_root_file_system_has_the_files_that_umoci_unpacks(string file)
    {
        using var archive = new MemoryStream();
        await using (var compressed = new GZipStream(File.OpenRead(Path.Combine(RealData.Directory, "alpine", "minirootfs", file)), CompressionMode.Decompress))
        {
            await compressed.CopyToAsync(archive);
        }

        new ImageSample([archive.ToArray()], SampleCompression.Gzip).WriteLayout(_directory["layout"]);

        using var image = await OpenAsync(_directory["layout"]);

        string unpacked = UnpackedByUmoci();
        Assert.True(unpacked.Length > 10_000);
        Assert.Equal(unpacked, TreeDump.Of(image.Tree));
    }

    [RequiresTheory(Needs.Data)]
    [InlineData("test-gzip-image.tar")]
    [InlineData("test-zstd-image.tar")]
    [InlineData("test-estargz-image.tar")]
    public async Task What_is_only_called_an_image_is_refused(string file)
    {
        string path = DataFile(file);

        var failure = await Assert.ThrowsAsync<BothyException>(() => OpenAsync(path));

        Assert.Equal($"cannot read {path}: it is not an archive of an image, as it has neither 'manifest.json' nor 'oci-layout'", failure.Message);
    }

    [RequiresFact(Needs.Containers, Needs.Judges + ":setfattr")]
    public async Task Attributes_and_names_of_any_bytes_are_those_that_umoci_unpacks()
    {
        // What GNU tar makes of a tree with all that its formats have: long names, PAX records, attributes, owners with large numbers.
        string root = Directory.CreateDirectory(_directory["root"]).FullName;
        string longName = string.Join('/', Enumerable.Repeat(new string('n', 200), 3));
        Judge.Run("sh", ["-c", $"mkdir -p '{longName}' && echo long > '{longName}/file' && printf x > \"$(printf 'caf\\351')\" && ln -s \"$(printf '\\351')\" link "
            + $"&& printf y > owned && chown 3000000:4000000 owned && setfattr -n user.test -v value owned && setfattr -n security.capability -v 0sAQAAAgAgAAAAAAAAAAAAAAAAAAA= owned "
            + "&& mkfifo fifo && touch -d '1960-01-01 00:00:00.5' old && ln -s '{longName}/file' far && dd if=/dev/zero of=zeros bs=1000 count=3 status=none"], directory: root).Succeeded();
        byte[] archive = Judge.Run("tar", ["--create", "--format=pax", "--xattrs", "--xattrs-include=*", "--directory", root, "."]).Succeeded().OutputBytes;
        new ImageSample([archive]).WriteLayout(_directory["layout"]);

        using var image = await OpenAsync(_directory["layout"]);
        string unpacked = UnpackedByUmoci();

        Assert.Equal(unpacked, TreeDump.Of(image.Tree));
        Assert.True(image.Tree.TryGet(TreePath.Parse("owned"), out var owned));
        Assert.Equal(["security.capability", "user.test"], owned.ExtendedAttributes.Keys);
        string read = Judge.Run("getfattr", "--absolute-names", "--only-values", "-n", "user.test", _directory["bundle/rootfs/owned"]).Succeeded().Output;
        Assert.Equal(read, System.Text.Encoding.UTF8.GetString(owned.ExtendedAttributes["user.test"].Span));
    }

    private static string DataFile(string file) => Path.Combine(RealData.Directory, "images", file);

    private string UnpackedByUmoci()
    {
        Judge.Run("umoci", "unpack", "--image", $"{_directory["layout"]}:latest", _directory["bundle"]).Succeeded();
        var tree = UnpackedTree.Read(_directory["bundle/rootfs"]);
        foreach (string name in OfEStargz)
        {
            tree.Remove(TreePath.Parse(name));
        }

        return TreeDump.Of(tree);
    }

    // The root is in archives and not in what is listed below a directory.
    private async Task<OpenedImage> OpenAsync(string path)
    {
        var access = new ImageAccess(_directory.Path, reference => throw new InvalidOperationException(reference.ToString()));
        await using var source = await ImageLocation.Parse(path, "/").OpenAsync(access, CancellationToken.None);
        var image = await new ImageReader(new ContentStore(_directory["store"]), 2).OpenAsync(source, null, CancellationToken.None);
        image.Tree.Remove(TreePath.Root);
        return image;
    }
}
