using System.Text;
using Bothy.Packages.Debian;
using Bothy.Packages.Repositories;
using Bothy.Packages.Tests.Indexes;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Packages.Tests.Repositories;

public sealed class DebianRepositoriesTests : IDisposable
{
    private readonly TemporaryDirectory _archive = new();
    private readonly TemporaryDirectory _elsewhere = new();
    private readonly TestSigner _signer = new(DebianArchiveBuilder.SomeDate.AddYears(-1));
    private readonly TransferClient _transfer = new(new TransferSettings(), TimeProvider.System);
    private readonly FixedClock _clock = new(DebianArchiveBuilder.SomeDate.AddHours(1));

    private string Shown => $"{_archive.Path} bookworm";

    private ContentStore Store => new(_elsewhere["store"]);

    public void Dispose()
    {
        _transfer.Dispose();
        _signer.Dispose();
        _archive.Dispose();
        _elsewhere.Dispose();
    }

    [Theory]
    [InlineData(false, "SHA256", ".gz", true)]
    [InlineData(true, "SHA256", ".gz", true)] // Release and Release.gpg
    [InlineData(false, "SHA512", ".gz", true)]
    [InlineData(false, "SHA256", "", true)]
    [InlineData(false, "SHA256", ".gz", false)]
    public async Task Fetches_what_the_keys_vouch_for(bool detached, string hash, string ending, bool byHash)
    {
        var archive = new DebianArchiveBuilder(_archive.Path, _signer)
        {
            Detached = detached,
            Hashes = ["MD5Sum", hash],
            Endings = [ending],
            ByHash = byHash,
            PlainNames = !byHash,
            ValidUntil = DebianArchiveBuilder.SomeDate.AddDays(7),
        };
        string deb = archive.Add(new DebBuilder("hello", "2.10-3").Field("Depends", "libc6"));
        archive.Write();

        var fetched = await FetchAsync();

        var package = Assert.Single(fetched.Indexes.Single().Packages);
        Assert.Equal("hello 2.10-3 (amd64)", package.ToString());
        Assert.Equal(deb, package.Uri.LocalPath);
        var release = Assert.Single(fetched.Releases);
        Assert.Equal((archive.Date, archive.ValidUntil, "bookworm", "12.0", "Test"), (release.Date, release.ValidUntil, release.Codename, release.Version, release.Origin));
        Assert.Equal([_signer.Fingerprint], release.KeyFingerprints.AsEnumerable());
        Assert.Equal($"main/binary-amd64/Packages{ending}", release.Indexes.Single().Path);
        Assert.True(Store.Contains(release.Indexes.Single().Digest));
        Assert.True(Store.Contains(release.Digest));
    }

    [RequiresFact(Needs.Judges + ":xz")]
    public Task Reads_xz_where_there_is_nothing_else() => ReadsAsync(".xz");

    [RequiresFact(Needs.Judges + ":zstd")]
    public Task Reads_zstd_where_there_is_nothing_else() => ReadsAsync(".zst");

    private async Task ReadsAsync(string ending)
    {
        var archive = new DebianArchiveBuilder(_archive.Path, _signer) { Endings = [ending] };
        archive.Add(new DebBuilder("hello"));
        archive.Write();

        Assert.Equal(1, (await FetchAsync()).Indexes.Single().Count);
    }

    [Fact]
    public async Task Packages_for_all_architectures_come_from_their_own_index_where_there_is_one()
    {
        var archive = new DebianArchiveBuilder(_archive.Path, _signer) { IndexForAll = true };
        archive.Add(new DebBuilder("hello"));
        archive.Add(new DebBuilder("hello-doc", "1.0", "all"));
        archive.Write();

        var fetched = await FetchAsync();

        Assert.Equal(["hello", "hello-doc"], fetched.Indexes.SelectMany(index => index.Packages).Select(package => package.Name));
    }

