using System.Text;
using Bothy.Formats.Trees;
using Bothy.Packages.Alpine;
using Bothy.Packages.Alpine.Writing;
using Bothy.Store;

namespace Bothy.Packages.Tests.Alpine;

public sealed class ApkPackagesTests : IDisposable
{
    private const string HiSha1 = "c22b5f9178342609428d6f51b2c5af4c0bde6a42";

    private static readonly PackageId Hello = new("hello", "1.0-r0", "x86_64");

    private readonly TemporaryDirectory _directory = new();

    private ContentStore Store => new(_directory["store"]);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Reads_files_with_owners_and_attributes_and_control_files()
    {
        var contents = await OpenAsync(new ApkBuilder("hello")
            .Script(".post-install", "#!/bin/sh\n")
            .File("usr/bin/hello", "hi", Convert.ToInt32("104755", 8))
            .HardLink("usr/bin/hi", "usr/bin/hello")
            .Link("usr/bin/greet", "../bin/hello")
            .Device("dev/console", 5, 1)
            .Directory("var/mail", Convert.ToInt32("2775", 8), "root:mail")
            .ExtendedAttribute("usr/bin/hello", "security.capability", [1, 0, 2])
            .Build(ApkRepositoryBuilder.Key));

        Assert.Equal(
            """
            dir  0755 0:0 /dev <- hello 1.0-r0 (x86_64)
            char 0666 0:0 /dev/console 5,1 <- hello 1.0-r0 (x86_64)
            dir  0755 0:0 /usr <- hello 1.0-r0 (x86_64)
            dir  0755 0:0 /usr/bin <- hello 1.0-r0 (x86_64)
            link 0777 0:0 /usr/bin/greet -> ../bin/hello <- hello 1.0-r0 (x86_64)
            file 4755 0:0 /usr/bin/hello 2b 8f434346 <- hello 1.0-r0 (x86_64)
            hard 4755 0:0 /usr/bin/hi = /usr/bin/hello <- hello 1.0-r0 (x86_64)
            dir  0755 0:0 /var <- hello 1.0-r0 (x86_64)
            dir  2775 0:0 /var/mail <- hello 1.0-r0 (x86_64)

            """,
            TreeDump.WithOrigins(contents.Tree));
        Assert.Equal([".PKGINFO", ".post-install"], contents.Control.Keys);
        Assert.Equal("#!/bin/sh\n", Encoding.UTF8.GetString(contents.Control[".post-install"].Span));
        Assert.True(contents.Tree.TryGet(TreePath.Parse("var/mail"), out var mail));
        Assert.Equal(("root", "mail", 1_700_000_000L), (mail.UserName, mail.GroupName, mail.ModifiedTime));
        Assert.True(contents.Tree.TryGet(TreePath.Parse("usr/bin/hello"), out var hello));
        Assert.Equal([1, 0, 2], hello.ExtendedAttributes["security.capability"].ToArray());
        Assert.Equal("hi", Encoding.UTF8.GetString(hello.Content!.ReadAll()));
        Assert.Equal(HiSha1, Convert.ToHexStringLower(Assert.IsType<PackedFile>(hello.Content).Sha1.Span));
    }

    [Fact]
    public async Task Reads_the_package_once_and_then_its_catalogue()
    {
        byte[] apk = new ApkBuilder("hello").File("usr/bin/hello", "hi").Write(out var written);
        var first = await OpenAsync(apk);
        Store.Remove(Digest.Of(apk));

        var second = await new ApkPackages(Store).OpenAsync(Hello, Digest.Of(apk), written.Checksum, CancellationToken.None);

        Assert.Equal(TreeDump.WithOrigins(first.Tree), TreeDump.WithOrigins(second.Tree));
        Assert.Equal(first.Control.Keys, second.Control.Keys);
    }

    [Fact]
    public async Task A_package_for_every_architecture_is_one_of_the_repository_s()
    {
        byte[] apk = new ApkBuilder("hello", architecture: "noarch").Build();

        Assert.Equal(Hello, (await OpenAsync(apk)).Id);
    }

