using System.Globalization;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>A disk that is full, at whatever point: the reason, nothing left behind, and the same store builds once there is room.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly Workshop _workshop = Workshop.WithArchive();
    private readonly List<string> _mounted = [];

    public void Dispose()
    {
        foreach (string mounted in _mounted)
        {
            // Lazily: opened packages keep their files open until they are collected.
            Judge.Run("umount", "--lazy", mounted).Succeeded();
        }

        _workshop.Dispose();
    }

    [RequiresTheory(Needs.Containers)]
    [InlineData(4)] // at the first index
    [InlineData(64)] // at a package
    [InlineData(200)] // at what is made of it
    [InlineData(288)] // at a layer
    public async Task Of_the_store(int kibibytes)
    {
        string disk = Mount("store", kibibytes);

        var refused = await _workshop.BuildAsync();

        Assert.Equal("cannot write to the store DIR/store: no space left on the device", refused.Message);
        Assert.Equal("Free some space, or set BOTHY_STORE to a directory with more of it.", refused.Hint);
        Assert.Equal((1, ""), (refused.Code, refused.Output));
        Assert.False(Directory.Exists(_workshop["out"]));
        Judge.Run("mount", "-o", "remount,size=8m", disk).Succeeded();
        await _workshop.AssertRecoversAsync();
    }

    [RequiresTheory(Needs.Containers)]
    [InlineData("oci", "image")]
    [InlineData("oci-archive", "image.tar")]
    [InlineData("docker-archive", "image.tar")]
    [InlineData("rootfs", "image.tar")]
    public async Task Of_the_output(string transport, string name)
    {
        string disk = Mount("full", 40);

        var refused = await _workshop.RunAsync("build", "image.yaml", "--quiet", "-o", $"{transport}:{disk}/{name}");

        Assert.Equal($"cannot write DIR/full/{name}: no space left on the device", refused.Message);
        Assert.Equal("Free some space, or write to another disk.", refused.Hint);
        Assert.Equal((1, ""), (refused.Code, refused.Output));
        Assert.Empty(Directory.GetFileSystemEntries(disk));
        StoreAudit.Check(_workshop.Store);
    }

    private string Mount(string name, int kibibytes)
    {
        string directory = _workshop[name];
        Directory.CreateDirectory(directory);
        Judge.Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={kibibytes}k"), "tmpfs", directory).Succeeded();
        _mounted.Add(directory);
        return directory;
    }
}
