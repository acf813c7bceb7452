using System.Text.RegularExpressions;
using Bothy.Packages.Alpine;
using Bothy.Packages.Repositories;
using Bothy.Packages.Tests.Repositories;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Packages.Tests.Alpine;

public sealed partial class RealApkPackagesTests : IDisposable
{
    private static readonly string Boot = Path.Combine(RealData.Directory, "alpine", "v3.19.1-boot");

    private readonly TemporaryDirectory _directory = new();
    private readonly TransferClient _transfer = new(new TransferSettings(), TimeProvider.System);

    private ContentStore Store => new(_directory["store"]);

    private static ApkKeyring Keys => ApkKeyring.ReadDirectory(Path.Combine(RealData.Directory, "alpine", "keys"));

    public void Dispose()
    {
        _transfer.Dispose();
        _directory.Dispose();
    }

    [RequiresFact(Needs.Data)]
    public async Task All_packages_of_the_boot_repository_verify_and_hold_what_tar_lists()
    {
        var index = (await FetchAsync(Boot)).Indexes.Single();
        var packages = ApkIndex.Read(index.ReadText(), new ApkIndexOrigin(index.Uri, "x86_64", null));
        var fetcher = new PackageFetcher(_transfer, Store, []);
        for (int i = 0; i < packages.Count; i++)
        {
            var package = packages[i];
            var uri = index.PackageUri(package.Name, package.Version.ToString());

            var digest = await fetcher.FetchAsync(new PackageToFetch(package.Id, [uri], package.Size, new PackageIdentity.OfApk(package.Checksum)), progress: null, CancellationToken.None);
            var contents = await new ApkPackages(Store).OpenAsync(package.Id, digest, package.Checksum, CancellationToken.None);
            string signer = await new ApkPackages(Store).CheckSignatureAsync(package.Id, digest, Keys, CancellationToken.None);

            string listing = Judge.Run("tar", "--warning=no-unknown-keyword", "--numeric-owner", "--full-time", "-tvzf", uri.LocalPath).Succeeded().Output;
            Assert.Equal(
                TarListing.Normalise(string.Join('\n', listing.Split('\n').Where(line => !ControlFile().IsMatch(line)))),
                TarListing.Of(contents.Tree).Replace(" ./", " ", StringComparison.Ordinal));
            Assert.Equal("alpine-devel@lists.alpinelinux.org-6165ee59.rsa.pub", signer);
            Assert.All(contents.Tree.Entries, entry => entry.Content?.OpenRead().CopyTo(Stream.Null));
        }

        Assert.Equal(100, packages.Count);
    }

    [RequiresTheory(Needs.Data)]
    [InlineData("main", 5443, "v3.19.1-643-gec825d20535", "2024-06-18 15:36:36Z")]
    [InlineData("community", 17587, "v3.19.1-642-g9e5b575ce97", "2024-06-18 15:25:09Z")]
    public async Task The_full_indexes_verify(string repository, int count, string description, string time)
    {
        var fetched = await FetchAsync(Path.Combine(RealData.Directory, "alpine", "index", $"v3.19-{repository}-x86_64.APKINDEX.tar.gz"));

        var index = fetched.Indexes.Single();
        Assert.Empty(fetched.Warnings);
        Assert.Equal("alpine-devel@lists.alpinelinux.org-6165ee59.rsa.pub", index.KeyName);
        Assert.Equal((description, time), (index.Description, index.Time.ToString("u", System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(count, ApkIndex.Read(index.ReadText(), new ApkIndexOrigin(index.Uri, "x86_64", null)).Count);
    }

    [RequiresFact(Needs.Data)]
    public async Task Without_its_key_a_real_index_is_refused()
    {
        var repository = AlpineRepository.Create(Boot, tag: null, "/", ApkKeyring.Empty);

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync(repository));

        Assert.EndsWith("its index: it is signed by alpine-devel@lists.alpinelinux.org-6165ee59.rsa.pub, which is no key of the keyring (signature)", failure.Message, StringComparison.Ordinal);
    }

    [GeneratedRegex(@":[0-9]{2} \.[^/]*$")]
    private static partial Regex ControlFile();

    private Task<AlpineIndexes> FetchAsync(string location) => FetchAsync(AlpineRepository.Create(location, tag: null, "/", Keys));

    private Task<AlpineIndexes> FetchAsync(AlpineRepository repository) =>
        new AlpineRepositories(_transfer, Store).FetchIndexesAsync([repository], "x86_64", AlpineFetchOptions.Default, progress: null, CancellationToken.None);
}
