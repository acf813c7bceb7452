using Bothy.Formats.Compression;
using Bothy.Formats.Tar;

namespace Bothy.Formats.Tests.Compression;

public sealed class ZstdStreamTests
{
    private const long Plenty = 64 << 20;

    public static TheoryData<string> AllOptions =>
    [
        .. Enumerable.Range(1, 19).Select(level => $"-{level}"),
        "--ultra -20", "--ultra -22", "--fast=1", "--fast=5", "--fast=100", "-3 --long", "-19 --long=27", "--no-check", "--no-content-size", "-1 --rsyncable",
        "-T2 -B128KiB", "-9 --zstd=wlog=10", "-19 --zstd=wlog=17,mml=3,strat=9", "-1 --no-compress-literals", "-1 --compress-literals", "-5 --target-compressed-block-size=1500",
    ];

    public static TheoryData<string> Damaged => ["-3", "-19", "--fast=3 --no-check", "-1 --zstd=wlog=10"];

    [RequiresTheory(ZstdJudge.Need)]
    [MemberData(nameof(AllOptions))]
    public void Reads_what_zstd_writes(string options)
    {
        byte[] content = [.. Contents.All.SelectMany(content => content)];

        Assert.Equal(content, Read(ZstdJudge.Compress(content, options.Split(' '))));
    }

    [RequiresFact(ZstdJudge.Need)]
    public void Reads_content_of_every_shape_and_of_many_lengths()
    {
        var random = new Random(41);
        int[] lengths = [.. Enumerable.Range(0, 20), 63, 64, 255, 256, 257, 1023, 65_535, 65_536, 131_071, 131_072, 131_073, 262_145];
        byte[][] contents = [.. Contents.All, .. lengths.Select(length => Contents.Words(length, length)), .. lengths.Select(length => new byte[length])];

        Assert.All(contents, content => Assert.Equal(content, Read(ZstdJudge.Compress(content, $"-{random.Next(1, 20)}"))));
    }

    [RequiresTheory(ZstdJudge.Need)]
    [InlineData("--zstd=wlog=10")]
    [InlineData("--zstd=wlog=17")]
    [InlineData("--zstd=wlog=20,strat=7")]
    public void Reads_through_a_long_file_with_a_small_window(string options)
    {
        // Far longer than the window, with matches at every distance, so that the ring wraps often and in all kinds of places.
        byte[] content = Contents.Repetitive(seed: 47, length: 6_000_000, farthest: 900_000);

        Assert.Equal(content, Read(ZstdJudge.Compress(content, "-6", options)));
    }

    [RequiresTheory(ZstdJudge.Need)]
    [InlineData(1, 1)]
    [InlineData(3, 100_000)]
    [InlineData(7, 11)]
    [InlineData(100_000, 1)]
    public void Pieces_of_any_size_in_and_out_make_the_same_bytes(int most, int step)
    {
        byte[] content = Contents.All[^1][..60_000];

        Assert.Equal(content, Read(ZstdJudge.Compress(content, "--zstd=wlog=14"), Plenty, most, step));
    }

    [RequiresFact(ZstdJudge.Need)]
    public void Frames_are_joined_and_skippable_ones_passed_over()
    {
        byte[] one = ZstdJudge.Compress([1, 2, 3]);
        byte[] two = ZstdJudge.Compress([4, 5], "--no-check", "--no-content-size");
        byte[] empty = ZstdJudge.Compress([]);
        byte[] skippable = [0x50, 0x2A, 0x4D, 0x18, 4, 0, 0, 0, 9, 9, 9, 9];
        byte[] long1 = ZstdJudge.Compress(Contents.All[5], "-19");
        byte[] skippableLong = [0x5F, 0x2A, 0x4D, 0x18, 0, 0, 16, 0, .. new byte[1 << 20]];

        Assert.Equal([], Read(empty));
        Assert.Equal([], Read(skippable));
        Assert.Equal([1, 2, 3, 4, 5], Read([.. one, .. two]));
        Assert.Equal([1, 2, 3, 4, 5], Read([.. skippable, .. one, .. empty, .. skippableLong, .. two, .. skippable]));
        Assert.Equal([.. Contents.All[5], 4, 5, .. Contents.All[5]], Read([.. long1, .. two, .. long1]));
        Assert.Throws<MalformedDataException>(() => Read([]));
        Assert.Throws<MalformedDataException>(() => Read([.. one, 0]));
        Assert.Throws<MalformedDataException>(() => Read([.. one, 0, 0, 0, 0]));
        Assert.Throws<MalformedDataException>(() => Read([.. one, .. skippable[..^1]]));
    }

