using Bothy.Formats.Trees;

namespace Bothy.Formats.Tests.Tar;

/// <summary>GNU tar judges what we write, and writes what we must read.</summary>
public sealed class GnuTarTests : IDisposable
{
    private const string Tar = Needs.Judges + ":tar";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [RequiresFact(Tar)]
    public void Lists_what_we_write()
    {
        string longName = new string('d', 90) + "/" + new string('n', 150);
        byte[] archive = TarArchive.Write(
            TreeEntry.Directory(TreePath.Parse("etc"), TarArchive.Test),
            TreeEntry.File(TreePath.Parse("etc/f\u0151"), FileContent.Of("x"), TarArchive.Test, 0b100_111_101_101) with { UserName = "root", GroupName = "shadow", ModifiedTime = 86400 },
            TreeEntry.File(TreePath.Parse(longName), FileContent.Of(new byte[1000]), TarArchive.Test) with { UserId = 3_000_000 },
            TreeEntry.SymbolicLink(TreePath.Parse("link"), longName, TarArchive.Test),
            new TreeEntry { Path = TreePath.Parse("hard"), Kind = EntryKind.HardLink, Mode = 0b110_100_100, Origin = TarArchive.Test, LinkTarget = longName },
            new TreeEntry { Path = TreePath.Parse("null"), Kind = EntryKind.CharacterDevice, Mode = 0b110_110_110, Origin = TarArchive.Test, DeviceMajor = 1, DeviceMinor = 3 });

        string listing = Judge.Run("tar", ["tvf", "-", "--full-time", "--quoting-style=literal"], archive).Succeeded().Output;

        Assert.Equal(
            $"""
            drwxr-xr-x 0/0               0 1970-01-01 00:00:00 etc/
            -rwsr-xr-x root/shadow       1 1970-01-02 00:00:00 etc/f{'\u0151'}
            -rw-r--r-- 3000000/0      1000 1970-01-01 00:00:00 {longName}
            lrwxrwxrwx 0/0               0 1970-01-01 00:00:00 link -> {longName}
            hrw-r--r-- 0/0               0 1970-01-01 00:00:00 hard link to {longName}
            crw-rw-rw- 0/0             1,3 1970-01-01 00:00:00 null

            """,
            listing);
    }

    [RequiresFact(Tar)]
    public void Extracts_what_we_write_without_a_word()
    {
        byte[] content = new byte[200_000];
        new Random(1).NextBytes(content);
        byte[] archive = TarArchive.Write(
            TreeEntry.Directory(TreePath.Parse("a"), TarArchive.Test),
            TreeEntry.File(TreePath.Parse("a/file"), FileContent.Of(content), TarArchive.Test),
            new TreeEntry { Path = TreePath.Parse("a/hard"), Kind = EntryKind.HardLink, Mode = 0b110_100_100, Origin = TarArchive.Test, LinkTarget = "a/file" });

        var judged = Judge.Run("tar", ["xf", "-", "-C", _directory.Path, "--no-same-owner"], archive).Succeeded();

        Assert.Equal("", judged.Error);
        Assert.Equal(content, File.ReadAllBytes(_directory["a/hard"]));
    }

    [RequiresTheory(Tar)]
    [InlineData("v7", 90)]
    [InlineData("ustar", 90)]
    [InlineData("oldgnu", 180)]
    [InlineData("gnu", 180)]
    [InlineData("pax", 180)]
    public void Writes_what_we_read(string format, int nameLength)
    {
        string name = new('n', nameLength);
        Directory.CreateDirectory(_directory["d"]);
        File.WriteAllText(_directory["d/" + name], "content\n");
        File.CreateSymbolicLink(_directory["d/s"], name);
        Judge.Run("ln", _directory["d/" + name], _directory["d/z"]).Succeeded();
        string owners = format == "v7" ? "-/7 -/8" : "someone/7 some/8";
        string[] arguments =
            ["cf", "-", "--format", format, "--sort=name", "--owner=someone:7", "--group=some:8", "--mode=u=rw,go=r,a+X", "--mtime=@1700000000", "-C", _directory.Path, "d"];

        Assert.Equal(
            $"""
            Directory 755 {owners} 1700000000 d/
            File 644 {owners} 1700000000 d/{name} 'content
            '
            SymbolicLink 644 {owners} 1700000000 d/s -> {name}
            HardLink 644 {owners} 1700000000 d/z -> d/{name}

            """,
            TarArchive.Describe(Judge.Run("tar", arguments).Succeeded().OutputBytes));
    }

    [RequiresTheory(Tar)]
    [InlineData("gnu")]
    [InlineData("pax")]
    public void Writes_large_owners_and_old_times_that_we_read(string format)
    {
        File.WriteAllText(_directory["f"], "");
        string[] arguments = ["cf", "-", "--format", format, "--owner=:3000000", "--group=:2147483647", "--mtime=@-5", "--mode=644", "-C", _directory.Path, "f"];

        Assert.Equal("File 644 -/3000000 -/2147483647 -5 f ''\n", TarArchive.Describe(Judge.Run("tar", arguments).Succeeded().OutputBytes));
    }

    [RequiresTheory(Tar)]
    [InlineData("gnu", "0.0")]
    [InlineData("oldgnu", "0.0")]
    [InlineData("pax", "0.0")]
    [InlineData("pax", "0.1")]
    [InlineData("pax", "1.0")]
    public void Writes_sparse_files_that_we_refuse(string format, string version)
    {
        using (var sparse = File.Create(_directory["f"]))
        {
            sparse.SetLength(4 << 20);
            sparse.Seek(-1, SeekOrigin.End);
            sparse.WriteByte(1);
        }

        byte[] archive = Judge.Run("tar", "cf", "-", "--format", format, "--sparse", "--sparse-version", version, "-C", _directory.Path, "f").Succeeded().OutputBytes;

        Assert.Equal("a sparse file, which layers and packages do not hold", Assert.Throws<MalformedDataException>(() => TarArchive.Read(archive)).Problem);
    }

    [RequiresFact(Tar, Needs.Judges + ":python3")]
    public void Writes_devices_and_attributes_that_we_read()
    {
        File.WriteAllText(_directory["f"], "");
        bool attributes = Judge.Run("python3", "-c", "import os, sys; os.setxattr(sys.argv[1], 'user.test', bytes([0, 10, 255]))", _directory["f"]).ExitCode == 0;
        bool device = Judge.Run("mknod", "-m", "600", _directory["n"], "c", "1", "3").ExitCode == 0;
        Judge.Run("mkfifo", "-m", "600", _directory["p"]).Succeeded();
        string[] arguments = ["cf", "-", "--format=pax", "--xattrs", "--sort=name", "--owner=someone:7", "--group=some:8", "--mtime=@7", "--mode=600", "-C", _directory.Path, "."];

        string described = TarArchive.Describe(Judge.Run("tar", arguments).Succeeded().OutputBytes);

        Assert.Contains("File 600 someone/7 some/8 7 ./f ''" + (attributes ? " user.test=000aff\n" : "\n"), described, StringComparison.Ordinal);
        Assert.Contains("Fifo 600 someone/7 some/8 7 ./p\n", described, StringComparison.Ordinal);
        Assert.Equal(device, described.Contains("CharacterDevice 600 someone/7 some/8 7 ./n 1,3\n", StringComparison.Ordinal));
    }
}
