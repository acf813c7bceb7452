using Bothy.Formats.Trees;

namespace Bothy.Store.Tests;

public sealed class StoreUpkeepTests : StoreTest
{
    private static readonly DateTime Long = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private StoreUpkeep Upkeep => new(new ContentStore(Store.Directory));

    [Fact]
    public void There_is_nothing_in_a_store_that_was_never_written()
    {
        Assert.Empty(Upkeep.List());
        Assert.Equal(new VerifyReport(0, 0, []), Upkeep.Verify(2, CancellationToken.None) with { Damaged = [] });
        Assert.False(Directory.Exists(Store.Directory));
    }

    [Fact]
    public void Lists_every_kind()
    {
        Fill();

        Assert.Equal(["blob", "catalogue deb-1", "result index-1", "note", "unfinished"], Upkeep.List().Select(item => item.Kind));
        Assert.Equal(Files().Sum(file => new FileInfo(file).Length), Upkeep.List().Sum(item => item.Size));
    }

    [Fact]
    public void Prunes_what_was_not_used_for_longest_first()
    {
        var digests = Enumerable.Range(1, 5).Select(i => Store.AddBytes(Bytes(1000 + i))).ToList();
        for (int i = 0; i < 5; i++)
        {
            Age(digests[i], i);
        }

        var report = Upkeep.Prune(2500);

        Assert.Equal((3, 2, 2009L), (report.RemovedItems, report.LeftItems, report.LeftBytes));
        Assert.Equal([false, false, false, true, true], digests.Select(Store.Contains));
    }

    [Fact]
    public void Keeps_everything_where_it_is_within_the_size_and_removes_all_but_notes_for_none()
    {
        Fill();
        long size = Upkeep.List().Sum(item => item.Size);

        Assert.Equal(0, Upkeep.Prune(size).RemovedItems);
        Assert.Equal(1, Upkeep.Prune(size - 1).RemovedItems);
        Upkeep.Prune(0);
        Assert.Equal(["note"], Upkeep.List().Select(item => item.Kind));
    }

    [Fact]
    public void Never_prunes_what_a_lease_has_used_or_made()
    {
        var (blob, catalogue, result, unused) = (Store.AddBytes(Bytes(10)), Digest.Of("c"u8), Digest.Of("r"u8), Store.AddBytes(Bytes(11)));
        Store.BeginCatalogue(catalogue, "deb-1").Commit().Dispose();
        Store.AddResult("index-1", result, "r"u8);
        foreach (string file in Files())
        {
            File.SetLastWriteTimeUtc(file, Long);
        }

        var user = new ContentStore(Store.Directory);
        var lease = user.BeginLease();
        Assert.True(user.Contains(blob));
        user.TryOpenCatalogue(catalogue, "deb-1")!.Dispose();
        Assert.NotNull(user.TryReadResult("index-1", result));
        var made = user.AddBytes(Bytes(12));

        Assert.Equal(11, Upkeep.Prune(0).RemovedBytes);
        Assert.Equal([true, false, true], new[] { blob, unused, made }.Select(Store.Contains));
        lease.Dispose();
        Assert.Equal(4, Upkeep.Prune(0).RemovedItems);
        Assert.DoesNotContain(Files(), file => file.Contains("/leases/", StringComparison.Ordinal));
    }

    [Fact]
    public void A_lease_lasts_until_its_last_holder_ends_it()
    {
        var blob = Store.AddBytes(Bytes(10));
        Age(blob, 0);
        var (first, second) = (Store.BeginLease(), Store.BeginLease());
        Assert.True(Store.Contains(blob));

        first.Dispose();
        first.Dispose();
        Assert.Equal(0, Upkeep.Prune(0).RemovedItems);
        second.Dispose();
        Assert.Equal(1, Upkeep.Prune(0).RemovedItems);
    }

    [Fact]
    public void The_lease_of_a_process_that_died_holds_nothing()
    {
        var blob = Store.AddBytes(Bytes(10));
        string lease = Path.Combine(Store.Directory, "leases", "dead");
        File.WriteAllText(lease, "");
        File.SetLastWriteTimeUtc(lease, Long);

        Assert.Equal(1, Upkeep.Prune(0).RemovedItems);
        Assert.False(File.Exists(lease));
        Assert.False(Store.Contains(blob));
    }

