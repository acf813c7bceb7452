using static Bothy.Oci.Tests.Reading.LayerSamples;

namespace Bothy.Oci.Tests.Reading;

/// <summary>Stories of layers over each other. Each is also told to umoci, which has to end with the same files.</summary>
public sealed class LayersTests : IDisposable
{
    private static readonly Dictionary<string, (RawTarEntry[][] Layers, string[] Expected)> Stories = new(StringComparer.Ordinal)
    {
        ["one layer"] = (
            [[Directory("etc", 0b111_000_000), File("etc/passwd", "root"), Link("bin", "usr/bin"), new RawTarEntry("dev/null", '3') { Mode = 0b110_110_110 }]],
            ["link 0777 0:0 /bin -> usr/bin", "dir  0755 0:0 /dev", "char 0666 0:0 /dev/null 1,3", "dir  0700 0:0 /etc", "file 0644 0:0 /etc/passwd 4b 4813494d"]),
        ["a file over a file"] = (
            [[File("a", "one")], [File("a", "two", 0b110_000_000) with { User = ("me", 7), Group = ("us", 8) }]],
            ["file 0600 7:8 /a 3b 3fc4ccfe"]),
        ["a directory over a directory keeps what is in it"] = (
            [[Directory("d"), File("d/a", "one")], [Directory("d", 0b111_000_000), File("d/b", "two")]],
            ["dir  0700 0:0 /d", "file 0644 0:0 /d/a 3b 7692c3ad", "file 0644 0:0 /d/b 3b 3fc4ccfe"]),
        ["a file over a directory"] = (
            [[Directory("d"), File("d/a"), File("d/b/c")], [File("d", "two")]],
            ["file 0644 0:0 /d 3b 3fc4ccfe"]),
        ["a link over a directory"] = (
            [[Directory("d"), File("d/a")], [Link("d", "/e"), Directory("e")]],
            ["link 0777 0:0 /d -> /e", "dir  0755 0:0 /e"]),
        ["a directory over a file"] = (
            [[File("d")], [Directory("d"), File("d/a", "two")]],
            ["dir  0755 0:0 /d", "file 0644 0:0 /d/a 3b 3fc4ccfe"]),
        ["a directory over a link to a directory"] = (
            [[Directory("e"), File("e/old", "one"), Link("d", "e")], [Directory("d"), File("d/new", "two")]],
            ["dir  0755 0:0 /d", "file 0644 0:0 /d/new 3b 3fc4ccfe", "dir  0755 0:0 /e", "file 0644 0:0 /e/old 3b 7692c3ad"]),
        ["a whiteout of a file"] = (
            [[File("a"), File("b", "one")], [Whiteout("a")]],
            ["file 0644 0:0 /b 3b 7692c3ad"]),
        ["a whiteout of a directory"] = (
            [[Directory("d"), File("d/a"), File("d/b/c"), File("da", "one")], [Whiteout("d")]],
            ["file 0644 0:0 /da 3b 7692c3ad"]),
        ["a whiteout of nothing"] = (
            [[File("a", "one")], [Whiteout("b"), Whiteout("c/d")]],
            ["file 0644 0:0 /a 3b 7692c3ad"]),
        ["a whiteout before what its layer puts in the place"] = (
            [[Directory("d"), File("d/old")], [Whiteout("d"), Directory("d"), File("d/new", "two")]],
            ["dir  0755 0:0 /d", "file 0644 0:0 /d/new 3b 3fc4ccfe"]),
        ["a whiteout after what its layer puts in the place"] = (
            [[Directory("d"), File("d/old")], [Directory("d"), File("d/new", "two"), Whiteout("d")]],
            ["dir  0755 0:0 /d", "file 0644 0:0 /d/new 3b 3fc4ccfe"]),
        ["a whiteout in one layer and the file again in the next"] = (
            [[File("a", "one")], [Whiteout("a")], [File("a", "two")]],
            ["file 0644 0:0 /a 3b 3fc4ccfe"]),
        ["an opaque directory"] = (
            [[Directory("d"), File("d/old"), File("d/sub/old"), File("e", "one")], [Directory("d", 0b111_000_000), Opaque("d"), File("d/new", "two")]],
            ["dir  0700 0:0 /d", "file 0644 0:0 /d/new 3b 3fc4ccfe", "file 0644 0:0 /e 3b 7692c3ad"]),
        ["an opaque directory whose marker comes last"] = (
            [[Directory("d"), File("d/old"), File("d/sub/old")], [Directory("d"), File("d/new", "two"), File("d/sub/new", "two"), Opaque("d")]],
            ["dir  0755 0:0 /d", "file 0644 0:0 /d/new 3b 3fc4ccfe", "dir  0755 0:0 /d/sub", "file 0644 0:0 /d/sub/new 3b 3fc4ccfe"]),
        ["an entry below a link of a lower layer"] = (
            [[Directory("usr"), Directory("usr/bin"), Link("bin", "usr/bin")], [File("bin/a", "two")]],
            ["link 0777 0:0 /bin -> usr/bin", "dir  0755 0:0 /usr", "dir  0755 0:0 /usr/bin", "file 0644 0:0 /usr/bin/a 3b 3fc4ccfe"]),
        ["a whiteout below a link of a lower layer"] = (
            [[Directory("usr"), File("usr/bin/a"), File("usr/bin/b", "one"), Link("bin", "/usr/bin")], [Whiteout("bin/a")]],
            ["link 0777 0:0 /bin -> /usr/bin", "dir  0755 0:0 /usr", "dir  0755 0:0 /usr/bin", "file 0644 0:0 /usr/bin/b 3b 7692c3ad"]),
        ["a link that climbs out stays inside"] = (
            [[Directory("d"), Link("d/up", "../../../../e"), Directory("e")], [File("d/up/a", "two")]],
            ["dir  0755 0:0 /d", "link 0777 0:0 /d/up -> ../../../../e", "dir  0755 0:0 /e", "file 0644 0:0 /e/a 3b 3fc4ccfe"]),
        ["a hard link within a layer"] = (
            [[File("b", "one"), HardLink("a", "b"), HardLink("c", "./b")]],
            ["file 0644 0:0 /a 3b 7692c3ad", "hard 0644 0:0 /b = /a", "hard 0644 0:0 /c = /a"]),
        ["a hard link to a lower layer"] = (
            [[File("d/b", "one")], [HardLink("a", "/d/b")]],
            ["file 0644 0:0 /a 3b 7692c3ad", "dir  0755 0:0 /d", "hard 0644 0:0 /d/b = /a"]),
        ["a hard link whose first name is replaced"] = (
            [[File("a", "one"), HardLink("b", "a"), HardLink("c", "a")], [File("a", "two")]],
            ["file 0644 0:0 /a 3b 3fc4ccfe", "file 0644 0:0 /b 3b 7692c3ad", "hard 0644 0:0 /c = /b"]),
        ["a hard link whose first name is removed"] = (
            [[File("a", "one"), HardLink("b", "a")], [Whiteout("a")]],
            ["file 0644 0:0 /b 3b 7692c3ad"]),
        ["a hard link to a symbolic link"] = (
            [[Link("a", "nowhere"), HardLink("b", "a")]],
            ["link 0777 0:0 /a -> nowhere", "link 0777 0:0 /b -> nowhere"]),
        ["a path twice in a layer"] = (
            [[File("a", "one"), File("b", "one"), File("a", "two")]],
            ["file 0644 0:0 /a 3b 3fc4ccfe", "file 0644 0:0 /b 3b 7692c3ad"]),
        ["a directory that its layer replaces by a file"] = (
            [[Directory("d"), File("d/a"), File("d", "two")]],
            ["file 0644 0:0 /d 3b 3fc4ccfe"]),
        ["a directory that its layer replaces by a link"] = (
            [[Directory("e"), Directory("d"), File("d/a", "one"), Link("d", "e"), File("d/b", "two")]],
            ["link 0777 0:0 /d -> e", "dir  0755 0:0 /e", "file 0644 0:0 /e/b 3b 3fc4ccfe"]),
        ["names as Go takes them"] = (
            [[File("/etc/a", "one"), File("./etc//b", "one"), File("etc/./c", "one")]],
            ["dir  0755 0:0 /etc", "file 0644 0:0 /etc/a 3b 7692c3ad", "file 0644 0:0 /etc/b 3b 7692c3ad", "file 0644 0:0 /etc/c 3b 7692c3ad"]),
        ["setuid, setgid and sticky"] = (
            [[File("su", "one", 0b100_111_101_101), File("sg", "one", 0b010_111_101_101), Directory("tmp", 0b001_111_111_111)]],
            ["file 2755 0:0 /sg 3b 7692c3ad", "file 4755 0:0 /su 3b 7692c3ad", "dir  1777 0:0 /tmp"]),
        ["no layer"] = ([], []),
        ["an empty layer"] = ([[], [File("a", "one")], []], ["file 0644 0:0 /a 3b 7692c3ad"]),
    };

    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> Names => [.. Stories.Keys];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Layers_make_the_files_that_a_container_sees(string story)
    {
        var (layers, expected) = Stories[story];

        using var image = await OpenAsync(_directory, Image(layers));

        Assert.Equal(string.Concat(expected.Select(line => line + "\n")), TreeDump.Of(image.Tree));
    }

    [RequiresTheory(Needs.Containers)]
    [MemberData(nameof(Names))]
    public async Task Umoci_unpacks_the_same_files(string story)
    {
        using var image = await OpenAsync(_directory, Image(Stories[story].Layers));
        Judge.Run("umoci", "unpack", "--image", $"{_directory["layout"]}:latest", _directory["bundle"]).Succeeded();

        Assert.Equal(TreeDump.Of(UnpackedTree.Read(_directory["bundle/rootfs"])), TreeDump.Of(image.Tree));
    }
}
