using System.Collections.Immutable;
using Bothy.Inspection.StructureTests;
using Bothy.Oci;
using Bothy.Oci.Sources;

namespace Bothy.Cli.Commands;

/// <summary>
/// Runs programs of an image in podman, without network, in a storage of its own that nothing of is left in. The image of podman's own storage is
/// run from there.
/// </summary>
internal sealed class PodmanRunner : ICommandRunner, IAsyncDisposable
{
    private readonly PodmanProcess? _podman;
    private readonly string? _transport;
    private readonly Platform _platform;
    private string? _image;

    public PodmanRunner(ImageLocation location, Platform platform, Surroundings surroundings)
    {
        _platform = platform;
        _transport = location switch
        {
            ImageLocation.Layout layout => $"oci:{layout.Directory}{(layout.Name is null ? "" : ":" + layout.Name)}",
            ImageLocation.OciArchive archive => $"oci-archive:{archive.File}{(archive.Name is null ? "" : ":" + archive.Name)}",
            ImageLocation.DockerArchive { Name: null } archive => $"docker-archive:{archive.File}",
            ImageLocation.Podman podman => podman.Image,
            _ => null,
        };
        bool isOwn = location is ImageLocation.Podman;
        _image = isOwn ? _transport : null;
        Problem = !PodmanProcess.IsThere(surroundings) ? "there is no podman to run commands with"
            : _transport is null ? "commands are run of images in layouts, archives and podman's storage; 'bothy copy' makes a layout"
            : null;
        _podman = Problem is null ? PodmanProcess.Open(surroundings, ownStorage: !isOwn) : null;
    }

    /// <inheritdoc />
    public string? Problem { get; }

    /// <inheritdoc />
    public async Task<CommandResult> RunAsync(StructureTest.Command test, StructureTestFile file, CancellationToken cancellationToken)
    {
        _image ??= await _podman!.RunAsync($"load {_transport}", ["pull", "--quiet", "--platform", _platform.ToString(), _transport!], cancellationToken);
        var made = new List<string>();
        try
        {
            string image = _image;
            foreach (var words in test.Setup)
            {
                image = await CommitAsync(image, words, test, file, made, cancellationToken);
            }

            if (test.Teardown.IsEmpty)
            {
                return await _podman!.RunAsync(["run", "--rm", .. Arguments(image, test.Words, test, file)], cancellationToken);
            }

            string name = $"bothy-{Guid.NewGuid():N}";
            var result = await _podman!.RunAsync(["run", "--name", name, .. Arguments(image, test.Words, test, file)], cancellationToken);
            image = await CommitAsync(name, made, cancellationToken);
            foreach (var words in test.Teardown)
            {
                image = await CommitAsync(image, words, test, file, made, cancellationToken);
            }

            return result;
        }
        finally
        {
            foreach (string image in Enumerable.Reverse(made))
            {
                await _podman!.RunAsync(["rmi", "--force", image], CancellationToken.None);
            }
        }
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _podman?.DisposeAsync() ?? default;

    private static ImmutableArray<string> Arguments(string image, ImmutableArray<string> words, StructureTest.Command test, StructureTestFile file) =>
    [
        "--network", "none", .. PodmanProcess.Limits, "--pull", "never",
        .. file.User is { } user ? ["--user", user] : Array.Empty<string>(),
        .. file.Capabilities.SelectMany(static capability => new[] { "--cap-add", capability }),
        .. test.Environment.SelectMany(static one => new[] { "--env", $"{one.Key}={one.Value}" }),
        "--entrypoint", words[0], image, .. words[1..],
    ];

    private async Task<string> CommitAsync(
        string image, ImmutableArray<string> words, StructureTest.Command test, StructureTestFile file, List<string> made, CancellationToken cancellationToken)
    {
        string name = $"bothy-{Guid.NewGuid():N}";
        var result = await _podman!.RunAsync(["run", "--name", name, .. Arguments(image, words, test, file)], cancellationToken);
        if (result.ExitCode != 0)
        {
            await _podman!.RunAsync(["rm", "--force", name], CancellationToken.None);
            throw new BothyException(FormattableString.Invariant($"cannot run '{string.Join(' ', words)}' before or after '{test.Name}': it exited with {result.ExitCode}: {PodmanProcess.Shown(result.Error)}"));
        }

        return await CommitAsync(name, made, cancellationToken);
    }

    private async Task<string> CommitAsync(string container, List<string> made, CancellationToken cancellationToken)
    {
        string image = await _podman!.RunAsync("keep what a command changed", ["commit", "--quiet", container], cancellationToken);
        made.Add(image);
        await _podman!.RunAsync(["rm", "--force", container], CancellationToken.None);
        return image;
    }
}
