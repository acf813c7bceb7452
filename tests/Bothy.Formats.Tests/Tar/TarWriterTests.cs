using System.Text;
using Bothy.Formats.Tar;
using Bothy.Formats.Trees;
using FsCheck;
using FsCheck.Fluent;

namespace Bothy.Formats.Tests.Tar;

public sealed class TarWriterTests
{
    private static readonly string Long = new('l', 99);

    [Theory]
    [InlineData("a", false)]
    [InlineData("a/b", false)]
    [InlineData("LONG/LONG", false)] // fits the prefix
    [InlineData("LONGl", false)] // exactly the name's field
    [InlineData("LONGll", true)] // no slash to divide at
    [InlineData("a/LONGll", true)]
    [InlineData("LONG/b/LONGl", false)]
    [InlineData("LONG/LONG/LONG", true)]
    [InlineData("f\u0151", true)]
    [InlineData("f\uDCE9", true)] // a byte that is no UTF-8
    public void A_name_has_a_record_only_where_it_must(string name, bool extended)
    {
        name = name.Replace("LONG", Long, StringComparison.Ordinal);
        byte[] archive = TarArchive.Write(File(name, ""));

        Assert.Equal(extended, archive[156] == 'x');
        Assert.Equal(name, Assert.Single(TarArchive.Read(archive)).Entry.Name);
    }

    [Fact]
    public void A_plain_tree_is_plain_ustar()
    {
        byte[] archive = TarArchive.Write(
            TreeEntry.Directory(TreePath.Root, TarArchive.Test),
            TreeEntry.Directory(TreePath.Parse("etc"), TarArchive.Test),
            File("etc/passwd", "root\n") with { Mode = 0b110_100_000, UserId = 1, GroupId = 42, GroupName = "shadow", ModifiedTime = 1700000000 },
            TreeEntry.SymbolicLink(TreePath.Parse("etc/x"), "/target", TarArchive.Test));

        Assert.Equal(512 + 512 + 1024 + 512 + 1024, archive.Length);
        Assert.Equal(
            "Directory 755 -/0 -/0 0 ./\nDirectory 755 -/0 -/0 0 etc/\nFile 640 -/1 shadow/42 1700000000 etc/passwd 'root\n'\nSymbolicLink 777 -/0 -/0 0 etc/x -> /target\n",
            TarArchive.Describe(archive));
        Assert.DoesNotContain(archive.Chunk(512).SkipLast(2), block => block[156] == 'x');
    }

    [Fact]
    public void What_ustar_cannot_say_is_in_sorted_records()
    {
        var entry = File(Long + Long, "x") with
        {
            UserId = 3_000_000,
            GroupId = 4_000_000,
            UserName = new string('u', 40),
            ModifiedTime = -5,
            ExtendedAttributes = TreeEntry.NoAttributes.Add("user.b", new byte[] { 0, 10, 255 }).Add("user.a", Array.Empty<byte>()),
        };
        byte[] archive = TarArchive.Write(entry);

        string records = Encoding.Latin1.GetString(archive, 512, 1024);
        string[] keys = ["SCHILY.xattr.user.a=", "SCHILY.xattr.user.b=", "gid=", "mtime=", "path=", "uid=", "uname="];
        Assert.Equal(keys, keys.OrderBy(key => records.IndexOf(" " + key, StringComparison.Ordinal)));
        Assert.Equal(
            $"File 644 {new string('u', 40)}/3000000 -/4000000 -5 {Long + Long} 'x' user.a= user.b=000aff\n",
            TarArchive.Describe(archive));
    }

    [Fact]
    public void A_record_counts_its_own_length_across_a_power_of_ten()
    {
        foreach (int length in Enumerable.Range(70, 60).Concat(Enumerable.Range(960, 60)))
        {
            var value = new byte[length];
            var entry = File("a", "") with { ExtendedAttributes = TreeEntry.NoAttributes.Add("user.a", value) };
            Assert.Equal(length, Assert.Single(TarArchive.Read(TarArchive.Write(entry))).Entry.ExtendedAttributes["user.a"].Length);
        }
    }

    [Fact]
    public void A_large_file_has_its_size_in_a_record()
    {
        var entry = TreeEntry.File(TreePath.Parse("big"), new Zeros(8L << 30), TarArchive.Test);
        using var start = new StartOnly(2048);
        Assert.Throws<IOException>(() => new TarWriter(start).Write(entry));

        Assert.Equal('x', (char)start.Bytes[156]);
        Assert.Equal("19 size=8589934592\n", Encoding.ASCII.GetString(start.Bytes, 512, 19));
    }

