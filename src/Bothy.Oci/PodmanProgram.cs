using System.ComponentModel;
using System.Diagnostics;
using Bothy.Formats.Text;

namespace Bothy.Oci;

/// <summary>podman, which alone knows its storage.</summary>
internal static class PodmanProgram
{
    private const int LongestAnswer = 2000;

    /// <summary>Runs podman to its end, and answers with what it wrote to its standard output.</summary>
    /// <param name="deed">What cannot be done where it fails, such as <c>read podman:app</c>.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="BothyException">It cannot be started, or fails; the message ends with its own last line.</exception>
    public static Task<string> RunAsync(string deed, string[] arguments, CancellationToken cancellationToken) => RunAsync(deed, arguments, workingDirectory: "", cancellationToken);

    /// <summary>The same in another directory.</summary>
    public static async Task<string> RunAsync(string deed, string[] arguments, string workingDirectory, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("podman", arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var podman = Process.Start(start) ?? throw new InvalidOperationException("podman did not start");
            podman.StandardInput.Close();
            var output = podman.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = podman.StandardError.ReadToEndAsync(cancellationToken);
            try
            {
                await podman.WaitForExitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                podman.Kill(entireProcessTree: true);
                throw;
            }

            string said = await output;
            return podman.ExitCode == 0 ? said : throw new BothyException($"cannot {deed}: podman says '{LastLine(await error)}'");
        }
        catch (Win32Exception failure)
        {
            throw new BothyException($"cannot {deed}: podman cannot be started", failure)
            {
                Hint = "Install podman, or name a layout, an archive or a registry's image.",
            };
        }
    }

    private static string LastLine(string text)
    {
        string last = text.Trim().Split('\n')[^1];
        return VisibleText.Of(last.Length > LongestAnswer ? last[..LongestAnswer] : last);
    }
}
