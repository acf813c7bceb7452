using System.Text.Json;
using Bothy.Cli.Commands;
using Bothy.Formats.Text;
using Bothy.Oci.Registry;
using Bothy.Oci.Sources;

namespace Bothy.Cli.Debugging;

/// <summary>What a shell is wanted beside.</summary>
internal abstract record DebugTarget
{
    private static readonly string[] Transports = ["oci:", "oci-archive:", "docker-archive:", "podman:", "docker://"];

    private DebugTarget()
    {
    }

    /// <summary>
    /// What <paramref name="text"/> means: a location of an image where it says of which kind it is or where there is such a path; else a container of podman's,
    /// an image of podman's, or an image of a registry that it names.
    /// </summary>
    /// <exception cref="BothyException">There is nothing of that name, or the container is not running.</exception>
    public static async Task<DebugTarget> FindAsync(string text, PodmanProcess podman, Surroundings surroundings, CancellationToken cancellationToken)
    {
        bool isPlain = !Transports.Any(start => text.StartsWith(start, StringComparison.Ordinal))
            && !Path.Exists(Path.Combine(surroundings.WorkingDirectory, text));
        if (!isPlain)
        {
            return new Image(ImageLocation.Parse(text, surroundings.WorkingDirectory));
        }

        // A name that began with a hyphen would be an option to podman.
        if (!text.StartsWith('-') && await podman.RunAsync(["container", "inspect", "--", text], cancellationToken) is { ExitCode: 0 } container)
        {
            return ReadContainer(text, container.Output);
        }

        if (!text.StartsWith('-') && await podman.RunAsync(["image", "exists", "--", text], cancellationToken) is { ExitCode: 0 })
        {
            return new Image(ImageLocation.Parse($"podman:{text}", surroundings.WorkingDirectory));
        }

        return NamesRegistry(text) ? new Image(ImageLocation.Parse(text, surroundings.WorkingDirectory)) : throw await UnknownAsync(text, podman, cancellationToken);
    }

    private static Container ReadContainer(string text, string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var container = document.RootElement[0];
            var state = container.GetProperty("State");
            string id = container.GetProperty("Id").GetString()!;
            return state.GetProperty("Running").GetBoolean()
                ? new Container(text, id, container.GetProperty("Image").GetString()!)
                : throw new BothyException($"cannot debug the container '{text}': it is not running ({VisibleText.Of(state.GetProperty("Status").GetString()!)})")
                {
                    Hint = $"Start it with 'podman start {text}', or look at its image: 'bothy debug podman:{VisibleText.Of(container.GetProperty("ImageName").GetString()!)}'.",
                };
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new BothyException($"cannot debug the container '{text}': podman says something else than containers about it", failure);
        }
    }

    // As elsewhere a bare name may be one of Docker Hub's; beside containers it is far more often a mistake.
    private static bool NamesRegistry(string text) =>
        text.Split('/') is [var host, _, ..] && (host == "localhost" || host.AsSpan().IndexOfAny('.', ':') > 0) && ImageReference.TryParse(text, out _, out _);

    private static async Task<BothyException> UnknownAsync(string text, PodmanProcess podman, CancellationToken cancellationToken)
    {
        var containers = await podman.RunAsync(["ps", "--all", "--format", "{{.Names}}"], cancellationToken);
        var images = await podman.RunAsync(["images", "--format", "{{.Repository}}:{{.Tag}}"], cancellationToken);
        string? near = NearName.Find(text, Lines(containers.Output).Concat(Lines(images.Output).SelectMany(static name => new[] { name, name[(name.LastIndexOf('/') + 1)..] })));
        return new BothyException($"cannot find '{text}': podman has no container and no image of that name, and there is no such path")
        {
            Hint = near is null ? $"'podman ps' lists containers; a registry's image is 'docker://{text}'." : $"Did you mean '{near}'?",
        };
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>A running container.</summary>
    /// <param name="Name">As it was named.</param>
    /// <param name="Id">podman's name of it.</param>
    /// <param name="ImageId">The image that it is of.</param>
    public sealed record Container(string Name, string Id, string ImageId) : DebugTarget;

    /// <summary>An image.</summary>
    public sealed record Image(ImageLocation Location) : DebugTarget;
}
