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

    [RequiresTheory(XzJudge.Need)]
    [MemberData(nameof(AllOptions))]
    public void Reads_what_xz_writes(string options)
    {
        foreach (byte[] content in Contents.All)
        {
            Assert.Equal(content, Read(XzJudge.Compress(content, options.Split(' '))));
        }
    }

    [RequiresFact(XzJudge.Need)]
    public void Reads_through_a_long_file_with_a_small_dictionary()
    {
        // Far longer than the dictionary, with matches at every distance, so that the ring wraps often and in all kinds of places.
        byte[] content = Contents.Repetitive(seed: 7, length: 6_000_000, farthest: 60_000);

        foreach (string dictionary in new[] { "4KiB", "8KiB", "48KiB", "64KiB", "1MiB" })
        {
            Assert.Equal(content, Read(XzJudge.Compress(content, $"--lzma2=preset=1,dict={dictionary}")));
        }
    }

    private static byte[] Read(byte[] xz, long limit = Plenty, int step = 4096)
    {
        using var stream = new XzStream(new MemoryStream(xz), "test.xz", limit);
        var output = new MemoryStream();
        byte[] buffer = new byte[step];
        while (stream.Read(buffer) is > 0 and var read)
        {
            output.Write(buffer, 0, read);
        }

        return output.ToArray();
    }
}
