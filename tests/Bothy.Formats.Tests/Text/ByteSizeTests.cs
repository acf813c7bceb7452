using Bothy.Formats.Text;

namespace Bothy.Formats.Tests.Text;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(1023, "1023 B")]
    [InlineData(1024, "1.0 KiB")]
    [InlineData(22_440_116, "21.4 MiB")]
    [InlineData(3L << 30, "3.00 GiB")]
    public void Reads_as_people_do(long bytes, string text) => Assert.Equal(text, ByteSize.Text(bytes));
}
