namespace Bothy.Store.Tests;

public sealed class ReceptionTests : StoreTest
{
    [Fact]
    public void Continues_a_reception_where_an_earlier_one_stopped()
    {
        byte[] bytes = Bytes(300_000);
        var digest = Digest.Of(bytes);
        using (var first = Store.BeginReception(digest, bytes.Length))
        {
            first.Destination.Write(bytes.AsSpan(0, 123_456));
        }

        Assert.False(Store.Contains(digest));
        using (var second = new ContentStore(Store.Directory).BeginReception(digest, bytes.Length))
        {
            Assert.Equal(123_456, second.Destination.Length);
            Assert.Equal(123_456, second.ResumedFrom);
            second.Destination.Write(bytes.AsSpan(123_456));
            second.Commit();
        }

        Assert.Equal(bytes, Store.TryRead(digest));
        Assert.Single(Files());
    }

    [Fact]
    public void Can_start_over_in_the_middle()
    {
        byte[] bytes = Bytes(1_000);
        using var reception = Store.BeginReception(Digest.Of(bytes), null);
        reception.Destination.Write(Bytes(5_000));
        reception.Destination.SetLength(0);
        reception.Destination.Position = 0;
        reception.Destination.Write(bytes);
        reception.Commit();

        Assert.Equal(bytes, Store.TryRead(Digest.Of(bytes)));
    }

    [Fact]
    public void What_has_no_digest_yet_is_judged_by_its_bytes_and_found_again_by_its_name()
    {
        byte[] bytes = Bytes(300_000);
        using (var first = Store.BeginReception("some package", bytes.Length))
        {
            first.Destination.Write(bytes.AsSpan(0, 1000));
        }

        using var second = Store.BeginReception("some package", bytes.Length);
        Assert.Equal(1000, second.ResumedFrom);
        second.Destination.Write(bytes.AsSpan(1000));
        byte[] judged = [];
        var digest = second.Commit(all =>
        {
            judged = new byte[bytes.Length];
            all.ReadExactly(judged);
            Assert.Equal(0, all.Read(new byte[1]));
            return null;
        });

        Assert.Equal(Digest.Of(bytes), digest);
        Assert.Equal(bytes, judged);
        Assert.Equal(bytes, Store.TryRead(digest));
    }

    [Fact]
    public void What_its_judge_refuses_is_thrown_away()
    {
        using var reception = Store.BeginReception("some package", null);
        reception.Destination.Write("evil"u8);

        var failure = Assert.Throws<RefusedContentException>(() => reception.Commit(_ => "it is evil"));

        Assert.Equal(("cannot accept some package: it is evil", "it is evil"), (failure.Message, failure.Reason));
        Assert.Empty(Files());
    }

    [Fact]
    public void Without_a_digest_there_must_be_a_judge()
    {
        using var reception = Store.BeginReception("some package", null);

        Assert.Throws<ArgumentNullException>(() => reception.Commit());
    }

    [Theory]
    [InlineData(4L, "its digest is sha256:b5c1fb2efc6d6b4674c2fdcc48ce01b43a3b7c03763c0c3355de0099ee0f8c73")]
    [InlineData(5L, "it has 4 bytes where 5 are expected")]
    [InlineData(null, "its digest is sha256:b5c1fb2efc6d6b4674c2fdcc48ce01b43a3b7c03763c0c3355de0099ee0f8c73")]
    public void Throws_away_what_is_not_what_was_expected(long? size, string reason)
    {
        var digest = Digest.Of("good"u8);
        using var reception = Store.BeginReception(digest, size);
        reception.Destination.Write("evil"u8);

        var failure = Assert.Throws<RefusedContentException>(() => reception.Commit());

        Assert.Equal($"cannot accept {digest}: {reason}", failure.Message);
        Assert.Empty(Files());
        using var next = Store.BeginReception(digest, 4);
        Assert.Equal(0, next.Destination.Length);
    }

