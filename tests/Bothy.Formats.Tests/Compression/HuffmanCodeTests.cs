using Bothy.Formats.Compression.Deflate;

namespace Bothy.Formats.Tests.Compression;

public sealed class HuffmanCodeTests
{
    [Theory]
    [InlineData(15)]
    [InlineData(7)] // for 19 symbols, as in a block's header
    public void A_code_is_complete_and_no_longer_than_its_limit(int longest)
    {
        var random = new Random(12);
        for (int round = 0; round < 500; round++)
        {
            int[] frequencies = new int[longest == 7 ? 19 : 286];
            int steepness = random.Next(1, 24);
            for (int i = 0; i < frequencies.Length; i++)
            {
                frequencies[i] = random.Next(3) == 0 ? 0 : 1 << random.Next(steepness);
            }

            var code = new HuffmanCode(frequencies.Length, longest);
            code.Build(frequencies);

            Assert.Equal(1.0, code.Lengths.Where(length => length > 0).Sum(length => Math.Pow(2, -length)));
            Assert.InRange(code.Lengths.Max(), 1, longest);
            Assert.All(frequencies.Index(), symbol => Assert.True(symbol.Item == 0 || code.Lengths[symbol.Index] > 0));
        }
    }

    [Fact]
    public void A_symbol_that_occurs_more_often_never_has_a_longer_code()
    {
        int[] frequencies = [5, 1, 1, 2, 3, 900, 0, 40, 40];
        var code = new HuffmanCode(frequencies.Length, longest: 4);
        code.Build(frequencies);

        Assert.Equal([4, 4, 4, 4, 4, 1, 0, 4, 3], code.Lengths.Select(length => (int)length));
    }

    [Theory]
    [InlineData(new int[] { 0, 0, 0 })]
    [InlineData(new int[] { 0, 0, 7 })]
    public void Fewer_than_two_symbols_still_make_a_complete_code(int[] frequencies)
    {
        var code = new HuffmanCode(frequencies.Length, longest: 15);
        code.Build(frequencies);

        Assert.Equal(2, code.Lengths.Count(length => length == 1));
        Assert.All(frequencies.Index(), symbol => Assert.True(symbol.Item == 0 || code.Lengths[symbol.Index] == 1));
    }
}