    [Theory]
    [InlineData("other", "1.0-r0", "x86_64")]
    [InlineData("hello", "1.0-r1", "x86_64")]
    [InlineData("hello", "1.0-r0", "aarch64")]
    public async Task Refuses_another_package_than_the_index_says(string name, string version, string architecture)
    {
        byte[] apk = new ApkBuilder(name, version, architecture).Build();

        var failure = await Assert.ThrowsAsync<BothyException>(() => OpenAsync(apk));

        Assert.Equal($"cannot use hello 1.0-r0 (x86_64): its .apk says that it is {name} {version} ({architecture})", failure.Message);
        // The catalogue of the other package is there now; the question is asked again each time.
        await Assert.ThrowsAsync<BothyException>(() => OpenAsync(apk));
    }

    [Theory]
    [InlineData("pkgname = hello\npkgname = other\npkgver = 1.0-r0\narch = x86_64\n")]
    [InlineData("pkgname = hello\npkgver = 1.0-r0\narch = x86_64\npkgver = 2.0-r0\n")]
    public async Task Refuses_a_description_that_says_two_things(string info)
    {
        var failure = await Assert.ThrowsAsync<MalformedDataException>(() => OpenAsync(new RawApk { Info = info }));

        Assert.Contains("comes twice", failure.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refuses_another_identity_than_the_one_recorded()
    {
        byte[] apk = new ApkBuilder("hello").Write(out var written);
        var other = ApkChecksum.FromHash(new byte[20]);

        var failure = await Assert.ThrowsAsync<BothyException>(() => OpenAsync(apk, other));

        Assert.Contains($"{written.Checksum}", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith($", not {other} (C:)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_that_the_control_segment_does_not_name_is_refused()
    {
        string hash = new('0', 64);

        var failure = await Assert.ThrowsAsync<BothyException>(() => OpenAsync(new RawApk { DataHash = hash }));

        Assert.Matches(@"^cannot trust the \.apk of hello 1\.0-r0 \(x86_64\): its data segment has the SHA-256 [0-9a-f]{64}, not 0{64} as its control segment says \(datahash\)$", failure.Message);
    }

    [Fact]
    public async Task Without_a_hash_nothing_vouches_for_the_data()
    {
        var failure = await Assert.ThrowsAsync<MalformedDataException>(() => OpenAsync(new RawApk { DataHash = "" }));

        Assert.Equal("it has no datahash, so that nothing vouches for its data", failure.Problem);
    }

    [Theory]
    [InlineData('0', "", HiSha1, true)]
    [InlineData('0', "", "c22b5f9178342609428d6f51b2c5af4c0bde6a43", false)]
    [InlineData('2', "hi", HiSha1, true)]
    [InlineData('2', "ho", HiSha1, false)]
    [InlineData('1', "first", HiSha1, true)]
    [InlineData('1', "first", "da39a3ee5e6b4b0d3255bfef95601890afd80709", false)]
    public async Task The_checksum_of_a_file_is_that_of_its_content_and_of_a_link_that_of_its_target(char type, string target, string checksum, bool holds)
    {
        var entry = new RawTarEntry("x", type) { Link = target, Content = type == '0' ? "hi"u8.ToArray() : [] };
        var apk = new RawApk { Data = [RawApk.File("first", "hi"), .. RawApk.Checked(entry, checksum)] };

        if (holds)
        {
            Assert.Equal(2, (await OpenAsync(apk)).Tree.Count);
            return;
        }

        var failure = await Assert.ThrowsAsync<BothyException>(() => OpenAsync(apk));
        Assert.EndsWith($", not {checksum} as its header says (APK-TOOLS.checksum.SHA1)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checksum_that_is_none_is_refused()
    {
        var apk = new RawApk { Data = RawApk.Checked(RawApk.File("x", "hi"), HiSha1[..30]) };

        Assert.Equal("the APK-TOOLS.checksum.SHA1 of 'x' is not a SHA-1", (await Assert.ThrowsAsync<MalformedDataException>(() => OpenAsync(apk))).Problem);
    }

    [Theory]
    [InlineData("../etc/passwd", '0', "", "the entry '../etc/passwd' begins with a dot, as control files do")]
    [InlineData("usr/../../etc/passwd", '0', "", "the entry 'usr/../../etc/passwd' leaves the package")]
    [InlineData("/etc/passwd", '0', "", "the entry '/etc/passwd' has an absolute name")]
    [InlineData("x", '1', "../../etc/shadow", "the entry 'x' is a hard link to '../../etc/shadow', which is no file that came before it")]
    [InlineData("x", '1', "first/link", "the entry 'x' is a hard link to 'first/link', which is no file that came before it")]
    [InlineData("first/file", '0', "", "the entry 'first/file' comes twice")]
    [InlineData("first/link/passwd", '0', "", "the entry 'first/link/passwd' lies below 'first/link', which is not a directory")]
    [InlineData("first", '2', "/etc", "the entry 'first' takes the place of a directory with entries")]
    [InlineData(".hidden", '5', "", "the entry '.hidden' begins with a dot, as control files do")]
    [InlineData(".hidden/x", '0', "", "the entry '.hidden/x' begins with a dot, as control files do")]
    [InlineData(".link", '2', "/etc", "the entry '.link' begins with a dot, as control files do")]
    [InlineData("./usr/bin/x", '0', "", "the entry './usr/bin/x' begins with a dot, as control files do")] // apk installs nothing of such a package
    public async Task Refuses_what_would_not_stay_in_its_place(string name, char type, string link, string problem)
    {
        var apk = new RawApk
        {
            Data = [RawApk.File("first/file", "1"), new RawTarEntry("first/link", '2') { Link = "/etc" }, new RawTarEntry(name, type) { Link = link }],
        };

        var failure = await Assert.ThrowsAsync<MalformedDataException>(() => OpenAsync(apk));

        Assert.Equal(problem, failure.Problem);
        Assert.StartsWith("cannot read the .apk of hello 1.0-r0 (x86_64), data segment: ", failure.Message, StringComparison.Ordinal);
        Assert.Null(Store.TryOpenCatalogue(Digest.Of(apk.Build()), "apk-1"));
    }

    [Theory]
    [InlineData("usr/bin/x", '0', "the entry 'usr/bin/x' is not a control file")]
    [InlineData("x", '0', "the entry 'x' is not a control file")]
    [InlineData("./x", '0', "the entry './x' is not a control file")]
    [InlineData(".post-install", '2', "the entry '.post-install' is not a control file")]
    [InlineData(".PKGINFO", '0', "the entry '.PKGINFO' comes twice")]
    [InlineData(".SIGN.RSA.key", '0', "a signature stands outside the segment of signatures")]
    public async Task Refuses_control_files_that_are_none(string name, char type, string problem)
    {
        var failure = await Assert.ThrowsAsync<MalformedDataException>(() => OpenAsync(new RawApk { Control = [new RawTarEntry(name, type) { Link = type == '2' ? "/etc/passwd" : "" }] }));

        Assert.Equal(problem, failure.Problem);
        Assert.StartsWith("cannot read the .apk of hello 1.0-r0 (x86_64), control segment (C:): ", failure.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, Func<byte[], byte[], byte[]>, string> Misplaced() => new()
    {
        { "nothing", static (_, _) => [], "it ends where its signed segment is expected" },
        { "control alone", static (control, _) => control, "datahash" },
        { "data alone", static (_, data) => data, "the entry 'usr/bin/hello' is not a control file" },
        { "data first", static (control, data) => [.. data, .. control], "the entry 'usr/bin/hello' is not a control file" },
        { "control twice", static (control, data) => [.. control, .. control, .. data], "datahash" },
        { "data twice", static (control, data) => [.. control, .. data, .. data], "datahash" },
        { "something else behind it", static (control, data) => [.. control, .. data, 1, 2, 3], "datahash" },
        { "zeros behind it", static (control, data) => [.. control, .. data, 0, 0, 0], "datahash" },
        { "something between them", static (control, data) => [.. control, 0, .. data], "datahash" },
        { "no gzip", static (_, _) => [.. "PK\u0003\u0004"u8, .. new byte[2000]], "it does not begin like gzip" },
        { "format 3, and nothing of it", static (_, _) => [.. "ADB.pckg"u8, .. new byte[2000]], "the header of a block does not fit" },
        { "signatures twice", static (control, data) => [.. RawApk.Signatures(control, ApkRepositoryBuilder.Key), .. RawApk.Signatures(control, ApkRepositoryBuilder.Key), .. control, .. data], "a signature stands outside the segment of signatures" },
        { "a signature twice", static (control, data) => [.. RawApk.Signatures(control, ApkRepositoryBuilder.Key, ApkRepositoryBuilder.Key), .. control, .. data], $"the signature '.SIGN.RSA256.{ApkRepositoryBuilder.KeyName}' comes twice" },
        { "something among the signatures", static (control, data) => [.. RawApk.Segment(false, RawApk.File(".SIGN.RSA.a", ""), RawApk.File(".PKGINFO", "")), .. control, .. data], "'.PKGINFO' stands in the segment of signatures and is none" },
        { "a signature without a key", static (control, data) => [.. RawApk.Segment(false, RawApk.File(".SIGN.RSA", "")), .. control, .. data], "'.SIGN.RSA' stands in the segment of signatures and is none" },
        { "a huge signature", static (control, data) => [.. RawApk.Segment(false, RawApk.File(".SIGN.RSA.a", new string('x', 70_000))), .. control, .. data], "the signature '.SIGN.RSA.a' is not a file of a signature's size" },
    };

    [Theory]
    [MemberData(nameof(Misplaced))]
    public async Task Refuses_segments_out_of_place(string what, Func<byte[], byte[], byte[]> join, string problem)
    {
        var failure = await Assert.ThrowsAnyAsync<BothyException>(() => OpenAsync(new RawApk { Join = join }));

        Assert.Contains(problem, failure.Message, StringComparison.Ordinal);
        Assert.NotEmpty(what);
    }

    // Its hash covers what follows the data, so that only its own end tells it.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_may_follow_the_data_even_where_the_control_segment_vouches_for_it(bool isGzip)
    {
        byte[] tail = isGzip ? RawApk.Segment(true, RawApk.File("etc/shadow", "root::0:::::\n")) : [0, 0, 0];

        Assert.Equal("something follows its data segment", (await Assert.ThrowsAsync<MalformedDataException>(() => OpenAsync(new RawApk { Tail = tail }))).Problem);
    }

    // abuild puts it into packages that have no files; apk passes over it.
    [Fact]
    public async Task An_empty_file_that_stands_for_no_files_is_passed_over() =>
        Assert.Equal(0, (await OpenAsync(new RawApk { Data = [RawApk.File(".dummy", "")] })).Tree.Count);

    [Fact]
    public async Task A_control_segment_that_hides_the_data_from_tar_is_refused()
    {
        var failure = await Assert.ThrowsAsync<MalformedDataException>(() => OpenAsync(new RawApk { EndsControl = true }));

        Assert.Contains("control segment (C:)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_control_file_among_the_data_is_refused()
    {
        var apk = new RawApk { Data = [RawApk.File(".post-install", "#!/bin/sh\n")] };

        Assert.Equal("the entry '.post-install' begins with a dot, as control files do", (await Assert.ThrowsAsync<MalformedDataException>(() => OpenAsync(apk))).Problem);
    }

    [Fact]
    public async Task Refuses_a_decompression_bomb()
    {
        byte[] apk = new ApkBuilder("hello").File("zeros", new byte[8 << 20]).Build();

        var failure = await Assert.ThrowsAnyAsync<BothyException>(() => OpenAsync(apk, freeSize: 1 << 20));

        Assert.Contains("more than", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await OpenAsync(apk, freeSize: 16 << 20)).Tree.Count);
    }

    [Fact]
    public async Task Refuses_a_control_segment_that_is_a_bomb()
    {
        var apk = new RawApk { Control = [new RawTarEntry(".post-install", '0') { Content = new byte[65 << 20] }] };

        var failure = await Assert.ThrowsAsync<MalformedDataException>(() => OpenAsync(apk));

        Assert.StartsWith("more than 67108864 bytes of content", failure.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_package_that_was_changed_in_the_store_is_told_from_a_malformed_one()
    {
        byte[] apk = new ApkBuilder("hello").File("a", "b").Build();
        var digest = Store.AddBytes(apk);
        string blob = Directory.EnumerateFiles(_directory.Path, digest.Hex, SearchOption.AllDirectories).Single();
        apk[^100] ^= 1;
        File.Delete(blob);
        File.WriteAllBytes(blob, apk);

        var failure = await Assert.ThrowsAsync<DamagedItemException>(() => new ApkPackages(Store).OpenAsync(Hello, digest, null, CancellationToken.None));

        Assert.Equal($"cannot use {digest} from the store: its bytes have another digest", failure.Message);
        Assert.False(Store.Contains(digest));
    }

    [Fact]
    public async Task A_package_that_is_not_in_the_store_is_named()
    {
        var digest = Digest.Of([1]);

        var failure = await Assert.ThrowsAsync<BothyException>(() => new ApkPackages(Store).OpenAsync(Hello, digest, null, CancellationToken.None));

        Assert.Equal($"cannot open hello 1.0-r0 (x86_64): its .apk {digest} is not in the store", failure.Message);
    }

    [Theory]
    [InlineData(ApkSignatureKind.Rsa)]
    [InlineData(ApkSignatureKind.Rsa256)]
    [InlineData(ApkSignatureKind.Rsa512)]
    public async Task A_package_s_own_signature_is_found_by_the_name_of_its_key(ApkSignatureKind kind)
    {
        using var stranger = ApkSigner.Generate("stranger.rsa.pub", bits: 1024);
        using var signer = ApkSigner.Generate("known.rsa.pub", bits: 2048, kind);
        var digest = Store.AddBytes(new ApkBuilder("hello").Build(stranger, signer));

        string found = await new ApkPackages(Store).CheckSignatureAsync(Hello, digest, Keyring(("known.rsa.pub", signer)), CancellationToken.None);

        Assert.Equal("known.rsa.pub", found);
    }

    [Fact]
    public async Task A_package_that_nothing_vouches_for_needs_a_good_signature_of_its_own()
    {
        using var other = ApkSigner.Generate("other.rsa.pub", bits: 1024);
        byte[] signed = new ApkBuilder("hello").Build(ApkRepositoryBuilder.Key);
        byte[] unsigned = new ApkBuilder("hello").Build();
        var wrong = (ApkRepositoryBuilder.KeyName, other);

        Assert.Equal("cannot trust hello 1.0-r0 (x86_64): it is not signed, and no signed index vouches for it", await CheckAsync(unsigned, wrong));
        Assert.Equal($"cannot trust hello 1.0-r0 (x86_64): it is signed by {ApkRepositoryBuilder.KeyName}, which is no key of the keyring, and no signed index vouches for it", await CheckAsync(signed, ("other.rsa.pub", other)));
        Assert.Equal($"cannot trust hello 1.0-r0 (x86_64): its signature of the key {ApkRepositoryBuilder.KeyName} is not over these bytes, and no signed index vouches for it", await CheckAsync(signed, wrong));

        async Task<string> CheckAsync(byte[] apk, (string, ApkSigner) key) =>
            (await Assert.ThrowsAsync<BothyException>(() => new ApkPackages(Store).CheckSignatureAsync(Hello, Store.AddBytes(apk), Keyring(key), CancellationToken.None))).Message;
    }

    private static ApkKeyring Keyring(params (string Name, ApkSigner Signer)[] keys) =>
        ApkKeyring.Of(keys.Select(key => new Bothy.Packages.Repositories.KeyFile(key.Name, Encoding.ASCII.GetBytes(key.Signer.ExportPublicKey()))));

    private Task<PackageContents> OpenAsync(RawApk apk) => OpenAsync(apk.Build());

    private Task<PackageContents> OpenAsync(byte[] apk, ApkChecksum? checksum = null, long freeSize = 512 << 20) =>
        new ApkPackages(Store) { FreeSize = freeSize }.OpenAsync(Hello, Store.AddBytes(apk), checksum, CancellationToken.None);
}
