using System.Collections.Immutable;
using Bothy.Engine.LocalFiles;

namespace Bothy.Engine.Tests.LocalFiles;

public sealed class FileDigestsTests : LocalFilesTestBase
{
    [Fact]
    public void A_file_that_has_not_changed_is_not_read_again()
    {
        string[] names = ["a", "b"];
        Write("a", "12345");
        Write("b", "123");

        Assert.Equal((8, Digest.Of("12345"u8)), Hash(names));
        Assert.Equal((0, Digest.Of("12345"u8)), Hash(names));
        Rewrite("b", "321");
        Assert.Equal((3, Digest.Of("12345"u8)), Hash(names));
        Assert.Equal((0, Digest.Of("12345"u8)), Hash(names));
    }

    [Fact]
    public void A_change_is_seen_when_size_and_time_of_the_file_are_as_before()
    {
        string path = Write("a", "before");
        var time = File.GetLastWriteTimeUtc(path);
        Assert.Equal((6, Digest.Of("before"u8)), Hash("a"));

        Rewrite("a", "behind");
        File.SetLastWriteTimeUtc(path, time);

        Assert.Equal((6, Digest.Of("behind"u8)), Hash("a"));
    }

    [Fact]
    public void Another_file_under_the_same_name_is_seen()
    {
        string path = Write("a", "before");
        Write("b", "behind");
        Assert.Equal(Digest.Of("before"u8), Hash("a").First);

        File.Move(Path.Combine(Project, "b"), path, overwrite: true);

        Assert.Equal(Digest.Of("behind"u8), Hash("a").First);
    }

    [Fact]
    public void What_changed_within_the_last_tick_of_a_clock_is_read_each_time()
    {
        Write("a", "12345");
        Clock.Now = DateTimeOffset.UtcNow.AddSeconds(1);
        Hash("a");
        Assert.Equal(5, Hash("a").Read);

        Clock.Now = DateTimeOffset.UtcNow.AddSeconds(10);
        Assert.Equal(5, Hash("a").Read);
        Assert.Equal(0, Hash("a").Read);
    }

    [Fact]
    public void Files_that_are_gone_are_forgotten_and_others_are_not()
    {
        Write("a", "12345");
        Write("b", "123");
        Hash("a", "b");

        Assert.Equal(0, Hash("a").Read);
        Assert.Equal(3, Hash("a", "b").Read);
    }

    [Fact]
    public void A_file_that_is_gone_or_is_none_is_said()
    {
        var gone = new FoundFile(["a"], Path.Combine(Project, "a"), default);

        var refused = Assert.Throws<BothyException>(() => new FileDigests(Store, Clock, 2).Of("test", [gone, gone], new Progress<long>(), CancellationToken.None));

        Assert.Equal($"cannot read {gone.FullPath}: there is no such file or directory", refused.Message);
    }

    [Fact]
    public void A_file_that_is_written_to_all_the_time_is_refused()
    {
        // The kernel's own numbers, another text each time that it is read.
        var status = FileStatus.Of("/proc/uptime");

        var refused = Assert.Throws<BothyException>(() => new FileDigests(Store, Clock, 2).Of("test", [new FoundFile(["uptime"], "/proc/uptime", status)], new Progress<long>(), CancellationToken.None));

        Assert.Equal("cannot read /proc/uptime: it changes while the image is built", refused.Message);
    }

    // The tests' clock takes a file that was just written for an old one, so that the file system's must have gone on.
    private void Rewrite(string name, string text)
    {
        long before = FileStatus.Of(Path.Combine(Project, name)).Changed;
        do
        {
            Write(name, text);
        }
        while (FileStatus.Of(Path.Combine(Project, name)).Changed == before);
    }

    private (long Read, Digest First) Hash(params string[] names)
    {
        var digests = new FileDigests(Store, Clock, 2);
        ImmutableArray<LocalContent> contents = digests.Of(
            "test",
            [.. names.Select(name => new FoundFile([name], Path.Combine(Project, name), FileStatus.Of(Path.Combine(Project, name))))],
            new Progress<long>(),
            CancellationToken.None);
        return (digests.Bytes.Read, contents[0].Digest);
    }
}
