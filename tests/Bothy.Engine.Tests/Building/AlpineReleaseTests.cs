using Bothy.Engine.Building;

namespace Bothy.Engine.Tests.Building;

public sealed class AlpineReleaseTests
{
    [Theory]
    [InlineData("v3.19.1-643-gec825d20535", "https://x.example/mirror/main", "v3.19")]
    [InlineData("3.19.1", "/media/cdrom/apks", "v3.19")] // of a boot medium
    [InlineData("v3.20.0_alpha20240329-12-g0123456789a", "x", "v3.20")]
    [InlineData("v20240807-1234-g0123456789a", "https://x.example/mirror/main", "edge")]
    [InlineData("", "https://x.example/alpine/v3.18/community/", "v3.18")]
    [InlineData("", "https://x.example/alpine/edge/testing", "edge")]
    [InlineData("packages of ours", "https://x.example/alpine/v3.18/community", "v3.18")]
    [InlineData("v1.0", "/srv/packages", null)] // a repository of one's own
    [InlineData("", "https://packages.wolfi.dev/os", null)]
    [InlineData("", "v3.18", null)]
    public void Is_told_by_the_description_else_by_the_address(string description, string uri, string? release) =>
        Assert.Equal(release, AlpineRelease.Of(description, uri));
}
