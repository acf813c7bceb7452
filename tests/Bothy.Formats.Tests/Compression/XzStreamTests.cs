using Bothy.Formats.Compression;

namespace Bothy.Formats.Tests.Compression;

public sealed class XzStreamTests
{
    private const long Plenty = 64 << 20;

    private static readonly string[] Options =
    [
        "-6", "-0", "-9e", "--check=none", "--check=crc32", "--check=sha256", "--block-size=10000", "-T2", "--single-stream",
        "--lzma2=lc=0,lp=0,pb=0", "--lzma2=lc=0,lp=4,pb=4", "--lzma2=lc=4,lp=0,pb=0", "--lzma2=lc=1,lp=3,pb=1", "--lzma2=dict=4KiB", "--lzma2=dict=12KiB",
        "--x86 --lzma2", "--x86=start=4096 --lzma2=dict=4KiB", "--arm --lzma2", "--armthumb --lzma2", "--arm64 --lzma2", "--powerpc --lzma2", "--ia64 --lzma2",
        "--sparc --lzma2", "--delta --lzma2", "--delta=dist=256 --lzma2", "--delta=dist=3 --x86 --arm64 --lzma2", "--ia64 --delta=dist=4 --lzma2",
    ];

    public static TheoryData<string> AllOptions => [.. Options];

    public static TheoryData<string> Damaged => ["-6", "--check=none", "--check=sha256 --block-size=1000", "--check=crc32 -T2"];

    [RequiresTheory(XzJudge.Need)]
    [MemberData(nameof(AllOptions))]
    public void Reads_what_xz_writes(string options)
    {
        byte[] content = [.. Contents.All.SelectMany(content => content)];

        Assert.Equal(content, Read(XzJudge.Compress(content, options.Split(' '))));
    }

    [RequiresFact(XzJudge.Need)]
    public void Reads_through_a_long_file_with_a_small_dictionary()
    {
        // Far longer than the dictionary, with matches at every distance, so that the ring wraps often and in all kinds of places.
        byte[] content = Contents.Repetitive(seed: 7, length: 2_000_000, farthest: 60_000);

        foreach (string dictionary in new[] { "4KiB", "48KiB", "1MiB" })
        {
            Assert.Equal(content, Read(XzJudge.Compress(content, $"--lzma2=preset=1,dict={dictionary}")));
        }
    }

    [RequiresTheory(XzJudge.Need)]
    [InlineData(1, 1)]
    [InlineData(3, 100_000)]
    [InlineData(7, 11)]
    [InlineData(100_000, 1)]
    public void Pieces_of_any_size_in_and_out_make_the_same_bytes(int most, int step)
    {
        byte[] content = Contents.All[^1][..60_000];
        byte[] xz = XzJudge.Compress(content, "--block-size=20000", "--x86", "--lzma2");

        Assert.Equal(content, Read(xz, Plenty, most, step));
    }

    [RequiresFact(XzJudge.Need)]
    public void Streams_and_padding_between_and_behind_them_are_joined()
    {
        byte[] one = XzJudge.Compress([1, 2, 3]);
        byte[] two = XzJudge.Compress([4, 5], "--check=crc32");
        byte[] empty = XzJudge.Compress([]);

        Assert.Equal([], Read(empty));
        Assert.Equal([1, 2, 3, 4, 5], Read([.. one, .. two]));
        Assert.Equal([1, 2, 3, 4, 5], Read([.. one, 0, 0, 0, 0, .. empty, .. two, 0, 0, 0, 0, 0, 0, 0, 0]));
        Assert.Throws<MalformedDataException>(() => Read([.. one, 0, 0, 0]));
        Assert.Throws<MalformedDataException>(() => Read([.. one, 0, 0, .. two]));
        Assert.Throws<MalformedDataException>(() => Read([0, 0, 0, 0, .. one]));
        Assert.Throws<MalformedDataException>(() => Read([.. one, 1, 2, 3, 4]));
    }

    [RequiresTheory(XzJudge.Need)]
    [MemberData(nameof(Damaged))]
    public void A_file_cut_anywhere_is_refused(string options)
    {
        byte[] xz = XzJudge.Compress(Contents.Words(seed: 31, length: 3000), options.Split(' '));

        for (int length = 0; length < xz.Length; length++)
        {
            Assert.Throws<MalformedDataException>(() => Read(xz[..length]));
        }
    }