    [Fact]
    public async Task What_a_lease_has_seen_stays_however_often_others_prune()
    {
        using var stop = new CancellationTokenSource();
        var pruning = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                Upkeep.Prune(0);
            }
        });
        var users = Enumerable.Range(0, 3).Select(user => Task.Run(() =>
        {
            for (int round = 0; round < 150; round++)
            {
                var store = new ContentStore(Store.Directory);
                using var lease = store.BeginLease();
                byte[] bytes = Bytes(100 + (round % 5));
                var digest = Digest.Of(bytes);
                if (!store.Contains(digest))
                {
                    store.AddBytes(bytes);
                }

                Assert.Equal(bytes, store.TryRead(digest));
            }
        }));
        await Task.WhenAll(users);
        await stop.CancelAsync();
        await pruning;
    }

    [Fact]
    public void A_download_that_goes_on_is_left_and_one_that_was_given_up_is_not()
    {
        using (var ended = Store.BeginReception(Digest.Of("a"u8), null))
        {
            ended.Destination.Write(Bytes(10));
        }

        using var running = Store.BeginReception(Digest.Of("b"u8), null);
        running.Destination.Write(Bytes(10));

        Assert.Equal((1, 1), (Upkeep.Prune(0).RemovedItems, Upkeep.List().Length));
    }

    [Fact]
    public void Verifying_a_whole_store_finds_nothing_and_leaves_the_times_of_use()
    {
        Fill();
        var before = Upkeep.List();

        Assert.Equal(4, Upkeep.Verify(2, CancellationToken.None) is { Damaged.IsEmpty: true } report ? report.Items : -1);
        Assert.Equal(before.AsEnumerable(), Upkeep.List());
    }

    [Fact]
    public void Any_flipped_byte_is_found_by_verifying_and_its_item_removed()
    {
        Fill();
        foreach (var item in Upkeep.List().Where(item => item.Kind != "unfinished"))
        {
            byte[] good = File.ReadAllBytes(item.Path);
            for (int at = 0; at < good.Length; at += 1 + (good.Length / 60))
            {
                byte[] flipped = [.. good];
                flipped[at] ^= 4;
                File.WriteAllBytes(item.Path, flipped);

                Assert.Single(Upkeep.Verify(1, CancellationToken.None).Damaged);
                Assert.False(File.Exists(item.Path), $"{item.Kind}, byte {at}");
            }

            File.WriteAllBytes(item.Path, good);
        }

        Assert.Empty(Upkeep.Verify(1, CancellationToken.None).Damaged);
    }

    [Fact]
    public void A_file_that_nobody_put_there_is_damage()
    {
        Fill();
        File.WriteAllText(Path.Combine(Store.Directory, "blobs", "README"), "hello");
        File.WriteAllText(Path.Combine(Store.Directory, "results", $"{Digest.Of("a"u8).Hex}.Index"), "hello");

        Assert.Equal(2, Upkeep.Verify(1, CancellationToken.None).Damaged.Length);
    }

    [Fact]
    public void Each_damaged_item_is_reported_once_however_it_was_found()
    {
        var found = new List<string>();
        Store.DamageFound = damaged => found.Add(damaged.Message);
        Fill();
        foreach (string file in Files())
        {
            File.WriteAllText(file, "not that");
        }

        Assert.Null(Store.TryReadResult("index-1", Digest.Of("r"u8)));
        Assert.Null(Store.TryOpenIntactCatalogue(Digest.Of("c"u8), "deb-1"));
        Assert.Null(Store.Notes.TryRead("n"));
        Assert.Throws<DamagedItemException>(() => Store.TryRead(Digest.Of(Bytes(70_000))));

        Assert.Equal(4, found.Count);
        Assert.All(found, message => Assert.StartsWith("cannot use ", message, StringComparison.Ordinal));
    }

    private void Fill()
    {
        Store.AddBytes(Bytes(70_000));
        using (var writer = Store.BeginCatalogue(Digest.Of("c"u8), "deb-1"))
        {
            var entry = TreeEntry.File(TreePath.Parse("usr/a"), FileContent.Empty, new Origin.Effect("test"));
            writer.AddFile(entry, new MemoryStream(Bytes(300)), 300);
            writer.Attach("control", "Package: a\n"u8);
            writer.Commit().Dispose();
        }

        Store.AddResult("index-1", Digest.Of("r"u8), Bytes(20_000));
        Store.Notes.Write("n", "note"u8);
        using var reception = Store.BeginReception(Digest.Of("b"u8), null);
        reception.Destination.Write(Bytes(10));
    }

    private void Age(Digest digest, int hours) =>
        File.SetLastWriteTimeUtc(Files().Single(file => file.EndsWith(digest.Hex, StringComparison.Ordinal)), Long.AddHours(hours));
}
