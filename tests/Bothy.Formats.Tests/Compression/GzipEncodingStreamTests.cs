using System.IO.Compression;
using Bothy.Formats.Compression;
using FsCheck;
using FsCheck.Fluent;

namespace Bothy.Formats.Tests.Compression;

public sealed class GzipEncodingStreamTests
{
    // More than two chunks, of every kind of content, matches across the chunks' borders among them.
    private static readonly byte[] Large =
    [
        .. Contents.Words(seed: 1, length: 300_000), .. Contents.Noise(seed: 2, length: 200_000), .. Contents.Repetitive(seed: 3, length: 250_000, farthest: 40_000),
        .. new byte[70_000], .. Contents.Code(seed: 4, length: 100_000), .. Contents.Words(seed: 1, length: 20_000),
    ];

    [Fact]
    public void Contract_v2_is_these_bytes()
    {
        Assert.Equal("v2", GzipEncodingStream.Contract);
        Assert.Equal("bf44e021b8451822c9b3110de766a9fa04bca4d8f3d428bd29172aa3353917b3", Digest.Of(Large).Hex); // the input itself: random numbers are not ours

        // A change here changes the digest of every layer that was ever built: it needs a new name, not a new digest.
        Assert.Equal("9558d8d0bc71bd258a6f490abd7cd2b7e3a173f02fba529c41b30ee8279ce233", Digest.Of(Encode(Large)).Hex);
    }

    [Fact]
    public void The_header_names_no_file_time_or_system() =>
        Assert.Equal([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255], Encode([1])[..10]);

    [Theory]
    [InlineData(1, 1000)]
    [InlineData(2, 65536)]
    [InlineData(4, 1 << 20)]
    [InlineData(3, 262_144)] // as long as a chunk
    [InlineData(2, 262_143)]
    public void The_bytes_do_not_depend_on_parallelism_or_on_the_size_of_writes(int parallelism, int step) =>
        Assert.Equal(Encode(Large), Encode(Large, parallelism, step));

    [Theory]
    [InlineData(262_143)]
    [InlineData(262_144)] // exactly one chunk
    [InlineData(262_145)]
    [InlineData(524_288)]
    public void Comes_back_around_a_chunks_border(int length) =>
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
        var alphabets = Gen.Elements(1, 2, 4, 26, 256);
        var bytes = from size in alphabets
                    from length in Gen.Choose(0, 3000)
                    from content in Gen.Choose(0, size - 1).Select(value => (byte)value).ArrayOf(length)
                    select content;

