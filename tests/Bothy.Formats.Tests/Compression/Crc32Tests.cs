using System.Globalization;
using Bothy.Formats.Compression;

namespace Bothy.Formats.Tests.Compression;

public sealed class Crc32Tests
{
    [Theory]
    [InlineData("", "00000000")]
    [InlineData("123456789", "CBF43926")] // the check value of every catalogue of CRCs
    [InlineData("The quick brown fox jumps over the lazy dog", "414FA339")]
    public void Known_values(string text, string crc) =>
        Assert.Equal(uint.Parse(crc, NumberStyles.HexNumber, CultureInfo.InvariantCulture), Crc32.Append(0, System.Text.Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Every_length_and_every_cut_gives_what_bit_by_bit_gives()
    {
        byte[] bytes = new byte[400];
        new Random(1).NextBytes(bytes);
        for (int length = 0; length <= bytes.Length; length++)
        {
            uint expected = BitByBit(bytes.AsSpan(0, length));
            Assert.Equal(expected, Crc32.Append(0, bytes.AsSpan(0, length)));
            int cut = length / 3;
            Assert.Equal(expected, Crc32.Append(Crc32.Append(0, bytes.AsSpan(0, cut)), bytes.AsSpan(cut, length - cut)));
        }
    }

    [Fact]
    public void Much_at_once_is_little_many_times()
    {
        byte[] bytes = new byte[1_000_003];
        new Random(2).NextBytes(bytes);
        uint little = 0;
        foreach (byte value in bytes)
        {
            little = Crc32.Append(little, [value]);
        }

        Assert.Equal(little, Crc32.Append(0, bytes));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 9)]
    [InlineData(9, 0)]
    [InlineData(1, 1)]
    [InlineData(1000, 31)]
    [InlineData(31, 70_001)]
    public void The_CRCs_of_two_runs_combine_to_that_of_both(int first, int second)
    {
        byte[] bytes = Contents.Noise(seed: 5, length: first + second);

        Assert.Equal(
            Crc32.Append(0, bytes),
            Crc32.Combine(Crc32.Append(0, bytes.AsSpan(0, first)), Crc32.Append(0, bytes.AsSpan(first)), second));
    }

    [Fact]
    public void Lengths_beyond_32_bits_combine()
    {
        // Four gibibytes of zeros by doubling; whichever two of three runs are joined first, the result is the same.
        uint crc = Crc32.Append(0, new byte[1 << 20]);
        uint doubled = crc;
        for (long length = 1 << 20; length < 4L << 30; length *= 2)
        {
            doubled = Crc32.Combine(doubled, doubled, length);
        }

        Assert.Equal(Crc32.Combine(Crc32.Combine(crc, doubled, 4L << 30), crc, 1 << 20), Crc32.Combine(crc, Crc32.Combine(doubled, crc, 1 << 20), (4L << 30) + (1 << 20)));
    }

    private static uint BitByBit(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
            }
        }

        return ~crc;
    }
}
