using System.Text.Json;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>What a build takes from the builds before it, and what makes it anew.</summary>
public sealed class RebuildTests : IDisposable
{
    private readonly Workshop _workshop = Workshop.WithArchive();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Where_nothing_has_changed_neither_packages_nor_files_are_looked_at()
    {
        (await _workshop.RunAsync("lock", "image.yaml", "--quiet")).Succeeded();
        string first = (await _workshop.BuildAsync("--locked")).Succeeded().Output;
        foreach (string room in new[] { "blobs", "catalogues" })
        {
            Directory.Delete(Path.Combine(_workshop.Store, room), recursive: true);
            Directory.CreateDirectory(Path.Combine(_workshop.Store, room));
        }

        var again = await _workshop.RunAsync("build", "image.yaml", "--quiet", "--locked", "--offline", "-o", $"oci:{_workshop["again"]}");

        Assert.Equal((0, first, ""), (again.Code, again.Output, again.Error));
        Judge.Run("diff", "-r", _workshop["out/image"], _workshop["again"]).Succeeded();
    }

    [Fact]
    public async Task A_report_of_an_image_that_was_there_is_the_report_of_its_build()
    {
        var first = (await _workshop.RunAsync("build", "image.yaml", "--quiet", "--format", "json")).Succeeded();

        Assert.Equal(first, await _workshop.RunAsync("build", "image.yaml", "--quiet", "--format", "json"));
    }

    [Theory]
    [InlineData("stop-signal: SIGINT\n", "")]
    [InlineData("", "1600000000")] // SOURCE_DATE_EPOCH
    [InlineData("paths:\n  - {path: /etc/new, type: empty-file}\n", "")]
    [InlineData("compression: zstd\n", "")]
    public async Task Whatever_decides_the_image_makes_another(string more, string epoch)
    {
        string first = (await _workshop.BuildAsync()).Succeeded().Output;
        _workshop.WriteImage(more: more);
        if (epoch.Length > 0)
        {
            _workshop.Set("SOURCE_DATE_EPOCH", epoch);
        }

        Assert.NotEqual(first, (await _workshop.BuildAsync()).Succeeded().Output);
    }

    [Fact]
    public async Task Files_are_there_for_those_who_ask_for_them()
    {
        (await _workshop.BuildAsync()).Succeeded();

        (await _workshop.RunAsync("build", "image.yaml", "--quiet", "-o", $"rootfs:{_workshop["out/x.tar"]}")).Succeeded();
        Assert.Contains("usr/bin/hello\n", Judge.Run("tar", "-tf", _workshop["out/x.tar"]).Succeeded().Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("estargz")]
    [InlineData("zstd")]
    public async Task A_flipped_byte_in_anything_kept_is_found_and_made_good(string compression)
    {
        _workshop.WriteImage(more: $"compression: {compression}\n");
        var first = (await _workshop.BuildAsync()).Succeeded();
        foreach (string kept in Directory.GetFiles(Path.Combine(_workshop.Store, "results")))
        {
            Directory.Delete(_workshop["out"], recursive: true);
            byte[] bytes = await File.ReadAllBytesAsync(kept);
            bytes[bytes.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(kept, bytes);

            var again = await _workshop.BuildAsync();
            Assert.Equal((0, first.Output), (again.Code, again.Output));
            AssertBlobs(_workshop["out/image"]);
        }

        StoreAudit.Check(_workshop.Store);
    }

    [Fact]
    public async Task A_damaged_blob_in_a_layout_is_written_anew()
    {
        (await _workshop.BuildAsync()).Succeeded();
        string layer = Directory.GetFiles(_workshop["out/image/blobs/sha256"]).MaxBy(file => new FileInfo(file).Length)!;
        byte[] bytes = await File.ReadAllBytesAsync(layer);
        bytes[100] ^= 1;
        File.Delete(layer);
        await File.WriteAllBytesAsync(layer, bytes);

        (await _workshop.BuildAsync()).Succeeded();
        AssertBlobs(_workshop["out/image"]);
    }

    [Fact]
    public async Task Of_layers_by_origin_an_upgrade_changes_its_own_and_the_top()
    {
        _workshop.WriteImage(more: "layering: {strategy: origin}\n");
        string[] before = await LayersAsync();
        _workshop.WriteArchive(Workshop.Hello("2.0-1").File("usr/bin/hello-again", "#!/bin/greet\n"));
        string[] after = await LayersAsync();

        Assert.Equal(3, before.Length);
        Assert.Equal(before[0], after[0]); // libgreet, which hello needs
        Assert.NotEqual(before[1], after[1]);
        Assert.NotEqual(before[2], after[2]);
    }

    private static void AssertBlobs(string layout) =>
        Assert.All(Directory.GetFiles(Path.Combine(layout, "blobs/sha256")), blob => Assert.Equal(Path.GetFileName(blob), Digest.Of(File.ReadAllBytes(blob)).Hex));

    private async Task<string[]> LayersAsync()
    {
        string digest = (await _workshop.BuildAsync()).Succeeded().Output.Trim();
        using var manifest = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(_workshop["out/image/blobs/sha256"], Digest.Parse(digest).Hex)));
        return [.. manifest.RootElement.GetProperty("layers").EnumerateArray().Select(layer => layer.GetProperty("digest").GetString()!)];
    }
}
