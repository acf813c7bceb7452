using System.Buffers.Binary;
using System.Security.Cryptography;
using Bothy.Formats.Trees;
using Bothy.Packages.Alpine;
using Bothy.Packages.Alpine.Adb;
using Bothy.Store;

namespace Bothy.Packages.Tests.Alpine.Adb;

public sealed class AdbPackageTests : IDisposable
{
    private const string Source = "the package";

    private readonly TemporaryDirectory _temporary = new();

    [Theory]
    [InlineData(AdbCompression.None)]
    [InlineData(AdbCompression.Deflate)]
    [InlineData(AdbCompression.NamedNone)]
    [InlineData(AdbCompression.NamedDeflate)]
    public void Gives_the_files_and_control_files_that_were_put_in(AdbCompression compression)
    {
        var described = Everything();
        using var catalogue = Decode(new AdbBuilder { Compression = compression }.Build(described).File);

        var tree = catalogue.ReadTree(new Origin.Package("all", "1.0-r0", "x86_64"));
        Assert.Equal(Describe(described.Package.Tree), Describe(tree));
        Assert.Equal(described.Package.Info.ToText(), System.Text.Encoding.UTF8.GetString(catalogue.Attachments[".PKGINFO"].Span));
        Assert.Equal([".PKGINFO", ".post-install", ".trigger"], catalogue.Attachments.Keys);
        Assert.Equal(described.Package.Scripts[".trigger"].ToArray(), catalogue.Attachments[".trigger"].ToArray());
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a=1", "a=1")]
    [InlineData("a<1")]
    [InlineData("a<=1")]
    [InlineData("a>1")]
    [InlineData("a>=1")]
    [InlineData("a~1")]
    [InlineData("a<~1")]
    [InlineData("a>~1")]
    [InlineData("a><Q1aaaa")]
    [InlineData("!a")]
    [InlineData("!a<2")]
    [InlineData("so:libc.musl-x86_64.so.1=1")]
    [InlineData("a~=1", "a~1")] // apk has both spellings for one comparison
    public void Writes_a_dependency_as_format_2_does(string dependency, string? expected = null)
    {
        byte[] file = new AdbBuilder().Build(new ApkBuilder("a").Depends(dependency)).File;

        Assert.Equal(expected ?? dependency, Assert.Single(Read(file).Info.Info.Depends));
    }

    [Fact]
    public void Knows_its_identity_whole_cut_and_in_the_form_of_early_releases()
    {
        var built = new AdbBuilder().Build(Everything());
        var early = new AdbBuilder { WithOwnIdentity = true }.Build(Everything());
        byte[] other = [.. built.Hash];
        other[^1] ^= 1;

        Assert.True(HasIdentity(built.File, built.Hash));
        Assert.True(HasIdentity(built.File, built.Hash[..20]));
        Assert.False(HasIdentity(built.File, other));
        Assert.False(HasIdentity(built.File, built.Hash[..19]));
        Assert.False(HasIdentity(built.File, []));
        Assert.True(HasIdentity(early.File, OwnHash(early.File)));
        Assert.False(HasIdentity(built.File, OwnHash(early.File)));
    }

    [Fact]
    public void An_identity_that_the_package_only_claims_is_not_its_own()
    {
        var writer = new AdbWriter();
        byte[] claimed = RandomNumberGenerator.GetBytes(20);
        byte[] file = writer.Finish(AdbWriter.PackageSchema, writer.Record(AdbBuilder.PackageInfo(writer, new ApkBuilder("a").Package.Info, claimed, 0)));

        Assert.Equal(claimed, OwnHash(file));
        Assert.False(HasIdentity(file, claimed));
    }

    public static TheoryData<string, Func<AdbWriter, TreeEntry, uint[], uint[]>, string> BadFiles() => new()
    {
        { "name", (writer, _, slots) => [writer.Text("../x"), .. slots[1..]], "a file's name is not one" },
        { "dots", (writer, _, slots) => [writer.Text(".."), .. slots[1..]], "a file's name is not one" },
        { "no name", (_, _, slots) => [0, .. slots[1..]], "a file's name is not one" },
        { "twice", (writer, _, slots) => [writer.Text("same"), .. slots[1..]], "comes twice" },
        { "mode", (writer, _, slots) => [slots[0], writer.Record(writer.Number(0x8000)), .. slots[2..]], "a number is too large" },
        { "size", (writer, _, slots) => [slots[0], slots[1], writer.Number(1), .. slots[3..]], "has another size" },
        { "no size", (_, _, slots) => [slots[0], slots[1], 0, .. slots[3..]], "is not what the package's metadata says" },
        { "no hash", (_, _, slots) => [.. slots[..4], 0, 0], "has no hash of" },
        { "hash", (writer, _, slots) => [.. slots[..4], writer.Blob(new byte[32]), 0], "is not what the package's metadata says" },
        { "type", (writer, _, slots) => [.. slots[..5], writer.Blob([0, 0xC0])], "of a type that does not exist" },
        { "half a type", (writer, _, slots) => [.. slots[..5], writer.Blob([0])], "has no type" },
        { "link outside", (writer, _, slots) => [.. slots[..5], writer.Blob([0, 0x80, .. "../../etc/passwd"u8])], "no file that came before it" },
        { "link to nothing", (writer, _, slots) => [.. slots[..5], writer.Blob([0, 0x80, .. "none"u8])], "no file that came before it" },
        { "link to NUL", (writer, _, slots) => [.. slots[..5], writer.Blob([0, 0xA0, (byte)'a', 0])], "no usable target" },
        { "device", (writer, _, slots) => [.. slots[..5], writer.Blob([0, 0x20, 1])], "of a type that does not exist" },
        { "number for a name", (writer, _, slots) => [writer.Number(3), .. slots[1..]], "not the bytes it should be" },
        { "text for a size", (writer, _, slots) => [slots[0], slots[1], writer.Text("three"), .. slots[3..]], "not the number it should be" },
        { "far away", (_, _, slots) => [0x8FFF_FFFF, .. slots[1..]], "points out of the metadata" },
        { "into the header", (_, _, slots) => [0x8000_0000, .. slots[1..]], "points out of the metadata" },
    };

    [Theory]
    [MemberData(nameof(BadFiles))]
    public void Refuses_a_file_that_must_not_be_unpacked(string name, Func<AdbWriter, TreeEntry, uint[], uint[]> edit, string problem)
    {
        byte[] file = new AdbBuilder { EditFile = edit }.Build(new ApkBuilder("bad").File("etc/one", "1234").File("etc/two", "5678")).File;

        Assert.Contains(problem, Assert.Throws<MalformedDataException>(() => Decode(file).Dispose()).Message, StringComparison.Ordinal);
        Assert.NotEmpty(name);
    }

    [Fact]
    public void Refuses_content_that_is_changed_cut_or_more()
    {
        var package = new ApkBuilder("bad").File("etc/one", "1234").File("etc/two", "5678");

        AssertRefused(new AdbBuilder { EditContent = (_, content) => [.. content[..^1], 0] }.Build(package).File, "/etc/one is not what the package's metadata says");
        AssertRefused(new AdbBuilder { EditContent = (_, content) => content[..^1] }.Build(package).File, "has another size");
        byte[] whole = new AdbBuilder { Compression = AdbCompression.None }.Build(package).File;
        AssertRefused(whole[..^16], "the content of /etc/two is missing");
        var more = new List<byte>(whole);
        AdbWriter.Block(more, 2, [1, 0, 0, 0, 1, 0, 0, 0, 9]);
        AssertRefused([.. more], "it has content of no file");
        AssertRefused([.. whole, 0, 0, 0], "it ends within the header of a block");
    }

    [Theory]
    [InlineData("usr")]
    [InlineData("usr/lib")]
    public void Refuses_a_directory_below_a_link(string link)
    {
        var writer = new AdbWriter();
        var parent = TreePath.Parse(link).Parent.Value;
        uint file = writer.Record(writer.Text(TreePath.Parse(link).Name), 0, 0, 0, 0, writer.Blob([0, 0xA0, .. "/etc"u8]));
        byte[] bytes = writer.Finish(
            AdbWriter.PackageSchema,
            writer.Record(
                AdbBuilder.PackageInfo(writer, new ApkBuilder("a").Package.Info, [], 0),
                writer.Array(writer.Record(writer.Text(parent), 0, writer.Array(file)), writer.Record(writer.Text("usr/lib/x")))));

        AssertRefused(bytes, "which is not a directory");
    }

    [Theory]
    [InlineData("ADBx", "it is not of format 3")]
    [InlineData("AD", "it is not of format 3")]
    [InlineData("", "it is not of format 3")]
    [InlineData("ADB.pck", "it ends too early")]
    [InlineData("ADB.pckg", "it has no metadata")]
    [InlineData("ADBc\u0003\u0000", "compressed in a way that does not exist")]
    [InlineData("ADBc", "compressed in a way that does not exist")]
    [InlineData("ADBc\u0000\u0000ADBdpckg", "it has no metadata")]
    public void Refuses_what_is_no_file_of_format_3(string start, string problem) =>
        AssertRefused(System.Text.Encoding.Latin1.GetBytes(start), start.StartsWith("ADBc\0\0", StringComparison.Ordinal) ? "not of format 3" : problem);

    [RequiresFact("judges:zstd")]
    public void Reads_what_zstd_compressed()
    {
        byte[] plain = new AdbBuilder { Compression = AdbCompression.None }.Build(Everything()).File;
        byte[] compressed = AdbWriter.Compress(plain, AdbCompression.Zstd);

        Assert.Equal(Describe(plain), Describe(compressed));
        AssertRefused(compressed[..^1], "cut short");
    }

    [Fact]
    public void Refuses_an_index_in_the_place_of_a_package()
    {
        byte[] index = new AdbBuilder().Index([new AdbBuilder().Build(new ApkBuilder("a"))]);

        AssertRefused(index, "it is not a package");
    }

    [Fact]
    public void Refuses_a_version_to_come()
    {
        var writer = new AdbWriter();
        writer.Patch(0, [1]);

        AssertRefused(writer.Finish(AdbWriter.PackageSchema, writer.Record(writer.Record(writer.Text("a"), writer.Text("1")))), "needs a newer version of the format");
    }

    [Fact]
    public void Ends_a_tree_that_is_small_in_bytes_and_endless_in_values()
    {
        var writer = new AdbWriter();
        byte[] value = new byte[1 << 16];
        uint attributes = writer.Array([.. Enumerable.Repeat(writer.Blob([(byte)'a', 0, .. value]), 4000)]);
        uint[] files = [.. Enumerable.Range(0, 4000).Select(i => writer.Record(writer.Text($"{i}"), writer.Record(0, 0, 0, attributes)))];
        byte[] bytes = writer.Finish(
            AdbWriter.PackageSchema,
            writer.Record(AdbBuilder.PackageInfo(writer, new ApkBuilder("a").Package.Info, [], 0), writer.Array(writer.Record(0, 0, writer.Array(files)))));

        AssertRefused(bytes, "the same values are used far too often");
    }

    [Fact]
    public void Does_not_believe_the_size_that_a_block_announces()
    {
        AssertRefused([.. "ADB.pckg"u8, 0xFF, 0xFF, 0xFF, 0x3F], "a block has more than");
        AssertRefused([.. "ADB.pckg"u8, 0x00, 0x00, 0x00, 0x03], "it ends too early");
        AssertRefused([.. "ADB.pckg"u8, 3, 0, 0, 0], "the header of a block does not fit");
        byte[] longBlock = new byte[24];
        "ADB.pckg"u8.CopyTo(longBlock);
        BinaryPrimitives.WriteUInt32LittleEndian(longBlock.AsSpan(8), 0xC000_0000);
        AssertRefused(longBlock, "the header of a block does not fit");
        longBlock.AsSpan(16).Fill(0xFF);
        AssertRefused(longBlock, "the header of a block does not fit");
    }

    [Theory]
    [InlineData(AdbCompression.None, 4000)]
    [InlineData(AdbCompression.Deflate, 2000)]
    public void Whatever_bytes_are_changed_nothing_else_than_a_refusal_comes_of_it(AdbCompression compression, int count)
    {
        byte[] good = new AdbBuilder { Compression = compression, Signers = [ApkKeys.Rsa] }.Build(Everything(largeFile: 100)).File;
        var random = new Random(20261121);
        int refused = 0;
        for (int i = 0; i < count; i++)
        {
            try
            {
                // Whoever uses a package has a signature or an identity of its metadata; without one it may become another.
                Check(Mutation.Of(good, random));
            }
            catch (BothyException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, count / 2, count);
    }

    [Fact]
    public void Whatever_bytes_are_changed_the_identity_stands_for_one_package()
    {
        var built = new AdbBuilder { Compression = AdbCompression.None, Signers = [ApkKeys.Ecdsa] }.Build(Everything(largeFile: 100));
        var identity = ApkChecksum.FromHash(built.Hash);
        string expected = Describe(built.File);
        var random = new Random(11);
        int same = 0;
        for (int i = 0; i < 2000; i++)
        {
            byte[] bad = Mutation.Of(built.File, random);
            if (ApkFile.Open(new MemoryStream(bad), bad.Length, Source).Problem(identity) is null)
            {
                Assert.Equal(expected, Describe(bad));
                same++;
            }
        }

        // Changes of the signature, which an index makes needless, and those that change nothing.
        Assert.InRange(same, 1, 400);
    }

    public void Dispose() => _temporary.Dispose();

    internal static ApkBuilder Everything(int largeFile = 300_000) => new ApkBuilder("all")
        .Info(info => info with
        {
            Commit = "00ff",
            Maintainer = "Zoë <z@example.test>",
            ProviderPriority = 9,
            ReplacesPriority = 2,
            InstalledSize = 5_000_000_000,
            BuildTime = 1_700_000_123,
        })
        .Depends("musl>=1.2", "!old<3", "so:libz.so.1").Provides("cmd:all=1.0-r0", "virtual").Replaces("former").InstallIf("all=1.0-r0", "docs")
        .File("usr/bin/all", "#!/bin/sh\n", 0b111_101_101)
        .File("usr/share/empty")
        .File("usr/share/large", new byte[largeFile])
        .File("srv/data", "secret", 0b110_100_000, "nobody:www-data")
        .ExtendedAttribute("usr/bin/all", "security.capability", [1, 0, 0, 2])
        .HardLink("usr/bin/another", "usr/bin/all")
        .Link("usr/bin/link", "../share/empty")
        .Device("dev/null", 1, 3)
        .Directory("var/empty", 0b111_000_000, "games:users")
        .Script(".post-install", "#!/bin/sh\nexit 0\n")
        .Trigger("#!/bin/sh\n", "/usr/share/*", "+/opt");

    private static string Describe(FileTree tree) => string.Concat(tree.Entries.Select(entry => TreeDump.Line(entry, $"{entry.UserName}:{entry.GroupName}")
        + $" {entry.ModifiedTime} {string.Join(',', entry.ExtendedAttributes.Select(attribute => attribute.Key + "=" + Convert.ToHexString(attribute.Value.Span)))}\n"));

    private string Describe(byte[] file)
    {
        using var catalogue = Decode(file);
        return Describe(catalogue.ReadTree(new Origin.Package("all", "1.0-r0", "x86_64")));
    }

    private Catalogue Decode(byte[] file)
    {
        var store = new ContentStore(_temporary["store"]);
        using var reader = AdbPackage.Open(new MemoryStream(file), Source, limit: 1 << 30);
        using var writer = store.BeginCatalogue(Digest.Of(file), "adb-test");
        new AdbPackageReader(reader, AdbPackage.Read(reader, Source), Source, writer).Read();
        return writer.Commit();
    }

    // Everything but making the result visible.
    private void Check(byte[] file)
    {
        using var reader = AdbPackage.Open(new MemoryStream(file), Source, limit: 1 << 30);
        using var writer = new ContentStore(_temporary["store"]).BeginCatalogue(Digest.Of(file), "adb-test");
        new AdbPackageReader(reader, AdbPackage.Read(reader, Source), Source, writer).Read();
    }

    private static AdbPackage Read(byte[] file)
    {
        using var reader = AdbPackage.Open(new MemoryStream(file), Source, limit: 1 << 30);
        return AdbPackage.Read(reader, Source);
    }

    private static byte[] OwnHash(byte[] file) => Read(file).Info.Hash.ToArray();

    private static bool HasIdentity(byte[] file, byte[] identity)
    {
        using var reader = AdbPackage.Open(new MemoryStream(file), Source, limit: 1 << 30);
        return AdbIdentity.Matches(reader.Metadata, AdbPackage.Read(reader, Source).Info.Hash, identity);
    }

    private void AssertRefused(byte[] file, string problem) =>
        Assert.Contains(problem, Assert.Throws<MalformedDataException>(() => Decode(file).Dispose()).Message, StringComparison.Ordinal);
}
