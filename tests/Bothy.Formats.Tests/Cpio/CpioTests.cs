using System.Text;
using Bothy.Formats.Cpio;
using Bothy.Formats.Trees;

namespace Bothy.Formats.Tests.Cpio;

public sealed class CpioTests : IDisposable
{
    private static readonly Origin Test = new Origin.ImageFile("test");

    private static readonly TreeEntry[] Everything =
    [
        TreeEntry.Directory(TreePath.Parse("dev"), Test, 0b1_111_111_111) with { ModifiedTime = 5 },
        Entry("dev/console", EntryKind.CharacterDevice) with { DeviceMajor = 5, DeviceMinor = 1 },
        Entry("dev/pipe", EntryKind.Fifo),
        Entry("dev/sda", EntryKind.BlockDevice) with { DeviceMajor = 8, DeviceMinor = 300 },
        TreeEntry.File(TreePath.Parse("empty"), FileContent.Empty, Test),
        TreeEntry.File(TreePath.Parse("first"), FileContent.Of("content"), Test, 0b100_111_101_101) with { UserId = 65532, GroupId = 7, ModifiedTime = 1_700_000_000 },
        TreeEntry.SymbolicLink(TreePath.Parse("link"), "../ö/first", Test),
        Link("second") with { UserId = 65532, GroupId = 7, Mode = 0b100_111_101_101, ModifiedTime = 1_700_000_000 },
        TreeEntry.File(TreePath.Parse("three"), FileContent.Of("123"), Test),
        Link("zlast") with { UserId = 65532, GroupId = 7, Mode = 0b100_111_101_101, ModifiedTime = 1_700_000_000 },
    ];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_is_written_is_read_again()
    {
        var (entries, contents) = Read(Write(Everything));

        Assert.Equal(Everything.Select(static entry => entry with { Content = null }), entries.Select(static entry => entry with { Origin = Test }));
        Assert.Equal("content", contents["zlast"]); // the last of its names has it
        Assert.Equal(("", "", "123", ""), (contents["first"], contents["second"], contents["three"], contents["empty"]));
    }

    [Fact]
    public void The_bytes_are_those_of_the_format()
    {
        byte[] archive = Write([TreeEntry.File(TreePath.Parse("a"), FileContent.Of("xyz"), Test) with { ModifiedTime = 255 }]);

        Assert.Equal(
            "07070100000001000081A4000000000000000000000001000000FF0000000300000000000000000000000000000000000000020000000" + "0a\0xyz\0"
            + "07070100000000000000000000000000000000000000010000000000000000000000000000000000000000000000000000000B00000000TRAILER!!!\0\0\0\0",
            Encoding.ASCII.GetString(archive));
    }

    [RequiresFact("judges:cpio")]
    public void Cpio_lists_and_unpacks_what_is_written()
    {
        byte[] archive = Write(Everything);
        string listed = Judge.Run("cpio", ["-itv", "--numeric-uid-gid", "--quiet"], archive).Succeeded().Output;
        Judge.Run("cpio", ["-idm", "--quiet", "--no-absolute-filenames", "first", "second", "zlast", "three", "link", "empty"], archive, _directory.Path).Succeeded();

        Assert.Equal(
            """
            drwxrwxrwt 2 0 0 0 dev
            crw-r--r-- 1 0 0 5, 1 dev/console
            prw-r--r-- 1 0 0 0 dev/pipe
            brw-r--r-- 1 0 0 8, 300 dev/sda
            -rw-r--r-- 1 0 0 0 empty
            -rwsr-xr-x 3 65532 7 0 first
            lrwxrwxrwx 1 0 0 11 link -> ../ö/first
            -rwsr-xr-x 3 65532 7 0 second
            -rw-r--r-- 1 0 0 3 three
            -rwsr-xr-x 3 65532 7 7 zlast

            """,
            Columns(listed));
        Assert.Equal(("content", "content", "content", "123"), (Text("first"), Text("second"), Text("zlast"), Text("three")));
        Assert.Equal("../ö/first", new FileInfo(_directory["link"]).LinkTarget);
        File.WriteAllText(_directory["second"], "one file");
        Assert.Equal("one file", Text("first"));
    }

