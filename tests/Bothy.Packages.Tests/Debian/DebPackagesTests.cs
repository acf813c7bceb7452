using System.Text;
using Bothy.Formats.Trees;
using Bothy.Packages.Debian;
using Bothy.Store;
using FsCheck;
using FsCheck.Fluent;

namespace Bothy.Packages.Tests.Debian;

public sealed class DebPackagesTests : IDisposable
{
    private static readonly PackageId Hello = new("hello", "1.0-1", "amd64");

    private readonly TemporaryDirectory _directory = new();

    private ContentStore Store => new(_directory["store"]);

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(DebCompression.None)]
    [InlineData(DebCompression.Gzip)]
    public Task Reads_files_and_control_files(DebCompression compression) => ReadsAsync(compression);

    [RequiresFact(Needs.Judges + ":xz")]
    public Task Reads_xz() => ReadsAsync(DebCompression.Xz);

    [RequiresFact(Needs.Judges + ":zstd")]
    public Task Reads_zstd() => ReadsAsync(DebCompression.Zstd);

    [Fact]
    public async Task Reads_the_package_once_and_then_its_catalogue()
    {
        byte[] deb = new DebBuilder("hello").File("usr/bin/hello", "hi").Build();
        var first = await OpenAsync(deb);
        Store.Remove(Digest.Of(deb));

        var second = await new DebPackages(Store).OpenAsync(Hello, Digest.Of(deb), CancellationToken.None);

        Assert.Equal(TreeDump.WithOrigins(first.Tree), TreeDump.WithOrigins(second.Tree));
    }

    [Fact]
    public async Task Signatures_of_debsigs_are_passed_over()
    {
        var contents = await OpenAsync(new DebBuilder("hello").File("a", "b").Member("_gpgorigin", [1, 2, 3]).Build());

        Assert.Equal(1, contents.Tree.Count);
    }

    [Theory]
    [InlineData("../etc/passwd", '0', "", "the entry '../etc/passwd' leaves the package")]
    [InlineData("./usr/../../etc/passwd", '0', "", "the entry './usr/../../etc/passwd' leaves the package")]
    [InlineData("/etc/passwd", '0', "", "the entry '/etc/passwd' has an absolute name")]
    [InlineData("./usr//bin", '0', "", "the entry './usr//bin' has a name that is not a path")]
    [InlineData("./dev/null", '3', "", "the entry './dev/null' is a device, which no package ships")]
    [InlineData("./dev/sda", '4', "", "the entry './dev/sda' is a device, which no package ships")]
    [InlineData("./x", '1', "../../etc/shadow", "the entry './x' is a hard link to '../../etc/shadow', which is no file that came before it")]
    [InlineData("./x", '1', "/etc/shadow", "the entry './x' is a hard link to '/etc/shadow', which is no file that came before it")]
    [InlineData("./x", '1', "./later", "the entry './x' is a hard link to './later', which is no file that came before it")]
    [InlineData("./x", '1', "./first/link", "the entry './x' is a hard link to './first/link', which is no file that came before it")] // to a symbolic link
    [InlineData("./first/file", '0', "", "the entry './first/file' comes twice")]
    [InlineData("first/file", '0', "", "the entry 'first/file' comes twice")] // another spelling
    [InlineData("./first/link/passwd", '0', "", "the entry './first/link/passwd' lies below 'first/link', which is not a directory")]
    [InlineData("./first/file/x/y", '0', "", "the entry './first/file/x/y' lies below 'first/file', which is not a directory")]
    [InlineData("./first", '2', "/etc", "the entry './first' takes the place of a directory with entries")]
    [InlineData(".", '0', "", "the entry '.' takes the place of the root")]
    public async Task Refuses_what_would_not_stay_in_its_place(string name, char type, string link, string problem)
    {
        var deb = new DebBuilder("hello")
            .File("first/file", "1")
            .Link("first/link", "/etc")
            .Raw(new RawTarEntry(name, type) { Link = link })
            .File("later", "2");

        var failure = await Assert.ThrowsAsync<MalformedDataException>(() => OpenAsync(deb.Build()));

        Assert.Equal(problem, failure.Problem);
        Assert.StartsWith("cannot read the .deb of hello 1.0-1 (amd64), data.tar.gz: ", failure.Message, StringComparison.Ordinal);
        Assert.Null(Store.TryOpenCatalogue(Digest.Of(deb.Build()), "deb-1"));
        Assert.Empty(Directory.EnumerateFiles(_directory.Path, "*tmp*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("sub/postinst", '0', "the entry './sub/postinst' is not a control file")]
    [InlineData("postinst", '2', "the entry './postinst' is not a file")]
    [InlineData("control", '0', "the entry './control' comes twice")]
    public async Task Refuses_control_files_that_are_none(string name, char type, string problem)
    {
        byte[] deb = new DebBuilder("hello").RawControl(new RawTarEntry("./" + name, type) { Link = type == '2' ? "/etc/passwd" : "" }).Build();

        Assert.Equal(problem, (await Assert.ThrowsAsync<MalformedDataException>(() => OpenAsync(deb))).Problem);
    }

    [Fact]
    public async Task Refuses_another_package_than_the_index_says()
    {
        byte[] deb = new DebBuilder("hello", "2.0").Build();

        var failure = await Assert.ThrowsAsync<BothyException>(() => OpenAsync(deb));

        Assert.Equal("cannot use hello 1.0-1 (amd64): its .deb says that it is hello 2.0 (amd64)", failure.Message);
        // The catalogue of the other package is there now; the question is asked again each time.
        await Assert.ThrowsAsync<BothyException>(() => OpenAsync(deb));
    }

    [Fact]
    public async Task Refuses_a_decompression_bomb()
    {
        byte[] deb = new DebBuilder("hello").File("zeros", new byte[8 << 20]).Build();

        var failure = await Assert.ThrowsAsync<MalformedDataException>(() => OpenAsync(deb, freeSize: 1 << 20));

        Assert.Matches(@"^cannot read the \.deb of hello 1\.0-1 \(amd64\), data\.tar\.gz: more than [0-9]{7} bytes of content ", failure.Message);
        Assert.Equal(1, (await OpenAsync(deb, freeSize: 16 << 20)).Tree.Count);
    }

    [Theory]
    [InlineData("debian-binary control.tar data.tar extra", "the member 'extra' follows data.tar")]
    [InlineData("debian-binary control.tar data.tar data.tar", "the member 'data.tar' follows data.tar")]
    [InlineData("debian-binary data.tar control.tar", "the member 'data.tar' stands where control.tar is expected")]
    [InlineData("control.tar debian-binary data.tar", "its first member is not debian-binary")]
    [InlineData("debian-binary control.tar", "it has no data.tar")]
    [InlineData("debian-binary", "it has no control.tar")]
    public async Task Refuses_members_out_of_place(string members, string problem)
    {
        byte[] good = new DebBuilder("hello") { Compression = DebCompression.None }.Build();
        byte[] deb = DebBuilder.Ar([.. members.Split(' ').Select(name => (name, name == "extra" ? [] : Member(good, name)))]);

        Assert.Equal(problem, (await Assert.ThrowsAsync<MalformedDataException>(() => OpenAsync(deb))).Problem);
    }

    [Fact]
    public async Task Refuses_another_version_of_the_format() =>
        Assert.Equal("its format is not version 2", (await Assert.ThrowsAsync<MalformedDataException>(() => OpenAsync(new DebBuilder("hello") { FormatVersion = "3.0\n" }.Build()))).Problem);

    [Theory]
    [InlineData("data.tar.bz2", "cannot read the .deb of hello 1.0-1 (amd64): its data.tar.bz2 is compressed in a way that is not supported")]
    [InlineData("data.tar.lzma", "cannot read the .deb of hello 1.0-1 (amd64): its data.tar.lzma is compressed in a way that is not supported")]
    public async Task Names_compressions_that_it_cannot_read(string name, string message)
    {
        byte[] good = new DebBuilder("hello") { Compression = DebCompression.None }.Build();
        byte[] deb = DebBuilder.Ar(("debian-binary", Member(good, "debian-binary")), ("control.tar", Member(good, "control.tar")), (name, [1, 2, 3]));

        Assert.Equal(message, (await Assert.ThrowsAsync<BothyException>(() => OpenAsync(deb))).Message);
    }

    [Fact]
    public async Task A_package_that_was_changed_in_the_store_is_told_from_a_malformed_one()
    {
        byte[] deb = new DebBuilder("hello").File("a", "b").Build();
        var digest = Store.AddBytes(deb);
        string blob = Directory.EnumerateFiles(_directory.Path, digest.Hex, SearchOption.AllDirectories).Single();
        deb[^100] ^= 1;
        File.Delete(blob);
        File.WriteAllBytes(blob, deb);

        var failure = await Assert.ThrowsAsync<DamagedItemException>(() => new DebPackages(Store).OpenAsync(Hello, digest, CancellationToken.None));

        Assert.Equal($"cannot use {digest} from the store: its bytes have another digest", failure.Message);
        Assert.False(Store.Contains(digest));
    }

    [Fact]
    public async Task A_package_that_is_not_in_the_store_is_named()
    {
        var digest = Digest.Of([1]);

        var failure = await Assert.ThrowsAsync<BothyException>(() => new DebPackages(Store).OpenAsync(Hello, digest, CancellationToken.None));

        Assert.Equal($"cannot open hello 1.0-1 (amd64): its .deb {digest} is not in the store", failure.Message);
    }

    [Fact]
    public void Damaged_bytes_never_cause_another_exception_than_ours()
    {
        byte[] deb = new DebBuilder("hello") { Compression = DebCompression.None }.File("usr/bin/hello", "hi").Link("usr/bin/x", "hello").Build();
        var store = Store;
        var changes = Gen.Zip(Gen.Choose(0, deb.Length - 1), Gen.Choose(1, 255)).ArrayOf(3).ToArbitrary();

        Prop.ForAll(changes, made =>
        {
            byte[] changed = [.. deb];
            foreach (var (at, with) in made)
            {
                changed[at] ^= (byte)with;
            }

            var digest = store.AddBytes(changed);
            try
            {
                new DebPackages(store).OpenAsync(Hello, digest, CancellationToken.None).GetAwaiter().GetResult();
            }
            catch (BothyException)
            {
                // A name or a mode may change without a fault; everything else is ours to refuse.
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));
    }

    private async Task ReadsAsync(DebCompression compression)
    {
        var builder = new DebBuilder("hello") { Compression = compression }
            .Control("postinst", "#!/bin/sh\n")
            .Directory("usr/")
            .Directory("usr/bin")
            .File("usr/bin/hello", "hi", Convert.ToInt32("104755", 8))
            .HardLink("usr/bin/hi", "usr/bin/hello")
            .Link("usr/bin/greet", "../bin/hello")
            .Raw(new RawTarEntry("./var/mail", '5') { Mode = Convert.ToInt32("2775", 8), Group = ("mail", 8), ModifiedTime = 42 });

        var contents = await OpenAsync(builder.Build());

        Assert.Equal(
            """
            dir  0755 0:0 /usr <- hello 1.0-1 (amd64)
            dir  0755 0:0 /usr/bin <- hello 1.0-1 (amd64)
            link 0777 0:0 /usr/bin/greet -> ../bin/hello <- hello 1.0-1 (amd64)
            file 4755 0:0 /usr/bin/hello 2b 8f434346 <- hello 1.0-1 (amd64)
            hard 0644 0:0 /usr/bin/hi = /usr/bin/hello <- hello 1.0-1 (amd64)
            dir  2775 0:8 /var/mail <- hello 1.0-1 (amd64)

            """,
            TreeDump.WithOrigins(contents.Tree));
        Assert.True(contents.Tree.TryGet(TreePath.Parse("var/mail"), out var mail));
        Assert.Equal(("root", "mail", 42L), (mail.UserName, mail.GroupName, mail.ModifiedTime));
        Assert.Equal(["control", "postinst"], contents.Control.Keys);
        Assert.Equal(builder.ControlParagraph(), Encoding.UTF8.GetString(contents.Control["control"].Span));
        Assert.True(contents.Tree.TryGet(TreePath.Parse("usr/bin/hello"), out var hello));
        Assert.Equal("hi", Encoding.UTF8.GetString(hello.Content!.ReadAll()));
    }

    // Of an archive that DebBuilder made uncompressed.
    private static byte[] Member(byte[] deb, string name)
    {
        using var stream = new MemoryStream(deb);
        var archive = new Bothy.Formats.Ar.ArReader(stream, "test");
        while (archive.TryReadNext(out var member))
        {
            if (member.Name == name)
            {
                byte[] content = new byte[member.Size];
                archive.Content.ReadExactly(content);
                return content;
            }
        }

        throw new InvalidOperationException($"no member {name}");
    }

    private Task<PackageContents> OpenAsync(byte[] deb, long freeSize = 512 << 20) =>
        new DebPackages(Store) { FreeSize = freeSize }.OpenAsync(Hello, Store.AddBytes(deb), CancellationToken.None);
}
