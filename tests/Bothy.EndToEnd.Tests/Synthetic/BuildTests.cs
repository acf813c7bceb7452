using System.Text.Json;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>What a build makes of a good archive, without the network.</summary>
public sealed class BuildTests : IDisposable
{
    private readonly Workshop _workshop = Workshop.WithArchive();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Every_kind_of_output_in_one_run()
    {
        var built = (await _workshop.RunAsync(
            "build", "image.yaml", "--quiet", "-t", "app:1", "-o", $"oci:{_workshop["layout"]}", "-o", $"oci-archive:{_workshop["oci.tar"]}",
            "-o", $"docker-archive:{_workshop["docker.tar"]}", "-o", $"rootfs:{_workshop["rootfs.tar"]}")).Succeeded();

        string digest = built.Output.Trim();
        Assert.Equal(digest, ManifestOf("layout", "app:1"));
        Judge.Run("tar", "-xf", _workshop["oci.tar"], "--one-top-level=" + _workshop["unpacked"]).Succeeded();
        Assert.Equal(digest, ManifestOf("unpacked", "app:1"));
        Assert.Contains("\"app:1\"", Judge.Run("tar", "-xOf", _workshop["docker.tar"], "manifest.json").Succeeded().Output, StringComparison.Ordinal);
        string[] files = Judge.Run("tar", "-tf", _workshop["rootfs.tar"]).Succeeded().Output.Split('\n');
        Assert.Contains("usr/bin/hello", files);
        Assert.Contains("usr/share/greet/words", files);
        StoreAudit.Check(_workshop.Store);
    }

    [Theory]
    [InlineData(20)] // in a package of the index
    [InlineData(-20)] // in the digests that it is opened with
    public async Task A_damaged_index_in_the_store_is_said_and_made_anew(int at)
    {
        var first = (await _workshop.BuildAsync()).Succeeded();
        string index = Directory.GetFiles(Path.Combine(_workshop.Store, "results"), "*.index-*").Single();
        byte[] good = File.ReadAllBytes(index);
        byte[] bytes = [.. good];
        bytes[at < 0 ? bytes.Length + at : at] ^= 0xFF;
        File.WriteAllBytes(index, bytes);

        var second = await _workshop.BuildAsync();

        Assert.Equal((0, first.Output), (second.Code, second.Output));
        Assert.Contains("; making it anew", second.Error, StringComparison.Ordinal);
        Assert.Equal(good.Length, new FileInfo(index).Length);
    }

    [Fact]
    public async Task A_damaged_package_in_the_store_is_said_and_made_anew()
    {
        var first = (await _workshop.BuildAsync()).Succeeded();

        // A layer that is there is not made from its packages again.
        Directory.Delete(Path.Combine(_workshop.Store, "results"), recursive: true);
        string catalogue = Directory.GetFiles(Path.Combine(_workshop.Store, "catalogues")).Order(StringComparer.Ordinal).First();
        byte[] bytes = File.ReadAllBytes(catalogue);
        bytes[0] ^= 0xFF; // the first byte of the first file
        File.WriteAllBytes(catalogue, bytes);

        var second = await _workshop.BuildAsync();

        Assert.Equal((0, first.Output), (second.Code, second.Output));
        Assert.Contains("; making it anew", second.Error, StringComparison.Ordinal);
        StoreAudit.Check(_workshop.Store);
    }

    [Fact]
    public async Task Two_architectures_are_one_index()
    {
        _workshop.WriteArchive(Workshop.Hello(architecture: "arm64"), "archive-arm64");
        string source = _workshop.Source.Replace("signed-by", "arch=amd64 signed-by", StringComparison.Ordinal);
        string other = source.Replace("amd64", "arm64", StringComparison.Ordinal).Replace(_workshop["archive"], _workshop["archive-arm64"], StringComparison.Ordinal);
        _workshop.WriteImageText($"contents:\n  repositories:\n    - {source}\n    - {other}\n  packages: [hello]\n");

        var built = (await _workshop.BuildAsync("--arch", "amd64,arm64")).Succeeded();
        var single = (await _workshop.RunAsync("build", "image.yaml", "--quiet", "--arch", "arm64")).Succeeded();

        using var index = Blob(built.Output.Trim());
        var manifests = index.RootElement.GetProperty("manifests").EnumerateArray().ToList();
        Assert.Equal(["amd64", "arm64"], manifests.Select(manifest => manifest.GetProperty("platform").GetProperty("architecture").GetString()));
        Assert.Equal(single.Output.Trim(), manifests[1].GetProperty("digest").GetString());
    }

