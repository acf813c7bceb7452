using System.Text.Json;

namespace Bothy.EndToEnd.Tests.Alpine;

/// <summary>The examples of Alpine images build from official packages, are accepted by the field's own tools, and run.</summary>
[Collection(RealImages.Name)]
public sealed class AlpineExamplesTests(SharedStore store) : IDisposable
{
    private readonly TemporaryDirectory _output = new();

    public void Dispose() => _output.Dispose();

    [RequiresFact(Needs.Data, Needs.Containers)]
    public void Busybox_says_hello_in_the_smallest_image()
    {
        using var podman = new Podman();
        string digest = Build("alpine");

        Assert.Equal(digest, JsonDocument.Parse(Judge.Run("skopeo", "inspect", $"oci:{_output["image"]}").Succeeded().Output).RootElement.GetProperty("Digest").GetString());
        Judge.Run("umoci", "unpack", "--image", $"{_output["image"]}:latest", _output["bundle"]).Succeeded();
        string image = podman.Pull($"oci:{_output["image"]}");
        Assert.Equal("hello from busybox\n", podman.RunImage(image, "sh", "-c", "echo hello from $(basename $(readlink /bin/echo))").Succeeded().Output);
        Assert.Equal("root 3.19\n", podman.RunImage(image, "sh", "-c", "echo $(whoami) $(cut -d. -f1-2 /etc/alpine-release)").Succeeded().Output);
    }

    [RequiresFact(Needs.Data, Needs.Containers)]
    public void The_ssh_server_accepts_its_configuration_and_apk_knows_what_is_installed()
    {
        using var podman = new Podman();
        Build("alpine-openssh");
        string image = podman.Pull($"oci:{_output["image"]}");

        Assert.Equal("", InImage("ssh-keygen -A > /dev/null && /usr/sbin/sshd -t"));
        Assert.StartsWith("OpenSSH_9.6p1", InImage("ssh -V 2>&1"), StringComparison.Ordinal);
        Assert.Equal("10000 10000 700 /bin/ash\n", InImage("echo $(stat -c '%u %g %a' /home/visitor/.ssh) $(grep ^visitor: /etc/passwd | cut -d: -f7)"));

        string[] solved = JsonDocument.Parse(BothyProgram.Run(store.Path, ["solve", _output["image.yaml"], "--format", "json"]).Succeeded().Output)
            .RootElement.EnumerateArray().Select(package => package.GetProperty("name").GetString()!).Order(StringComparer.Ordinal).ToArray();
        Assert.Equal(solved, Lines(InImage("apk info")).Order(StringComparer.Ordinal));
        Assert.Equal(["alpine-base", "openssh"], Lines(InImage("cat /etc/apk/world")));
        Assert.Contains("/usr/sbin/sshd is owned by openssh-server-", InImage("apk info -W /usr/sbin/sshd"), StringComparison.Ordinal);

        string InImage(string script) => podman.Run(
            "run", "--rm", "--network", "none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "--entrypoint", "/bin/sh", image, "-c", script).Succeeded().Output;
    }

    [RequiresTheory(Needs.Data)]
    [InlineData("alpine")]
    [InlineData("alpine-openssh")]
    public void As_written_it_builds_from_where_alpine_publishes(string example)
    {
        using var certificate = TestCertificate.SelfSigned(AlpineExamples.Host, AlpineExamples.KeyHost);
        using var server = new FakeHttpServer(certificate);
        AlpineExamples.Serve(server);
        File.WriteAllText(_output["authorities.pem"], certificate.ExportCertificatePem());
        Directory.CreateDirectory(_output["authorities"]);
        string file = Path.Combine(RealData.Project, "examples", example + ".yaml");

        var online = BothyProgram.Run(
            _output["store"], ["build", file, "--quiet", "-o", $"oci:{_output["a"]}"], directory: null,
            ("https_proxy", $"http://127.0.0.1:{server.Port}"), ("no_proxy", ""), ("SSL_CERT_FILE", _output["authorities.pem"]), ("SSL_CERT_DIR", _output["authorities"]));
        var offline = BothyProgram.Run(_output["store"], ["build", file, "--quiet", "--offline", "-o", $"oci:{_output["b"]}"]);

        Assert.Equal("", online.Succeeded().Error);
        Assert.Equal((online.Output, ""), (offline.Succeeded().Output, offline.Error));
        Assert.Equal(
            new SortedSet<string> { $"{AlpineExamples.Host}:443", $"{AlpineExamples.KeyHost}:443" },
            new SortedSet<string>(server.Requests.Where(request => request.Method == "CONNECT").Select(request => request.Target)));
    }

    [RequiresFact(Needs.Data)]
    public void Another_time_zone_umask_culture_directory_store_and_thread_count_give_the_same_digest()
    {
        string file = AlpineExamples.WriteLocal("alpine-openssh", _output["image.yaml"]);
        Directory.CreateDirectory(_output["elsewhere"]);

        var first = BothyProgram.RunWithMask(
            store.Path, 22, ["build", file, "-o", $"oci:{_output["a"]}"], RealData.Project, ("TZ", "UTC"), ("DOTNET_PROCESSOR_COUNT", "1"));
        var second = BothyProgram.RunWithMask(
            _output["store"], 77, ["build", file, "-o", $"oci:{_output["b"]}"], _output["elsewhere"],
            ("TZ", "Pacific/Kiritimati"), ("LC_ALL", "tr_TR.UTF-8"), ("DOTNET_PROCESSOR_COUNT", "2"), ("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "0"));

        Assert.Equal(first.Succeeded().Output, second.Succeeded().Output);
    }

    private string Build(string example) =>
        BothyProgram.Build(store.Path, AlpineExamples.WriteLocal(example, _output["image.yaml"]), $"oci:{_output["image"]}");

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
