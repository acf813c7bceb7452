namespace Bothy.Store.Tests;

public sealed class ResultTests : StoreTest
{
    private static readonly Digest Key = Digest.Of("inputs"u8);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(8 << 10)]
    [InlineData(300_000)]
    public void Gives_back_what_was_added(int size)
    {
        byte[] bytes = Bytes(size);
        Store.AddResult("index-1", Key, bytes);

        Assert.Equal(bytes, Store.TryReadResult("index-1", Key));
        Assert.Equal(bytes, new ContentStore(Store.Directory).TryReadResult("index-1", Key));
        Assert.Equal(bytes, Streamed("index-1"));
    }

    [Fact]
    public void Is_read_in_places_of_any_size()
    {
        byte[] bytes = Bytes(100_000);
        Store.AddResult("index-1", Key, bytes);
        using var parts = Store.TryOpenResultParts("index-1", Key)!;

        Assert.Equal(bytes.Length, parts.Length);
        foreach (var (offset, length) in new[] { (0, 1), (8190, 2), (8190, 3), (16_384, 8192), (5, 99_995), (99_999, 1), (100_000, 0), (40_000, 30_000) })
        {
            Assert.True(bytes.AsSpan(offset, length).SequenceEqual(parts.Read(offset, length).Span));
        }
    }

    [Theory]
    [InlineData(0, 0, 2)]
    [InlineData(1, 1, 2)]
    [InlineData(8193, 8192, 2)]
    [InlineData(262_144, 262_144, 2)]
    [InlineData(262_145, 262_145, 3)]
    [InlineData(3_000_000, 2_999_999, 1)]
    [InlineData(3_000_000, 1_048_577, 2)]
    [InlineData(3_000_000, 3_000_000, 8)]
    public void Its_beginning_is_copied_into_a_file_by_any_number_of_threads(int size, int length, int threads)
    {
        byte[] bytes = Bytes(size);
        Store.AddResult("index-1", Key, bytes);
        using var directory = new TemporaryDirectory();
        using (var file = File.Create(directory["copy"]))
        {
            Assert.True(Store.TryCopyResult("index-1", Key, length, file, threads, default));
        }

        Assert.Equal(bytes.AsSpan(0, length).ToArray(), File.ReadAllBytes(directory["copy"]));
    }

    [Fact]
    public void No_other_is_copied()
    {
        using var directory = new TemporaryDirectory();
        using var file = File.Create(directory["copy"]);

        Assert.False(Store.TryCopyResult("index-1", Key, 1, file, 2, default));
        Store.AddResult("index-1", Key, Bytes(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Store.TryCopyResult("index-1", Key, 2, file, 2, default));
        Assert.Throws<OperationCanceledException>(() => Store.TryCopyResult("index-1", Key, 1, file, 2, new CancellationToken(canceled: true)));
        Assert.Equal(0, file.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_500_000)]
    [InlineData(2_999_999)]
    public void One_that_is_damaged_anywhere_is_not_copied_whole(int at)
    {
        Store.AddResult("index-1", Key, Bytes(3_000_000));
        string path = Assert.Single(Files());
        byte[] bytes = File.ReadAllBytes(path);
        bytes[at] ^= 1;
        File.WriteAllBytes(path, bytes);
        using var directory = new TemporaryDirectory();
        using var file = File.Create(directory["copy"]);

        Assert.Throws<DamagedItemException>(() => Store.TryCopyResult("index-1", Key, 3_000_000, file, 2, default));
        Assert.Empty(Files());
    }

    [Theory]
    [InlineData(100_000, 1)]
    [InlineData(-1, 1)]
    [InlineData(50, 100_000)]
    [InlineData(long.MaxValue, 1)]
    public void A_place_outside_is_damage(long offset, int length)
    {
        Store.AddResult("index-1", Key, Bytes(100_000));
        using var parts = Store.TryOpenResultParts("index-1", Key)!;

        Assert.Throws<DamagedItemException>(() => parts.Read(offset, length));
        Assert.Empty(Files());
    }

    [Fact]
    public void Of_one_read_in_places_only_damage_at_those_places_counts()
    {
        Store.AddResult("index-1", Key, Bytes(100_000));
        string path = Assert.Single(Files());
        byte[] file = File.ReadAllBytes(path);
        file[50_000] ^= 1;
        File.WriteAllBytes(path, file);
        using var parts = Store.TryOpenResultParts("index-1", Key)!;

        Assert.True(file.AsSpan(60_000, 100).SequenceEqual(parts.Read(60_000, 100).Span));
        Assert.Throws<DamagedItemException>(() => parts.Read(50_001, 1));
        Assert.Null(Store.TryOpenResultParts("index-1", Key));
    }

    [Fact]
    public void Of_another_version_of_the_format_it_is_none()
    {
        Store.AddResult("index-1", Key, Bytes(10));
        string path = Assert.Single(Files());
        byte[] file = File.ReadAllBytes(path);
        file[^41]++;
        File.WriteAllBytes(path, file);

        Assert.Null(Store.TryOpenResultParts("index-1", Key));
        Assert.Null(Store.TryReadResult("index-1", Key));
    }

    [Fact]
    public void Is_streamed_in_pieces_of_any_size()
    {
        byte[] bytes = Bytes(50_000);
        Store.AddResult("index-1", Key, bytes);
        foreach (int piece in new[] { 1000, 8192, 10_000, 100_000 })
        {
            using var stream = Store.TryOpenResult("index-1", Key)!;
            byte[] read = new byte[bytes.Length];
            for (int at = 0, count; (count = stream.Read(read, at, Math.Min(piece, read.Length - at))) > 0; at += count)
            {
            }

            Assert.Equal(bytes, read);
        }
    }

    [Fact]
    public void Is_told_apart_by_kind_and_by_key()
    {
        Store.AddResult("index-1", Key, "a"u8);
        Store.AddResult("index-2", Key, "b"u8);

        Assert.Equal("a"u8.ToArray(), Store.TryReadResult("index-1", Key));
        Assert.Equal("b"u8.ToArray(), Store.TryReadResult("index-2", Key));
        Assert.Null(Store.TryReadResult("index-3", Key));
        Assert.Null(Store.TryReadResult("index-1", Digest.Of("others"u8)));
        Assert.Throws<ArgumentException>(() => Store.TryReadResult("../index", Key));
    }

    [Fact]
    public void Is_not_another_result_whose_file_was_moved_there()
    {
        Store.AddResult("index-1", Key, "a"u8);
        string file = Assert.Single(Files());
        File.Move(file, file.Replace("index-1", "index-2", StringComparison.Ordinal));

        Assert.Null(Store.TryReadResult("index-2", Key));
        Assert.Empty(Files());
    }

    [Fact]
    public void Written_piece_by_piece_it_is_there_after_the_commit_and_replaces_the_one_before()
    {
        byte[] bytes = Bytes(100_000);
        Store.AddResult("layer-1", Key, "before"u8);
        using (var writer = Store.BeginResult("layer-1", Key))
        {
            for (int at = 0; at < bytes.Length; at += 10_000)
            {
                writer.Content.Write(bytes.AsSpan(at, 10_000));
            }

            Assert.Equal("before"u8.ToArray(), Store.TryReadResult("layer-1", Key));
            writer.Commit();
        }

        Assert.Equal(bytes, Store.TryReadResult("layer-1", Key));
        Assert.Single(Files());
    }

    [Fact]
    public void One_that_is_given_up_leaves_nothing()
    {
        using (var writer = Store.BeginResult("layer-1", Key))
        {
            writer.Content.Write(Bytes(100));
        }

        Assert.Null(Store.TryReadResult("layer-1", Key));
        Assert.Empty(Files());
    }

    [Fact]
    public void Any_flipped_byte_and_any_missing_end_is_found_out_and_the_file_removed()
    {
        byte[] bytes = Bytes(50);
        Store.AddResult("index-1", Key, bytes);
        string path = Assert.Single(Files());
        byte[] file = File.ReadAllBytes(path);
        for (int at = 0; at < file.Length; at++)
        {
            byte[] flipped = [.. file];
            flipped[at] ^= 0x10;
            foreach (byte[] damaged in new[] { flipped, file[..at] })
            {
                File.WriteAllBytes(path, damaged);
                Assert.Null(Store.TryReadResult("index-1", Key));
                Assert.Equal(IsOfAnotherVersion(damaged), File.Exists(path));
                File.WriteAllBytes(path, damaged);
                Assert.Null(OrNull(() => Streamed("index-1")));
                File.WriteAllBytes(path, damaged);
                Assert.Null(OrNull(InParts));
            }
        }
    }

    [Fact]
    public void More_than_the_limit_is_refused()
    {
        Store.AddResult("index-1", Key, Bytes(11));

        Assert.Equal(
            $"cannot read the index-1 of {Key} from the store: it has 11 bytes, more than 10",
            Assert.Throws<BothyException>(() => Store.TryReadResult("index-1", Key, limit: 10)).Message);
    }

    private static byte[]? OrNull(Func<byte[]?> read)
    {
        try
        {
            return read();
        }
        catch (DamagedItemException)
        {
            return null;
        }
    }

    // A flipped version number cannot be told from the number of a version to come.
    private static bool IsOfAnotherVersion(byte[] file) => file.Length > 48 && file.AsSpan(file.Length - 48, 7).SequenceEqual("BOTHYRS"u8) && file[^41] != (byte)'2';

    private byte[]? InParts()
    {
        using var parts = Store.TryOpenResultParts("index-1", Key);
        return parts?.Read(0, 50).ToArray();
    }

    private byte[]? Streamed(string kind)
    {
        using var stream = Store.TryOpenResult(kind, Key);
        using var copy = new MemoryStream();
        stream?.CopyTo(copy);
        return stream is null ? null : copy.ToArray();
    }
}
