using Bothy.Engine.Locking;

namespace Bothy.Engine.Tests.Locking;

public sealed class VendorDirectoryTests : IDisposable
{
    private static readonly byte[] Content = [1, 2, 3];

    private readonly TemporaryDirectory _directory = new();
    private readonly LockedPackage _package = SampleLock.Package("curl", "1:7.88", Content);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Keeps_a_package_under_its_name_and_finds_it()
    {
        var vendor = new VendorDirectory(_directory["vendor"]);
        Assert.Null(await vendor.FindAsync(_package, CancellationToken.None));

        string file = await vendor.AddAsync(_package, new MemoryStream(Content), CancellationToken.None);

        Assert.Equal(_directory["vendor/curl_7.88_amd64.deb"], file);
        Assert.Equal(Content, await File.ReadAllBytesAsync(file));
        Assert.Equal(file, await vendor.FindAsync(_package, CancellationToken.None));
        Assert.Equal(file, await vendor.AddAsync(_package, Stream.Null, CancellationToken.None)); // what is there is not read again
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 4 }, "its content is sha256:")]
    [InlineData(new byte[] { 1, 2 }, "its content is sha256:")]
    [InlineData(new byte[] { 1, 2, 3, 4 }, "it is longer than the 3 bytes of the lock")]
    public async Task Keeps_nothing_else(byte[] content, string reason)
    {
        var failure = await Assert.ThrowsAsync<BothyException>(() => new VendorDirectory(_directory.Path).AddAsync(_package, new MemoryStream(content), CancellationToken.None));

        Assert.StartsWith($"cannot keep curl 1:7.88 (amd64): {reason}", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public async Task Two_files_of_one_name_live_side_by_side()
    {
        var vendor = new VendorDirectory(_directory.Path);
        var other = SampleLock.Package("curl", "2:7.88", [9, 9, 9]);

        string first = await vendor.AddAsync(_package, new MemoryStream(Content), CancellationToken.None);
        string second = await vendor.AddAsync(other, new MemoryStream([9, 9, 9]), CancellationToken.None);

        Assert.NotEqual(first, second);
        Assert.Equal(first, await vendor.FindAsync(_package, CancellationToken.None));
        Assert.Equal(second, await vendor.FindAsync(other, CancellationToken.None));
    }

    [Fact]
    public async Task A_damaged_file_is_not_found_and_is_added_again()
    {
        var vendor = new VendorDirectory(_directory.Path);
        await File.WriteAllBytesAsync(_directory["curl_7.88_amd64.deb"], [7, 7, 7]);

        Assert.Null(await vendor.FindAsync(_package, CancellationToken.None));
        string added = await vendor.AddAsync(_package, new MemoryStream(Content), CancellationToken.None);

        Assert.Equal(added, await vendor.FindAsync(_package, CancellationToken.None));
    }

    [Theory]
    [InlineData("http://mirror.example/..%2f..%2fetc%2fpasswd")]
    [InlineData("http://mirror.example/.hidden")]
    [InlineData("http://mirror.example/a%00b")]
    public async Task A_name_cannot_lead_elsewhere(string url)
    {
        var odd = _package with { Url = new Uri(url) };

        Assert.Equal(_directory[_package.Digest!.Value.Hex], await new VendorDirectory(_directory.Path).AddAsync(odd, new MemoryStream(Content), CancellationToken.None));
    }
}
