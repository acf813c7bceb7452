using System.Diagnostics;
using System.Text;

namespace Bothy.EndToEnd.Tests.Synthetic;

/// <summary>The program as a process that a test sends signals to.</summary>
internal sealed class RunningProgram : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly StringBuilder _error = new();

    private RunningProgram(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>Starts it in <paramref name="directory"/> with a store of its own and the signals' usual meanings.</summary>
    public static RunningProgram Start(string directory, string store, params string[] arguments) => Start(directory, store, [], arguments);

    /// <summary>The same with more variables.</summary>
    public static RunningProgram Start(string directory, string store, (string Name, string Value)[] environment, params string[] arguments)
    {
        // A shell that starts tests in the background has them ignore SIGINT, and children inherit that.
        var start = new ProcessStartInfo(
            Needs.Find("env")!,
            ["--default-signal=INT,TERM", "dotnet", Path.Combine(AppContext.BaseDirectory, "bothy.dll"), .. arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        start.Environment["BOTHY_STORE"] = store;
        start.Environment["no_proxy"] = "127.0.0.1";
        return new RunningProgram(Process.Start(start)!);
    }

    /// <summary>Reads standard error up to the line that begins with <paramref name="start"/>.</summary>
    public async Task SaysAsync(string start)
    {
        while (await _process.StandardError.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            _error.Append(line).Append('\n');
            if (line.StartsWith(start, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"it never said '{start}' but:\n{_error}");
    }

    /// <summary>Sends <paramref name="signal"/> (<c>INT</c>, <c>TERM</c>, <c>KILL</c>) and waits for the end.</summary>
    public Task<Outcome> EndAsync(string signal)
    {
        Judge.Run("sh", "-c", FormattableString.Invariant($"kill -{signal} {_process.Id}")).Succeeded();
        return EndAsync();
    }

    /// <summary>Kills it, unless it has ended, and waits for the end.</summary>
    public Task<Outcome> KillAsync()
    {
        _process.Kill();
        return EndAsync();
    }

    /// <summary>Waits for the end.</summary>
    public async Task<Outcome> EndAsync()
    {
        _error.Append(await _process.StandardError.ReadToEndAsync().WaitAsync(Patience));
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return new Outcome(_process.ExitCode, await _output, _error.ToString());
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
