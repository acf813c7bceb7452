using System.Collections.Immutable;
using System.Text.Json;
using Bothy.Cli.Commands;
using Bothy.Engine.Debugging;
using Bothy.Oci;
using Bothy.Oci.Copying;
using Bothy.Oci.Reading;
using Bothy.Oci.Registry;
using Bothy.Oci.Sources;
using Bothy.Oci.Targets;

namespace Bothy.Cli.Debugging;

/// <summary>How a shell is started beside an image or a container.</summary>
internal sealed record DebugWishes
{
    /// <summary>What runs in place of a shell; empty for a shell.</summary>
    public required ImmutableArray<string> Command { get; init; }

    /// <summary>As whom, as podman takes it; null for the image's own user, or root beside a container.</summary>
    public string? User { get; init; }

    /// <summary>The network of a container that is made of an image, as podman takes it; null for what podman does.</summary>
    public string? Network { get; init; }

    /// <summary>The debug image that the toolbox is taken from; null for the machine's distribution's.</summary>
    public string? Toolbox { get; init; }

    /// <summary>Which image of an index; null for this machine's.</summary>
    public Platform? Platform { get; init; }

    /// <summary>Whether the network is left alone.</summary>
    public bool IsOffline { get; init; }

    /// <summary>Whether somebody sits at the terminal.</summary>
    public bool IsInteractive { get; init; }
}

/// <summary>
/// A shell with the toolbox beside an image or a running container. Of an image it is a container of its own, with the toolbox mounted where debug variants have it;
/// beside a container it has the processes and the network of that one, and its files in <c>/target</c>. Neither is changed, and nothing is left.
/// </summary>
internal sealed class DebugShell(PodmanProcess podman, DebugWishes wishes, Surroundings surroundings, Terminal terminal)
{
    private const string Shell = Toolbox.Directory + "/sh";
    private const string Target = "/target";
    private const int PodmansOwn = 125;

    /// <summary>Beside a running container.</summary>
    /// <returns>The exit code of what ran.</returns>
    public async Task<int> RunAsync(DebugTarget.Container target, CancellationToken cancellationToken)
    {
        var (platform, _) = await ImageAsync(podman, target.ImageId, cancellationToken);
        using var toolbox = await ToolboxDirectory.MakeAsync(wishes.Toolbox, platform, wishes.IsOffline, surroundings, terminal, cancellationToken);
        foreach (string directory in new[] { "dev", "etc", "proc", "root", "run", "sys", "tmp" })
        {
            Directory.CreateDirectory(Path.Combine(toolbox.Root, directory));
        }

        // The first process that is seen is the target's; whoever may look at it sees what it sees.
        File.CreateSymbolicLink(Path.Combine(toolbox.Root, Target[1..]), "/proc/1/root");
        Say($"the toolbox is in {Toolbox.Directory}, the files of {target.Name} are in {Target}");
        return await AttachAsync(
            podman,
            [
                "--pid", $"container:{target.Id}", "--network", $"container:{target.Id}", "--cap-add", "SYS_PTRACE", "--user", wishes.User ?? "0:0",
                "--env", $"PATH={Toolbox.Directory}", "--env", "HOME=/root", "--entrypoint", Shell, "--rootfs", toolbox.Root,
                "-c", $"cd {Target} 2>/dev/null; exec \"$@\"", "sh", .. wishes.Command.IsEmpty ? ["sh"] : wishes.Command,
            ],
            cancellationToken);
    }

    /// <summary>In a container of its own, of an image.</summary>
    /// <returns>The exit code of what ran.</returns>
    public async Task<int> RunAsync(DebugTarget.Image target, RegistryClient registries, CancellationToken cancellationToken)
    {
        if (target.Location is ImageLocation.Podman own)
        {
            return await RunAsync(podman, own.Image, cancellationToken);
        }

        await using var storage = PodmanProcess.Open(surroundings, ownStorage: true);
        return await RunAsync(storage, await LoadAsync(storage, target.Location, registries, cancellationToken), cancellationToken);
    }

