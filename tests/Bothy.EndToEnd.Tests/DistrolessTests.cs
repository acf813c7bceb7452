using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Bothy.Oci;
using Bothy.Oci.Layout;

namespace Bothy.EndToEnd.Tests;

/// <summary>
/// The distroless family: all of it builds for both architectures, runs where this machine can, and passes distroless' own tests. One layout a release,
/// so that what images share is there once.
/// </summary>
[Collection(RealImages.Name)]
public sealed class DistrolessTests(SharedStore store)
{
    private const string Hello =
        """
        #include <stdio.h>
        #include <unistd.h>
        #ifdef _OPENMP
        #include <omp.h>
        #endif
        int main(void) {
        #ifdef _OPENMP
            if (omp_get_max_threads() < 1) return 1;
        #endif
            printf("hello from c, %d", (int)getuid());
            return 0;
        }
        """;

    private static readonly string[] Images = ["static", "base-nossl", "base", "cc", "python3", "nodejs", "java"];

    [RequiresTheory(Needs.Network, Needs.Containers, Needs.Data, Needs.Judges + ":gcc")]
    [InlineData("bookworm", "Debian GNU/Linux 12 (bookworm)", "libssl3", "gcc-12-base", "")]
    [InlineData("trixie", "Debian GNU/Linux 13 (trixie)", "libssl3t64 libzstd1 zlib1g", "gcc-14-base", "tzdata-legacy")]
    public void Every_image_of_a_release_builds_runs_and_passes_the_tests(string release, string version, string ssl, string gcc, string more)
    {
        using var output = new TemporaryDirectory();
        using var podman = new Podman();
        string layout = output["images"];
        Compile(output);
        string[] set = ["base-files", "ca-certificates", "media-types", "netbase", "tzdata", .. Words(more)];
        var sets = new Dictionary<string, string[]>(StringComparer.Ordinal)
        {
            ["static"] = set,
            ["base-nossl"] = set = [.. set, "libc6"],
            ["base"] = set = [.. set, .. Words(ssl)],
            ["cc"] = [.. set, "libgcc-s1", "libgomp1", "libstdc++6", gcc],
        };

        foreach (string image in Images)
        {
            Build(release, image, layout);
            Build(release, $"{image}-nonroot", layout);
            AssertVariants(layout, image);
            foreach (var (manifest, machine) in ManifestsOf(layout, image).Zip([62, 183]))
            {
                AssertFiles(layout, manifest.Layers.Single(), machine, sets.GetValueOrDefault(image), version);
            }

            AssertTests(layout, image, release);
            AssertTests(layout, $"{image}-nonroot-debug", release);
            AssertRuns(podman, output, image);
        }
    }

    private void Build(string release, string image, string layout) => BothyProgram
        .Run(store.Path, ["build", $"examples/distroless/{release}/{image}.yaml", "--debug", "--arch", "amd64,arm64", "--strict", "--quiet", "-t", image, "-o", $"oci:{layout}"])
        .Succeeded();

    // The four of an image share all layers but that of the debug ones, and start the same way but for the user.
    private static void AssertVariants(string layout, string image)
    {
        var plain = ManifestsOf(layout, image);
        for (int i = 0; i < plain.Count; i++)
        {
            string[] layers = [.. plain[i].Layers.Select(layer => layer.Digest.ToString())];
            Assert.Equal(layers, ManifestsOf(layout, $"{image}-nonroot")[i].Layers.Select(layer => layer.Digest.ToString()));
            Assert.Equal(layers, ManifestsOf(layout, $"{image}-debug")[i].Layers.SkipLast(1).Select(layer => layer.Digest.ToString()));
            Assert.Equal(layers, ManifestsOf(layout, $"{image}-nonroot-debug")[i].Layers.SkipLast(1).Select(layer => layer.Digest.ToString()));
            foreach (var (variant, user, directory) in new[] { ("", null, null), ("-debug", null, null), ("-nonroot", "65532:65532", "/home/nonroot"), ("-nonroot-debug", "65532:65532", "/home/nonroot") })
            {
                var container = ImageConfig.Parse(Blob(layout, ManifestsOf(layout, image + variant)[i].Config), image).Container;
                Assert.Equal((user, directory), (container.User, container.WorkingDir));
                Assert.Contains("SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt", container.Env);
                Assert.Equal(variant.EndsWith("-debug", StringComparison.Ordinal), container.Env.Any(one => one.StartsWith("PATH=", StringComparison.Ordinal) && one.EndsWith(":/busybox", StringComparison.Ordinal)));
            }
        }
    }

