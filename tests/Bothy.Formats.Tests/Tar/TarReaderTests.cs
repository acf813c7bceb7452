using System.Text;
using Bothy.Formats.Tar;
using FsCheck;
using FsCheck.Fluent;

namespace Bothy.Formats.Tests.Tar;

public sealed class TarReaderTests
{
    public static TheoryData<string, byte[], string> Good => new()
    {
        { "nothing but the end", TarArchive.End, "" },
        { "one block of zeros", new byte[512], "" },
        { "more zeros", new byte[10240], "" },
        { "v7 without magic", [.. TarArchive.Header("a", '\0', magic: "\0\0\0\0\0\0\0\0"), .. TarArchive.End], "File 644 -/0 -/0 0 a ''\n" },
        { "v7 directory", [.. TarArchive.Header("a/", '\0', magic: "\0\0\0\0\0\0\0\0"), .. TarArchive.End], "Directory 644 -/0 -/0 0 a/\n" },
        { "prefix", [.. TarArchive.Header("b", prefix: "a"), .. TarArchive.End], "File 644 -/0 -/0 0 a/b ''\n" },
        { "no prefix in GNU's header", [.. TarArchive.Header("b", magic: "ustar  \0", prefix: "12345670123"), .. TarArchive.End], "File 644 -/0 -/0 0 b ''\n" },
        { "the size of a hard link does not count", [.. TarArchive.Header("b", '1', "00000001000", link: "a"), .. TarArchive.Header("c"), .. TarArchive.End], "HardLink 644 -/0 -/0 0 b -> a\nFile 644 -/0 -/0 0 c ''\n" },
        { "GNU long name", [.. TarArchive.Extended('L', new string('x', 120) + "\0"), .. TarArchive.Header("x"), .. TarArchive.End], $"File 644 -/0 -/0 0 {new string('x', 120)} ''\n" },
        { "GNU long link", [.. TarArchive.Extended('K', new string('x', 120) + "\0"), .. TarArchive.Header("x", '2'), .. TarArchive.End], $"SymbolicLink 644 -/0 -/0 0 x -> {new string('x', 120)}\n" },
        { "PAX wins over GNU", [.. TarArchive.Extended('L', "gnu\0"), .. TarArchive.Extended('x', "12 path=pax\n"), .. TarArchive.Header("x"), .. TarArchive.End], "File 644 -/0 -/0 0 pax ''\n" },
        { "PAX owners", [.. TarArchive.Extended('x', "15 uid=3000000\n11 gname=g\n"), .. TarArchive.Header("x"), .. TarArchive.End], "File 644 -/3000000 g/0 0 x ''\n" },
        { "global records, one taken away", [.. TarArchive.Extended('g', "9 gid=12\n11 uname=u\n"), .. TarArchive.Header("x"), .. TarArchive.Extended('x', "10 uname=\n"), .. TarArchive.Header("y"), .. TarArchive.End], "File 644 u/0 -/12 0 x ''\nFile 644 -/0 -/12 0 y ''\n" },
        { "time before 1970 with a fraction", [.. TarArchive.Extended('x', "14 mtime=-1.5\n"), .. TarArchive.Header("x"), .. TarArchive.End], "File 644 -/0 -/0 -2 x ''\n" },
        { "time with a fraction", [.. TarArchive.Extended('x', "15 mtime=17.99\n"), .. TarArchive.Header("x"), .. TarArchive.End], "File 644 -/0 -/0 17 x ''\n" },
        { "size in binary", [.. TarArchive.Header("x", size: "\u0080\0\0\0\0\0\0\0\0\0\0\u0001"), (byte)'!', .. new byte[511], .. TarArchive.End], "File 644 -/0 -/0 0 x '!'\n" },
        { "attribute that is not text", [.. TarArchive.Extended('x', "26 SCHILY.xattr.user.a=\n\0\n"), .. TarArchive.Header("x"), .. TarArchive.End], "File 644 -/0 -/0 0 x '' user.a=0a00\n" },
    };

