using System.Collections.Immutable;
using System.Text;
using Bothy.Formats.Trees;
using Bothy.Oci.Layers;

namespace Bothy.Oci.Tests;

/// <summary>Trees and images that the tests of this room share.</summary>
internal static class Samples
{
    public const long Epoch = 1_700_000_000;

    public static Origin Origin { get; } = new Origin.ImageFile("test");

    public static TreeEntry File(string path, string content, int mode = TreeEntry.DefaultFileMode) =>
        TreeEntry.File(TreePath.Parse(path), FileContent.Of(content), Origin, mode);

    public static TreeEntry HardLink(string path, string first) =>
        new() { Path = TreePath.Parse(path), Kind = EntryKind.HardLink, Mode = TreeEntry.DefaultFileMode, Origin = Origin, LinkTarget = first };

    public static TreeEntry Symlink(string path, string target) => TreeEntry.SymbolicLink(TreePath.Parse(path), target, Origin);

    public static TreeEntry Directory(string path, int mode = TreeEntry.DefaultDirectoryMode) =>
        TreeEntry.Directory(TreePath.Parse(path), Origin, mode);

    public static FileTree Tree(params TreeEntry[] entries)
    {
        var tree = new FileTree();
        foreach (var entry in entries)
        {
            tree.Set(entry);
        }

        return tree;
    }

    /// <summary>A bit of everything; <paramref name="salt"/> makes it another tree.</summary>
    public static FileTree Rich(string salt = "") => Tree(
        Directory("tmp", 0b1_111_111_111),
        File("etc/os-release", "NAME=test\n" + salt),
        File("usr/bin/b-first", "#!/bin/sh\n", 0b100_111_101_101) with { ModifiedTime = Epoch + 1 },
        HardLink("usr/bin/a-second", "usr/bin/b-first"),
        Symlink("bin", "usr/bin"),
        File("usr/share/ca-certificates/F\u0151tan\u00fas\u00edtv\u00e1ny.crt", "x"),
        File("usr/share/" + new string('l', 120) + "/" + new string('m', 120), "long"),
        File("var/lib/blob", string.Concat(Enumerable.Range(0, 60_000).Select(i => $"{i % 977} "))) with { UserId = 65532, GroupId = 65532, UserName = "nonroot", GroupName = "nonroot" });

    /// <summary>Files of packages, large and small, with directories and something that is of no package.</summary>
    public static FileTree Packages()
    {
        var tree = Tree(Directory("usr"), Directory("usr/lib"), Directory("usr/lib/b", 0b111_000_000), File("etc/passwd", "root:x:0:0::/:\n"));
        foreach (var (package, files, size) in new[] { ("a", 3, 400_000), ("b", 2, 200_000), ("c", 4, 30_000), ("d", 5, 60_000), ("e", 1, 5_000_000), ("f", 1, 10) })
        {
            for (int i = 0; i < files; i++)
            {
                byte[] bytes = new byte[size];
                FillWithNoise(bytes.AsSpan(0, size / 3), (uint)(package[0] + i));
                tree.Set(PackageFile(package, $"usr/lib/{package}/{i}", FileContent.Of(bytes)));
            }
        }

        return tree;
    }

    // Random numbers are not ours to promise.
    private static void FillWithNoise(Span<byte> bytes, uint seed)
    {
        foreach (ref byte value in bytes)
        {
            seed = unchecked((seed * 1664525) + 1013904223);
            value = (byte)(seed >> 24);
        }
    }

    public static TreeEntry PackageFile(string package, string path, FileContent content) =>
        TreeEntry.File(TreePath.Parse(path), content, new Origin.Package(package, "1", "amd64")) with { ModifiedTime = Epoch - 5 };

    public static ImageConfig Config(string architecture = "amd64") => new()
    {
        Platform = new Platform("linux", architecture),
        Created = DateTimeOffset.FromUnixTimeSeconds(Epoch),
        Author = "test",
        Container = new ContainerConfig
        {
            User = "65532",
            Env = ["PATH=/usr/bin", "A=B"],
            Entrypoint = ["/usr/bin/b-first"],
            Cmd = ["-c"],
            WorkingDir = "/tmp",
            StopSignal = "SIGTERM",
            Labels = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("k", "<\u00e9>"),
            ExposedPorts = ImmutableSortedSet.Create<string>(StringComparer.Ordinal, "8080/tcp"),
            Volumes = ImmutableSortedSet.Create<string>(StringComparer.Ordinal, "/data"),
        },
        History = [new HistoryEntry { Created = DateTimeOffset.FromUnixTimeSeconds(Epoch), CreatedBy = "bothy", Comment = "all" }],
    };

    public static (Layer Layer, byte[] Blob) WriteLayer(FileTree tree, int parallelism = 1, LayerCompression compression = default)
    {
        using var blob = new MemoryStream();
        var layer = new LayerWriter(new LayerOptions { Epoch = Epoch, Parallelism = parallelism, Compression = compression }).Write(tree, blob, CancellationToken.None);
        return (layer, blob.ToArray());
    }

    public static OciImage Image(string salt = "", string architecture = "amd64")
    {
        var (layer, blob) = WriteLayer(Rich(salt));
        return OciImage.Create(Config(architecture), [(layer, FileContent.Of(blob))]);
    }

    public static OciIndex Index(string salt = "") => OciIndex.Create([Image(salt), Image(salt, architecture: "arm64")]);

    public static ImmutableSortedDictionary<string, string> Note(int number) =>
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("n", number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public static byte[] Json(string text) => Encoding.UTF8.GetBytes(text.Replace('\'', '"'));
}