    [Fact]
    public async Task Lines_of_the_same_suite_are_one_release()
    {
        var archive = new DebianArchiveBuilder(_archive.Path, _signer) { Fields = ["NotAutomatic: yes", "ButAutomaticUpgrades: yes"] };
        archive.Add(new DebBuilder("hello"));
        archive.Add(new DebBuilder("extra"), "contrib");
        archive.Write();

        var main = Repository("main");
        var fetched = await FetchAsync([main, main with { Components = ["contrib"] }, main with { Components = ["extra"], Architectures = ["arm64"] }]);

        Assert.Single(fetched.Releases);
        Assert.Equal(["main", "contrib"], fetched.Indexes.Select(index => index.Origin.Component));
        Assert.All(fetched.Indexes, index => Assert.Equal(100, index.Origin.Priority));
    }

    [Fact]
    public async Task A_wrong_key_is_named_with_the_keys_that_were_looked_at()
    {
        WriteHello();
        using var other = new TestSigner(DebianArchiveBuilder.SomeDate.AddYears(-1));

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync([Repository("main", other)]));

        Assert.Equal($"cannot trust {Shown}: InRelease: signature by key {_signer.KeyId}: that key is not in the keyring", failure.Message);
        Assert.Equal($"The keys looked at are those of {_elsewhere["keys.gpg"]}. Name the file that has the right one: deb [signed-by=FILE] …", failure.Hint);
    }

    [Fact]
    public void A_missing_key_file_is_named()
    {
        var failure = Assert.Throws<BothyException>(() => Resolve($"deb [signed-by=missing.gpg] {_archive.Path} bookworm main"));

        Assert.Equal($"cannot read the keys of {_elsewhere["missing.gpg"]}: there is no such file", failure.Message);
    }

    [Fact]
    public void Without_any_key_nothing_is_fetched()
    {
        var failure = Assert.Throws<BothyException>(() => Resolve($"deb file://{_archive.Path} bookworm main"));

        Assert.Equal($"cannot trust {Shown}: there is no key to verify it with", failure.Message);
    }

    [Fact]
    public async Task A_changed_InRelease_is_refused()
    {
        var archive = WriteHello();
        Replace(Path.Combine(archive.ReleaseDirectory, "InRelease"), "Version: 12.0", "Version: 12.1");

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync());

        Assert.Equal($"cannot trust {Shown}: InRelease: signature by key {_signer.KeyId}: it is bad: the signed bytes were changed, or that key did not sign them", failure.Message);
        Assert.Equal("The file was changed after it was signed, on the mirror or on the way; use another mirror.", failure.Hint);
    }

    [Fact]
    public async Task A_changed_index_is_refused_and_not_kept()
    {
        var archive = WriteHello();
        string index = Directory.EnumerateFiles(Path.Combine(archive.ReleaseDirectory, "main/binary-amd64/by-hash/SHA256")).Single(file => File.ReadAllBytes(file)[0] == 0x1f);
        byte[] bytes = File.ReadAllBytes(index);
        bytes[^9] ^= 1;
        File.WriteAllBytes(index, bytes);

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync());

        Assert.Equal(
            $"cannot trust {Shown}: main/binary-amd64/Packages.gz is not the file that its Release file lists: its SHA256 is {Digest.Of(bytes).Hex} where {Path.GetFileName(index)} is expected",
            failure.Message);
        Assert.False(Store.Contains(Digest.Of(bytes)));
    }

    [Fact]
    public async Task An_index_of_another_size_is_refused()
    {
        var archive = WriteHello(byHash: false);
        string index = Path.Combine(archive.ReleaseDirectory, "main/binary-amd64/Packages.gz");
        File.WriteAllBytes(index, [.. File.ReadAllBytes(index), 0]);

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync());

        Assert.Equal($"cannot fetch {index}: it has more than {new FileInfo(index).Length - 1} bytes", failure.Message);
    }

    [Fact]
    public async Task An_index_that_unpacks_to_more_than_the_release_says_is_refused()
    {
        var archive = new DebianArchiveBuilder(_archive.Path, _signer) { EditRelease = text => System.Text.RegularExpressions.Regex.Replace(text, "[0-9]+ main/binary-amd64/Packages\n", "7 main/binary-amd64/Packages\n") };
        archive.Add(new DebBuilder("hello"));
        archive.Write();

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync());

        Assert.Equal($"cannot read main/binary-amd64/Packages.gz of {Shown}: it unpacks to more than 7 bytes", failure.Message);
    }

    [Fact]
    public async Task An_expired_index_is_refused_whatever_the_machine_says()
    {
        var archive = WriteHello();
        archive.ValidUntil = archive.Date.AddDays(7);
        archive.Write();
        _clock.Now = archive.Date.AddDays(8);
        Directory.CreateDirectory(_elsewhere["etc/apt/apt.conf.d"]);
        File.WriteAllText(_elsewhere["etc/apt/apt.conf.d/99check"], "Acquire::Check-Valid-Until \"false\";\n");

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync());

        Assert.Equal($"cannot use {Shown}: its index expired on 2026-03-08 12:00 UTC", failure.Message);
        Assert.Equal("The mirror is out of date: name another one. For an archive of the past on purpose, add the option [check-valid-until=no] to the source.", failure.Hint);
        Assert.Single((await FetchAsync([Repository("main") with { CheckValidUntil = false }])).Indexes);
    }

    [Fact]
    public async Task An_index_older_than_the_lock_is_refused_unless_said_otherwise()
    {
        var archive = WriteHello();
        var options = new DebianFetchOptions { Floors = [new ReleaseFloor("bookworm", "Test", archive.Date.AddDays(1))] };

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync([Repository("main")], options));

        Assert.Equal($"cannot use {Shown}: its index is of 2026-03-01 12:00 UTC, older than that of 2026-03-02 12:00 UTC which the lock records", failure.Message);
        Assert.Equal(
            $"{Shown}: went back, as --allow-rollback asks, to its index of 2026-03-01 12:00 UTC from that of 2026-03-02 12:00 UTC which the lock recorded",
            Assert.Single((await FetchAsync([Repository("main")], options with { AllowOlder = true })).Warnings));
        Assert.Single((await FetchAsync([Repository("main")], options with { Floors = [new ReleaseFloor("bookworm", "Test", archive.Date)] })).Indexes);
    }

    [Fact]
    public async Task Of_an_older_index_and_a_newer_one_already_seen_the_newer_is_used_with_a_warning()
    {
        var newer = new DebianArchiveBuilder(_archive.Path, _signer) { PlainNames = false };
        newer.Add(new DebBuilder("hello", "2.0"));
        newer.Write();
        await FetchAsync();
        Directory.Delete(newer.ReleaseDirectory, recursive: true);
        var older = new DebianArchiveBuilder(_archive.Path, _signer) { Date = newer.Date.AddDays(-1) };
        older.Add(new DebBuilder("hello", "1.0"));
        older.Write();

        var fetched = await FetchAsync();

        Assert.Equal("2.0", fetched.Indexes.Single().Packages.Single().Version.Text);
        Assert.Equal($"{Shown}: the mirror serves an index of 2026-02-28 12:00 UTC; using the one of 2026-03-01 12:00 UTC that was seen before", Assert.Single(fetched.Warnings));
        var back = await FetchAsync([Repository("main")], new DebianFetchOptions { AllowOlder = true });
        Assert.Equal("1.0", back.Indexes.Single().Packages.Single().Version.Text);
    }

    [Fact]
    public async Task What_was_fetched_once_is_there_offline()
    {
        var archive = WriteHello();
        await FetchAsync();
        Directory.Delete(archive.ReleaseDirectory, recursive: true);

        var fetched = await FetchAsync([Repository("main")], new DebianFetchOptions { Offline = true });

        Assert.Equal("hello", fetched.Indexes.Single().Packages.Single().Name);
    }

    [Fact]
    public async Task What_was_never_fetched_is_not_there_offline()
    {
        WriteHello();

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync([Repository("main")], new DebianFetchOptions { Offline = true }));

        Assert.Equal($"cannot use {Shown}: its index is not in the store, and there is no network", failure.Message);
        Assert.Equal("Run once without --offline so that it gets into the store.", failure.Hint);
    }

    [Fact]
    public async Task A_damaged_index_in_the_store_is_fetched_again()
    {
        WriteHello();
        var digest = (await FetchAsync()).Releases.Single().Indexes.Single().Digest;
        File.Delete(CompactIndexFile());
        Damage(Directory.EnumerateFiles(_elsewhere["store"], "*", SearchOption.AllDirectories).Single(file => file.EndsWith(digest.Hex, StringComparison.Ordinal)), 20);

        Assert.Equal("hello", (await FetchAsync()).Indexes.Single().Packages.Single().Name);
        Assert.Equal(digest, Digest.Of(Store.TryRead(digest)));
    }

    [Theory]
    [InlineData("SHA256")]
    [InlineData("SHA512")]
    public async Task What_was_scanned_once_is_not_scanned_again(string hash)
    {
        var archive = new DebianArchiveBuilder(_archive.Path, _signer) { Hashes = [hash] };
        archive.Add(new DebBuilder("hello", "2.10-3").Field("Depends", "libc6"));
        archive.Write();
        string expected = PackageFields.Of((await FetchAsync()).Indexes.Single());
        var digest = (await FetchAsync()).Releases.Single().Indexes.Single().Digest;
        Store.Remove(digest);
        Directory.Delete(Path.Combine(archive.ReleaseDirectory, "main"), recursive: true);

        Assert.Equal(expected, PackageFields.Of((await FetchAsync()).Indexes.Single()));
    }

    [Fact]
    public async Task A_damaged_compact_index_is_removed_and_made_anew_from_the_store()
    {
        var archive = WriteHello();
        string expected = PackageFields.Of((await FetchAsync()).Indexes.Single());
        Directory.Delete(Path.Combine(archive.ReleaseDirectory, "main"), recursive: true);
        Damage(CompactIndexFile(), 20);

        var index = (await FetchAsync()).Indexes.Single();
        Assert.StartsWith("cannot use the index-debian-amd64-", Assert.Throws<DamagedItemException>(() => index.Named("hello")).Message, StringComparison.Ordinal);
        Assert.Equal(expected, PackageFields.Of((await FetchAsync()).Indexes.Single()));
        Assert.True(File.Exists(CompactIndexFile()));
    }

    [Fact]
    public async Task What_is_refused_leaves_no_compact_index()
    {
        var archive = WriteHello();
        foreach (string file in Directory.EnumerateFiles(archive.ReleaseDirectory, "*", SearchOption.AllDirectories).Where(file => file.Contains("main/binary-amd64", StringComparison.Ordinal)))
        {
            Damage(file, 4);
        }

        await Assert.ThrowsAnyAsync<Exception>(() => FetchAsync());

        Assert.Empty(Directory.EnumerateFiles(_elsewhere["store/results"]));
        Assert.Empty(Directory.EnumerateFiles(_elsewhere["store/temporary"]));
    }

    [Fact]
    public async Task A_suite_that_is_not_there_is_a_failure_with_its_address()
    {
        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync());

        Assert.Equal($"cannot fetch {_archive.Path}/dists/bookworm/InRelease: there is no such file", failure.Message);
        Assert.Equal("There is no such suite at this address: check both.", failure.Hint);
    }

    [Fact]
    public async Task An_unsigned_release_is_refused()
    {
        var archive = new DebianArchiveBuilder(_archive.Path, _signer) { Detached = true }.Write();
        File.Delete(Path.Combine(archive.ReleaseDirectory, "Release.gpg"));

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync());

        Assert.Equal($"cannot trust {Shown}: its Release file is not signed", failure.Message);
    }

    [Fact]
    public async Task An_index_that_is_nowhere_is_a_failure_with_its_address()
    {
        var archive = WriteHello();
        Directory.Delete(Path.Combine(archive.ReleaseDirectory, "main"), recursive: true);

        var failure = await Assert.ThrowsAsync<NotFoundException>(() => FetchAsync());

        Assert.Equal($"cannot fetch {archive.ReleaseDirectory}/main/binary-amd64/Packages.gz: there is no such file", failure.Message);
    }

    [Theory]
    [InlineData("universe", "amd64", "cannot use {0}: it has no component universe for amd64", "It has main.")]
    [InlineData("main", "riscv64", "cannot use {0}: it has no packages for riscv64", "It has them for amd64.")]
    public async Task A_component_or_architecture_that_is_not_there_is_named(string component, string architecture, string message, string hint)
    {
        WriteHello();

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync([Repository(component)], architecture: architecture));

        Assert.Equal(string.Format(null, message, Shown), failure.Message);
        Assert.Equal(hint, failure.Hint);
    }

    [Fact]
    public async Task Another_suite_in_its_place_is_refused()
    {
        var archive = WriteHello();
        Directory.Move(archive.ReleaseDirectory, Path.Combine(_archive.Path, "dists/trixie"));

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync([Repository("main") with { Suite = "trixie" }]));

        Assert.Equal($"cannot use {_archive.Path} trixie: it is the index of suite stable, codename bookworm, not of trixie", failure.Message);
    }

    [Fact]
    public async Task An_archive_without_dists_is_read_by_its_path()
    {
        var archive = WriteHello(byHash: false);
        foreach (string file in Directory.EnumerateFiles(archive.ReleaseDirectory, "*", SearchOption.AllDirectories))
        {
            File.Copy(file, Path.Combine(_archive.Path, Path.GetFileName(file)));
        }

        // Its index lies beside the release file: sign that list.
        byte[] index = File.ReadAllBytes(_archive["Packages.gz"]);
        File.WriteAllBytes(_archive["InRelease"], _signer.ClearSign($"Date: Sun, 01 Mar 2026 12:00:00 UTC\nSHA256:\n {Digest.Of(index).Hex} {index.Length} Packages.gz\n", archive.Date));

        var fetched = await FetchAsync([Repository() with { Suite = "./" }]);

        Assert.Equal("hello", fetched.Indexes.Single().Packages.Single().Name);
    }

    private DebianArchiveBuilder WriteHello(bool byHash = true)
    {
        var archive = new DebianArchiveBuilder(_archive.Path, _signer) { ByHash = byHash };
        archive.Add(new DebBuilder("hello"));
        return archive.Write();
    }

    private string CompactIndexFile() => Directory.EnumerateFiles(_elsewhere["store/results"], "*.index-debian-amd64-*").Single();

    private static void Damage(string file, int at)
    {
        byte[] bytes = File.ReadAllBytes(file);
        bytes[at] ^= 1;
        File.Delete(file);
        File.WriteAllBytes(file, bytes);
    }

    private static void Replace(string file, string old, string with) =>
        File.WriteAllText(file, File.ReadAllText(file).Replace(old, with, StringComparison.Ordinal), new UTF8Encoding(false));

    private DebianRepository Repository(string? component = null, TestSigner? signer = null)
    {
        File.WriteAllBytes(_elsewhere["keys.gpg"], (signer ?? _signer).ExportKeyring());
        return Resolve($"deb [signed-by=keys.gpg] file://{_archive.Path} {(component is null ? "./" : $"bookworm {component}")}");
    }

    private DebianRepository Resolve(string line)
    {
        var machine = MachineApt.Read(_elsewhere.Path);
        return DebianRepository.ResolveAll([AptSource.Parse(line.Replace("] /", "] file:///", StringComparison.Ordinal))], new DebianMirrors(machine, null), new DebianKeys(machine, _elsewhere.Path, []))[0];
    }

    private Task<DebianIndexes> FetchAsync() => FetchAsync([Repository("main")]);

    private Task<DebianIndexes> FetchAsync(DebianRepository[] repositories, DebianFetchOptions? options = null, string architecture = "amd64") =>
        new DebianRepositories(_transfer, Store, _clock).FetchIndexesAsync(repositories, architecture, options ?? DebianFetchOptions.Default, progress: null, CancellationToken.None);
}
