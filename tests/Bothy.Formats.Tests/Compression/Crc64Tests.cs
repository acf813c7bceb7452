using System.Globalization;
using Bothy.Formats.Compression.Xz;

namespace Bothy.Formats.Tests.Compression;

public sealed class Crc64Tests
{
    [Theory]
    [InlineData("", "0000000000000000")]
    [InlineData("123456789", "995DC9BBDF1939FA")] // the check value of every catalogue of CRCs
    public void Known_values(string text, string crc) =>
        Assert.Equal(ulong.Parse(crc, NumberStyles.HexNumber, CultureInfo.InvariantCulture), Crc64.Append(0, System.Text.Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Every_length_and_every_cut_gives_what_bit_by_bit_gives()
    {
        byte[] bytes = Contents.Noise(seed: 3, length: 400);
        for (int length = 0; length <= bytes.Length; length++)
        {
            ulong expected = BitByBit(bytes.AsSpan(0, length));
            Assert.Equal(expected, Crc64.Append(0, bytes.AsSpan(0, length)));
            int cut = length / 3;
            Assert.Equal(expected, Crc64.Append(Crc64.Append(0, bytes.AsSpan(0, cut)), bytes.AsSpan(cut, length - cut)));
        }
    }

    [Fact]
    public void Much_at_once_is_little_many_times()
    {
        byte[] bytes = Contents.Noise(seed: 4, length: 1_000_003);
        ulong little = 0;
        foreach (byte value in bytes)
        {
            little = Crc64.Append(little, [value]);
        }

        Assert.Equal(little, Crc64.Append(0, bytes));
    }

    private static ulong BitByBit(ReadOnlySpan<byte> bytes)
    {
        ulong crc = ulong.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xC96C5795D7870F42 & (0 - (crc & 1)));
            }
        }

        return ~crc;
    }
}
