using System.Text;
using Bothy.Packages.Alpine;
using Bothy.Packages.Alpine.Writing;
using Bothy.Packages.Repositories;
using Bothy.Packages.Tests.Alpine;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Packages.Tests.Repositories;

public sealed class AlpineRepositoriesTests : IDisposable
{
    private const long IndexTime = 1_700_000_000;

    private readonly TemporaryDirectory _directory = new();
    private readonly FakeHttpServer _server = new();
    private readonly TransferClient _transfer = new(new TransferSettings { RetryCount = 0 }, TimeProvider.System);

    private ContentStore Store => new(_directory["store"]);

    private string Shown => $"{_directory["repository"]} x86_64";

    public void Dispose()
    {
        _transfer.Dispose();
        _server.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(ApkSignatureKind.Rsa)]
    [InlineData(ApkSignatureKind.Rsa256)]
    [InlineData(ApkSignatureKind.Rsa512)]
    public async Task Reads_what_a_key_vouches_for(ApkSignatureKind kind)
    {
        using var signer = ApkSigner.Generate("some.rsa.pub", bits: 2048, kind);
        var builder = Repository(signer).Add(new ApkBuilder("hello"));
        builder.Write();

        var fetched = await FetchAsync(From(_directory["repository"], signer) with { Tag = "edge" });

        Assert.Empty(fetched.Warnings);
        var index = Assert.Single(fetched.Indexes);
        Assert.Equal(("some.rsa.pub", false, "v1.0", DateTimeOffset.FromUnixTimeSeconds(IndexTime)), (index.KeyName, index.IsUntrusted, index.Description, index.Time));
        Assert.Equal((_directory["repository"], "x86_64", "edge"), (index.Uri, index.Architecture, index.Repository.Tag));
        Assert.Equal(Digest.Of(File.ReadAllBytes(builder.IndexPath)), index.Digest);
        Assert.Contains("P:hello\n", Encoding.UTF8.GetString(index.ReadText()), StringComparison.Ordinal);
        Assert.Equal(Path.Combine(builder.PackageDirectory, "hello-1.0-r0.apk"), index.PackageUri("hello", "1.0-r0").LocalPath);
    }

    [Fact]
    public async Task Repositories_keep_their_order()
    {
        new ApkRepositoryBuilder(_directory["a"]).Add(new ApkBuilder("a")).Write();
        new ApkRepositoryBuilder(_directory["b"]).Add(new ApkBuilder("b")).Write();

        var fetched = await FetchAsync(From(_directory["b"]), From(_directory["a"]));

        Assert.Equal([_directory["b"], _directory["a"]], fetched.Indexes.Select(index => index.Uri));
    }

    [Theory]
    [InlineData("repository")]
    [InlineData("./repository/")]
    [InlineData("{root}/repository")]
    [InlineData("file://{root}/repository")]
    [InlineData("file:{root}/repository/")]
    [InlineData("repository/x86_64/APKINDEX.tar.gz")] // the index itself, with its packages beside it
    public async Task A_repository_is_a_path_or_an_address(string location)
    {
        Repository().Add(new ApkBuilder("hello")).Write();

        var index = (await FetchAsync(From(location.Replace("{root}", _directory.Path, StringComparison.Ordinal)))).Indexes.Single();

        Assert.True(File.Exists(index.PackageUri("hello", "1.0-r0").LocalPath));
    }

    [Theory]
    [InlineData("ftp://mirror.test/alpine")]
    [InlineData("https://mirror.test/alpine?x=y")]
    [InlineData("https://")]
    public void What_is_no_repository_is_refused(string location) =>
        Assert.Equal(
            $"cannot use the repository '{location}': want an http, https or file address, or a path",
            Assert.Throws<BothyException>(() => From(location)).Message);

    [Fact]
    public void Names_that_a_hostile_index_gives_stay_below_the_repository()
    {
        var uri = From("http://mirror.test/v3.19/main").PackageUri("x86_64", "../../../libstdc++", "1.0/../x?#%41");

        Assert.Equal("http://mirror.test/v3.19/main/x86_64/..%2F..%2F..%2Flibstdc++-1.0%2F..%2Fx%3F%23%2541.apk", uri.AbsoluteUri);
    }

    [Fact]
    public async Task Credentials_are_shown_nowhere()
    {
        var repository = From($"http://user:secret@127.0.0.1:{_server[""].Port}/missing");

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync(repository));

