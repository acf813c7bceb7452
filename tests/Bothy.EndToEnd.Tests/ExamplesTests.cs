using System.Text.Json;

namespace Bothy.EndToEnd.Tests;

/// <summary>Every example builds, is accepted by the field's own tools, and runs.</summary>
[Collection(RealImages.Name)]
public sealed class ExamplesTests(SharedStore store)
{
    private const string TlsContext =
        "import ssl, sys; c = ssl.create_default_context(); "
        + "print('hello from python', sys.version_info[0], c.cert_store_stats()['x509_ca'] > 100)";

    [RequiresTheory(Needs.Network, Needs.Containers)]
    [InlineData("python", "hello from python 3 True", "-c", TlsContext)]
    [InlineData("python-trixie", "hello from python 3 True", "-c", TlsContext)]
    [InlineData("nodejs", "hello from node true", "-e", "console.log(`hello from node ${require('tls').rootCertificates.length > 100}`)")]
    public void Runs_under_podman(string example, string says, params string[] arguments)
    {
        using var output = new TemporaryDirectory();
        using var podman = new Podman();
        string layout = output["image"];
        string digest = BothyProgram.Build(store.Path, $"examples/{example}.yaml", $"oci:{layout}");

        Assert.Equal(digest, Inspect($"oci:{layout}").GetProperty("Digest").GetString());
        Judge.Run("umoci", "unpack", "--image", $"{layout}:latest", output["bundle"]).Succeeded();
        Assert.Equal(says, podman.RunImage(podman.Pull($"oci:{layout}"), arguments).Succeeded().Output.Trim());
    }

    [RequiresFact(Needs.Network, Needs.Containers)]
    public void Java_runs_a_class_and_trusts_the_certificate_authorities()
    {
        using var output = new TemporaryDirectory();
        using var podman = new Podman();
        string layout = output["image"];
        BothyProgram.Build(store.Path, "examples/java.yaml", $"oci:{layout}");
        Judge.Run("umoci", "unpack", "--image", $"{layout}:latest", output["bundle"]).Succeeded();

        File.WriteAllText(
            output["Hello.java"],
            """
            import java.security.KeyStore;
            import java.io.FileInputStream;
            public class Hello {
                public static void main(String[] a) throws Exception {
                    var store = KeyStore.getInstance("JKS");
                    store.load(new FileInputStream("/etc/ssl/certs/java/cacerts"), "changeit".toCharArray());
                    System.out.println("hello from java " + (store.size() > 100));
                }
            }
            """);
        Judge.Run("javac", "--release", "17", "-d", output["classes"], output["Hello.java"]).Succeeded();
        var run = podman.Run(
            "run", "--rm", "--network", "none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024",
            "--volume", $"{output["classes"]}:/classes:ro", podman.Pull($"oci:{layout}"), "-cp", "/classes", "Hello");

        Assert.Equal("hello from java true", run.Succeeded().Output.Trim());
    }

    [RequiresTheory(Needs.Network, Needs.Containers)]
    [InlineData("static", 0.8, "base-files ca-certificates media-types netbase tzdata")]
    [InlineData("base", 8.2, "base-files ca-certificates libc6 libssl3 media-types netbase tzdata")]
    [InlineData("cc", 12, "base-files ca-certificates gcc-12-base libc6 libgcc-s1 libgomp1 libssl3 libstdc++6 media-types netbase tzdata")]
    public void Distroless_sets_are_exactly_googles_and_small(string example, double mebibytes, string packages)
    {
        using var output = new TemporaryDirectory();
        string layout = output["image"];
        BothyProgram.Build(store.Path, $"examples/{example}.yaml", $"oci:{layout}");
        Judge.Run("umoci", "unpack", "--image", $"{layout}:latest", output["bundle"]).Succeeded();

        long compressed = Inspect("--raw", $"oci:{layout}").GetProperty("layers").EnumerateArray().Sum(layer => layer.GetProperty("size").GetInt64());
        Assert.InRange(compressed / (1024.0 * 1024), 0, mebibytes);
        Assert.Equal(
            packages,
            string.Join(' ', Directory.GetFiles(output["bundle/rootfs/var/lib/dpkg/status.d"])
                .Select(file => Path.GetFileName(file)!)
                .Where(name => !name.EndsWith(".md5sums", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)));
    }

    [RequiresFact(Needs.Network, Needs.Containers)]
    public void A_program_of_the_machine_that_needs_only_libc_runs_on_base()
    {
        using var output = new TemporaryDirectory();
        using var podman = new Podman();
        BothyProgram.Build(store.Path, "examples/base.yaml", $"oci:{output["image"]}");
        string name = podman.Pull($"oci:{output["image"]}");

        // The machine's own env: a bookworm program that needs nothing but libc.
        var run = podman.Run(
            "run", "--rm", "--network", "none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024",
            "--volume", "/usr/bin/env:/probe:ro", name, "/probe");

        Assert.Contains("PATH=", run.Succeeded().Output, StringComparison.Ordinal);
    }

    private static JsonElement Inspect(params string[] arguments)
    {
        string json = Judge.Run("skopeo", ["inspect", .. arguments]).Succeeded().Output;
        return JsonDocument.Parse(json).RootElement.Clone();
    }
}
