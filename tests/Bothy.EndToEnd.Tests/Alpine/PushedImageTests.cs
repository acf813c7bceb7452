namespace Bothy.EndToEnd.Tests.Alpine;

/// <summary>An image goes from packages into a registry, and from there into a container, by the command line alone.</summary>
[Collection(RealImages.Name)]
public sealed class PushedImageTests(SharedStore store) : IDisposable
{
    private readonly TemporaryDirectory _output = new();

    public void Dispose() => _output.Dispose();

    [RequiresFact(Needs.Data, Needs.Containers, "judges:docker-registry")]
    public void An_image_is_built_into_a_registry_with_users_and_run_from_there()
    {
        using var registry = new DockerRegistry(users: true);
        using var podman = new Podman();
        (string, string)[] environment = [("REGISTRY_AUTH_FILE", _output["auth.json"])];
        string image = AlpineExamples.WriteLocal("alpine", _output["image.yaml"]);
        string name = $"{registry.Host}/some/alpine";

        var refused = BothyProgram.Run(store.Path, ["build", image, "-t", $"{name}:1", "--push"], null, environment);
        Judge.Run(
            "sh",
            ["-c", "printf '%s\\n' \"$1\" | dotnet \"$2\" login \"$3\" -u \"$4\" --password-stdin", "sh", DockerRegistry.Password, Path.Combine(AppContext.BaseDirectory, "bothy.dll"), registry.Host, DockerRegistry.User],
            environment: new Dictionary<string, string> { ["REGISTRY_AUTH_FILE"] = _output["auth.json"] }).Succeeded();
        string pushed = BothyProgram.Run(store.Path, ["build", image, "-t", $"{name}:1", "-t", $"{name}:latest", "--push"], null, environment).Succeeded().Output.Trim();
        string copied = BothyProgram.Run(store.Path, ["copy", $"{name}:1", $"oci:{_output["copy"]}"], null, environment).Succeeded().Output.Trim();

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"hint:  Log in with 'bothy login {registry.Host}'.", refused.Error, StringComparison.Ordinal);
        Assert.Equal(pushed, copied);
        Assert.Equal(pushed, BothyProgram.Build(store.Path, image, $"oci:{_output["built"]}"));
        Assert.Equal(
            $"{pushed}\n",
            Judge.Run("skopeo", "inspect", "--tls-verify=false", "--authfile", _output["auth.json"], "--format", "{{.Digest}}", $"docker://{name}").Succeeded().Output);
        string id = podman.Run("pull", "--quiet", "--tls-verify=false", "--authfile", _output["auth.json"], $"{name}:latest").Succeeded().Output.Trim();
        Assert.StartsWith("3.19", podman.RunImage(id, "cat", "/etc/alpine-release").Succeeded().Output, StringComparison.Ordinal);
    }
}
