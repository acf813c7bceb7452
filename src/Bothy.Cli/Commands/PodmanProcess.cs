using System.Collections.Immutable;
using System.Diagnostics;
using Bothy.Inspection.StructureTests;

namespace Bothy.Cli.Commands;

/// <summary>podman as a program of this machine, with its usual storage or one of its own that nothing of is left in.</summary>
internal sealed class PodmanProcess : IAsyncDisposable
{
    private const int MostShown = 500;

    private readonly string _program;
    private readonly DirectoryInfo? _storage;
    private readonly ImmutableArray<string> _options;

    private PodmanProcess(string program, DirectoryInfo? storage, ImmutableArray<string> options)
    {
        _program = program;
        _storage = storage;
        _options = options;
    }

    /// <summary>Limits that every machine grants to root, containers included.</summary>
    public static ImmutableArray<string> Limits => ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"];

    /// <summary>Whether there is a podman.</summary>
    public static bool IsThere(Surroundings surroundings) => Find("podman", surroundings) is not null;

    /// <summary>podman; with <paramref name="ownStorage"/>, with an empty storage that goes when this is disposed.</summary>
    /// <exception cref="BothyException">There is none.</exception>
    public static PodmanProcess Open(Surroundings surroundings, bool ownStorage)
    {
        string program = Find("podman", surroundings) ?? throw new BothyException("cannot run containers: there is no podman")
        {
            Hint = "Install podman; it needs no daemon.",
        };
        string[] runtime = Find("crun", surroundings) is null && Find("runc", surroundings) is not null ? ["--runtime", "runc"] : [];
        if (!ownStorage)
        {
            return new PodmanProcess(program, storage: null, [.. runtime]);
        }

        // podman takes no directory of running containers that has more than 50 characters.
        var storage = Directory.CreateDirectory(Path.Combine(surroundings.Variable("TMPDIR") ?? Path.GetTempPath(), $"bothy-{Guid.NewGuid():N}"[..14]));
        return new PodmanProcess(program, storage, ["--root", Path.Combine(storage.FullName, "root"), "--runroot", Path.Combine(storage.FullName, "run"), .. runtime]);
    }

    /// <summary>Runs podman to its end, and says what it said.</summary>
    public async Task<CommandResult> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(_program, _options.Concat(arguments)) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
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

    /// <summary>The same, which has to succeed; <paramref name="what"/> is what cannot be done where it does not.</summary>
    /// <exception cref="BothyException">It fails.</exception>
    public async Task<string> RunAsync(string what, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var result = await RunAsync(arguments, cancellationToken);
        return result.ExitCode == 0 ? result.Output.Trim() : throw new BothyException($"cannot {what}: podman says: {Shown(result.Error)}");
    }

    /// <summary>Runs a container at this program's own terminal, or whatever it has in its place, and answers with its exit code. Where that is cancelled, the container goes first.</summary>
    /// <param name="name">The name that the container gets.</param>
    /// <param name="arguments">What stands behind <c>podman run</c>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<int> AttachAsync(string name, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        string[] run = [.. _options, "run", "--rm", "--name", name, .. arguments];
        using var process = Process.Start(new ProcessStartInfo(_program, run) { UseShellExecute = false }) ?? throw new BothyException("cannot run podman");
        try
        {
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            // podman gives the terminal back as it was once its container is gone.
            await RunAsync(["rm", "--force", "--ignore", "--time", "0", name], CancellationToken.None);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
    }

    /// <summary>What podman said, as much of it as fits a message.</summary>
    public static string Shown(string text) => text.Trim() is var trimmed && trimmed.Length <= MostShown ? trimmed : trimmed[..MostShown];

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_storage is not null)
        {
            // podman's mounts have to go before their directories can.
            if (Directory.Exists(Path.Combine(_storage.FullName, "root")))
            {
                await RunAsync(["system", "reset", "--force"], CancellationToken.None);
            }

            _storage.Delete(recursive: true);
        }
    }

    private static string? Find(string program, Surroundings surroundings) => $"{surroundings.Variable("PATH")}:/usr/sbin"
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(directory => Path.Combine(directory, program))
        .FirstOrDefault(File.Exists);
}