    [RequiresFact(Needs.Data, ZstdJudge.Need)]
    public void Reads_the_layer_of_an_image_that_others_built()
    {
        using var archive = File.OpenRead(Path.Combine(RealData.Directory, "images", "test-oci-zstd-image.tar"));
        var reader = new TarReader(archive, "image", TarLimits.Default);
        int layers = 0;
        while (reader.TryReadNext(out var entry))
        {
            byte[] blob = new byte[entry.Size];
            reader.OpenContent().ReadExactly(blob);
            if (blob is [0x28, 0xB5, 0x2F, 0xFD, ..])
            {
                layers++;
                Assert.Equal(ZstdJudge.Decompress(blob), Read(blob));
            }
        }

        Assert.Equal(1, layers);
    }

    [RequiresFact(ZstdJudge.Need)]
    public void Is_recognised_without_being_told()
    {
        byte[] zstd = ZstdJudge.Compress([1, 2, 3]);
        byte[] behindSkippable = [0x5E, 0x2A, 0x4D, 0x18, 1, 0, 0, 0, 9, .. zstd];

        Assert.All([zstd, behindSkippable], bytes => Assert.Equal([1, 2, 3], TricklingStream.ReadAll(Decompression.OpenRead(new MemoryStream(bytes), "test.zst", Plenty), 10)));
    }

    [RequiresTheory(ZstdJudge.Need)]
    [MemberData(nameof(Damaged))]
    public void A_file_cut_anywhere_is_refused(string options)
    {
        byte[] zstd = ZstdJudge.Compress(Contents.Words(seed: 31, length: 3000), options.Split(' '));

        for (int length = 0; length < zstd.Length; length++)
        {
            Assert.Throws<MalformedDataException>(() => Read(zstd[..length]));
        }
    }