        Assert.DoesNotContain("secret", failure.Message + failure.Hint + repository, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_without_the_architecture_is_named()
    {
        Repository().Write();

        var failure = await Assert.ThrowsAsync<BothyException>(() => new AlpineRepositories(_transfer, Store)
            .FetchIndexesAsync([From("repository")], "aarch64", AlpineFetchOptions.Default, progress: null, CancellationToken.None));

        Assert.Contains(_directory["repository/aarch64/APKINDEX.tar.gz"], failure.Message, StringComparison.Ordinal);
        Assert.Equal("There is no repository at this address, or it has nothing for aarch64: check both.", failure.Hint);
    }

    [Fact]
    public async Task An_index_without_a_good_signature_is_refused_with_the_reason()
    {
        using var other = ApkSigner.Generate("other.rsa.pub", bits: 1024);
        using var wrong = ApkSigner.Generate(ApkRepositoryBuilder.KeyName, bits: 1024);

        Assert.Equal($"cannot trust {Shown}: its index: it is not signed (signature)", await RefusalAsync(new ApkRepositoryBuilder(_directory["repository"]) { SignIndex = false }));
        Assert.Equal($"cannot trust {Shown}: its index: it is signed by other.rsa.pub, which is no key of the keyring (signature)", await RefusalAsync(Repository(other)));
        Assert.Equal($"cannot trust {Shown}: its index: its signature of the key {ApkRepositoryBuilder.KeyName} is not over these bytes (signature)", await RefusalAsync(Repository(wrong)));

        async Task<string> RefusalAsync(ApkRepositoryBuilder builder)
        {
            builder.Add(new ApkBuilder("hello")).Write();
            return (await Assert.ThrowsAsync<BothyException>(() => FetchAsync(From("repository")))).Message;
        }
    }

    [Fact]
    public async Task Of_several_signatures_one_that_is_trusted_suffices()
    {
        using var other = ApkSigner.Generate("other.rsa.pub", bits: 1024);
        using var index = new MemoryStream();
        ApkIndexWriter.Write([], "v1", IndexTime, [other, ApkRepositoryBuilder.Key], index);
        WriteIndex(index.ToArray());

        Assert.Equal(ApkRepositoryBuilder.KeyName, (await FetchAsync(From("repository"))).Indexes.Single().KeyName);
    }

    [Fact]
    public async Task What_is_not_signed_is_taken_only_where_the_user_says_so_and_loudly()
    {
        new ApkRepositoryBuilder(_directory["repository"]) { SignIndex = false }.Add(new ApkBuilder("hello")).Write();

        var fetched = await FetchAsync(new AlpineFetchOptions { AllowUntrusted = true }, From("repository"));

        Assert.True(fetched.Indexes.Single().IsUntrusted);
        Assert.Equal(
            $"{Shown}: UNTRUSTED: it is not signed; whoever can change what the mirror serves decides what is installed, and --allow-untrusted lets them",
            Assert.Single(fetched.Warnings));
        // It leaves nothing behind that a later run would take for trusted.
        await Assert.ThrowsAsync<BothyException>(() => FetchAsync(From("repository")));
    }

    [Fact]
    public async Task A_signed_index_stays_trusted_where_untrusted_ones_are_allowed()
    {
        Repository().Write();

        var fetched = await FetchAsync(new AlpineFetchOptions { AllowUntrusted = true }, From("repository"));

        Assert.False(fetched.Indexes.Single().IsUntrusted);
        Assert.Empty(fetched.Warnings);
    }

    [Fact]
    public async Task What_was_changed_after_it_was_signed_is_not_taken_even_then()
    {
        using var wrong = ApkSigner.Generate(ApkRepositoryBuilder.KeyName, bits: 1024);
        Repository(wrong).Write();

        await Assert.ThrowsAsync<BothyException>(() => FetchAsync(new AlpineFetchOptions { AllowUntrusted = true }, From("repository")));
    }

    [RequiresFact(Needs.Data, ApkJudge.Need)]
    public async Task The_real_apk_takes_and_refuses_the_same()
    {
        using var apk = new ApkJudge();
        using var wrong = ApkSigner.Generate(ApkRepositoryBuilder.KeyName, bits: 1024);
        using var other = ApkSigner.Generate("other.rsa.pub", bits: 1024);
        Repository().WriteKey(apk["etc/apk/keys"]);
        var cases = new (string Name, Func<string, ApkRepositoryBuilder> Make)[]
        {
            ("good", directory => new ApkRepositoryBuilder(directory)),
            ("unsigned", directory => new ApkRepositoryBuilder(directory) { SignIndex = false }),
            ("other", directory => new ApkRepositoryBuilder(directory) { Signer = other }),
            ("wrong", directory => new ApkRepositoryBuilder(directory) { Signer = wrong }),
        };
        foreach (var (name, make) in cases)
        {
            make(apk[name]).Add(new ApkBuilder("hello")).Write();
            foreach (bool allow in new[] { false, true })
            {
                string root = $"root-{name}-{allow}";
                Directory.CreateDirectory(apk[root]);
                var judged = apk.Apk(["add", "--root", "/" + root, "--initdb", "--no-scripts", "--keys-dir", "/etc/apk/keys", "-X", "/" + name, .. allow ? ["--allow-untrusted"] : Array.Empty<string>(), "hello"]);
                bool taken = judged.Output.Contains("Installing hello", StringComparison.Ordinal);
                var ours = await Record.ExceptionAsync(() => FetchAsync(new AlpineFetchOptions { AllowUntrusted = allow }, From(apk[name])));

                Assert.Equal((name, allow, taken, judged.Error), (name, allow, ours is null, judged.Error));
            }
        }
    }

    [Fact]
    public async Task The_index_is_asked_for_again_only_where_it_changed()
    {
        byte[] index = Index(IndexTime);
        _server.Serve("/main/x86_64/APKINDEX.tar.gz", FakeResponse.Of(index, ("ETag", "\"1\""), ("Last-Modified", "Tue, 14 Nov 2023 22:13:20 GMT")), FakeResponse.OfStatus(304));

        var first = await FetchAsync(From(_server["/main"].ToString()));
        var second = await FetchAsync(From(_server["/main"].ToString()));

        Assert.Equal([null, "\"1\""], _server.Requests.Select(request => request["If-None-Match"]));
        Assert.Equal(first.Indexes.Single().Digest, second.Indexes.Single().Digest);
        Assert.Empty(second.Warnings);
    }

    [Fact]
    public async Task Of_eight_that_miss_the_index_at_once_one_fetches_it()
    {
        byte[] index = Index(IndexTime);
        _server.Serve("/main/x86_64/APKINDEX.tar.gz", FakeResponse.Of(index, ("ETag", "\"1\"")), FakeResponse.OfStatus(304));

        var fetched = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => FetchAsync(From(_server["/main"].ToString()))));