    [Fact]
    public void Refuses_what_tar_cannot_say()
    {
        Assert.Equal("cannot write '/a': its device number is too large for a tar archive", Refusal(File("a", "") with { Kind = EntryKind.CharacterDevice, Content = null, DeviceMajor = 1 << 21 }));
        Assert.Equal("cannot write '/a': a tar archive cannot hold the extended attribute 'user.a=b'", Refusal(File("a", "") with { ExtendedAttributes = TreeEntry.NoAttributes.Add("user.a=b", default) }));
        Assert.Equal("cannot write a name with half a surrogate pair", Refusal(File("a\ud800", "")));
    }

    [Fact]
    public void What_is_written_is_read_back() =>
        Prop.ForAll(TreeGenerators.Entries.ToArbitrary(), entries =>
        {
            var read = TarArchive.Read(TarArchive.Write([.. entries]));
            Assert.Equal(entries.Select(Describe), read.Select(item => Describe(item.Entry.ToTreeEntry(
                TreePath.Parse(item.Entry.Name),
                TarArchive.Test,
                item.Entry.Kind == EntryKind.File ? FileContent.Of(item.Content) : null))));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void System_Formats_Tar_reads_the_same() =>
        Prop.ForAll(TreeGenerators.Entries.ToArbitrary(), entries =>
        {
            // It splits records at each line break, which attributes may hold.
            var plain = entries.Select(entry => entry with { ExtendedAttributes = TreeEntry.NoAttributes });
            using var reader = new System.Formats.Tar.TarReader(new MemoryStream(TarArchive.Write([.. plain])));
            foreach (var entry in entries)
            {
                var read = reader.GetNextEntry()!;
                Assert.Equal(entry.Path, TreePath.Parse(read.Name));
                Assert.Equal((entry.UserId, entry.GroupId, entry.Mode), (read.Uid, read.Gid, (int)read.Mode));
                Assert.Equal(entry.ModifiedTime, read.ModificationTime.ToUnixTimeSeconds());
                Assert.Equal(entry.LinkTarget ?? "", read.LinkName);
                Assert.Equal(entry.Content?.Length ?? 0, read.Length);
            }

            Assert.Null(reader.GetNextEntry());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Where_the_writes_end_does_not_matter()
    {
        // Around the writer's own buffer of 128 KiB.
        foreach (int size in new[] { (128 << 10) - 1024, (128 << 10) - 512, (128 << 10) - 511, 128 << 10, 300_000 })
        {
            byte[] content = new byte[size];
            new Random(size).NextBytes(content);
            var read = TarArchive.Read(TarArchive.Write(TreeEntry.File(TreePath.Parse("a"), FileContent.Of(content), TarArchive.Test), File("b", "b")));
            Assert.Equal(content, read[0].Content);
            Assert.Equal("b"u8.ToArray(), read[1].Content);
        }
    }

    private static TreeEntry File(string path, string content) =>
        TreeEntry.File(TreePath.Parse(path), FileContent.Of(content), TarArchive.Test);

    private static string Refusal(TreeEntry entry) => Assert.Throws<BothyException>(() => TarArchive.Write(entry)).Message;

    private static string Describe(TreeEntry entry) => FormattableString.Invariant(
        $"{entry.Kind} {entry.Path} {entry.Mode} {entry.UserId}/{entry.UserName} {entry.GroupId}/{entry.GroupName} {entry.ModifiedTime} {entry.LinkTarget} {entry.Content?.Digest} {entry.DeviceMajor},{entry.DeviceMinor} {string.Join(' ', entry.ExtendedAttributes.Select(pair => pair.Key + Convert.ToHexString(pair.Value.Span)))}");

    private sealed class Zeros(long length) : FileContent
    {
        public override long Length => length;

        public override Digest Digest => default;

        public override Stream OpenRead() => new MemoryStream(new byte[1 << 20]);
    }

    private sealed class StartOnly(int length) : MemoryStream
    {
        public byte[] Bytes { get; } = new byte[length];

        public override void Write(byte[] buffer, int offset, int count)
        {
            Array.Copy(buffer, offset, Bytes, 0, Bytes.Length);
            throw new IOException("enough");
        }
    }
}
