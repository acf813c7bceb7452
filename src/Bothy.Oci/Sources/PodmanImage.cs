using System.ComponentModel;
using System.Diagnostics;

namespace Bothy.Oci.Sources;

/// <summary>An image in podman's storage, read from the archive that <c>podman save</c> makes of it.</summary>
/// <remarks>
/// podman keeps layers unpacked. A docker archive takes them as they are, where its OCI archives compress each anew; and the archive is a
/// file, since it must be read in places.
/// </remarks>
internal static class PodmanImage
{
    private const int LongestAnswer = 2000;

    public static async Task<ImageSource> OpenAsync(string image, string name, string temporaryDirectory, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateDirectory(Path.Combine(temporaryDirectory, $"bothy-{Guid.NewGuid():N}"));
        try
        {
            string file = Path.Combine(directory.FullName, "image.tar");
            await SaveAsync(image, file, cancellationToken);

            // What is open stays readable; nobody else needs the name.
            return DockerArchiveSource.Of(ArchiveMembers.Open(file, cancellationToken), image: null, name);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task SaveAsync(string image, string file, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("podman", ["save", "--quiet", "--format", "docker-archive", "--output", file, "--", image])
        {
            UseShellExecute = false,
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

            await output;
            if (podman.ExitCode != 0)
            {
                throw new BothyException($"cannot read podman:{image}: podman says '{Answer(await error)}'");
            }
        }
        catch (Win32Exception failure)
        {
            throw new BothyException($"cannot read podman:{image}: podman cannot be started", failure)
            {
                Hint = "Install podman, or name a layout, an archive or a registry's image.",
            };
        }
    }

    private static string Answer(string text)
    {
        string last = text.Trim().Split('\n')[^1];
        return last.Length > LongestAnswer ? last[..LongestAnswer] : last;
    }
}
