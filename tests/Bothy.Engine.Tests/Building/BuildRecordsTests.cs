using System.Collections.Immutable;
using Bothy.Engine.Building;
using Bothy.Engine.Locking;
using Bothy.Engine.Tests.Locking;
using Bothy.Formats.Trees;
using Bothy.Store;

namespace Bothy.Engine.Tests.Building;

public sealed class BuildRecordsTests : IDisposable
{
    private static readonly Digest Image = Digest.Of("manifest"u8);

    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void What_was_recorded_is_found_by_the_digest_of_the_image()
    {
        var records = new BuildRecords(new ContentStore(_directory.Path));
        var lockFile = SampleLock.Create();

        var origins = ImmutableDictionary<TreePath, Origin>.Empty
            .Add(TreePath.Parse("usr/bin/curl"), new Origin.Package("curl", "7.88.1", "amd64"))
            .Add(TreePath.Parse("a\nname"), new Origin.Effect("ldconfig"))
            .Add(TreePath.Parse("etc/passwd"), new Origin.Effect("accounts") { AskedBy = "base-passwd cron" })
            .Add(TreePath.Parse("etc/motd"), new Origin.ImageFile("paths"));

        records.Add(Image, new BuildRecord("/somewhere/an image.yaml", Digest.Of("yaml"u8), lockFile)
        {
            Origins = ImmutableSortedDictionary.Create<string, ImmutableDictionary<TreePath, Origin>>(StringComparer.Ordinal).Add("amd64", origins),
        });
        var found = new BuildRecords(new ContentStore(_directory.Path)).TryFind(Image);

        Assert.NotNull(found);
        Assert.Equal(("/somewhere/an image.yaml", Digest.Of("yaml"u8)), (found.ImageFile, found.ImageFileDigest));
        Assert.Equal(LockFiles.Format(lockFile), LockFiles.Format(found.Lock));
        var found64 = Assert.Single(found.Origins);
        Assert.Equal("amd64", found64.Key);
        Assert.Equal(origins.OrderBy(file => file.Key), found64.Value.OrderBy(file => file.Key));
        Assert.True(records.Contains(Image));
        Assert.False(records.Contains(Digest.Of("another"u8)));
        Assert.Null(records.TryFind(Digest.Of("another"u8)));
    }

    [Fact]
    public void A_record_survives_pruning()
    {
        var store = new ContentStore(_directory.Path);
        var records = new BuildRecords(store);
        records.Add(Image, new BuildRecord("/x.yaml", Digest.Of("yaml"u8), SampleLock.Create()));

        new StoreUpkeep(store).Prune(keep: 0);

        Assert.NotNull(records.TryFind(Image));
    }

    [Theory]
    [InlineData("bothy build 2\n")] // a later version's
    [InlineData("bothy build 1\n")] // nothing behind the heading
    [InlineData("bothy build 1\nnot compressed")]
    [InlineData("")]
    public void What_is_no_record_of_this_version_counts_as_none(string note)
    {
        var store = new ContentStore(_directory.Path);
        store.Notes.Write($"build {Image}", System.Text.Encoding.ASCII.GetBytes(note));

        Assert.Null(new BuildRecords(store).TryFind(Image));
    }

    public void Dispose() => _directory.Dispose();
}
