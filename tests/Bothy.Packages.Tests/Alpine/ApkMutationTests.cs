using System.Collections.Immutable;
using System.Text;
using Bothy.Formats.Compression;
using Bothy.Packages.Alpine;
using Bothy.Packages.Repositories;
using Bothy.Store;
using Bothy.Transfer;

namespace Bothy.Packages.Tests.Alpine;

/// <summary>
/// Every byte of packages and indexes, changed: each change is refused by the link of the chain that is broken, or is one that no
/// link covers and then changes nothing.
/// </summary>
public sealed class ApkMutationTests : IDisposable
{
    private const int Mutations = 2000;

    private static readonly PackageId Hello = new("hello", "1.0-r0", "x86_64");

    private static readonly byte[] Apk = new ApkBuilder("hello")
        .Script(".post-install", "#!/bin/sh\nexit 0\n")
        .Depends("musl")
        .File("usr/bin/hello", "hi", 0b111_101_101)
        .File("usr/share/hello/text", string.Join('\n', Enumerable.Range(0, 300)))
        .HardLink("usr/bin/hi", "usr/bin/hello")
        .Link("usr/bin/greet", "hello")
        .Build(ApkRepositoryBuilder.Key);

    private readonly TemporaryDirectory _directory = new();
    private readonly TransferClient _transfer = new(new TransferSettings(), TimeProvider.System);

    private ContentStore Store => new(_directory["store"]);

