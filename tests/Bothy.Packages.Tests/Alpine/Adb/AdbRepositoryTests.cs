using System.Security.Cryptography;
using System.Text;
using Bothy.Packages.Alpine;
using Bothy.Packages.Repositories;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Packages.Tests.Alpine.Adb;

/// <summary>Repositories of format 3, through what reads repositories and packages of either format.</summary>
public sealed class AdbRepositoryTests : IDisposable
{
    private const string KeyName = "anything.pem";

    private readonly TemporaryDirectory _temporary = new();
    private readonly TransferClient _transfer = new(new TransferSettings { UserAgent = "test" }, TimeProvider.System);
    private readonly ContentStore _store;

    public AdbRepositoryTests() => _store = new ContentStore(_temporary["store"]);

    [Theory]
    [InlineData(32)]
    [InlineData(20)]
    public async Task A_package_comes_from_a_repository_into_a_tree(int hashLength)
    {
        var built = WriteRepository(hashLength);
        var index = await FetchIndexAsync(Repository());
        var id = new PackageId("all", "1.0-r0", "x86_64");
        var checksum = ApkChecksum.FromHash(built.Hash.AsSpan(0, hashLength));

        Assert.Equal((KeyName, "v3 of a test", 1_700_000_123), (index.KeyName, index.Description, index.Time.ToUnixTimeSeconds()));
        Assert.Contains($"C:{checksum}\nP:all\nV:1.0-r0\n", Encoding.UTF8.GetString(index.ReadText()), StringComparison.Ordinal);
        Assert.Equal(_temporary["repo/x86_64/all-1.0-r0.apk"], index.PackageUri("all", "1.0-r0").LocalPath);

        var digest = _store.AddBytes(built.File);
        var contents = await new ApkPackages(_store).OpenAsync(id, digest, checksum, CancellationToken.None);
        Assert.True(contents.Tree.Contains(Formats.Trees.TreePath.Parse("usr/bin/all")));
        Assert.Equal("all", ApkPkgInfo.Parse(contents.Control[".PKGINFO"].Span, "it").Name);
        Assert.Equal(KeyName, await new ApkPackages(_store).CheckSignatureAsync(id, digest, Keys(), CancellationToken.None));
    }

    [Fact]
    public async Task A_package_of_another_identity_is_refused()
    {
        var built = WriteRepository(32);
        var digest = _store.AddBytes(built.File);
        var other = ApkChecksum.FromHash(RandomNumberGenerator.GetBytes(32));

        var failure = await Assert.ThrowsAsync<BothyException>(() => new ApkPackages(_store).OpenAsync(new PackageId("all", "1.0-r0", "x86_64"), digest, other, CancellationToken.None));

        Assert.Contains($"not {other} (C:)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_that_was_changed_or_is_signed_by_another_is_refused()
    {
        WriteRepository(32);
        string path = _temporary["repo/x86_64/Packages.adb"];
        byte[] index = File.ReadAllBytes(path);

        byte[] changed = [.. index];
        changed[changed.AsSpan().IndexOf("v3 of a test"u8)] ^= 1;
        File.WriteAllBytes(path, changed);
        Assert.Contains(
            "its signature of a key of the keyring is not over these bytes",
            (await Assert.ThrowsAsync<BothyException>(() => FetchIndexAsync(Repository()))).Message,
            StringComparison.Ordinal);

        File.WriteAllBytes(path, index);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        Assert.Contains(
            "it is signed by no key of the keyring",
            (await Assert.ThrowsAsync<BothyException>(() => FetchIndexAsync(Repository() with { Keys = Keys(other) }))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_can_be_named_by_its_index()
    {
        WriteRepository(32);
        var index = await FetchIndexAsync(AlpineRepository.Create(_temporary["repo/x86_64/Packages.adb"], null, "/", Keys()));

        Assert.Equal(KeyName, index.KeyName);
        Assert.Equal(_temporary["repo/x86_64/all-1.0-r0.apk"], index.PackageUri("all", "1.0-r0").LocalPath);
    }

    [Fact]
    public async Task An_index_of_format_2_is_preferred()
    {
        WriteRepository(32);
        new ApkRepositoryBuilder(_temporary["repo"]).Add(new ApkBuilder("two")).Write();
        var both = Keys().With(ApkKeyring.Of([new KeyFile(ApkRepositoryBuilder.KeyName, Encoding.ASCII.GetBytes(ApkRepositoryBuilder.Key.ExportPublicKey()))]));

        var index = await FetchIndexAsync(Repository() with { Keys = both });

        Assert.Equal(ApkRepositoryBuilder.KeyName, index.KeyName);
    }

    public void Dispose()
    {
        _transfer.Dispose();
        _temporary.Dispose();
    }

    private static ApkKeyring Keys(AsymmetricAlgorithm? key = null) =>
        ApkKeyring.Of([new KeyFile(KeyName, Encoding.ASCII.GetBytes((key ?? ApkKeys.Ecdsa).ExportSubjectPublicKeyInfoPem()))]);

    private AlpineRepository Repository() => AlpineRepository.Create(_temporary["repo"], null, "/", Keys());

    private async Task<AlpineIndex> FetchIndexAsync(AlpineRepository repository) =>
        Assert.Single((await new AlpineRepositories(_transfer, _store).FetchIndexesAsync([repository], "x86_64", AlpineFetchOptions.Default, null, CancellationToken.None)).Indexes);

    private BuiltAdb WriteRepository(int hashLength)
    {
        var writer = new AdbBuilder { Signers = [ApkKeys.Ecdsa], Compression = AdbCompression.None };
        var built = writer.Build(AdbPackageTests.Everything());
        Directory.CreateDirectory(_temporary["repo/x86_64"]);
        File.WriteAllBytes(_temporary["repo/x86_64/all-1.0-r0.apk"], built.File);
        File.WriteAllBytes(_temporary["repo/x86_64/Packages.adb"], writer.Index([built], hashLength: hashLength));
        return built;
    }
}