    [RequiresTheory(XzJudge.Need)]
    [MemberData(nameof(Damaged))]
    public void A_flipped_byte_anywhere_is_refused(string options)
    {
        byte[] content = Contents.Words(seed: 32, length: 3000);
        byte[] xz = XzJudge.Compress(content, options.Split(' '));
        bool hasCheck = !options.Contains("none", StringComparison.Ordinal);

        for (int at = 0; at < xz.Length; at++)
        {
            byte[] damaged = [.. xz];
            damaged[at] ^= (byte)(1 << (at & 7));
            try
            {
                byte[] read = Read(damaged);

                // Without a check the LZMA data itself may be anything.
                Assert.True(!hasCheck && read.Length == content.Length, $"byte {at} of {xz.Length}");
            }
            catch (MalformedDataException)
            {
                continue;
            }
        }
    }

    [RequiresFact(XzJudge.Need)]
    public void Accepts_and_refuses_damaged_files_as_xz_does()
    {
        byte[] content = Contents.Repetitive(seed: 33, length: 2000, farthest: 500);
        byte[] xz = XzJudge.Compress(content, "--check=none", "--block-size=900");
        var random = new Random(34);

        for (int round = 0; round < 40; round++)
        {
            byte[] damaged = [.. xz];
            damaged[random.Next(xz.Length)] ^= (byte)(1 << random.Next(8));

            Assert.Equal(XzJudge.Accepts(damaged), Accepts(damaged));
        }
    }

    [RequiresFact(XzJudge.Need)]
    public void A_dictionary_of_1_GiB_for_content_known_to_be_small_is_taken_no_larger_than_that()
    {
        byte[] known = XzJudge.Compress(Contents.Words(seed: 35, length: 1000), "--lzma2=dict=1GiB", "-T2", "--block-size=1MiB");

        Assert.Equal(1000, Read(known).Length);
    }

    [RequiresFact(XzJudge.Need)]
    public void A_dictionary_of_1_GiB_for_content_of_unknown_length_is_refused()
    {
        byte[] unknown = XzJudge.Compress([1, 2, 3], "--lzma2=dict=1GiB", "-T1");

        var failure = Assert.Throws<MalformedDataException>(() => Read(unknown));
        Assert.Equal("it needs a dictionary of 1024 MiB, and the limit is 64", failure.Problem);
    }

    [RequiresFact(XzJudge.Need)]
    public void One_byte_past_the_limit_is_refused_and_reading_on_does_not_look_like_an_end()
    {
        byte[] xz = XzJudge.Compress(new byte[100_000]);
        using var stream = new XzStream(new MemoryStream(xz), "bomb.xz", 99_999);
        byte[] buffer = new byte[200_000];

        var failure = Assert.Throws<BothyException>(() => stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
        Assert.Equal("cannot read bomb.xz: it unpacks to more than 99999 bytes", failure.Message);
        Assert.Throws<MalformedDataException>(() => stream.Read(buffer));
        Assert.Equal(100_000, Read(xz, 100_000).Length);
    }

    [Theory]
    [InlineData(2, "its integrity check, number 2, is not known")]
    [InlineData(15, "its integrity check, number 15, is not known")]
    [InlineData(16, "the stream header has flags that are reserved")]
    public void A_check_that_nobody_knows_is_named(byte check, string problem)
    {
        byte[] header = [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, 0, check, .. BitConverter.GetBytes(Crc32.Append(0, [0, check])), 0];

        Assert.Equal(problem, Assert.Throws<MalformedDataException>(() => Read(header)).Problem);
    }

    [Fact]
    public void A_filter_that_nobody_knows_is_named()
    {
        byte[] block = [2, 1, 0x0B, 0, 0x21, 1, 0, 0];
        byte[] xz = [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, 0, 0, .. BitConverter.GetBytes(Crc32.Append(0, [0, 0])), .. block, .. BitConverter.GetBytes(Crc32.Append(0, block))];

        Assert.Equal("filter 0xb is not known", Assert.Throws<MalformedDataException>(() => Read(xz)).Problem);
    }

    [RequiresFact(XzJudge.Need)]
    public void Random_bytes_behind_a_good_header_never_do_anything_but_fail()
    {
        byte[] xz = XzJudge.Compress(Contents.Code(seed: 36, length: 3000), "--check=none", "-T1");
        var random = new Random(37);
        for (int round = 0; round < 300; round++)
        {
            byte[] damaged = [.. xz];
            int from = random.Next(24, xz.Length);
            random.NextBytes(damaged.AsSpan(from, random.Next(xz.Length - from)));

            // Anything but a MalformedDataException fails the test.
            Accepts(damaged);
        }
    }

    private static bool Accepts(byte[] xz)
    {
        try
        {
            Read(xz);
            return true;
        }
        catch (MalformedDataException)
        {
            return false;
        }
    }

    private static byte[] Read(byte[] xz, long limit = Plenty, int most = int.MaxValue, int step = 4096)
    {
        using var stream = new XzStream(new TricklingStream(xz, most), "test.xz", limit);
        return TricklingStream.ReadAll(stream, step);
    }
}
