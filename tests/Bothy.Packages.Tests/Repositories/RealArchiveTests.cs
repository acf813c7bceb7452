using System.Diagnostics;
using Bothy.Formats.Trees;
using Bothy.Packages.Debian;
using Bothy.Packages.Repositories;
using Bothy.Packages.Tests.Indexes;
using Bothy.Store;
using Bothy.Transfer;
using Xunit.Abstractions;

namespace Bothy.Packages.Tests.Repositories;

/// <summary>The archive that this machine's apt uses, fetched and read, with dpkg's own programs as judges.</summary>
public sealed class RealArchiveTests(ITestOutputHelper output) : IDisposable
{
    private static readonly string[] Suites = ["deb bookworm main", "deb bookworm-updates main", "deb bookworm-security main"];

    private readonly TemporaryDirectory _store = new();
    private readonly TransferClient _transfer = new(new TransferSettings(), TimeProvider.System);

    public void Dispose()
    {
        _transfer.Dispose();
        _store.Dispose();
    }

    [RequiresFact(Needs.Network)]
    public async Task Every_field_of_every_package_is_the_same_whether_scanned_or_opened()
    {
        var scanned = await FetchAsync(DebianFetchOptions.Default);
        var opened = await FetchAsync(new DebianFetchOptions { Offline = true });

        Assert.All(scanned.Indexes.Zip(opened.Indexes), pair =>
        {
            Assert.Equal(pair.First.Count, pair.Second.Count);
            Assert.All(pair.First.Packages.Zip(pair.Second.Packages), packages => Assert.Equal(PackageFields.Of(packages.First), PackageFields.Of(packages.Second)));
            foreach (string name in pair.First.Packages.SelectMany(package => package.Provides.Select(provided => provided.Name).Append(package.Name)).Distinct())
            {
                Assert.Equal(pair.First.Named(name).Select(package => package.Id), pair.Second.Named(name).Select(package => package.Id));
                Assert.Equal(pair.First.Providing(name).Select(package => package.Id), pair.Second.Providing(name).Select(package => package.Id));
            }
        });
    }

    [RequiresFact(Needs.Network)]
    public async Task Fetches_and_verifies_three_suites_and_then_reads_them_from_the_store()
    {
        for (int i = 0; i < 2; i++)
        {
            var watch = Stopwatch.StartNew();
            var fetched = await FetchAsync(DebianFetchOptions.Default);
            output.WriteLine($"fetch {i}: {watch.ElapsedMilliseconds} ms, {fetched.Indexes.Sum(index => index.Count)} packages");
        }

        var offlineWatch = Stopwatch.StartNew();
        var offline = await FetchAsync(new DebianFetchOptions { Offline = true });
        output.WriteLine($"offline: {offlineWatch.ElapsedMilliseconds} ms");
        Assert.Equal(["bookworm", "bookworm-updates", "bookworm-security"], offline.Releases.Select(release => release.Codename));
        Assert.True(offline.Indexes[0].Count > 50_000);
        Assert.All(offline.Releases, release => Assert.NotEmpty(release.KeyFingerprints));
        Assert.Empty(offline.Warnings);
    }

    [RequiresFact(Needs.Network, Needs.Judges + ":dpkg-deb", Needs.Judges + ":tar")]
    public async Task Opens_packages_as_dpkg_does()
    {
        var fetched = await FetchAsync(DebianFetchOptions.Default);
        var store = new ContentStore(_store.Path);
        var fetcher = new PackageFetcher(_transfer, store, []);

        // Set-user-ID and group programs, hard links, other owners, conffiles, many scripts, long names.
        foreach (string name in new[] { "base-files", "libc6", "login", "passwd", "perl-base", "python3.11-minimal", "git", "man-db", "tzdata", "openssh-client" })
        {
            var package = fetched.Indexes.SelectMany(index => index.Named(name)).First();
            await fetcher.FetchAsync(new PackageToFetch(package.Id, [package.Uri], package.Size, new PackageIdentity.OfFile(package.Digest)), progress: null, CancellationToken.None);
            string deb = _store[name + ".deb"];
            File.WriteAllBytes(deb, store.TryRead(package.Digest)!);

            var contents = await new DebPackages(store).OpenAsync(package.Id, package.Digest, CancellationToken.None);

            byte[] tar = Judge.Run("dpkg-deb", "--fsys-tarfile", deb).Succeeded().OutputBytes;
            Assert.Equal(TarListing.Normalise(Judge.Run("tar", ["-tv", "--numeric-owner", "--full-time"], tar).Succeeded().Output), TarListing.Of(contents.Tree));
            CheckControl(deb, contents);
            CheckSums(contents);
        }
    }

    private static void CheckControl(string deb, PackageContents contents)
    {
        string directory = deb + ".control";
        Judge.Run("dpkg-deb", "-e", deb, directory).Succeeded();
        Assert.Equal(Directory.EnumerateFiles(directory).Select(Path.GetFileName).Order(StringComparer.Ordinal), contents.Control.Keys);
        foreach (var (name, bytes) in contents.Control)
        {
            Assert.Equal(File.ReadAllBytes(Path.Combine(directory, name)), bytes.ToArray());
        }
    }

    private static void CheckSums(PackageContents contents)
    {
        string[] lines = System.Text.Encoding.UTF8.GetString(contents.Control["md5sums"].Span).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        foreach (string line in lines)
        {
            var entry = contents.Tree.Find(TreePath.Parse(line[34..]))!;
            using var content = entry.Content!.OpenRead();
            Assert.Equal(line[..32], Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(content)));
        }
    }

    private async Task<DebianIndexes> FetchAsync(DebianFetchOptions options)
    {
        var machine = MachineApt.Read("/");
        var repositories = DebianRepository.ResolveAll(Suites.Select(AptSource.Parse), new DebianMirrors(machine, mirror: null), new DebianKeys(machine, "/", []));
        var fetcher = new DebianRepositories(_transfer, new ContentStore(_store.Path), TimeProvider.System);
        return await fetcher.FetchIndexesAsync(repositories, "amd64", options, progress: null, CancellationToken.None);
    }
}
