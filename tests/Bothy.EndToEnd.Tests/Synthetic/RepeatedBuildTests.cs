using System.Text;
using Bothy.Store;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>Locked builds that are asked for again in the same words: they give what the long way gives, whatever has happened meanwhile.</summary>
public sealed class RepeatedBuildTests : IDisposable
{
    private const string Kind = "repeat-2";

    private readonly Workshop _workshop = Workshop.WithArchive();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task What_was_said_and_given_is_said_and_given_again()
    {
        await LockAsync();
        string text = File.ReadAllText(_workshop["image.lock.json"]);
        File.WriteAllText(_workshop["image.lock.json"], text.Replace("\"compression\": \"v2\"", "\"compression\": \"v0\"", StringComparison.Ordinal));

        string[] line = ["build", "image.yaml", "--locked", "--format", "json", "-o", $"oci:{_workshop["out/image"]}"];
        var built = await _workshop.RunAsync(line);
        var found = await _workshop.RunAsync(line);
        Assert.Single(Records());
        Directory.Delete(_workshop["out"], recursive: true);
        var repeated = await _workshop.RunAsync(line);

        Assert.Contains("warning: the lock was written for compression v0", built.Error, StringComparison.Ordinal);
        Assert.Equal((0, built.Output), (found.Code, found.Output));
        Assert.Equal(found, repeated);
        Assert.True(Directory.Exists(_workshop["out/image/blobs"]));
    }

    [Fact]
    public async Task The_record_of_a_build_is_what_a_repeated_one_goes_by()
    {
        await RepeatableAsync();
        var store = new ContentStore(_workshop.Store);
        var key = Digest.Parse($"sha256:{Path.GetFileName(Records().Single()).Split('.')[0]}");
        string record = Encoding.UTF8.GetString(store.TryReadResult(Kind, key)!);
        store.AddResult(Kind, key, Encoding.UTF8.GetBytes(record.Replace("\"warnings\":[]", "\"warnings\":[\"planted\"]", StringComparison.Ordinal)));

        Assert.Equal("warning: planted\n", (await BuildAsync()).Error);
    }

    [Theory]
    [InlineData("image.yaml")]
    [InlineData("included/part.yaml")]
    public async Task A_file_with_other_bytes_is_read_again(string name)
    {
        Include();
        string before = await RepeatableAsync();
        File.AppendAllText(_workshop[name], "stop-signal: SIGINT\n");

        Assert.NotEqual(before, (await BuildAsync()).Succeeded().Output);
        Assert.Equal(FreshOutput(), (await BuildAsync()).Succeeded().Output);
    }

    [Fact]
    public async Task An_include_that_comes_before_the_one_that_was_read_is_read()
    {
        Include();
        string before = await RepeatableAsync();
        Directory.CreateDirectory(_workshop["included/included"]);
        File.WriteAllText(_workshop["included/included/second.yaml"], "stop-signal: SIGINT\n");

        Assert.NotEqual(before, (await BuildAsync()).Succeeded().Output);
    }

    [Fact]
    public async Task A_lock_that_is_gone_or_stale_is_refused_as_ever()
    {
        await RepeatableAsync();
        File.WriteAllText(_workshop["image.yaml"], File.ReadAllText(_workshop["image.yaml"]).Replace("[hello]", "[libgreet]", StringComparison.Ordinal));
        Assert.StartsWith("cannot build image.yaml from image.lock.json: it is stale", (await BuildAsync()).Message, StringComparison.Ordinal);

        File.Delete(_workshop["image.lock.json"]);
        Assert.Equal("cannot build image.yaml from its lock: there is no image.lock.json", (await BuildAsync()).Message);
    }

    [Theory]
    [InlineData("--arch", "arm64")]
    [InlineData("--strict")]
    [InlineData("--repository-append", "deb bookworm main")]
    public async Task Other_words_are_another_build(params string[] more)
    {
        await RepeatableAsync();
        await BuildAsync(more);
        await BuildAsync(more);

        // Never the record of the first: either there is one for these words too, or they were refused.
        Assert.InRange(Records().Length, 1, 2);
        Assert.Equal(more[0] == "--strict", Records().Length == 2);
    }

    [Fact]
    public async Task Another_time_is_another_image()
    {
        string before = await RepeatableAsync();
        _workshop.Set("SOURCE_DATE_EPOCH", "1600000000");

        Assert.NotEqual(before, (await BuildAsync()).Succeeded().Output);
    }

    [Fact]
    public async Task A_policy_is_asked_every_time()
    {
        _workshop.WriteImage(more: "policy: {size: {unpacked: 1GB}}\n");
        await LockAsync();
        for (int round = 0; round < 3; round++)
        {
            (await BuildAsync()).Succeeded();
        }

        Assert.Empty(Records());
    }

    [Fact]
    public async Task A_rootfs_has_its_files()
    {
        await RepeatableAsync();

        (await _workshop.RunAsync("build", "image.yaml", "--locked", "--quiet", "-o", $"rootfs:{_workshop["out/x.tar"]}")).Succeeded();
        Assert.Contains("usr/bin/hello\n", Judge.Run("tar", "-tf", _workshop["out/x.tar"]).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_layer_that_is_damaged_or_gone_is_made_anew()
    {
        string before = await RepeatableAsync();
        string layer = Directory.GetFiles(Path.Combine(_workshop.Store, "results"), "*.layer-*").MaxBy(file => new FileInfo(file).Length)!;
        byte[] bytes = File.ReadAllBytes(layer);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(layer, bytes);
        Directory.Delete(_workshop["out"], recursive: true);

        var again = await BuildAsync();
        Assert.Equal((0, before), (again.Code, again.Output));

        foreach (string kept in Directory.GetFiles(Path.Combine(_workshop.Store, "results"), "*.layer-*"))
        {
            File.Delete(kept);
        }

        Directory.Delete(_workshop["out"], recursive: true);
        Assert.Equal(before, (await BuildAsync()).Succeeded().Output);
        Assert.All(
            Directory.GetFiles(_workshop["out/image/blobs/sha256"]),
            blob => Assert.Equal(Path.GetFileName(blob), Digest.Of(File.ReadAllBytes(blob)).Hex));
    }

    private string[] Records() => Directory.GetFiles(Path.Combine(_workshop.Store, "results"), $"*.{Kind}");

    private async Task LockAsync() => (await _workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();

    // Both the file that another includes from beside itself and, where it is not there, from the working directory.
    private void Include()
    {
        Directory.CreateDirectory(_workshop["included"]);
        File.WriteAllText(_workshop["included/part.yaml"], "include: included/second.yaml\n");
        File.WriteAllText(_workshop["included/second.yaml"], "labels: {a: b}\n");
        _workshop.WriteImage(more: "include: included/part.yaml\n");
    }

    // What is built once is found the second time, and repeated from the third on.
    private async Task<string> RepeatableAsync()
    {
        await LockAsync();
        string first = (await BuildAsync()).Succeeded().Output;
        Assert.Empty(Records());
        (await BuildAsync()).Succeeded();
        Assert.Single(Records());
        Assert.Equal(first, (await BuildAsync()).Succeeded().Output);
        return first;
    }

    private Task<Outcome> BuildAsync(params string[] more) => _workshop.BuildAsync(["--locked", .. more]);

    private string FreshOutput()
    {
        _workshop.Set("BOTHY_STORE", _workshop["fresh"]);
        string output = BuildAsync().GetAwaiter().GetResult().Succeeded().Output;
        _workshop.Set("BOTHY_STORE", _workshop.Store);
        return output;
    }
}