        Assert.Equal(new string?[] { null }.Concat(Enumerable.Repeat("\"1\"", 7)), _server.Requests.Select(request => request["If-None-Match"]));
        Assert.Single(fetched.Select(each => each.Indexes.Single().Digest).Distinct());
    }

    [Fact]
    public async Task Without_a_network_the_store_s_index_is_used()
    {
        _server.Serve("/main/x86_64/APKINDEX.tar.gz", Index(IndexTime));
        var repository = From(_server["/main"].ToString());
        var offline = new AlpineFetchOptions { Offline = true };

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync(offline, repository));
        await FetchAsync(repository);
        var fetched = await FetchAsync(offline, repository);

        Assert.Equal($"cannot use {_server["/main"]} x86_64: its index is not in the store, and there is no network", failure.Message);
        Assert.Single(fetched.Indexes);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task A_damaged_index_in_the_store_is_fetched_again()
    {
        byte[] index = Index(IndexTime);
        _server.Serve("/main/x86_64/APKINDEX.tar.gz", FakeResponse.Of(index, ("ETag", "\"1\"")));
        var repository = From(_server["/main"].ToString());
        var digest = (await FetchAsync(repository)).Indexes.Single().Digest;
        File.WriteAllText(Directory.EnumerateFiles(_directory["store"], digest.Hex, SearchOption.AllDirectories).Single(), "damage");

        Assert.Equal(digest, (await FetchAsync(repository)).Indexes.Single().Digest);
        Assert.Null(_server.Requests[^1]["If-None-Match"]);
    }

    [Fact]
    public async Task Of_a_newer_index_already_seen_and_an_older_one_the_newer_is_used()
    {
        _server.Serve("/main/x86_64/APKINDEX.tar.gz", FakeResponse.Of(Index(IndexTime + 60)), FakeResponse.Of(Index(IndexTime)));
        var repository = From(_server["/main"].ToString());
        await FetchAsync(repository);

        var kept = await FetchAsync(repository);
        var back = await FetchAsync(new AlpineFetchOptions { AllowOlder = true }, repository);

        Assert.Equal(IndexTime + 60, kept.Indexes.Single().Time.ToUnixTimeSeconds());
        Assert.StartsWith($"{_server["/main"]} x86_64: the mirror serves an index of ", Assert.Single(kept.Warnings), StringComparison.Ordinal);
        Assert.Equal(IndexTime, back.Indexes.Single().Time.ToUnixTimeSeconds());
        Assert.Contains("went back, as --allow-rollback asks", Assert.Single(back.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Going_back_behind_the_lock_is_refused_unless_the_user_says_so()
    {
        Repository().Write();
        var floor = new IndexFloor(_directory["repository"], "x86_64", DateTimeOffset.FromUnixTimeSeconds(IndexTime + 1));

        var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync(new AlpineFetchOptions { Floors = [floor] }, From("repository")));
        var allowed = await FetchAsync(new AlpineFetchOptions { Floors = [floor], AllowOlder = true }, From("repository"));
        var same = await FetchAsync(new AlpineFetchOptions { Floors = [floor with { Time = floor.Time.AddSeconds(-1) }] }, From("repository"));

        Assert.StartsWith($"cannot use {Shown}: its index is of ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("which the lock records", failure.Message, StringComparison.Ordinal);
        Assert.Single(allowed.Warnings);
        Assert.Empty(same.Warnings);
    }

    [Fact]
    public async Task An_index_whose_entry_has_no_time_is_as_old_as_its_newest_package()
    {
        new ApkRepositoryBuilder(_directory["repository"]) { IndexTime = 0 }
            .Add(new ApkBuilder("hello").Info(info => info with { BuildTime = 5 }), new ApkBuilder("world").Info(info => info with { BuildTime = 77 }))
            .Write();

        Assert.Equal(77, (await FetchAsync(From("repository"))).Indexes.Single().Time.ToUnixTimeSeconds());
    }

    [Theory]
    [InlineData("APKINDEX .PKGINFO", "'.PKGINFO' stands in it, which belongs into no index")]
    [InlineData("APKINDEX APKINDEX", "'APKINDEX' comes twice")]
    [InlineData("DESCRIPTION", "it has no APKINDEX")]
    [InlineData("LONG APKINDEX", "its DESCRIPTION has 161 bytes, more than 160")]
    [InlineData("ESCAPE APKINDEX", "its DESCRIPTION is not one line of text")]
    public async Task Refuses_what_is_signed_and_still_no_index(string entries, string problem)
    {
        byte[] segment = RawApk.Segment(end: true, [.. entries.Split(' ').Select(name => name switch
        {
            "LONG" => RawApk.File("DESCRIPTION", new string('x', 161)),
            "ESCAPE" => RawApk.File("DESCRIPTION", "\u001b[31m"),
            _ => RawApk.File(name, ""),
        })]);
        WriteIndex([.. RawApk.Signatures(segment, ApkRepositoryBuilder.Key), .. segment]);

        var failure = await Assert.ThrowsAsync<MalformedDataException>(async () => (await FetchAsync(From("repository"))).Indexes.Single().ReadText());

        Assert.Equal(problem, failure.Problem);
    }

    [Fact]
    public async Task Nothing_may_follow_an_index_even_where_it_is_signed()
    {
        byte[] signed = [.. RawApk.Segment(end: true, RawApk.File("APKINDEX", "")), .. RawApk.Segment(end: true, RawApk.File("APKINDEX", "P:evil\n"))];
        WriteIndex([.. RawApk.Signatures(signed, ApkRepositoryBuilder.Key), .. signed]);

        var failure = await Assert.ThrowsAsync<MalformedDataException>(async () => (await FetchAsync(From("repository"))).Indexes.Single().ReadText());

        Assert.Equal("something follows its index segment", failure.Problem);
    }

    private ApkRepositoryBuilder Repository(ApkSigner? signer = null) =>
        new(_directory["repository"]) { Signer = signer ?? ApkRepositoryBuilder.Key, IndexTime = IndexTime };

    private static byte[] Index(long time)
    {
        using var index = new MemoryStream();
        ApkIndexWriter.Write([], "v1", time, [ApkRepositoryBuilder.Key], index);
        return index.ToArray();
    }

    private void WriteIndex(byte[] bytes)
    {
        Directory.CreateDirectory(_directory["repository/x86_64"]);
        File.WriteAllBytes(_directory["repository/x86_64/APKINDEX.tar.gz"], bytes);
    }

    private AlpineRepository From(string location, ApkSigner? signer = null)
    {
        signer ??= ApkRepositoryBuilder.Key;
        return AlpineRepository.Create(location, tag: null, _directory.Path, ApkKeyring.Of([new KeyFile(signer.KeyName, Encoding.ASCII.GetBytes(signer.ExportPublicKey()))]));
    }

    private Task<AlpineIndexes> FetchAsync(params AlpineRepository[] repositories) => FetchAsync(AlpineFetchOptions.Default, repositories);

    private Task<AlpineIndexes> FetchAsync(AlpineFetchOptions options, params AlpineRepository[] repositories) =>
        new AlpineRepositories(_transfer, Store).FetchIndexesAsync(repositories, "x86_64", options, progress: null, CancellationToken.None);
}
