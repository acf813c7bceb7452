using Bothy.Formats.Compression;
using FsCheck;
using FsCheck.Fluent;

namespace Bothy.Formats.Tests.Compression;

public sealed class ZstdEncodingStreamTests
{
    private const int ChunkSize = 1 << 20;

    // More than two chunks, of every kind of content, matches across the chunks' borders among them.
    private static readonly byte[] Large =
    [
        .. Contents.Words(seed: 1, length: 700_000), .. Contents.Noise(seed: 2, length: 400_000), .. Contents.Repetitive(seed: 3, length: 900_000, farthest: 800_000),
        .. new byte[300_000], .. Contents.Code(seed: 4, length: 200_000), .. Contents.Words(seed: 1, length: 60_000),
    ];

    [Fact]
    public void Contract_v1_is_these_bytes()
    {
        Assert.Equal("v1", ZstdEncodingStream.Contract);
        Assert.Equal("670d232de996e6d485a7635cd6f1fd860f76079da4fcc1b60521fd868e0bd9f2", Digest.Of(Large).Hex); // the input itself: random numbers are not ours

        // A change here changes the digest of every layer that was ever built: it needs a new name, not a new digest.
        Assert.Equal("5b57cb4887aafa990616949c2618cdb634145630ca9e9dafc1bac4e0b86f9684", Digest.Of(Encode(Large)).Hex);
    }

    [Fact]
    public void The_header_asks_for_a_checksum_and_a_window_of_2_MiB() => Assert.Equal("28b52ffd0458", Convert.ToHexStringLower(Encode([1])[..6]));

    [Theory]
    [InlineData(1, 1000)]
    [InlineData(2, 65_536)]
    [InlineData(4, 3 << 20)]
    [InlineData(3, ChunkSize)]
    [InlineData(2, ChunkSize - 1)]
    public void The_bytes_do_not_depend_on_parallelism_or_on_the_size_of_writes(int parallelism, int step) =>
        Assert.Equal(Encode(Large), Encode(Large, parallelism, step));

    [Theory]
    [InlineData(131_072)] // exactly one block
    [InlineData(131_073)]
    [InlineData(ChunkSize - 1)]
    [InlineData(ChunkSize)] // exactly one chunk
    [InlineData(ChunkSize + 1)]
    [InlineData(2 * ChunkSize)]
    public void Comes_back_around_a_border(int length) =>
        Assert.Equal(Large[..length], Decode(Encode(Large[..length])));

    [Fact]
    public void Every_kind_of_content_comes_back()
    {
        Assert.Equal(Large, Decode(Encode(Large, parallelism: 2)));
        Assert.All(Contents.All, content => Assert.Equal(content, Decode(Encode(content))));
    }

    [Fact]
    public void Any_bytes_come_back()
    {
        var alphabets = Gen.Elements(1, 2, 3, 4, 26, 128, 129, 256);
        var bytes = from size in alphabets
                    from length in Gen.Choose(0, 3000)
                    from content in Gen.Choose(0, size - 1).Select(value => (byte)value).ArrayOf(length)
                    select content;

        Prop.ForAll(Arb.From(bytes), content => Decode(Encode(content)).AsSpan().SequenceEqual(content)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Literals_of_every_number_and_every_alphabet_come_back()
    {
        var random = new Random(51);
        for (int round = 0; round < 400; round++)
        {
            // From even frequencies to steep ones, and from a few bytes to more than the header of four streams has room for.
            int alphabet = random.Next(1, 257);
            int steepness = random.Next(1, 6);
            byte[] content = new byte[1 << random.Next(4, 16)];
            foreach (ref byte value in content.AsSpan())
            {
                double even = random.NextDouble();
                value = (byte)(Math.Pow(even, steepness) * alphabet);
            }

            Assert.Equal(content, Decode(Encode(content)));
        }
    }

    [Fact]
    public void Frequencies_that_would_make_codes_too_long_come_back()
    {
        // Each byte as often as the two before it together makes the deepest tree there is; a noisy order keeps matches away.
        var content = new List<byte>();
        var (before, count) = (1, 1);
        for (byte value = 0; value < 22; value++)
        {
            content.AddRange(Enumerable.Repeat(value, count));
            (before, count) = (count, before + count);
        }

        byte[] shuffled = [.. content];
        new Random(11).Shuffle(shuffled);

        Assert.Equal(shuffled, Decode(Encode(shuffled)));
    }

    [Fact]
    public void Noise_grows_by_less_than_a_thousandth()
    {
        byte[] noise = Contents.Noise(seed: 9, length: 1 << 20);

        Assert.InRange(Encode(noise).Length, noise.Length, noise.Length + (noise.Length / 1000));
    }

    [Fact]
    public void Frames_do_not_depend_on_what_comes_before_them_and_are_where_they_are_said_to_be()
    {
        byte[] one = Large[..300_000];
        byte[] two = Large[600_000..1_900_000];
        foreach (int parallelism in new[] { 1, 3 })
        {
            var output = new MemoryStream();
            var places = new List<long>();
            using (var zstd = new ZstdEncodingStream(output, parallelism, leaveOpen: true))
            {
                zstd.EndFrame();
                zstd.Write(one);
                zstd.Post(() => places.Add(output.Length));
                zstd.Write(two);
                zstd.EndFrame();
                zstd.EndFrame();
                zstd.Post(() => output.Write(Encode(one)));
                zstd.Post(() => places.Add(output.Length));
            }

            Assert.Equal([.. Encode(one), .. Encode(two), .. Encode(one)], output.ToArray());
            Assert.Equal([Encode(one).Length, output.Length], places);
            Assert.Equal([.. one, .. two, .. one], Decode(output.ToArray()));
        }
    }

    [RequiresFact(ZstdJudge.Need)]
    public void The_zstd_program_reads_it() =>
        Assert.All([Large, [.. Large, .. Large], .. Contents.All], content => Assert.Equal(content, ZstdJudge.Decompress(Encode(content))));

    [RequiresFact(ZstdJudge.Need)]
    public void It_is_hardly_larger_than_what_the_zstd_program_writes()
    {
        byte[] text = [.. Contents.Words(seed: 10, length: 1_500_000), .. Contents.Repetitive(seed: 10, length: 1_500_000, farthest: 300_000)];

        Assert.InRange(Encode(text).Length, 0, ZstdJudge.Compress(text, "-3").Length * 105 / 100);
    }

    [Fact]
    public void The_output_is_left_open_only_where_asked()
    {
        var left = new MemoryStream();
        new ZstdEncodingStream(left, parallelism: 1, leaveOpen: true).Dispose();
        var closed = new MemoryStream();
        new ZstdEncodingStream(closed, parallelism: 1, leaveOpen: false).Dispose();

        Assert.True(left.CanWrite);
        Assert.False(closed.CanWrite);
        Assert.Equal([], Decode(left.ToArray()));
    }

    private static byte[] Encode(byte[] content, int parallelism = 1, int step = 100_000)
    {
        var output = new MemoryStream();
        using (var zstd = new ZstdEncodingStream(output, parallelism, leaveOpen: true))
        {
            foreach (byte[] piece in content.Chunk(step))
            {
                zstd.Write(piece);
                zstd.Flush();
            }
        }

        return output.ToArray();
    }

    private static byte[] Decode(byte[] zstd)
    {
        using var stream = new ZstdStream(new MemoryStream(zstd), "test.zst", long.MaxValue);
        return TricklingStream.ReadAll(stream, 128 << 10);
    }
}
