using System.Text.Json;
using Bothy.Formats.Trees;

namespace Bothy.Oci.Tests;

/// <summary>What skopeo, umoci and the disk say about what we write.</summary>
public sealed class ContainerProgramsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [RequiresTheory(Needs.Containers)]
    [InlineData("oci:{0}/x:v1", "oci:{0}/x:v1")]
    [InlineData("oci:{0}/x", "oci:{0}/x")]
    [InlineData("oci-archive:{0}/x.tar:v1", "oci-archive:{0}/x.tar:v1")]
    [InlineData("oci-archive:{0}/x.tar", "oci-archive:{0}/x.tar")]
    [InlineData("docker-archive:{0}/x.tar:test:v1", "docker-archive:{0}/x.tar:test:v1")]
    [InlineData("docker-archive:{0}/x.tar", "docker-archive:{0}/x.tar")]
    public void Skopeo_inspects_and_copies_it(string destination, string source)
    {
        var image = Samples.Image();
        Write(destination, image);
        source = string.Format(null, source, _directory.Path);

        using var inspected = JsonDocument.Parse(Judge.Run("skopeo", "inspect", source).Succeeded().Output);
        Assert.Equal("amd64", inspected.RootElement.GetProperty("Architecture").GetString());
        Assert.Equal("<\u00e9>", inspected.RootElement.GetProperty("Labels").GetProperty("k").GetString());
        if (source.StartsWith("oci", StringComparison.Ordinal))
        {
            Assert.Equal(image.Root.Descriptor.Digest.ToString(), inspected.RootElement.GetProperty("Digest").GetString());
        }

        byte[] config = Judge.Run("skopeo", "inspect", "--config", "--raw", source).Succeeded().OutputBytes;
        Assert.Equal(image.Manifest.Config.Digest, Digest.Of(config));

        // Copying reads every layer and compares its digest with the configuration's.
        Judge.Run("skopeo", "copy", "--insecure-policy", "-q", source, "oci:" + _directory["copied:x"]).Succeeded();
        Judge.Run("skopeo", "copy", "--insecure-policy", "-q", source, "docker-archive:" + _directory["copied.tar"] + ":copied:x").Succeeded();
    }

    [RequiresFact(Needs.Containers)]
    public void Skopeo_finds_each_platform()
    {
        Write("oci:{0}/x:v1", Samples.Index());
        foreach (string architecture in new[] { "amd64", "arm64" })
        {
            string output = Judge.Run("skopeo", "--override-os", "linux", "--override-arch", architecture, "inspect", "oci:" + _directory["x:v1"]).Succeeded().Output;
            Assert.Contains($"\"Architecture\": \"{architecture}\"", output, StringComparison.Ordinal);
        }
    }

    [RequiresFact(Needs.Containers)]
    public void Umoci_unpacks_it()
    {
        Write("oci:{0}/x:v1", Samples.Image());
        Judge.Run("umoci", "stat", "--image", _directory["x:v1"], "--json").Succeeded();
        Judge.Run("umoci", "unpack", "--image", _directory["x:v1"], _directory["bundle"]).Succeeded();

        string listing = Judge.Run("find", [".", "-mindepth", "1", "-printf", "%y %m %U:%G %P %l %n %T@\\n"], directory: _directory["bundle/rootfs"]).Succeeded().Output;

        string longPath = "usr/share/" + new string('l', 120);
        string[] expected =
        [
            "d 1777 0:0 tmp  2 0.0000000000",
            "d 755 0:0 etc  2 1700000000.0000000000",
            "f 4755 0:0 usr/bin/a-second  2 1700000000.0000000000",
            "f 4755 0:0 usr/bin/b-first  2 1700000000.0000000000",
            "f 644 0:0 etc/os-release  1 0.0000000000",
            $"f 644 0:0 {longPath}/{new string('m', 120)}  1 0.0000000000",
            "f 644 65532:65532 var/lib/blob  1 0.0000000000",
            "l 777 0:0 bin usr/bin 1 0.0000000000",
        ];
        string[] lines = listing.Split('\n');
        Assert.All(expected, line => Assert.Contains(line, lines));
        Assert.Equal(Samples.Rich().Entries.Single(entry => entry.Path.Value == "var/lib/blob").Content!.Digest, Digest.Of(File.ReadAllBytes(_directory["bundle/rootfs/var/lib/blob"])));
    }

    [RequiresTheory(Needs.Containers)]
    [InlineData("docker-archive:{0}/x.tar:test:v1", "localhost/test:v1")] // where podman puts names without a registry
    [InlineData("oci-archive:{0}/x.tar:v1", "localhost/v1:latest")]
    public void Podman_loads_it(string destination, string name)
    {
        Write(destination, Samples.Image());
        string[] podman = ["--root", _directory["root"], "--runroot", _directory["run"], "--storage-driver", "vfs"];
        Judge.Run("podman", [.. podman, "load", "-q", "-i", _directory["x.tar"]]).Succeeded();

        Assert.Equal(name + "\n", Judge.Run("podman", [.. podman, "images", "--format", "{{.Repository}}:{{.Tag}}"]).Succeeded().Output);
        Judge.Run("podman", [.. podman, "rmi", "--all"]).Succeeded();
    }

    [RequiresFact(Needs.Containers)]
    public void A_full_disk_is_said_and_leaves_nothing()
    {
        Judge.Run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", _directory.Path).Succeeded();
        try
        {
            byte[] noise = new byte[1 << 20];
            new Random(1).NextBytes(noise);
            var (layer, blob) = Samples.WriteLayer(Samples.Tree(TreeEntry.File(TreePath.Parse("noise"), FileContent.Of(noise), Samples.Origin)));
            var image = OciImage.Create(Samples.Config(), [(layer, FileContent.Of(blob))]);
            foreach (string destination in new[] { "oci:{0}/new/x", "oci-archive:{0}/new/x", "docker-archive:{0}/x" })
            {
                var failure = Assert.Throws<BothyException>(() => Write(destination, image));
                Assert.EndsWith("/x: no space left on the device", failure.Message, StringComparison.Ordinal);
                Assert.Empty(Directory.GetFileSystemEntries(_directory.Path));
            }
        }
        finally
        {
            Judge.Run("umount", _directory.Path).Succeeded();
        }
    }

    private void Write(string destination, OciContent image)
    {
        Assert.True(Destination.TryParse(string.Format(null, destination, _directory.Path), out var parsed, out string? reason), reason);
        parsed.Write(new Delivery(image, [], Samples.Epoch), CancellationToken.None);
    }
}
