using Bothy.EndToEnd.Tests.Alpine;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>Images for a kernel, as the program writes them.</summary>
public sealed class InitramfsTests : IDisposable
{
    private readonly Workshop _workshop = ApkWorkshop.Create();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Capabilities_that_have_no_place_are_said_to_be_lost_where_they_are()
    {
        new ApkRepositoryBuilder(_workshop["repository"])
            .Add(new ApkBuilder("busybox").Directory("bin").File("bin/busybox", "x", 0b111_101_101).File("bin/ping", "x", 0b111_101_101)
                .ExtendedAttribute("bin/ping", "security.capability", Convert.FromHexString("0100000200200000000000000000000000000000")))
            .Write();
        _workshop.WriteApkImage(packages: "busybox", more: "cmd: /bin/busybox\n");

        var outcome = await _workshop.RunAsync("build", "image.yaml", "--quiet", "-o", $"oci:{_workshop["out/image"]}", "-o", "initramfs:out.gz", "-o", "rootfs:out.tar");

        Assert.Equal((0, "warning: DIR/out.gz has no place for the capabilities of files: /bin/ping lacks its\n"), (outcome.Code, outcome.Error));
    }
}