        Prop.ForAll(Arb.From(bytes), content => Decode(Encode(content)).AsSpan().SequenceEqual(content)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Frequencies_that_would_make_codes_too_long_come_back()
    {
        // Each byte as often as the two before it together makes the deepest tree there is; a noisy order keeps matches away.
        var content = new List<byte>();
        int count = 1;
        int before = 1;
        for (byte value = 0; value < 18; value++)
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

    [RequiresFact(Needs.Judges + ":gzip")]
    public void The_gzip_program_reads_it() =>
        Assert.All([Large, .. Contents.All], content => Assert.Equal(content, Judge.Run("gzip", ["-dc"], Encode(content)).Succeeded().OutputBytes));

    [RequiresFact(Needs.Judges + ":gzip")]
    public void It_is_hardly_larger_than_what_the_gzip_program_writes()
    {
        byte[] text = Contents.Words(seed: 10, length: 1_000_000);

        Assert.InRange(Encode(text).Length, 0, Judge.Run("gzip", ["-6nc"], text).Succeeded().OutputBytes.Length * 106 / 100);
    }

    [Fact]
    public void The_output_is_left_open_only_where_asked()
    {
        var left = new MemoryStream();
        new GzipEncodingStream(left, parallelism: 1, leaveOpen: true).Dispose();
        var closed = new MemoryStream();
        new GzipEncodingStream(closed, parallelism: 1, leaveOpen: false).Dispose();

        Assert.True(left.CanWrite);
        Assert.False(closed.CanWrite);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Fragments_come_back_and_say_what_they_stand_for(int parallelism)
    {
        int[] lengths = [300_000, 1, 262_144, 5, 300_000];
        var facts = new List<FragmentFacts>();
        var output = new MemoryStream();
        using (var gzip = new GzipEncodingStream(output, parallelism, leaveOpen: true))
        {
            int at = 0;
            foreach (int length in lengths)
            {
                gzip.Write(Large.AsSpan(at, length));
                gzip.EndFragment(facts.Add);
                at += length;
            }
        }

        Assert.Equal(Large[..lengths.Sum()], Decode(output.ToArray()));
        Assert.Equal(lengths.Select(length => (long)length), facts.Select(fact => fact.Length));
        Assert.Equal(Crc32.Append(0, Large.AsSpan(0, 300_000)), facts[0].Crc);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_fragment_is_the_same_bytes_wherever_it_is_and_can_be_put_into_another_stream(int parallelism)
    {
        byte[] piece = Large[100_000..500_000];
        var (compressed, facts) = Fragment(piece, before: Large[..50_000], parallelism);
        Assert.Equal(compressed, Fragment(piece, before: Large[..70_000], parallelism).Compressed);

        var output = new MemoryStream();
        using (var gzip = new GzipEncodingStream(output, parallelism, leaveOpen: true))
        {
            gzip.Write(Large.AsSpan(0, 300_000));
            gzip.AppendFragment(() =>
            {
                output.Write(compressed);
                return facts;
            });
            gzip.Write(Large.AsSpan(0, 10));
        }

        // Decoding checks the CRC and the length of the whole.
        Assert.Equal([.. Large[..300_000], .. piece, .. Large[..10]], Decode(output.ToArray()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Members_begin_where_they_are_told_to(int parallelism)
    {
        var output = new MemoryStream();
        var ends = new List<long>();
        using (var gzip = new GzipEncodingStream(output, parallelism, leaveOpen: true))
        {
            for (int i = 0; i < 3; i++)
            {
                gzip.Write(Large.AsSpan(i * 100_000, 100_000));
                gzip.EndMember();
                gzip.Post(() => ends.Add(output.Length));
            }

            gzip.Drain();
            Assert.Equal(output.Length, ends[^1]);
        }

        Assert.Equal(ends[^1], output.Length); // nothing after the last
        byte[] all = output.ToArray();
        Assert.Equal(Large[..300_000], Decode(all));
        Assert.Equal(Large[100_000..200_000], Decode(all[(int)ends[0]..(int)ends[1]]));
        Assert.Equal(Encode(Large[100_000..200_000]), all[(int)ends[0]..(int)ends[1]]);
    }

    private static (byte[] Compressed, FragmentFacts Facts) Fragment(byte[] piece, byte[] before, int parallelism)
    {
        var output = new MemoryStream();
        long start = 0;
        long end = 0;
        FragmentFacts facts = default;
        using (var gzip = new GzipEncodingStream(output, parallelism, leaveOpen: true))
        {
            gzip.Write(before);
            gzip.Post(() => start = output.Length);
            gzip.Write(piece);
            gzip.EndFragment(fragment => (facts, end) = (fragment, output.Length));
        }

        return (output.ToArray()[(int)start..(int)end], facts);
    }

    private static byte[] Encode(byte[] content, int parallelism = 1, int step = 100_000)
    {
        var output = new MemoryStream();
        using (var gzip = new GzipEncodingStream(output, parallelism, leaveOpen: true))
        {
            foreach (byte[] piece in content.Chunk(step))
            {
                gzip.Write(piece);
                gzip.Flush();
            }
        }

        return output.ToArray();
    }

    private static byte[] Decode(byte[] gzip)
    {
        using var stream = new GZipStream(new MemoryStream(gzip), CompressionMode.Decompress);
        var output = new MemoryStream();
        stream.CopyTo(output);
        return output.ToArray();
    }
}