    [RequiresTheory(ZstdJudge.Need)]
    [MemberData(nameof(Damaged))]
    public void A_flipped_byte_never_does_anything_but_fail(string options)
    {
        byte[] content = [.. Contents.Words(seed: 32, length: 3000), .. Contents.Repetitive(seed: 32, length: 3000, farthest: 2000)];
        byte[] zstd = ZstdJudge.Compress(content, options.Split(' '));
        bool hasCheck = !options.Contains("--no-check", StringComparison.Ordinal);

        for (int at = 0; at < zstd.Length; at++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] damaged = [.. zstd];
                damaged[at] ^= (byte)(1 << bit);

                // A window or a size of content that is none of the truth may still lead to the right bytes; no other bytes may come.
                Assert.True(TryRead(damaged) is not { } read || !hasCheck || read.AsSpan().SequenceEqual(content), $"byte {at}, bit {bit}");
            }
        }
    }

    [RequiresTheory(ZstdJudge.Need)]
    [InlineData("-1")]
    [InlineData("-12 --no-check")]
    [InlineData("-19 --zstd=wlog=10")]
    public void Random_bytes_behind_a_good_header_never_do_anything_but_fail(string options)
    {
        byte[] zstd = ZstdJudge.Compress([.. Contents.Code(seed: 36, length: 8000), .. Contents.Words(seed: 36, length: 8000)], options.Split(' '));
        var random = new Random(37);
        for (int round = 0; round < 3000; round++)
        {
            byte[] damaged = [.. zstd];
            int from = random.Next(6, zstd.Length);
            random.NextBytes(damaged.AsSpan(from, random.Next(Math.Min(zstd.Length - from, round % 2 == 0 ? 4 : 400))));
            if (round % 7 == 0)
            {
                damaged = damaged[..random.Next(damaged.Length)];
            }

            // Anything but a MalformedDataException fails the test.
            TryRead(damaged);
        }
    }

    // The other way round it does not hold: the program takes streams that are not used up, and a distance of 0 for 1, which RFC 8878 §4.2.2 and §3.1.1.5 call damage.
    [RequiresTheory(ZstdJudge.Need)]
    [InlineData("-15 --no-compress-literals")]
    [InlineData("-15 --compress-literals")]
    [InlineData("-1 --zstd=wlog=10")]
    public void What_is_accepted_of_damaged_files_is_what_zstd_reads(string options)
    {
        byte[] content = [.. Contents.Repetitive(seed: 33, length: 1500, farthest: 500), .. Contents.Words(seed: 33, length: 1500)];
        byte[] zstd = ZstdJudge.Compress(content, ["--no-check", .. options.Split(' ')]);
        var random = new Random(34);
        int accepted = 0;
        for (int round = 0; round < 200; round++)
        {
            byte[] damaged = [.. zstd];
            damaged[random.Next(7, zstd.Length)] ^= (byte)(1 << random.Next(8));
            if (TryRead(damaged) is { } read)
            {
                accepted++;
                Assert.Equal(ZstdJudge.Decompress(damaged), read);
            }
        }

        Assert.InRange(accepted, 1, 199);
    }

    [RequiresFact(ZstdJudge.Need)]
    public void One_byte_past_the_limit_is_refused_and_reading_on_does_not_look_like_an_end()
    {
        byte[] zstd = ZstdJudge.Compress(new byte[100_000]);
        using var stream = new ZstdStream(new MemoryStream(zstd), "bomb.zst", 99_999);
        byte[] buffer = new byte[200_000];

        var failure = Assert.Throws<BothyException>(() => stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
        Assert.Equal("cannot read bomb.zst: it unpacks to more than 99999 bytes", failure.Message);
        Assert.Throws<MalformedDataException>(() => stream.Read(buffer));
        Assert.Equal(100_000, Read(zstd, 100_000).Length);
    }

    [Theory]
    [InlineData("28b52ffd00a0", "it needs a window of 1024 MiB, and the limit is 128")]
    [InlineData("28b52ffd00f8", "it needs a window of 2097152 MiB, and the limit is 128")]
    [InlineData("28b52ffde0ffffffffffffffff", "the zstd frame says that it stands for more bytes than any file has")]
    [InlineData("28b52ffd030078563412", "it needs the zstd dictionary 305419896, and none can be used here")]
    [InlineData("28b52ffd0800", "the zstd frame header has a bit that is reserved")]
    [InlineData("28b52ffd0000", "the data is cut short")]
    [InlineData("28b52ffd0000070000", "a zstd block is of the kind that is reserved")]
    [InlineData("28b52ffd0000092000", "a zstd block is larger than its frame allows")] // 1025 bytes, window of 1 KiB
    [InlineData("28b52ffd0000050000", "a zstd block is compressed to nothing")]
    [InlineData("28b52ffd2001010000", "a zstd frame stands for other than the 1 bytes that it says")]
    [InlineData("28b52ffd20000b0000ff", "a zstd block is larger than its frame allows")]
    [InlineData("28b52ffd20000100002a2a2a2a", "what follows a zstd frame is none")]
    public void What_cannot_be_read_is_named(string hex, string problem) =>
        Assert.Equal(problem, Problem(Convert.FromHexString(hex)));

    private static byte[]? TryRead(byte[] zstd)
    {
        try
        {
            return Read(zstd);
        }
        catch (MalformedDataException)
        {
            return null;
        }
    }

    private static string Problem(byte[] zstd) => Assert.Throws<MalformedDataException>(() => Read(zstd)).Problem;

    private static byte[] Read(byte[] zstd, long limit = Plenty, int most = int.MaxValue, int step = 4096)
    {
        using var stream = new ZstdStream(new TricklingStream(zstd, most), "test.zst", limit);
        return TricklingStream.ReadAll(stream, step);
    }
}
