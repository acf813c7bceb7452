using System.Text.Json;

namespace Bothy.EndToEnd.Tests.Alpine;

/// <summary>Layers of every compression and strategy are accepted by the field's own tools, and run.</summary>
[Collection(RealImages.Name)]
public sealed class LayersUnderRuntimesTests(SharedStore store) : IDisposable
{
    private readonly TemporaryDirectory _output = new();

    public void Dispose() => _output.Dispose();

    [RequiresTheory(Needs.Data, Needs.Containers)]
    [InlineData("gzip", "single")]
    [InlineData("gzip", "origin")]
    [InlineData("estargz", "single")]
    [InlineData("estargz", "origin")]
    [InlineData("zstd", "single")]
    [InlineData("zstd", "origin")]
    public void Skopeo_copies_umoci_unpacks_and_podman_loads_and_runs_it(string compression, string strategy)
    {
        using var podman = new Podman();
        string file = AlpineExamples.WriteLocal("alpine-openssh", _output["image.yaml"]);
        File.AppendAllText(file, $"compression: {compression}\nlayering: {{strategy: {strategy}, budget: 6}}\n");
        string digest = BothyProgram.Build(store.Path, file, $"oci:{_output["image"]}:v1", "-o", $"docker-archive:{_output["docker.tar"]}:test:v1");

        using var manifest = JsonDocument.Parse(Judge.Run("skopeo", "inspect", "--raw", $"oci:{_output["image"]}:v1").Succeeded().Output);
        var layers = manifest.RootElement.GetProperty("layers").EnumerateArray().ToList();
        Assert.Equal(strategy == "single" ? 1 : 7, layers.Count);
        Assert.All(layers, layer => Assert.Equal($"application/vnd.oci.image.layer.v1.tar+{(compression == "zstd" ? "zstd" : "gzip")}", layer.GetProperty("mediaType").GetString()));
        Assert.All(layers, layer => Assert.Equal(compression == "estargz", layer.TryGetProperty("annotations", out _)));

        // Copying to a docker archive reads every layer and compares its archive with the configuration's digest. Docker's manifests know no zstd.
        string target = compression == "zstd" ? $"oci:{_output["copied"]}:x" : $"docker-archive:{_output["copied.tar"]}:copied:x";
        Judge.Run("skopeo", "copy", "--insecure-policy", "-q", $"oci:{_output["image"]}:v1", target).Succeeded();
        if (compression != "zstd")
        {
            Judge.Run("umoci", "unpack", "--image", $"{_output["image"]}:v1", _output["bundle"]).Succeeded();
            Assert.True(File.Exists(_output["bundle/rootfs/usr/sbin/sshd"]));
        }

        // What a single layer of gzip shows, whose directories need no other layer.
        BothyProgram.Build(store.Path, AlpineExamples.WriteLocal("alpine-openssh", _output["reference.yaml"]), $"oci:{_output["reference"]}:v1");
        string expected = Look(podman, podman.Pull($"oci:{_output["reference"]}:v1"));
        Assert.EndsWith("good\n", expected, StringComparison.Ordinal);

        podman.Run("load", "-q", "-i", _output["docker.tar"]).Succeeded();
        Assert.Equal(expected, Look(podman, podman.Pull($"oci:{_output["image"]}:v1")));
        Assert.Equal(expected, Look(podman, "localhost/test:v1"));
    }

    private static string Look(Podman podman, string image) => podman.Run(
        "run", "--rm", "--network", "none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "--entrypoint", "/bin/sh", image,
        "-c", "stat -c '%a %U %Y' /tmp /root /usr/lib /etc/ssh /home/visitor/.ssh; apk info | sort | md5sum; ssh-keygen -A > /dev/null && /usr/sbin/sshd -t && echo good").Succeeded().Output;
}
