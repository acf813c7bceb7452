namespace Bothy.Store.Tests;

public sealed class ClaimTests : StoreTest
{
    [Fact]
    public async Task An_item_that_many_want_is_made_once()
    {
        int made = 0;
        var wanting = Enumerable.Range(0, 40).Select(async _ =>
        {
            // A store object each, as processes have.
            var store = new ContentStore(Store.Directory);
            using var claim = await store.ClaimAsync("the item", CancellationToken.None);
            if (store.TryReadResult("item-1", Digest.Of("key"u8)) is null)
            {
                Interlocked.Increment(ref made);
                await Task.Delay(20);
                store.AddResult("item-1", Digest.Of("key"u8), "made"u8);
            }
        });
        await Task.WhenAll(wanting);

        Assert.Equal(1, made);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(Store.Directory, "claims")));
    }

    [Fact]
    public async Task Of_two_holders_there_is_never_more_than_one()
    {
        int holders = 0;
        var threads = Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (int round = 0; round < 100; round++)
            {
                using var claim = new ContentStore(Store.Directory).Claim("item", CancellationToken.None);
                Assert.Equal(1, Interlocked.Increment(ref holders));
                Thread.Yield();
                Interlocked.Decrement(ref holders);
            }
        }));
        await Task.WhenAll(threads);
    }

    [Fact]
    public void Items_do_not_wait_for_each_other()
    {
        using var one = Store.Claim("one", CancellationToken.None);
        using var two = Store.Claim("two", CancellationToken.None);

        Assert.Equal(2, Directory.EnumerateFiles(Path.Combine(Store.Directory, "claims")).Count());
    }

    [Fact]
    public async Task Waiting_can_be_cancelled()
    {
        using var claim = Store.Claim("item", CancellationToken.None);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.ClaimAsync("item", stop.Token));
        Assert.Throws<OperationCanceledException>(() => Store.Claim("item", stop.Token));
    }

    [Fact]
    public void The_claim_of_a_process_that_died_is_free()
    {
        Store.Claim("item", CancellationToken.None).Dispose();

        // What is left of it: the file, without the lock.
        File.WriteAllText(Path.Combine(Store.Directory, "claims", Digest.Of("item"u8).Hex), "");
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var claim = Store.Claim("item", stop.Token);

        Assert.False(stop.IsCancellationRequested);
    }
}
