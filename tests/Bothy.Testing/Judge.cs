using System.Diagnostics;

namespace Bothy.Testing;

/// <summary>What a program answered.</summary>
public sealed record JudgeResult(int ExitCode, byte[] OutputBytes, string Error)
{
    /// <summary>Its standard output as text.</summary>
    public string Output => System.Text.Encoding.UTF8.GetString(OutputBytes);

    /// <summary>This result, or a test failure where the program did not exit with 0.</summary>
    public JudgeResult Succeeded() =>
        ExitCode == 0 ? this : throw new InvalidOperationException($"a judge exited with {ExitCode}: {Error}{Output}");
}

/// <summary>Runs programs that nobody here wrote, to compare with.</summary>
public static class Judge
{
    /// <summary>Runs <paramref name="program"/> with <paramref name="input"/> on its standard input, in the C locale and UTC.</summary>
    public static JudgeResult Run(string program, IEnumerable<string> arguments, byte[]? input = null, string? directory = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        string path = Needs.Find(program) ?? throw new InvalidOperationException($"{program} is not installed, and BOTHY_REQUIRE asks for it");
        var start = new ProcessStartInfo(path, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? "",
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["TZ"] = "UTC";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        var copying = process.StandardOutput.BaseStream.CopyToAsync(output);
        try
        {
            process.StandardInput.BaseStream.Write(input ?? []);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // A program that has seen enough closes its input early; its exit code tells.
        }

        Task.WaitAll(error, copying);
        process.WaitForExit();
        return new JudgeResult(process.ExitCode, output.ToArray(), error.Result);
    }

    /// <summary>Runs <paramref name="program"/> without input.</summary>
    public static JudgeResult Run(string program, params string[] arguments) => Run(program, (IEnumerable<string>)arguments);
}