    [Fact]
    public async Task Solve_lists_packages_in_installation_order_with_why()
    {
        var solved = (await _workshop.RunAsync("solve", "image.yaml", "--quiet", "--format", "json")).Succeeded();

        Assert.Equal(
            """
            [
              {
                "name": "libgreet",
                "version": "1.0-1",
                "arch": "amd64",
                "why": [
                  "hello needs libgreet"
                ]
              },
              {
                "name": "hello",
                "version": "1.0-1",
                "arch": "amd64",
                "why": [
                  "requested as hello"
                ]
              }
            ]

            """,
            solved.Output);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_workshop.Store, "catalogues")));
    }

    [Fact]
    public async Task The_time_that_SOURCE_DATE_EPOCH_sets_is_the_latest_that_an_image_shows()
    {
        string first = (await _workshop.BuildAsync()).Succeeded().Output;
        _workshop.Set("SOURCE_DATE_EPOCH", "1600000000");

        string second = (await _workshop.RunAsync("build", "image.yaml", "--quiet", "-o", $"oci:{_workshop["out/image"]}", "-o", $"rootfs:{_workshop["out/rootfs.tar"]}")).Succeeded().Output;

        Assert.NotEqual(first, second);
        using var manifest = Blob(second.Trim());
        using var config = Blob(manifest.RootElement.GetProperty("config").GetProperty("digest").GetString()!);
        Assert.Equal("2020-09-13T12:26:40Z", config.RootElement.GetProperty("created").GetString());
        string[] listed = Judge.Run("tar", "--utc", "--full-time", "-tvf", _workshop["out/rootfs.tar"]).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.All(listed, line => Assert.Contains("2020-09-13 12:26:40", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("-1")]
    [InlineData("99999999999999")]
    public async Task A_SOURCE_DATE_EPOCH_that_is_no_time(string value)
    {
        _workshop.Set("SOURCE_DATE_EPOCH", value);

        _workshop.AssertRefused(await _workshop.BuildAsync(), $"cannot use SOURCE_DATE_EPOCH: '{value}' is not a number of seconds since 1970");
    }

    [Fact]
    public async Task Strict_fails_where_a_script_does_what_nothing_stands_in_for()
    {
        _workshop.WriteArchive(Workshop.Hello().Control("postinst", "#!/bin/sh\nset -e\nfrobnicate --all\n"));
        const string scripts = "maintainer scripts that nothing stands in for:\n  hello: postinst line 3: frobnicate --all: no effect stands in for it";

        var lenient = await _workshop.BuildAsync();
        Directory.Delete(_workshop["out"], recursive: true);
        var strict = await _workshop.BuildAsync("--strict");

        Assert.Equal((0, $"warning: {scripts}\n"), (lenient.Code, lenient.Error));
        _workshop.AssertRefused(
            strict,
            $"cannot build image.yaml strictly: {scripts.Replace("that nothing stands", "do what nothing stands", StringComparison.Ordinal)}",
            "Build without --strict if the image does not need what they do.");
    }

    [Fact]
    public async Task Progress_is_plain_lines_where_it_is_no_terminal()
    {
        var built = await _workshop.RunAsync("build", "image.yaml");

        string[] lines = built.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["indexes amd64", "packages amd64", "layer amd64", "amd64"], lines.Select(line => line.Split(':')[0]));
        Assert.Equal("indexes amd64: 2 packages in 1 suites, 2 chosen", lines[0]);
        Assert.Equal(71 + 1, built.Output.Length);
    }

    private string ManifestOf(string layout, string name)
    {
        using var index = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_workshop[layout], "index.json")));
        var only = index.RootElement.GetProperty("manifests").EnumerateArray().Single();
        Assert.Equal(name, only.GetProperty("annotations").GetProperty("org.opencontainers.image.ref.name").GetString());
        return only.GetProperty("digest").GetString()!;
    }

    private JsonDocument Blob(string digest) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_workshop["out/image"], "blobs", digest.Replace(':', '/'))));
}
