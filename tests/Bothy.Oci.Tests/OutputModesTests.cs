using System.Runtime.InteropServices;
using Bothy.Formats.Trees;

namespace Bothy.Oci.Tests;

/// <summary>Alone, since a umask is the whole process's.</summary>
[CollectionDefinition(nameof(OutputModesTests), DisableParallelization = true)]
public sealed class OutputModesCollection;

[Collection(nameof(OutputModesTests))]
public sealed class OutputModesTests
{
    [Theory]
    [InlineData(0b000_111_111)]
    [InlineData(0b000_000_000)]
    public void No_umask_changes_what_is_written(int umask)
    {
        using var directory = new TemporaryDirectory();
        uint before = SetUmask((uint)umask);
        try
        {
            foreach (string destination in new[] { "oci:{0}/new/layout", "oci:{0}/new/layout:again", "oci-archive:{0}/deep/er/x.tar", "rootfs:{0}/rootfs.tar" })
            {
                Assert.True(Destination.TryParse(string.Format(null, destination, directory.Path), out var parsed, out _));
                parsed.Write(new Delivery(Samples.Image(), [Samples.Rich()], Samples.Epoch), CancellationToken.None);
            }
        }
        finally
        {
            _ = SetUmask(before);
        }

        var wrong = new DirectoryInfo(directory.Path).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Where(entry => Convert.ToString((int)entry.UnixFileMode, 8) != (entry is DirectoryInfo ? "755" : "644"));
        Assert.Empty(wrong);
    }

    [Fact]
    public void A_blob_that_is_gone_is_named()
    {
        var failure = Assert.Throws<BothyException>(() => new FileOnDisk("/nowhere/x", 0, default).OpenRead());
        Assert.Equal("cannot read /nowhere/x: there is no such file or directory", failure.Message);
    }

    [Fact]
    public void A_layer_in_a_file_is_copied_into_a_layout()
    {
        using var directory = new TemporaryDirectory();
        var (layer, bytes) = Samples.WriteLayer(Samples.Rich());
        File.WriteAllBytes(directory["layer"], bytes);
        FileContent content = new FileOnDisk(directory["layer"], layer.Blob.Size, layer.Blob.Digest);
        Layout.OciLayoutWriterTests.WriteAndVerify(directory["x"], OciImage.Create(Samples.Config(), [(layer, content)]));
    }

    [DllImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint SetUmask(uint mask);
}
