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
    public void Contract_v1_is_these_bytes()
    {
        Assert.Equal("v1", GzipEncodingStream.Contract);
        Assert.Equal("bf44e021b8451822c9b3110de766a9fa04bca4d8f3d428bd29172aa3353917b3", Digest.Of(Large).Hex); // the input itself: random numbers are not ours

        // A change here changes the digest of every layer that was ever built: it needs a new name, not a new digest.
        Assert.Equal("09ca9c8e8dd02a5ca4b5942dca9d250a9d810768f57e2e8010d756512ca5fd3c", Digest.Of(Encode(Large)).Hex);
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