    public static TheoryData<byte[], string> Bad => new()
    {
        { [], "the archive ends too early" },
        { new byte[511], "the archive ends too early" },
        { TarArchive.Header("a"), "the archive ends too early" }, // no end
        { [.. TarArchive.Header("a", size: "00000000001"), .. new byte[511]], "the archive ends too early" },
        { [.. TarArchive.Header("a", size: "77777777777"), .. TarArchive.End], "the archive ends too early" },
        { [.. TarArchive.End, 1], "something other than zeros follows the end of the archive" },
        { [.. new byte[512], .. TarArchive.Header("a")], "something other than zeros follows the end of the archive" },
        { [.. Enumerable.Repeat((byte)'a', 512)], "a header's checksum is not a number" },
        { [.. new byte[300], 1, .. new byte[211]], "the checksum of a header does not fit" },
        { [.. TarArchive.Header("a", size: "-0000000001"), .. TarArchive.End], "a header's size is not a number" },
        { [.. TarArchive.Header("a", size: "00000000008"), .. TarArchive.End], "a header's size is not a number" },
        { [.. TarArchive.Header("a", size: "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff"), .. TarArchive.End], "a size of -1 on an entry that cannot have it" },
        { [.. TarArchive.Header("a", size: "\u0081\0\0\0\0\0\0\0\0\0\0\0"), .. TarArchive.End], "a header's size is too large" },
        { [.. TarArchive.Header("a", '5', "00000000001"), .. new byte[512], .. TarArchive.End], "a size of 1 on an entry that cannot have it" },
        { [.. TarArchive.Header("a", 'S'), .. TarArchive.End], "a sparse file, which layers and packages do not hold" },
        { [.. TarArchive.Header("a", 'V'), .. TarArchive.End], "an entry of the unknown type 'V'" },
        { [.. TarArchive.Header(""), .. TarArchive.End], "a name is empty or holds NUL" },
        { [.. TarArchive.Header("a", '2'), .. TarArchive.End], "a name is empty or holds NUL" }, // no link target
        { [.. TarArchive.Extended('x', "11 path=a\0\n"), .. TarArchive.Header("x"), .. TarArchive.End], "a name is empty or holds NUL" },
        { [.. TarArchive.Extended('x', "12 path=pax"), .. TarArchive.Header("x"), .. TarArchive.End], "a PAX record's length does not fit" },
        { [.. TarArchive.Extended('x', "4 a\n"), .. TarArchive.Header("x"), .. TarArchive.End], "a PAX record's length does not fit" },
        { [.. TarArchive.Extended('x', "5 ab\n"), .. TarArchive.Header("x"), .. TarArchive.End], "a PAX record has no key" },
        { [.. TarArchive.Extended('x', "5 =b\n"), .. TarArchive.Header("x"), .. TarArchive.End], "a PAX record has no key" },
        { [.. TarArchive.Extended('x', "99999999999 a=b\n"), .. TarArchive.Header("x"), .. TarArchive.End], "a PAX record's length does not fit" },
        { [.. TarArchive.Extended('x', "9 uid=-1\n"), .. TarArchive.Header("x"), .. TarArchive.End], "the PAX record 'uid' is not a number" },
        { [.. TarArchive.Extended('x', "18 uid=4294967296\n"), .. TarArchive.Header("x"), .. TarArchive.End], "the owner 4294967296 is out of range" },
        { [.. TarArchive.Extended('x', "11 mtime=x\n"), .. TarArchive.Header("x"), .. TarArchive.End], "the PAX record 'mtime' is not a time" },
        { [.. TarArchive.Extended('g', "9 size=1\n"), .. TarArchive.Header("x"), .. TarArchive.End], "a global PAX record gives all entries one name or size" },
        { [.. TarArchive.Extended('x', "22 GNU.sparse.major=1\n"), .. TarArchive.Header("x"), .. TarArchive.End], "a sparse file, which layers and packages do not hold" },
        { [.. TarArchive.Extended('x', "12 path=pax\n"), .. TarArchive.End], "the archive ends after an extended header" },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void Reads(string what, byte[] archive, string description) =>
        Assert.Equal((what, description), (what, TarArchive.Describe(archive)));

    [Theory]
    [MemberData(nameof(Bad))]
    public void Refuses(byte[] archive, string problem) =>
        Assert.Equal(problem, Assert.Throws<MalformedDataException>(() => TarArchive.Read(archive)).Problem);

    [Fact]
    public void Names_that_are_not_utf8_survive()
    {
        var (entry, _) = Assert.Single(TarArchive.Read([.. TarArchive.Header("caf\u00e9"), .. TarArchive.End]));
        Assert.Equal("caf\uDCE9", entry.Name);
        Assert.Equal("caf\u00e9"u8.Length - 1, TarText.Encode(entry.Name).Length);
    }

    [Fact]
    public void Keeps_the_limits()
    {
        byte[] two = [.. TarArchive.Extended('x', "12 path=pax\n"), .. TarArchive.Header("a", size: "00000000001"), .. new byte[512], .. TarArchive.Header("b"), .. TarArchive.End];

        Assert.Equal("more than 1 entries", Problem(two, new TarLimits { Entries = 1 }));
        Assert.Equal("a name of 3 bytes, longer than 2", Problem(two, new TarLimits { NameLength = 2 }));
        Assert.Equal("extended headers of 12 bytes are too large", Problem(two, new TarLimits { ExtensionBytes = 11 }));
        Assert.Equal("extended headers of 12 bytes are too large", Problem(two, new TarLimits { TotalExtensionBytes = 11 }));
        Assert.Equal("more than 0 PAX records", Problem(two, new TarLimits { Records = 0 }));
        Assert.Equal("more than 0 bytes of content", Problem(two, new TarLimits { TotalSize = 0 }));
        Assert.Equal("too much follows the end of the archive", Problem(new byte[200 << 10], new TarLimits { TotalSize = 100 << 10 }));
    }

    [Fact]
    public void A_segment_without_an_end_is_accepted_where_the_caller_says_so()
    {
        byte[] segment = [.. TarArchive.Header("a", size: "00000000001"), .. new byte[512]];
        var reader = new TarReader(new MemoryStream(segment), "x.apk", TarLimits.Default) { AllowMissingEnd = true };
        Assert.True(reader.TryReadNext(out _));
        Assert.False(reader.TryReadNext(out _));
    }

    [Fact]
    public void What_follows_the_end_is_read_over_where_the_caller_says_so()
    {
        using var stream = new MemoryStream([.. TarArchive.Header("a"), .. TarArchive.End, .. TarArchive.Header("hidden"), 1]);
        var reader = new TarReader(stream, "layer", TarLimits.Default) { AllowTrailingData = true };
        Assert.True(reader.TryReadNext(out _));
        Assert.False(reader.TryReadNext(out _));
        Assert.False(reader.TryReadNext(out _));
        Assert.Equal(stream.Length, stream.Position);
    }

    [Fact]
    public void A_content_kept_too_long_cannot_read_the_next_entry()
    {
        var reader = new TarReader(new MemoryStream([.. TarArchive.Header("a", size: "00000000001"), .. new byte[512], .. TarArchive.Header("b"), .. TarArchive.End]), "x.tar", TarLimits.Default);
        reader.TryReadNext(out _);
        var content = reader.OpenContent();
        reader.TryReadNext(out _);
        Assert.Throws<ObjectDisposedException>(() => content.ReadByte());
    }

    [Fact]
    public void Damaged_archives_are_malformed_or_read()
    {
        byte[] archive = [.. TarArchive.Extended('g', "9 gid=12\n"), .. TarArchive.Extended('L', "gnu\0"), .. TarArchive.Extended('x', "14 mtime=-1.5\n12 path=pax\n"), .. TarArchive.Header("a", size: "00000000001"), (byte)'!', .. new byte[511], .. TarArchive.End];
        int[] headers = [0, 1024, 2048, 3072];
        var damage = from at in Gen.Choose(0, 3583)
                     from value in Gen.Choose(0, 255)
                     from cut in Gen.Frequency((4, Gen.Constant(archive.Length)), (1, Gen.Choose(0, archive.Length)))
                     from seal in Gen.Elements(true, false)
                     select (at, value, cut, seal);

        Prop.ForAll(damage.ToArbitrary(), change =>
        {
            byte[] bytes = [.. archive];
            bytes[change.at] = (byte)change.value;
            int header = headers.Last(start => start <= change.at);
            if (change.seal && change.at < header + 512)
            {
                TarArchive.Sealed(bytes[header..(header + 512)]).CopyTo(bytes, header);
            }

            Record.Exception(() => TarArchive.Read(bytes[..change.cut])).IsMalformedOrNone();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void Random_bytes_are_malformed() =>
        Prop.ForAll<byte[]>(bytes => Record.Exception(() => TarArchive.Read([.. bytes, .. Encoding.ASCII.GetBytes(new string('x', 512))])).IsMalformedOrNone())
            .QuickCheckThrowOnFailure();

    private static string Problem(byte[] archive, TarLimits limits) =>
        Assert.Throws<MalformedDataException>(() => TarArchive.Read(archive, limits)).Problem;
}
