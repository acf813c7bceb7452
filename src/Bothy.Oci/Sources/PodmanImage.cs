namespace Bothy.Oci.Sources;

/// <summary>An image in podman's storage, read from the archive that <c>podman save</c> makes of it.</summary>
/// <remarks>
/// podman keeps layers unpacked. A docker archive takes them as they are, where its OCI archives compress each anew; and the archive is a
/// file, since it must be read in places.
/// </remarks>
internal static class PodmanImage
{
    public static async Task<ImageSource> OpenAsync(string image, string name, ImageAccess access, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateDirectory(Path.Combine(access.TemporaryDirectory, $"bothy-{Guid.NewGuid():N}"));
        try
        {
            string file = Path.Combine(directory.FullName, "image.tar");
            await PodmanProgram.RunAsync(
                $"read podman:{image}", [.. access.PodmanOptions, "save", "--quiet", "--format", "docker-archive", "--output", file, "--", image], cancellationToken);

            // What is open stays readable; nobody else needs the name.
            return DockerArchiveSource.Of(ArchiveMembers.Open(file, cancellationToken), image: null, name);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