    // By the platform's own reader of archives: every program and library is of the machine, and the packages are those of the set.
    private static void AssertFiles(string layout, Descriptor layer, int machine, string[]? packages, string version)
    {
        using var archive = new TarReader(new GZipStream(File.OpenRead(PathOf(layout, layer)), CompressionMode.Decompress));
        var recorded = new List<string>();
        byte[] head = new byte[20];
        int programs = 0;
        while (archive.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is not { Length: >= 20 } content || entry.EntryType != TarEntryType.RegularFile)
            {
                continue;
            }

            content.ReadExactly(head);
            if (head.AsSpan().StartsWith("\u007fELF"u8))
            {
                Assert.Equal((entry.Name, machine), (entry.Name, BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(18))));
                programs++;
            }
            else if (entry.Name.StartsWith("var/lib/dpkg/status.d/", StringComparison.Ordinal) && !entry.Name.EndsWith(".md5sums", StringComparison.Ordinal))
            {
                recorded.Add(entry.Name.Split('/')[^1]);
            }
            else if (entry.Name == "usr/lib/os-release")
            {
                using var text = new MemoryStream();
                text.Write(head);
                content.CopyTo(text);
                Assert.Contains($"\nVERSION=\"{version}\"\n", System.Text.Encoding.UTF8.GetString(text.ToArray()), StringComparison.Ordinal);
            }
        }

        Assert.Equal(packages?.Order(StringComparer.Ordinal) ?? recorded.Order(StringComparer.Ordinal), recorded.Order(StringComparer.Ordinal));
        Assert.Equal(packages?.Contains("libc6", StringComparer.Ordinal) ?? true, programs > 0);
    }

    // Of distroless' own assertions two are about other images: static has no libc6, and the version is that of Debian 12.
    private void AssertTests(string layout, string image, string release)
    {
        string tests = Path.Combine(RealData.Directory, "structure-tests");
        var run = BothyProgram.Run(
            store.Path,
            ["test", $"oci:{layout}:{image}", "-c", $"{tests}/distroless-base.yaml", "-c", $"{tests}/distroless-static-debian12.yaml", "--platforms", "linux/amd64,linux/arm64", "--format", "json"]);
        var outcomes = JsonDocument.Parse(run.Output).RootElement.GetProperty("suites").EnumerateArray()
            .SelectMany(suite => suite.GetProperty("tests").EnumerateArray())
            .Select(test => (Name: test.GetProperty("name").GetString()!, Verdict: test.GetProperty("verdict").GetString()!))
            .ToList();
        string[] exceptions =
        [
            .. image.StartsWith("static", StringComparison.Ordinal) ? ["dpkg-status.d"] : Array.Empty<string>(),
            .. release == "bookworm" ? Array.Empty<string>() : ["os-release contents"],
        ];

        Assert.Equal(2 * 18, outcomes.Count);
        Assert.Equal(
            exceptions.SelectMany(name => new[] { (name, "failed"), (name, "failed") }).Order(),
            outcomes.Where(outcome => outcome.Verdict != "passed").Select(outcome => (exceptions.FirstOrDefault(name => outcome.Name.EndsWith(name, StringComparison.Ordinal)) ?? outcome.Name, outcome.Verdict)).Order());
    }

    // What each is for, as root and as nonroot; no shell but in the debug ones.
    private static void AssertRuns(Podman podman, TemporaryDirectory output, string image)
    {
        foreach (var (variant, user) in new[] { ("", 0), ("-nonroot", 65532) })
        {
            string plain = podman.Pull($"oci:{output["images"]}:{image}{variant}");
            Assert.Equal($"hello from {(image is "python3" or "nodejs" or "java" ? image : "c")}, {user}", Run(podman, output, [.. Program(image, plain)]).Succeeded().Output.Trim());
            Assert.NotEqual(0, Run(podman, output, "--entrypoint", "sh", plain, "-c", "true").ExitCode);

            string debug = podman.Pull($"oci:{output["images"]}:{image}{variant}-debug");
            Assert.Equal($"{user}\nbusybox", Run(podman, output, "--entrypoint", "sh", debug, "-c", "id -u; ls /busybox/busybox | sed s,.*/,,").Succeeded().Output.Trim());
        }
    }

    private static string[] Program(string image, string name) => image switch
    {
        "python3" => [name, "-c", "import os, ssl; assert ssl.create_default_context().cert_store_stats()['x509_ca'] > 100; print(f'hello from python3, {os.getuid()}')"],
        "nodejs" => [name, "-e", "console.log(`hello from nodejs, ${process.getuid()}`)"],
        "java" => ["--entrypoint", "/usr/bin/java", name, "-cp", "/hello", "Hello"],
        _ => ["--entrypoint", $"/hello/{image switch { "static" => "static", "cc" => "openmp", _ => "dynamic" }}", name],
    };

    private static JudgeResult Run(Podman podman, TemporaryDirectory output, params string[] arguments) => podman.Run(
        ["run", "--rm", "--network", "none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "--volume", $"{output["hello"]}:/hello:ro", .. arguments]);

    private static void Compile(TemporaryDirectory output)
    {
        Directory.CreateDirectory(output["hello"]);
        File.WriteAllText(output["hello.c"], Hello);
        foreach (var (name, option) in new[] { ("static", "-static"), ("dynamic", "-pie"), ("openmp", "-fopenmp") })
        {
            Judge.Run("gcc", option, "-O1", "-o", output[$"hello/{name}"], output["hello.c"]).Succeeded();
        }

        File.WriteAllText(
            output["Hello.java"],
            """
            import java.nio.file.*;
            public class Hello {
                public static void main(String[] a) throws Exception {
                    System.out.println("hello from java, " + Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
                }
            }
            """);
        Judge.Run("javac", "--release", "17", "-d", output["hello"], output["Hello.java"]).Succeeded();
    }

    private static List<ImageManifest> ManifestsOf(string layout, string image)
    {
        var index = ImageIndex.Parse(Blob(layout, OciLayout.Open(layout).Resolve(image)), image);
        Assert.Equal(["linux/amd64", "linux/arm64"], index.Manifests.Select(one => one.Platform!.ToString()));
        return [.. index.Manifests.Select(one => ImageManifest.Parse(Blob(layout, one), image))];
    }

    private static byte[] Blob(string layout, Descriptor blob) => File.ReadAllBytes(PathOf(layout, blob));

    private static string PathOf(string layout, Descriptor blob) => Path.Combine(layout, "blobs", "sha256", blob.Digest.Hex);

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