    public void Dispose()
    {
        _transfer.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_changed_byte_of_a_package_s_signature_is_refused_or_changes_nothing()
    {
        int same = await MutateAsync(0, "signature or control segment (C:)", mayPass: true);

        // The signature's own bytes, and the gzip header's time: no link covers them where an index vouches for the package.
        Assert.InRange(same, 1, Mutations - 1);
    }

    [Fact]
    public async Task A_changed_byte_of_a_package_s_control_segment_is_refused() => Assert.Equal(0, await MutateAsync(1, "(C:)", mayPass: false));

    [Fact]
    public async Task A_changed_byte_of_a_package_s_data_is_refused() => Assert.Equal(0, await MutateAsync(2, "(datahash)", mayPass: false));

    [Fact]
    public async Task A_package_cut_short_is_refused_wherever_it_is_cut()
    {
        for (int length = 0; length < Apk.Length; length++)
        {
            Assert.NotNull(await TryFetchAsync(Apk[..length], checksum: Checksum(), size: length));
        }
    }

    // The lock vouches for all bytes of the file, its signatures included.
    [Fact]
    public async Task By_its_digest_every_changed_byte_is_refused()
    {
        var random = new Random(1);
        for (int i = 0; i < 300; i++)
        {
            byte[] changed = Mutate(random, Apk, 0..Apk.Length);
            File.WriteAllBytes(_directory["p.apk"], changed);

            var failure = await Assert.ThrowsAsync<BothyException>(() => FetchAsync(new PackageIdentity.OfFile(Digest.Of(Apk)), Apk.Length));

            Assert.Contains("its digest is", failure.Message, StringComparison.Ordinal);
        }
    }

    // Where only the package's own bytes are asked, as for one that is read from a directory without any index.
    [Fact]
    public async Task A_package_with_any_changed_byte_never_causes_another_exception_than_ours()
    {
        var random = new Random(2);
        for (int i = 0; i < 1000; i++)
        {
            byte[] changed = Mutate(random, Apk, 0..Apk.Length);
            try
            {
                await new ApkPackages(Store).OpenAsync(Hello, Store.AddBytes(changed), null, CancellationToken.None);
            }
            catch (BothyException)
            {
                // All that may happen.
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_changed_byte_of_an_index_is_refused_or_changes_nothing(int segment)
    {
        var repository = new ApkRepositoryBuilder(_directory["repository"]).Add(new ApkBuilder("hello"), new ApkBuilder("world")).Write();
        byte[] index = File.ReadAllBytes(repository.IndexPath);
        string text = Encoding.UTF8.GetString((await FetchIndexAsync()).ReadText());
        var random = new Random(3 + segment);
        int same = 0;
        for (int i = 0; i < Mutations; i++)
        {
            File.WriteAllBytes(repository.IndexPath, Mutate(random, index, Segments(index)[segment]));
            try
            {
                Assert.Equal(text, Encoding.UTF8.GetString((await FetchIndexAsync()).ReadText()));
                same++;
            }
            catch (BothyException failure)
            {
                Assert.Contains("signature", failure.Message, StringComparison.Ordinal);
            }
        }

        // The time and the like in the gzip header of the signatures.
        Assert.InRange(same, segment == 0 ? 1 : 0, segment == 0 ? Mutations / 4 : 0);
    }

    [Fact]
    public async Task An_index_cut_short_is_refused_wherever_it_is_cut()
    {
        var repository = new ApkRepositoryBuilder(_directory["repository"]).Add(new ApkBuilder("hello")).Write();
        byte[] index = File.ReadAllBytes(repository.IndexPath);
        for (int length = 0; length < index.Length; length++)
        {
            File.WriteAllBytes(repository.IndexPath, index[..length]);
            await Assert.ThrowsAnyAsync<BothyException>(FetchIndexAsync);
        }
    }

    private async Task<int> MutateAsync(int segment, string link, bool mayPass)
    {
        var good = await OpenAsync(await FetchAsync(new PackageIdentity.OfApk(Checksum()), Good()));
        var random = new Random(segment);
        int same = 0;
        for (int i = 0; i < Mutations; i++)
        {
            byte[] changed = Mutate(random, Apk, Segments(Apk)[segment]);
            if (await TryFetchAsync(changed, Checksum(), changed.Length) is { } refusal)
            {
                Assert.Contains(link, refusal, StringComparison.Ordinal);
                continue;
            }

            Assert.True(mayPass);
            var contents = await OpenAsync(Digest.Of(changed));
            Assert.Equal(TreeDump.Of(good.Tree), TreeDump.Of(contents.Tree));
            Assert.Equal(good.Control.Select(file => Encoding.UTF8.GetString(file.Value.Span)), contents.Control.Select(file => Encoding.UTF8.GetString(file.Value.Span)));
            same++;
        }

        return same;
    }

    private int Good()
    {
        File.WriteAllBytes(_directory["p.apk"], Apk);
        return Apk.Length;
    }

    // Each time anew: what came into the store before under the same identity would be found there.
    private async Task<string?> TryFetchAsync(byte[] apk, ApkChecksum checksum, int size)
    {
        ApkIdentity.Remember(Store, checksum, Digest.Of([]));
        File.WriteAllBytes(_directory["p.apk"], apk);
        try
        {
            await FetchAsync(new PackageIdentity.OfApk(checksum), size);
            return null;
        }
        catch (BothyException failure)
        {
            return failure.Message;
        }
    }

    private Task<Digest> FetchAsync(PackageIdentity identity, int size) => new PackageFetcher(_transfer, Store, ImmutableArray<string>.Empty).FetchAsync(
        new PackageToFetch(Hello, [new Uri(_directory["p.apk"])], size, identity), progress: null, CancellationToken.None);

    private Task<PackageContents> OpenAsync(Digest digest) => new ApkPackages(Store).OpenAsync(Hello, digest, Checksum(), CancellationToken.None);

    private async Task<AlpineIndex> FetchIndexAsync()
    {
        var keys = ApkKeyring.Of([new KeyFile(ApkRepositoryBuilder.KeyName, Encoding.ASCII.GetBytes(ApkRepositoryBuilder.Key.ExportPublicKey()))]);
        var repository = AlpineRepository.Create(_directory["repository"], tag: null, "/", keys);
        var indexes = await new AlpineRepositories(_transfer, Store).FetchIndexesAsync([repository], "x86_64", AlpineFetchOptions.Default, progress: null, CancellationToken.None);
        return indexes.Indexes.Single();
    }

    private static ApkChecksum Checksum() => ApkChecksum.FromHash(System.Security.Cryptography.SHA1.HashData(Apk[Segments(Apk)[1]]));

    private static byte[] Mutate(Random random, byte[] bytes, Range range)
    {
        byte[] changed = [.. bytes];
        changed[random.Next(range.Start.Value, range.End.Value)] ^= (byte)random.Next(1, 256);
        return changed;
    }

    private static List<Range> Segments(byte[] file)
    {
        var segments = new List<Range>();
        using var members = new GzipMembers(new MemoryStream(file), "test");
        while (!members.IsAtEnd)
        {
            int start = (int)members.Offset;
            members.OpenNext(long.MaxValue, static _ => { }).CopyTo(Stream.Null);
            segments.Add(start..(int)members.Offset);
        }

        return segments;
    }
}