    private async Task<int> RunAsync(PodmanProcess storage, string image, CancellationToken cancellationToken)
    {
        var (platform, path) = await ImageAsync(storage, image, cancellationToken);
        using var toolbox = await ToolboxDirectory.MakeAsync(wishes.Toolbox, platform, wishes.IsOffline, surroundings, terminal, cancellationToken);
        Say($"the toolbox is in {Toolbox.Directory}; what is changed here goes with the shell");
        return await AttachAsync(
            storage,
            [
                "--pull", "never", "--volume", $"{toolbox.Programs}:{Toolbox.Directory}:ro", "--env", $"PATH={Toolbox.Behind(path)}",
                .. wishes.User is { } user ? ["--user", user] : Array.Empty<string>(),
                .. wishes.Network is { } network ? ["--network", network] : Array.Empty<string>(),
                "--entrypoint", Shell, image,
                .. wishes.Command.IsEmpty ? [] : ImmutableArray.Create("-c", "exec \"$@\"", "sh").AddRange(wishes.Command),
            ],
            cancellationToken);
    }

    private async Task<int> AttachAsync(PodmanProcess storage, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        string name = $"bothy-debug-{Guid.NewGuid():N}";
        int code = await storage.AttachAsync(name, [.. PodmanProcess.Limits, "--interactive", .. wishes.IsInteractive ? ["--tty"] : Array.Empty<string>(), .. arguments], cancellationToken);

        // What a shell ends with is that of the last command in it, which nobody asked us for.
        return code == PodmansOwn ? throw new BothyException("cannot start the shell: podman could not, as it says above")
            : wishes.Command.IsEmpty ? ExitCode.Success
            : code;
    }

    // A layout of the one image: podman need not know where it was, nor who we are there.
    private async Task<string> LoadAsync(PodmanProcess storage, ImageLocation location, RegistryClient registries, CancellationToken cancellationToken)
    {
        var access = RegistryOptions.Access(surroundings, registries);
        var directory = Directory.CreateDirectory(Path.Combine(access.TemporaryDirectory, $"bothy-{Guid.NewGuid():N}"));
        try
        {
            string layout = Path.Combine(directory.FullName, "image");
            await using (var source = await location.OpenAsync(access, cancellationToken))
            await using (var target = LayoutTarget.Open(layout, "debug", cancellationToken))
            {
                await new ImageCopy(source, target, new CopyOptions { Platform = await PlatformAsync(source, cancellationToken) }).RunAsync(cancellationToken);
            }

            return await storage.RunAsync($"load {location}", ["pull", "--quiet", $"oci:{layout}:debug"], cancellationToken);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private async Task<Platform?> PlatformAsync(ImageSource source, CancellationToken cancellationToken) =>
        wishes.Platform ?? (MediaTypes.IsIndex((await source.ResolveAsync(cancellationToken)).MediaType) ? PlatformChoice.OfMachine : null);

    // What podman knows of an image: what it runs on, and where it looks for programs.
    private static async Task<(Platform Platform, string Path)> ImageAsync(PodmanProcess storage, string image, CancellationToken cancellationToken)
    {
        const string PathVariable = "PATH=";
        string said = await storage.RunAsync($"look at {image}", ["image", "inspect", "--", image], cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(said);
            var inspected = document.RootElement[0];
            string? variant = inspected.TryGetProperty("Variant", out var value) ? value.GetString() : null;
            var environment = inspected.GetProperty("Config").TryGetProperty("Env", out var variables) && variables.ValueKind == JsonValueKind.Array
                ? variables.EnumerateArray().Select(static variable => variable.GetString()!)
                : [];
            return (
                new Platform(inspected.GetProperty("Os").GetString()!, inspected.GetProperty("Architecture").GetString()!, string.IsNullOrEmpty(variant) ? null : variant),
                environment.FirstOrDefault(static variable => variable.StartsWith(PathVariable, StringComparison.Ordinal))?[PathVariable.Length..] ?? Toolbox.UsualPath);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new BothyException($"cannot look at {image}: podman says something else than images about it", failure);
        }
    }

    private void Say(string text)
    {
        if (wishes.IsInteractive && wishes.Command.IsEmpty)
        {
            terminal.Line(text);
        }
    }
}