    [Fact]
    public async Task Many_can_receive_the_same_blob_at_once()
    {
        byte[] bytes = Bytes(200_000);
        var digest = Digest.Of(bytes);
        using var together = new Barrier(4);

        // Stores of their own, as processes have: file locks tell open files apart, not processes.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
            () =>
            {
                var store = new ContentStore(Store.Directory);
                for (int round = 0; round < 20; round++)
                {
                    together.SignalAndWait();
                    using (var reception = store.BeginReception(digest, bytes.Length))
                    {
                        reception.Destination.Write(bytes.AsSpan((int)reception.Destination.Length));
                        reception.Commit();
                    }

                    Assert.Equal(bytes, store.TryRead(digest));
                    together.SignalAndWait();
                    store.Remove(digest);
                }
            },
            TaskCreationOptions.LongRunning)));

        Assert.Empty(Files());
    }

    [Fact]
    public void While_one_receives_a_blob_another_has_a_file_of_its_own()
    {
        byte[] bytes = Bytes(1_000);
        var digest = Digest.Of(bytes);
        using var slow = Store.BeginReception(digest, null);
        slow.Destination.Write(bytes.AsSpan(0, 500));
        using (var fast = new ContentStore(Store.Directory).BeginReception(digest, null))
        {
            Assert.Equal(0, fast.Destination.Length);
            fast.Destination.Write(bytes);
            fast.Commit();
        }

        Assert.True(Store.Contains(digest));
        slow.Destination.Write(bytes.AsSpan(500));
        slow.Commit();

        Assert.Equal(bytes, Store.TryRead(digest));
        Assert.Single(Files());
    }

    [Fact]
    public async Task What_is_being_received_can_be_read_meanwhile()
    {
        byte[] bytes = Bytes(300_000);
        using (var earlier = Store.BeginReception(Digest.Of(bytes), bytes.Length))
        {
            earlier.Destination.Write(bytes.AsSpan(0, 100_000));
        }

        using var reception = Store.BeginReception(Digest.Of(bytes), bytes.Length);
        using var reader = reception.OpenRead();
        var reading = Task.Run(() =>
        {
            using var read = new MemoryStream();
            reader.CopyTo(read);
            return read.ToArray();
        });
        for (int at = 100_000; at < bytes.Length; at += 20_000)
        {
            await Task.Yield();
            reception.Destination.Write(bytes.AsSpan(at, 20_000));
        }

        Assert.Equal(bytes, await reading.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal(Digest.Of(bytes), reception.Check());
        Assert.False(Store.Contains(Digest.Of(bytes)));
        Assert.Equal(Digest.Of(bytes), reception.Commit());
        Assert.Equal(bytes, Store.TryRead(Digest.Of(bytes)));
    }

    [Fact]
    public void Whoever_reads_what_is_thrown_away_is_told()
    {
        using var reception = Store.BeginReception(Digest.Of("good"u8), 4);
        using var reader = reception.OpenRead();
        reception.Destination.Write("evi"u8);
        Assert.Equal(3, reader.Read(new byte[10]));

        reception.Destination.SetLength(0);
        reception.Destination.Write("good"u8);

        Assert.Throws<IOException>(() => reader.Read(new byte[10]));
        Assert.Equal(Digest.Of("good"u8), reception.Commit());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_waits_for_more_sees_the_end_when_there_will_be_none(bool isGivenUp)
    {
        using var reception = Store.BeginReception(Digest.Of("good"u8), isGivenUp ? 9 : null);
        using var reader = reception.OpenRead();
        reception.Destination.Write("good"u8);
        Assert.Equal(4, reader.Read(new byte[10]));
        Assert.True(reader.HasCaughtUp);
        var ahead = reader.AheadAsync(5, CancellationToken.None).AsTask();
        Assert.False(ahead.IsCompleted);

        if (isGivenUp)
        {
            reception.Dispose();
        }
        else
        {
            reception.Check();
        }

        await ahead.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, reader.Read(new byte[10]));
    }

    [Fact]
    public async Task Waiting_for_more_can_be_ended()
    {
        using var stop = new CancellationTokenSource();
        using var reception = Store.BeginReception(Digest.Of("good"u8), 4);
        using var reader = reception.OpenRead();
        var ahead = reader.AheadAsync(1, stop.Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ahead);
    }
}
