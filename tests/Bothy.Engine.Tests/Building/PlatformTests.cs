using Bothy.Engine.Building;
using Bothy.Engine.ImageFiles;

namespace Bothy.Engine.Tests.Building;

public sealed class PlatformTests
{
    [Theory]
    [InlineData("amd64", "linux/amd64")]
    [InlineData("arm64", "linux/arm64")]
    [InlineData("armhf", "linux/arm/v7")]
    [InlineData("armel", "linux/arm/v5")]
    [InlineData("i386", "linux/386")]
    [InlineData("ppc64el", "linux/ppc64le")]
    [InlineData("s390x", "linux/s390x")]
    [InlineData("riscv64", "linux/riscv64")]
    [InlineData("mips64el", "linux/mips64le")]
    public void Debians_architectures_are_platforms_and_back(string debian, string platform)
    {
        Assert.True(ImageArchitecture.TryParse(debian, preferDebian: true, out var architecture));
        Assert.Equal(platform, ImageComposer.PlatformOf(architecture).ToString());
        Assert.Equal(debian, architecture.Debian);
    }

    [Theory]
    [InlineData("all")]
    [InlineData("hurd-i386")]
    [InlineData("")]
    public void Other_names_are_no_architectures(string name) => Assert.False(ImageArchitecture.TryParse(name, preferDebian: true, out _));
}
