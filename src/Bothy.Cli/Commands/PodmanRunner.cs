using System.Collections.Immutable;
using System.Diagnostics;
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
    private const int MostShown = 500;

    private readonly string? _program;
    private readonly string? _transport;
    private readonly Platform _platform;
    private readonly DirectoryInfo? _storage;
    private readonly string[] _options;
    private string? _image;

    public PodmanRunner(ImageLocation location, Platform platform, Surroundings surroundings)
    {
        _platform = platform;
        _program = Find("podman", surroundings);
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
        Problem = _program is null ? "there is no podman to run commands with"
            : _transport is null ? "commands are run of images in layouts, archives and podman's storage; 'bothy copy' makes a layout"
            : null;
        string[] runtime = Find("crun", surroundings) is null && Find("runc", surroundings) is not null ? ["--runtime", "runc"] : [];
        if (Problem is null && !isOwn)
        {
            _storage = Directory.CreateDirectory(Path.Combine(surroundings.Variable("TMPDIR") ?? Path.GetTempPath(), $"bothy-{Guid.NewGuid():N}"));
            runtime = ["--root", Path.Combine(_storage.FullName, "root"), "--runroot", Path.Combine(_storage.FullName, "run"), .. runtime];
        }

        _options = runtime;
    }

    /// <inheritdoc />
    public string? Problem { get; }

    /// <inheritdoc />
    public async Task<CommandResult> RunAsync(StructureTest.Command test, StructureTestFile file, CancellationToken cancellationToken)
    {
        _image ??= (await PodmanAsync($"load {_transport}", ["pull", "--quiet", "--platform", _platform.ToString(), _transport!], cancellationToken)).Output.Trim();
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
                return await StartAsync(["run", "--rm", .. Arguments(image, test.Words, test, file)], cancellationToken);
            }

            string name = $"bothy-{Guid.NewGuid():N}";
            var result = await StartAsync(["run", "--name", name, .. Arguments(image, test.Words, test, file)], cancellationToken);
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
                await StartAsync(["rmi", "--force", image], CancellationToken.None);
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_storage is not null)
        {
            // podman's mounts have to go before their directories can.
            if (Directory.Exists(Path.Combine(_storage.FullName, "root")))
            {
                await StartAsync(["system", "reset", "--force"], CancellationToken.None);
            }

            _storage.Delete(recursive: true);
        }
    }

    // Limits that every machine grants to root, containers included.
    private static ImmutableArray<string> Arguments(string image, ImmutableArray<string> words, StructureTest.Command test, StructureTestFile file) =>
    [
        "--network", "none", "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024", "--pull", "never",
        .. file.User is { } user ? ["--user", user] : Array.Empty<string>(),
        .. file.Capabilities.SelectMany(static capability => new[] { "--cap-add", capability }),
        .. test.Environment.SelectMany(static one => new[] { "--env", $"{one.Key}={one.Value}" }),
        "--entrypoint", words[0], image, .. words[1..],
    ];

    private async Task<string> CommitAsync(
        string image, ImmutableArray<string> words, StructureTest.Command test, StructureTestFile file, List<string> made, CancellationToken cancellationToken)
    {
        string name = $"bothy-{Guid.NewGuid():N}";
        var result = await StartAsync(["run", "--name", name, .. Arguments(image, words, test, file)], cancellationToken);
        if (result.ExitCode != 0)
        {
            await StartAsync(["rm", "--force", name], CancellationToken.None);
            throw new BothyException(FormattableString.Invariant($"cannot run '{string.Join(' ', words)}' before or after '{test.Name}': it exited with {result.ExitCode}: {Shown(result.Error)}"));
        }

        return await CommitAsync(name, made, cancellationToken);
    }

    private async Task<string> CommitAsync(string container, List<string> made, CancellationToken cancellationToken)
    {
        string image = (await PodmanAsync("keep what a command changed", ["commit", "--quiet", container], cancellationToken)).Output.Trim();
        made.Add(image);
        await StartAsync(["rm", "--force", container], CancellationToken.None);
        return image;
    }

    private async Task<CommandResult> PodmanAsync(string what, string[] arguments, CancellationToken cancellationToken)
    {
        var result = await StartAsync(arguments, cancellationToken);
        return result.ExitCode == 0 ? result : throw new BothyException($"cannot {what}: podman says: {Shown(result.Error)}");
    }

    private async Task<CommandResult> StartAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(_program!, _options.Concat(arguments)) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        using var process = Process.Start(start) ?? throw new BothyException("cannot run podman");
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new CommandResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static string Shown(string text) => text.Trim() is var trimmed && trimmed.Length <= MostShown ? trimmed : trimmed[..MostShown];

    private static string? Find(string program, Surroundings surroundings) => $"{surroundings.Variable("PATH")}:/usr/sbin"
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, program))
        .FirstOrDefault(File.Exists);
}