    [RequiresFact("judges:bsdtar")]
    public void Bsdtar_lists_and_unpacks_what_is_written()
    {
        byte[] archive = Write(Everything);

        Assert.Equal(
            Everything.Select(static entry => entry.Path.Value),
            Judge.Run("bsdtar", ["-tf", "-"], archive).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Judge.Run("bsdtar", ["-xf", "-", "first", "second", "zlast", "three"], archive, _directory.Path).Succeeded();
        Assert.Equal(("content", "content", "content", "123"), (Text("first"), Text("second"), Text("zlast"), Text("three")));
    }

    [RequiresFact("judges:cpio")]
    public void What_cpio_writes_is_read()
    {
        File.WriteAllText(_directory["a"], "text");
        Directory.CreateDirectory(_directory["d"]);
        Judge.Run("ln", [_directory["a"], _directory["d/b"]]).Succeeded();
        File.CreateSymbolicLink(_directory["l"], "a");

        var (entries, contents) = Read(Judge.Run("cpio", ["-o", "-H", "newc", "--quiet"], "a\nd\nd/b\nl\n"u8.ToArray(), _directory.Path).Succeeded().OutputBytes);

        Assert.Equal(["Directory d", "File a", "HardLink d/b a", "SymbolicLink l a"], entries.Select(static entry => $"{entry.Kind} {entry.Path.Value} {entry.LinkTarget}".TrimEnd()));
        Assert.Equal("text", contents["a"] + contents["d/b"]);
    }

    [Fact]
    public void Damaged_archives_are_refused_and_nothing_else()
    {
        byte[] good = Write(Everything);
        var random = new Random(7);
        for (int i = 0; i < 3000; i++)
        {
            try
            {
                Read(Mutation.Of(good, random));
            }
            catch (MalformedDataException)
            {
            }
        }
    }

    [Theory]
    [InlineData("", "the archive ends too early")]
    [InlineData("070707", "the archive ends too early")]
    [InlineData("0707070000000100000000000000000000000000000001000000FF00000003000000000000000000000000000000000000000200000000a\0", "not a member of a cpio archive in the new ASCII format")]
    [InlineData("07070100000001000081A4000000000000000000000001000000FF000000030000000000000000000000000000000000000002000000g0a\0", "not a member of a cpio archive in the new ASCII format")]
    [InlineData("07070100000001000081A4000000000000000000000001000000FF00000003000000000000000000000000000000000000000000000000", "a name has 0 bytes")]
    [InlineData("07070100000001000081A4000000000000000000000001000000FF00000003000000000000000000000000000000000FFFFFFF00000000", "a name has 268435455 bytes")]
    [InlineData("07070100000001000081A4000000000000000000000001000000FF000000030000000000000000000000000000000000000006000000" + "00../..\0", "'../..' is no path of an image, or of a kind that images do not hold")]
    [InlineData("0707010000000100001000000000000000000000000001000000FF000000000000000000000000000000000000000000000002000000" + "00ab", "a name does not end")]
    public void Refuses(string archive, string problem) =>
        Assert.Equal(problem, Assert.Throws<MalformedDataException>(() => Read(Encoding.ASCII.GetBytes(archive))).Problem);

    private static TreeEntry Entry(string path, EntryKind kind) => new() { Path = TreePath.Parse(path), Kind = kind, Mode = TreeEntry.DefaultFileMode, Origin = Test };

    private static TreeEntry Link(string path) => Entry(path, EntryKind.HardLink) with { LinkTarget = "first" };

    private static byte[] Write(TreeEntry[] entries)
    {
        using var output = new MemoryStream();
        CpioWriter.Write(entries, output, CancellationToken.None);
        return output.ToArray();
    }

    private static (List<TreeEntry> Entries, Dictionary<string, string> Contents) Read(byte[] archive)
    {
        var reader = new CpioReader(new MemoryStream(archive), "x.cpio");
        var entries = new List<TreeEntry>();
        var contents = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.TryReadNext(out var entry))
        {
            entries.Add(entry);
            contents[entry.Path.Value] = new StreamReader(reader.Content).ReadToEnd();
        }

        return (entries, contents);
    }

    private string Text(string name) => File.ReadAllText(_directory[name]);

    // Times aside: cpio shows them by the clock.
    private static string Columns(string listed) => string.Concat(listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line =>
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int size = words[0][0] is 'c' or 'b' ? 6 : 5;
        return string.Join(' ', [.. words[..size], .. words[(size + 3)..]]) + "\n";
    }));
}
