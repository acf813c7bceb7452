namespace Bothy.Formats.Tests;

public sealed class FileFailureTests
{
    [Fact]
    public void Failures_of_the_file_system_have_plain_names()
    {
        Assert.Equal("permission denied", FileFailure.Reason(new UnauthorizedAccessException()));
        Assert.Equal("no space left on the device", FileFailure.Reason(new IOException("", 28)));
        Assert.Equal("there is no such file or directory", FileFailure.Reason(new DirectoryNotFoundException()));
        Assert.Equal("No such device or address", FileFailure.Reason(new IOException("No such device or address : '/dev/x'", 6)));
        Assert.True(FileFailure.IsNoRoom(new IOException("", 122)));
        Assert.False(FileFailure.IsNoRoom(new IOException("", 30)));
    }
}
